// Offsets of a group as a file: CSV with a title, as `millrace group export` writes it and a reset keeps for its undo.
import type { Place } from '../client/offsets.ts'
import { Failure } from '../failure.ts'

export interface OffsetLine extends Place {
  /** Null where nothing was committed. */
  readonly offset: number | null
}

const TITLE = 'topic,partition,offset'

export const writeOffsets = (offsets: readonly OffsetLine[]): string =>
  [TITLE, ...offsets.map(({ topic, partition, offset }) => `${topic},${partition},${offset ?? ''}`), ''].join('\n')

/** Throws a Failure that names the line. */
export const readOffsets = (text: string): readonly OffsetLine[] => {
  const lines = text.split(/\r?\n/).filter((line) => line !== '' && line !== TITLE)
  return lines.map((line) => {
    const [, topic, partition, offset] = /^([\w.-]+),(\d+),(\d*)$/.exec(line) ?? []
    if (topic === undefined || partition === undefined)
      throw new Failure('failure', `this is no line of offsets: ${line}`, { next: `write ${TITLE}` })
    return {
      topic,
      partition: Number(partition),
      offset: offset === '' || offset === undefined ? null : Number(offset),
    }
  })
}

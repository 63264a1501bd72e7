/** One partition brought into a data directory, under a name that a start would remove. The engine makes it durable. */
import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type TopicId, topicIdToBytes } from '../base/ids.ts'
import type { AdoptedLog } from '../engine/native.ts'
import type { FoundPartition } from './data-directory.ts'

/** `link` and `move` share the files that nobody writes any more with where they come from. */
export type Placing = 'copy' | 'link' | 'move'

export interface Staged {
  /** Where it lies until the engine takes it in, and again when it gives it up. */
  readonly paths: readonly string[]
  readonly adopted: AdoptedLog
}

const SEGMENT_FILE = /^(\d{20})\.(\w+)$/
const IDENTITY = 'partition.metadata'
/** What is rebuilt where it is missing. */
const INDEXES: ReadonlySet<string> = new Set(['index', 'timeindex', 'txnindex'])

/** `number` tells apart what one import brings. */
export const stage = (
  found: FoundPartition,
  topicId: TopicId,
  directory: string,
  number: number,
  placing: Placing,
): Staged => {
  const unique = topicIdToBytes(topicId).toString('hex')
  const name = `import-${number}.${unique}-delete`
  const path = join(directory, name)
  rmSync(path, { recursive: true, force: true })
  mkdirSync(path)
  const active = activeSegment(found)
  for (const file of filesOf(found)) {
    const [, base = '', kind = ''] = SEGMENT_FILE.exec(file) ?? []
    if (file === IDENTITY) continue
    // Preallocated, and of no use before a recovery has built it anew.
    if (!found.clean && base === active && INDEXES.has(kind)) continue
    place(
      join(found.path, file),
      join(path, file),
      placing !== 'copy' && kind === 'log' && isSealed(found, base, active),
    )
  }
  writeFileSync(join(path, IDENTITY), `version: 0\ntopic_id: ${topicId}`)
  setAside(join(directory, `${found.topic}-${found.index}`), unique)
  const { topic, index: partition, clean, recoveryPoint, logStart, highWatermark, cleanedTo } = found
  const givenUp = join(directory, `${topic}-${partition}.${unique}-delete`)
  const known = { ...(logStart === null ? {} : { logStart }), ...(cleanedTo === null ? {} : { cleanedTo }) }
  return {
    paths: [path, givenUp],
    adopted: { directory, name, topic, topicId, partition, clean, recoveryPoint, highWatermark, ...known },
  }
}

/** Takes it away again. */
export const unstage = ({ paths }: Staged): void => {
  for (const path of paths) rmSync(path, { recursive: true, force: true })
}

/** Of all files of a partition. */
export const bytesOf = (found: FoundPartition): number =>
  filesOf(found)
    .filter((name) => name.endsWith('.log'))
    .reduce((sum, name) => sum + statSync(join(found.path, name)).size, 0)

const filesOf = ({ path }: FoundPartition): readonly string[] =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.deleted'))
    .map(({ name }) => name)

const activeSegment = (found: FoundPartition): string =>
  filesOf(found)
    .flatMap((name) => {
      const [, base = '', kind] = SEGMENT_FILE.exec(name) ?? []
      return kind === 'log' ? [base] : []
    })
    .toSorted()
    .at(-1) ?? ''

/** Nobody will write to it, and no recovery will cut it. */
const isSealed = ({ clean, recoveryPoint, path }: FoundPartition, base: string, active: string): boolean => {
  if (base >= active) return false
  if (clean) return true
  const next = readdirSync(path)
    .filter((name) => name.endsWith('.log') && name > `${base}.log`)
    .toSorted()[0]
  return next !== undefined && Number.parseInt(next, 10) <= recoveryPoint
}

const place = (from: string, to: string, share: boolean): void => {
  if (share) linkSync(from, to)
  else copyFileSync(from, to, constants.COPYFILE_FICLONE)
}

/** What an import that was killed left under the name, and belongs to no topic. */
const setAside = (path: string, unique: string): void => {
  if (existsSync(path)) renameSync(path, `${path}.${unique}-stray`)
}

// What `npm run bench -- run` may be told.
import { parseArgs } from 'node:util'
import type { RunOptions } from './run.ts'

export const OPTIONS = `  run           plays Millrace beside Apache Kafka (the command without a name)
    --full        every case, 7 pairs; without it those that fit into minutes
    --rows 1,2,6  these rows of the table alone
    --brokers a,b these brokers alone: 'millrace', 'millrace relaxed', 'kafka', 'kafka tuned' ...
    --pairs N     measurements of each broker that may count; one more is played before
    --seconds N   of each measurement
    --warm-up N   seconds of load for a JVM before it is measured
    --settle N    seconds that the disk gets to be quiet before a measurement; with a busy one it does not count
    --output FILE instead of bench/results/<date>-suite.json
    --continue FILE  the same run, which was interrupted: cases that are in the file stay, the others are played`

const list = (text: string | undefined): readonly string[] => text?.split(',').map((part) => part.trim()) ?? []

const number = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  if (!(Number(text) > 0)) throw new Error(`${text} is not a number above zero`)
  return Number(text)
}

/** Throws for an option that does not exist or a value that is none. */
export const runOptions = (args: readonly string[]): RunOptions => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      full: { type: 'boolean', default: false },
      rows: { type: 'string' },
      brokers: { type: 'string' },
      pairs: { type: 'string' },
      seconds: { type: 'string' },
      'warm-up': { type: 'string' },
      settle: { type: 'string' },
      output: { type: 'string' },
      continue: { type: 'string' },
    },
  })
  if (values.output !== undefined && values.continue !== undefined) {
    throw new Error('--continue writes to its own file: leave --output away')
  }
  return {
    isFull: values.full,
    rows: list(values.rows).map(Number),
    only: list(values.brokers),
    pairs: number(values.pairs),
    seconds: number(values.seconds),
    warmUpSeconds: number(values['warm-up']),
    settleSeconds: number(values.settle),
    output: values.output,
    continued: values.continue,
  }
}

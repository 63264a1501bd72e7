// `millrace consume` and `topic tail`: records of topics, from a place on, with a group or without one.
import type { Client } from '../client/client.ts'
import { closeConsumer, type FetchedRecord, openConsumer, readPartitions } from '../client/records.ts'
import { describeTopics } from '../client/topics.ts'
import { exitCode } from '../exit-codes.ts'
import { parseCount } from '../numbers.ts'
import { interruptible, type Interruption, withClient } from '../session.ts'
import type { ConnectOptions, Settings, ShowOptions } from '../settings.ts'
import type { Terminal } from '../terminal.ts'
import { consumeAsGroup } from './group-consume.ts'
import type { RecordForm } from './forms.ts'
import { parseRange } from './range.ts'
import { NO_GROUP, onlyPartitions, readingsOf } from './readings.ts'
import { recordWriter } from './writer.ts'

export interface ConsumeOptions extends ConnectOptions, Pick<ShowOptions, 'utc'> {
  readonly offset?: string
  readonly num?: string
  readonly format?: string
  readonly output: RecordForm
  readonly group?: string
  readonly partition: readonly string[]
  readonly exit?: boolean
}

export const consume = (terminal: Terminal, names: readonly string[], options: ConsumeOptions): Promise<number> => {
  // The form of records is another matter than that of tables.
  const { output: _, ...connecting } = options
  return withClient(terminal, connecting, async (client, settings) => {
    const output = await recordWriter(terminal, options.output, options.format, settings.utc)
    const limit = parseCount('--num', options.num)
    let taken = 0
    const take = async (record: FetchedRecord): Promise<boolean> => {
      await output.write(record)
      taken += 1
      return limit === null || taken < limit
    }
    return interruptible(async (interruption) => {
      await output.begin()
      if (options.group === undefined) await consumeAlone(client, settings, names, options, interruption, take)
      else await consumeAsGroup(client, settings, names, options.group, options, interruption, take)
      await output.end()
      return exitCode(interruption.signal.aborted ? 'interrupted' : 'ok')
    })
  })
}

export interface TailOptions extends Omit<ConsumeOptions, 'num'> {
  readonly num: string
}

/** The last records of each partition, and those that come. */
export const tail = (terminal: Terminal, names: readonly string[], { num, ...options }: TailOptions): Promise<number> =>
  consume(terminal, names, { ...options, offset: `-${parseCount('--num', num, 0)}` })

const consumeAlone = async (
  client: Client,
  settings: Settings,
  names: readonly string[],
  options: ConsumeOptions,
  { signal }: Interruption,
  take: (record: FetchedRecord) => Promise<boolean>,
): Promise<void> => {
  const range = parseRange(options.offset ?? 'start', Date.now(), settings.utc)
  const topics = onlyPartitions(await client.retrying(() => describeTopics(client, names)), options.partition)
  const readings = await readingsOf(client, topics, range, options.exit === true)
  const consumer = openConsumer(settings, NO_GROUP)
  try {
    await readPartitions(client, consumer, readings, signal, take)
  } finally {
    await closeConsumer(consumer)
  }
}

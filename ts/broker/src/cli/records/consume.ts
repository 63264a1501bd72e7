// `millrace consume` and `topic tail`: records of topics, from a place on or the newest, with a group or without one.
import type { Client } from '../client/client.ts'
import { closeConsumer, openConsumer, readPartitions, type Take } from '../client/records.ts'
import { describeTopics } from '../client/topics.ts'
import { exitCode } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { parseCount } from '../numbers.ts'
import { interruptible, type Interruption, withClient } from '../session.ts'
import type { ConnectOptions, Settings, ShowOptions } from '../settings.ts'
import type { Terminal } from '../terminal.ts'
import { aheadOf } from './ahead.ts'
import { consumeAsGroup } from './group-consume.ts'
import { type FilterOptions, filterOf } from './filter.ts'
import { type RecordForm, recordForms } from './forms.ts'
import { type Idle, idleNote } from './idle.ts'
import { readNewest } from './newest.ts'
import { parseRange, type Range } from './range.ts'
import { onlyPartitions, readingsOf } from './readings.ts'
import { createSearch, type Search } from './search.ts'
import { recordWriter } from './writer.ts'

export interface ConsumeOptions extends ConnectOptions, FilterOptions, Pick<ShowOptions, 'utc'> {
  readonly offset?: string
  readonly num?: string
  readonly last?: string
  readonly format?: string
  readonly output: RecordForm
  readonly group?: string
  readonly partition: readonly string[]
  readonly exit?: boolean
}

export const consume = async (
  terminal: Terminal,
  names: readonly string[],
  options: ConsumeOptions,
): Promise<number> => {
  refuseForm(options.offset)
  // The form of records is another matter than that of tables.
  const { output: _, ...connecting } = options
  const keeps = await filterOf(names, options)
  return withClient(terminal, connecting, async (client, settings) => {
    const output = await recordWriter(terminal, options.output, options.format, settings.utc)
    const limit = parseCount('--num', options.num) ?? parseCount('--last', options.last)
    const search = keeps === null ? null : createSearch(terminal, keeps)
    let taken = 0
    let idle: Idle | null = null
    const take: Take = async (record) => {
      idle?.came()
      if (search?.keeps(record) === false) return true
      await output.write(record)
      taken += 1
      return limit === null || taken < limit
    }
    const isFollowing = options.exit !== true && options.last === undefined
    return interruptible(async (interruption) => {
      await output.begin()
      idle = isFollowing ? idleNote(terminal) : null
      try {
        if (options.group === undefined)
          await consumeAlone(client, settings, names, options, interruption, search, take)
        else await consumeAsGroup(client, settings, names, options.group, options, interruption, take)
      } finally {
        idle?.end()
      }
      await output.end()
      search?.tell()
      return exitCode(interruption.signal.aborted ? 'interrupted' : 'ok')
    })
  })
}

/** Of other commands `-o` is the form of the answer. */
const refuseForm = (offset: string | undefined): void => {
  if (recordForms.every((form) => form !== offset)) return
  throw new Failure('usage', `--offset ${offset} says nowhere to read from`, {
    next: `-o is --offset here; the form is given by --output: --output ${offset}`,
  })
}

export interface TailOptions extends Omit<ConsumeOptions, 'num' | 'last'> {
  readonly num: string
}

/** The last records of each partition, and those that come. */
export const tail = (terminal: Terminal, names: readonly string[], { num, ...options }: TailOptions): Promise<number> =>
  consume(terminal, names, { ...options, offset: `-${parseCount('--num', num, 0)}` })

const ALL: Range = { from: { kind: 'start', plus: 0 }, to: null }

const consumeAlone = async (
  client: Client,
  settings: Settings,
  names: readonly string[],
  options: ConsumeOptions,
  { signal }: Interruption,
  search: Search | null,
  take: Take,
): Promise<void> => {
  const isBack = options.last !== undefined
  const range = isBack ? ALL : parseRange(options.offset ?? 'start', Date.now(), settings.utc)
  const topics = onlyPartitions(await client.retrying(() => describeTopics(client, names)), options.partition)
  const readings = await readingsOf(client, topics, range, isBack || options.exit === true)
  search?.over(aheadOf(readings))
  const consumer = openConsumer(settings)
  const read: typeof readPartitions = isBack ? readNewest : readPartitions
  try {
    await read(client, consumer, readings, signal, take)
  } finally {
    await closeConsumer(consumer)
  }
}

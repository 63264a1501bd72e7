// `millrace topic analyze`: what the records of a topic are like, by reading them.
import { hash } from 'node:crypto'
import type { Client } from '../client/client.ts'
import { closeConsumer, type FetchedRecord, openConsumer, type Reading, readPartitions } from '../client/records.ts'
import { describeTopics } from '../client/topics.ts'
import { Distribution } from '../distribution.ts'
import { exitCode } from '../exit-codes.ts'
import { timeCell } from '../output/time.ts'
import { type Cell, columns, sizeCell, type View } from '../output/view.ts'
import { progressOf } from '../progress.ts'
import { aheadOf } from '../records/ahead.ts'
import { isoTime } from '../records/format.ts'
import { parseRange } from '../records/range.ts'
import { onlyPartitions, readingsOf } from '../records/readings.ts'
import { interruptible, showing } from '../session.ts'
import type { Settings, ShowOptions } from '../settings.ts'
import type { Terminal } from '../terminal.ts'

export interface AnalyzeOptions extends ShowOptions {
  readonly offset?: string
  readonly partition: readonly string[]
}

/** Keys of all partitions together that are told apart; of more it is only said that there are more. */
const DISTINCT_KEYS_MAX = 200_000
/** Of longer ones a hash is kept. */
const KEPT_KEY_BYTES_MAX = 32
const MS_PER_SECOND = 1000

export const analyze = (terminal: Terminal, name: string, options: AnalyzeOptions): Promise<number> =>
  showing(terminal, options, async (client, settings) => {
    const range = parseRange(options.offset ?? 'start', Date.now(), settings.utc)
    const topics = onlyPartitions(await client.retrying(() => describeTopics(client, [name])), options.partition)
    const readings = await readingsOf(client, topics, range, true)
    const room = { left: DISTINCT_KEYS_MAX }
    const tallies = new Map(readings.map(({ partition }) => [partition, new Tally(room)]))
    const isWhole = await readAll(terminal, client, settings, readings, (record) =>
      tallies.get(record.partition)?.add(record),
    )
    return view(name, tallies, isWhole)
  })

/** Answers whether it was read to its end: Ctrl-C shows what was read until then. */
const readAll = (
  terminal: Terminal,
  client: Client,
  settings: Settings,
  readings: readonly Reading[],
  take: (record: FetchedRecord) => void,
): Promise<boolean> =>
  interruptible(async ({ signal }) => {
    const ahead = aheadOf(readings)
    const progress = progressOf(terminal, 'record')
    const consumer = openConsumer(settings)
    let taken = 0
    try {
      await readPartitions(client, consumer, readings, signal, async (record) => {
        take(record)
        taken += 1
        progress.at(taken, ahead.total, undefined, ahead.bars)
        return true
      })
    } finally {
      progress.end()
      await closeConsumer(consumer)
    }
    return !signal.aborted
  })

/** What was seen of one partition. */
class Tally {
  /** How many keys more are told apart, here and elsewhere. */
  readonly #room: { left: number }
  records = 0
  keyless = 0
  tombstones = 0
  readonly keys = new Distribution()
  readonly values = new Distribution()
  readonly compression = new Map<string, number>()
  /** Null once there were too many to tell apart. */
  distinct: Set<string> | null = new Set()
  oldest: bigint | null = null
  newest: bigint | null = null
  largest: { readonly offset: bigint; readonly bytes: number } | null = null

  constructor(room: { left: number }) {
    this.#room = room
  }

  add({ offset, key, value, timestamp, compression }: FetchedRecord): void {
    this.records += 1
    if (key === null) this.keyless += 1
    else {
      this.keys.add(key.length)
      this.#tellApart(key)
    }
    if (value === null) this.tombstones += 1
    else this.values.add(value.length)
    const bytes = (key?.length ?? 0) + (value?.length ?? 0)
    if (this.largest === null || bytes > this.largest.bytes) this.largest = { offset, bytes }
    if (this.oldest === null || timestamp < this.oldest) this.oldest = timestamp
    if (this.newest === null || timestamp > this.newest) this.newest = timestamp
    this.compression.set(compression, (this.compression.get(compression) ?? 0) + 1)
  }

  #tellApart(key: Buffer): void {
    const kept = key.length > KEPT_KEY_BYTES_MAX ? hash('sha256', key, 'base64') : key.toString('latin1')
    if (this.distinct === null || this.distinct.has(kept)) return
    this.#room.left -= 1
    if (this.#room.left < 0) this.distinct = null
    else this.distinct.add(kept)
  }
}

const told = (tally: Tally) => ({
  records: tally.records,
  bytes: tally.keys.sum + tally.values.sum,
  /** Null where there are more than are told apart. */
  distinctKeys: tally.distinct === null ? null : tally.distinct.size,
  withoutKey: tally.keyless,
  tombstones: tally.tombstones,
  keyBytes: tally.keys.summary(),
  valueBytes: tally.values.summary(),
  largest: tally.largest,
  oldest: tally.oldest === null ? null : isoTime(tally.oldest),
  newest: tally.newest === null ? null : isoTime(tally.newest),
  compression: Object.fromEntries(tally.compression),
})

const view = (topic: string, tallies: ReadonlyMap<number, Tally>, isWhole: boolean): View => {
  const partitions = [...tallies].map(([partition, tally]) => ({ partition, ...told(tally) }))
  const all = [...tallies.values()]
  const sum = (of: (tally: Tally) => number): number => all.reduce((total, tally) => total + of(tally), 0)
  const records = sum((tally) => tally.records)
  const times = all.flatMap(({ oldest, newest }) => (oldest === null || newest === null ? [] : [oldest, newest]))
  const seconds = times.length === 0 ? 0 : Number(latest(times) - earliest(times)) / MS_PER_SECOND
  const compression = new Map<string, number>()
  for (const [name, count] of all.flatMap((tally) => [...tally.compression]))
    compression.set(name, (compression.get(name) ?? 0) + count)
  const whole = {
    topic,
    /** False where Ctrl-C ended it. */
    complete: isWhole,
    records,
    bytes: sum((tally) => tally.keys.sum + tally.values.sum),
    /** Over the time between the oldest and the newest; null where there is none. */
    recordsPerSecond: seconds === 0 ? null : records / seconds,
    withoutKey: sum((tally) => tally.keyless),
    tombstones: sum((tally) => tally.tombstones),
    compression: Object.fromEntries(compression),
  }
  const facts: readonly (readonly [string, Cell])[] = [
    ['topic', topic],
    ['records', isWhole ? records : `${records}, when it was interrupted`],
    ['bytes of keys and values', sizeCell(whole.bytes)],
    ['records a second', whole.recordsPerSecond === null ? null : Number(whole.recordsPerSecond.toPrecision(3))],
    ['compression', [...compression].map(([name, count]) => `${name} ${percent(count, records)}`).join(', ') || null],
  ]
  return {
    value: { ...whole, partitions },
    facts,
    table: {
      columns: columns(
        ['partition', 'records', 'bytes', 'keys', 'no key', 'tombstones', 'value p50', 'p99', 'max', 'newest'],
        ['oldest', 'key p50', 'key max', 'largest at'],
      ),
      rows: partitions.map((of): readonly Cell[] => [
        of.partition,
        of.records,
        sizeCell(of.bytes),
        of.distinctKeys ?? 'too many',
        of.withoutKey,
        of.tombstones,
        of.valueBytes?.p50 ?? null,
        of.valueBytes?.p99 ?? null,
        of.valueBytes?.max ?? null,
        timeCell(tallies.get(of.partition)?.newest ?? null),
        timeCell(tallies.get(of.partition)?.oldest ?? null),
        of.keyBytes?.p50 ?? null,
        of.keyBytes?.max ?? null,
        of.largest?.offset ?? null,
      ]),
    },
    names: [topic],
    exit: exitCode(isWhole ? 'ok' : 'interrupted'),
  }
}

const earliest = (times: readonly bigint[]): bigint => times.reduce((one, other) => (other < one ? other : one))
const latest = (times: readonly bigint[]): bigint => times.reduce((one, other) => (other > one ? other : one))
const percent = (part: number, whole: number): string => `${Math.round((part / Math.max(1, whole)) * 100)} %`

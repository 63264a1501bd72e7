// `millrace bench`: how fast this cluster takes records and gives them, from here. One client in one process: it says what a
// script will see, not what the broker can do at most.
import { randomBytes } from 'node:crypto'
import { EARLIEST, LATEST, offsetsAt, placeKey } from '../client/offsets.ts'
import {
  closeConsumer,
  fromLibrary,
  openConsumer,
  openProducer,
  type Reading,
  readPartitions,
} from '../client/records.ts'
import { createTopicIfMissing, describeTopic, refuseInternal } from '../client/topics.ts'
import { exitCode } from '../exit-codes.ts'
import { parseCount } from '../numbers.ts'
import { show } from '../output/formats.ts'
import { progressOf } from '../progress.ts'
import { interruptible, withClient } from '../session.ts'
import type { ShowOptions } from '../settings.ts'
import type { Terminal } from '../terminal.ts'
import { Latencies, resultView, throughput } from './result.ts'

export interface BenchOptions extends ShowOptions {
  readonly records: string
  readonly size: string
  readonly batch: string
  readonly inFlight: string
  readonly compression: 'none' | 'gzip' | 'snappy' | 'lz4'
  readonly acks: 'all' | '1' | '0'
}

const ACKS = { all: -1, '1': 1, '0': 0 } as const
const MS_PER_SECOND = 1000
const BENCH_GROUP = 'millrace-bench'

export const produce = (terminal: Terminal, topic: string, options: BenchOptions): Promise<number> =>
  withClient(terminal, options, async (client, settings) => {
    const total = parseCount('--records', options.records) ?? 1
    const size = parseCount('--size', options.size) ?? 1
    const batch = parseCount('--batch', options.batch) ?? 1
    refuseInternal(await createTopicIfMissing(client, topic))
    const producer = openProducer(settings)
    const progress = progressOf(terminal, 'record')
    const value = randomBytes(size)
    const latencies = new Latencies()
    const work = interruptible(async ({ signal }) => {
      const started = performance.now()
      let [taken, done] = [0, 0]
      const lane = async (): Promise<void> => {
        while (taken < total && !signal.aborted) {
          const count = Math.min(batch, total - taken)
          taken += count
          const messages = Array.from({ length: count }, () => ({ topic, value }))
          const sent = performance.now()
          await producer.send({ messages, acks: ACKS[options.acks], compression: options.compression })
          latencies.add(performance.now() - sent)
          done += count
          progress.at(done, total)
        }
      }
      await Promise.all(Array.from({ length: parseCount('--in-flight', options.inFlight) ?? 1 }, lane))
      return { seconds: (performance.now() - started) / MS_PER_SECOND, done, interrupted: signal.aborted }
    })
    try {
      const { seconds, done, interrupted } = await work
      progress.end()
      const amount = throughput({ records: done, bytes: done * size, seconds })
      await show(terminal, resultView({ ...amount, ...latencies.result() }), settings)
      return exitCode(interrupted ? 'interrupted' : 'ok')
    } catch (error) {
      throw fromLibrary(`producing to ${topic}`, error)
    } finally {
      progress.end()
      await producer.close()
    }
  })

export const consume = (terminal: Terminal, topic: string, options: BenchOptions): Promise<number> =>
  withClient(terminal, options, async (client, settings) => {
    const limit = parseCount('--records', options.records) ?? 1
    const described = await describeTopic(client, topic)
    const starts = await offsetsAt(client, [described], EARLIEST)
    const ends = await offsetsAt(client, [described], LATEST)
    const readings = described.partitions.map(({ partition }): Reading => {
      const key = placeKey({ topic, partition })
      return { topic, partition, next: BigInt(starts.get(key) ?? 0), stop: BigInt(ends.get(key) ?? 0) }
    })
    const total = Math.min(
      limit,
      readings.reduce((sum, { next, stop }) => sum + Number((stop ?? next) - next), 0),
    )
    const progress = progressOf(terminal, 'record')
    const consumer = openConsumer(settings, BENCH_GROUP)
    try {
      return await interruptible(async ({ signal }) => {
        const started = performance.now()
        let [records, bytes] = [0, 0]
        await readPartitions(client, consumer, readings, signal, ({ key, value }) => {
          records += 1
          bytes += (key?.length ?? 0) + (value?.length ?? 0)
          progress.at(records, total)
          return Promise.resolve(records < limit)
        })
        const seconds = (performance.now() - started) / MS_PER_SECOND
        progress.end()
        await show(terminal, resultView(throughput({ records, bytes, seconds })), settings)
        return exitCode(signal.aborted ? 'interrupted' : 'ok')
      })
    } finally {
      progress.end()
      await closeConsumer(consumer)
    }
  })

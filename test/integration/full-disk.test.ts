// A disk that fills: producers are refused and nobody else is; they go on by themselves once something was deleted.
import { randomBytes } from 'node:crypto'
import { produce } from 'millrace/messages/00-produce.js'
import { fetch } from 'millrace/messages/01-fetch.js'
import { offsetCommit } from 'millrace/messages/08-offset-commit.js'
import { offsetFetch } from 'millrace/messages/09-offset-fetch.js'
import { deleteTopics } from 'millrace/messages/20-delete-topics.js'
import { deleteRecords } from 'millrace/messages/21-delete-records.js'
import { incrementalAlterConfigs } from 'millrace/messages/44-incremental-alter-configs.js'
import { errorCode, errorName } from 'millrace/wire/errors.js'
import { afterEach, expect, test } from 'vitest'
import { batch, HEADER_BYTES, wholeBatches } from '../harness/batch.ts'
import { type Broker, startBroker, targetName } from '../harness/broker.ts'
import { eventually } from '../harness/eventually.ts'
import { Peer } from '../harness/peer.ts'
import { readyCoordinator } from '../harness/ready-coordinator.ts'
import { readyTopic } from '../harness/ready-topic.ts'
import { missingSmallDisk, type SmallDisk, smallDisk } from '../harness/small-disk.ts'

const GROUP = 'readers'
const RECORD_BYTES = 100_000
const DISK_BYTES = 64 << 20
const BROKER = 4
const SET = 0
const FULL = 'KAFKA_STORAGE_ERROR'
const HARD_LIMIT = 'millrace.disk.hard.limit.bytes'

const missing = targetName === 'kafka' ? 'the limits are ours' : await missingSmallDisk()

const leaving: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const leave of leaving.splice(0).toReversed()) await leave()
})

const serve = async (disk?: SmallDisk, overrides: Readonly<Record<string, string>> = {}): Promise<Broker> => {
  const on = disk && { within: disk.within, overrides: { 'log.dirs': `${disk.path}/data`, ...overrides } }
  const broker = await startBroker(on)
  leaving.push(() => broker.stop())
  return broker
}

const open = async ({ port }: Broker): Promise<Peer> => {
  const peer = await Peer.open(port)
  leaving.push(() => peer.close())
  return peer
}

/** What a topic was given, and what of it was acknowledged. */
class Topic {
  readonly acked = new Map<number, Buffer>()
  readonly name: string

  constructor(name: string) {
    this.name = name
  }

  async add(on: Peer): Promise<string> {
    const value = randomBytes(RECORD_BYTES)
    const topicData = [{ name: this.name, partitionData: [{ index: 0, records: batch([{ value }]) }] }]
    const answer = await on.call(produce, 9, { transactionalId: null, acks: -1, timeoutMs: 10_000, topicData })
    const { errorCode: code, baseOffset } = answer.responses[0]!.partitionResponses[0]!
    if (code === 0) this.acked.set(baseOffset, value)
    return errorName(code)
  }

  async fill(on: Peer): Promise<void> {
    const refused = await eventually(
      `${this.name} is refused`,
      async () => {
        const said = await this.add(on)
        return said === 'NONE' ? undefined : said
      },
      { intervalMs: 0, timeoutMs: 60_000 },
    )
    expect(refused).toBe(FULL)
  }

  async goesOn(on: Peer): Promise<void> {
    await eventually(`${this.name} goes on`, async () => ((await this.add(on)) === 'NONE' ? true : undefined))
  }

  /** Every acknowledged record from an offset on is read, unchanged. */
  async expectAll(on: Peer, from = 0): Promise<void> {
    const end = Math.max(-1, ...this.acked.keys()) + 1
    for (let offset = from; offset < end;) {
      const partitions = [{ partition: 0, fetchOffset: offset, partitionMaxBytes: 10 * RECORD_BYTES }]
      const topics = [{ topic: this.name, partitions }]
      const answer = await on.call(fetch, 11, { maxWaitMs: 0, minBytes: 1, isolationLevel: 0, topics })
      const found = answer.responses[0]!.partitions[0]!
      expect(errorName(found.errorCode)).toBe('NONE')
      const before = offset
      for (const whole of wholeBatches(found.records ?? Buffer.alloc(0))) {
        offset = Number(whole.readBigInt64BE(0))
        const value = this.acked.get(offset)
        if (value !== undefined)
          expect(whole.subarray(HEADER_BYTES).includes(value), `${this.name} ${offset}`).toBe(true)
        offset += 1
      }
      expect(offset).toBeGreaterThan(before)
    }
  }
}

const commit = async (on: Peer, topic: string, committedOffset: number): Promise<string> => {
  const partitions = [{ partitionIndex: 0, committedOffset, committedMetadata: '' }]
  const topics = [{ name: topic, partitions }]
  const answer = await on.call(offsetCommit, 8, { groupId: GROUP, memberId: '', topics })
  return errorName(answer.topics[0]!.partitions[0]!.errorCode)
}

const committed = async (on: Peer, topic: string): Promise<number> => {
  const topics = [{ name: topic, partitionIndexes: [0] }]
  const answer = await on.call(offsetFetch, 7, { groupId: GROUP, topics, requireStable: false })
  return answer.topics[0]!.partitions[0]!.committedOffset
}

const drop = async (on: Peer, topic: string): Promise<void> => {
  const answer = await on.call(deleteTopics, 5, { topicNames: [topic], timeoutMs: 10_000 })
  expect(errorName(answer.responses[0]!.errorCode)).toBe('NONE')
}

const dropRecords = async (on: Peer, topic: string, offset: number): Promise<void> => {
  const topics = [{ name: topic, partitions: [{ partitionIndex: 0, offset }] }]
  const answer = await on.call(deleteRecords, 2, { topics, timeoutMs: 10_000 })
  expect(answer.topics[0]!.partitions[0]).toMatchObject({ errorCode: 0, lowWatermark: offset })
}

const limit = async (on: Peer, value: string): Promise<void> => {
  const configs = [{ name: HARD_LIMIT, configOperation: SET, value }]
  const resources = [{ resourceType: BROKER, resourceName: '', configs }]
  const answer = await on.call(incrementalAlterConfigs, 1, { resources, validateOnly: false })
  expect(errorName(answer.responses[0]!.errorCode)).toBe('NONE')
}

const said = (broker: Broker, words: string): Promise<true> =>
  eventually(`${words} is said`, () => (broker.logs().includes(words) ? true : undefined))

test.skipIf(targetName === 'kafka')('below the hard limit only producers are refused', async () => {
  const broker = await serve()
  const on = await open(broker)
  await readyCoordinator(on, GROUP)
  await readyTopic(on, 'kept')
  const kept = new Topic('kept')
  expect(await kept.add(on)).toBe('NONE')
  await limit(on, String(Number.MAX_SAFE_INTEGER))
  expect(await kept.add(on)).toBe(FULL)
  await kept.expectAll(on)
  expect(await commit(on, 'kept', 1)).toBe('NONE')
  expect(await committed(on, 'kept')).toBe(1)
  await readyTopic(on, 'made')
  await drop(on, 'made')
  await dropRecords(on, 'kept', 1)
  await said(broker, 'a disk is full')
  await limit(on, '0')
  await kept.goesOn(on)
  await said(broker, 'room on a disk again')
  expect(await broker.halt()).toBe(0)
})

test.skipIf(missing !== undefined)('a small disk is filled, freed and filled again', async () => {
  const disk = await smallDisk(DISK_BYTES)
  leaving.push(() => disk.remove())
  const broker = await serve(disk, { 'log.segment.bytes': String(1 << 20) })
  let on = await open(broker)
  await readyCoordinator(on, GROUP)
  await readyTopic(on, 'kept')
  await readyTopic(on, 'given')
  const [kept, given] = [new Topic('kept'), new Topic('given')]
  for (let n = 0; n < 50; n += 1) expect(await kept.add(on)).toBe('NONE')
  await given.fill(on)
  expect(given.acked.size).toBeGreaterThan(50)
  expect(disk.freeBytes()).toBeGreaterThan(0)
  await kept.expectAll(on)
  await given.expectAll(on)
  expect(await commit(on, 'given', 7)).toBe('NONE')

  await drop(on, 'given')
  await kept.goesOn(on)
  await kept.fill(on)
  const half = Math.floor(kept.acked.size / 2)
  await dropRecords(on, 'kept', half)
  await kept.goesOn(on)
  await kept.expectAll(on, half)

  // Another program takes what the broker left for itself.
  disk.fill()
  await kept.fill(on)
  await kept.expectAll(on, half)
  await broker.kill()
  disk.drain()
  await broker.restart()
  on = await open(broker)
  await kept.goesOn(on)
  await kept.expectAll(on, half)
  await readyCoordinator(on, GROUP)
  expect(await commit(on, 'kept', half)).toBe('NONE')

  disk.fill()
  await kept.fill(on)
  disk.drain()
  await kept.goesOn(on)
  await kept.expectAll(on, half)
  expect(errorCode(FULL)).toBe(56)
  expect(await committed(on, 'kept')).toBe(half)
  expect(await broker.halt()).toBe(0)
})

import { describe, expect, it, vi } from 'vitest'
import { listOffsets } from '../messages/02-list-offsets.ts'
import { deleteRecords } from '../messages/21-delete-records.ts'
import { offsetForLeaderEpoch } from '../messages/23-offset-for-leader-epoch.ts'
import { describeLogDirs } from '../messages/35-describe-log-dirs.ts'
import { describeProducers } from '../messages/61-describe-producers.ts'
import { errorCode } from '../wire/errors.ts'
import { handleListOffsets } from './02-list-offsets.ts'
import { handleDeleteRecords } from './21-delete-records.ts'
import { handleOffsetForLeaderEpoch } from './23-offset-for-leader-epoch.ts'
import { handleDescribeLogDirs } from './35-describe-log-dirs.ts'
import { handleDescribeProducers } from './61-describe-producers.ts'
import { clusterFixture } from './cluster-fixture.ts'

const CONSUMER = -1

describe('ListOffsets', () => {
  const at = (timestamp: number, partitionIndex = 0, currentLeaderEpoch = -1) => ({
    partitionIndex,
    timestamp,
    currentLeaderEpoch,
  })
  const ask = (...partitions: readonly ReturnType<typeof at>[]) => ({
    replicaId: CONSUMER,
    topics: [{ name: 'a', partitions }],
  })

  it('answers each partition where it stood, whatever can be asked and what cannot', async () => {
    const { call, createTopic } = await clusterFixture()
    await createTopic('a', 2)
    const request = {
      replicaId: CONSUMER,
      topics: [
        { name: 'a', partitions: [at(-1, 1), at(-1, 7), at(-2, 0)] },
        { name: 'nope', partitions: [at(-1)] },
      ],
    }
    const { topics } = await call(listOffsets, handleListOffsets, 7, request)
    expect(
      topics.map(({ name, partitions }) => [
        name,
        partitions.map((each) => [each.partitionIndex, each.errorCode, each.offset, each.timestamp]),
      ]),
    ).toEqual([
      [
        'a',
        [
          [1, 0, 10, -1],
          [7, 3, -1, -1],
          [0, 0, 3, -1],
        ],
      ],
      ['nope', [[0, 3, -1, -1]]],
    ])
  })

  it.each([
    [-1, 1],
    [-2, 1],
    [-3, 7],
    [-4, 8],
    [-5, 9],
    [-6, 11],
  ])('knows the time %i from version %i on', async (timestamp, since) => {
    const { call, createTopic } = await clusterFixture()
    await createTopic('a')
    const codeIn = async (version: number): Promise<number | undefined> =>
      (await call(listOffsets, handleListOffsets, version, ask(at(timestamp)))).topics[0]?.partitions[0]?.errorCode
    expect(await codeIn(since)).toBe(0)
    if (since > 1) expect(await codeIn(since - 1)).toBe(errorCode('UNSUPPORTED_VERSION'))
  })

  it('has nothing tiered, and the earliest local offset is the earliest', async () => {
    const { call, createTopic } = await clusterFixture()
    await createTopic('a', 3)
    const { topics } = await call(listOffsets, handleListOffsets, 11, ask(at(-5, 0), at(-6, 1), at(-4, 2)))
    expect(topics[0]?.partitions.map((each) => each.offset)).toEqual([-1, -1, 3])
  })

  it('refuses a time below zero that means nothing', async () => {
    const { call, createTopic } = await clusterFixture()
    await createTopic('a')
    const { topics } = await call(listOffsets, handleListOffsets, 11, ask(at(-7)))
    expect(topics[0]?.partitions[0]?.errorCode).toBe(errorCode('UNSUPPORTED_VERSION'))
  })

  it('refuses a partition that is asked twice, once', async () => {
    const { call, createTopic } = await clusterFixture()
    await createTopic('a', 2)
    const { topics } = await call(listOffsets, handleListOffsets, 7, ask(at(-1, 0), at(-2, 0), at(-1, 1)))
    expect(topics[0]?.partitions.map((each) => each.errorCode)).toEqual([42, 0])
  })

  it('answers a topic that is named twice once', async () => {
    const { call, createTopic } = await clusterFixture()
    await createTopic('a', 2)
    await createTopic('b')
    const [first, second, other] = [ask(at(-1, 1)), ask(at(-1, 0)), ask(at(-1, 0))]
    const named = [...first.topics, ...other.topics.map((topic) => ({ ...topic, name: 'b' })), ...second.topics]
    const { topics } = await call(listOffsets, handleListOffsets, 7, { ...first, topics: named })
    const answered = topics.map(({ name, partitions }) => [name, ...partitions.map((each) => each.partitionIndex)])
    expect(answered).toEqual([
      ['a', 1, 0],
      ['b', 0],
    ])
  })

  it('refuses all that is asked at an unknown isolation level, as often as it is asked', async () => {
    const { call, createTopic } = await clusterFixture()
    await createTopic('a', 2)
    const request = { ...ask(at(-1, 0), at(-2, 0), at(-1, 1)), isolationLevel: 2 }
    const { topics } = await call(listOffsets, handleListOffsets, 7, request)
    expect(topics[0]?.partitions.map((each) => each.errorCode)).toEqual([-1, -1, -1])
  })

  it('fences by leader epoch', async () => {
    const { call, createTopic, cluster } = await clusterFixture()
    await createTopic('a')
    const topic = cluster.image().topicsByName.get('a')!
    const [partition] = topic.partitions
    await cluster.run(() => ({
      result: undefined,
      changes: [
        { kind: 'partition', topic: topic.id, index: partition!.index, record: { ...partition!, leaderEpoch: 5 } },
      ],
      guards: [],
    }))
    const codeFor = async (epoch: number): Promise<number | undefined> =>
      (await call(listOffsets, handleListOffsets, 7, ask(at(-1, 0, epoch)))).topics[0]?.partitions[0]?.errorCode
    expect([await codeFor(4), await codeFor(5), await codeFor(6), await codeFor(-1)]).toEqual([74, 0, 75, 0])
  })

  it('asks for committed offsets when the consumer reads committed, and for all when a replica asks', async () => {
    const asked = vi.fn(async () => [{ errorCode: 0, timestamp: -1, offset: 1, leaderEpoch: 0 }])
    const { call, createTopic } = await clusterFixture({ queries: { listOffsets: asked } })
    await createTopic('a')
    const request = { ...ask(at(-1)), isolationLevel: 1 }
    await call(listOffsets, handleListOffsets, 7, request)
    expect(asked).toHaveBeenLastCalledWith([expect.objectContaining({ committedOnly: true, replica: false })])
    await call(listOffsets, handleListOffsets, 7, { ...request, replicaId: 2 })
    expect(asked).toHaveBeenLastCalledWith([expect.objectContaining({ committedOnly: false, replica: true })])
  })

  it.each([
    [4, 'LEADER_NOT_AVAILABLE'],
    [5, 'OFFSET_NOT_AVAILABLE'],
  ] as const)('says in version %i that the high watermark is not known yet', async (version, code) => {
    const answer = { errorCode: errorCode('OFFSET_NOT_AVAILABLE'), timestamp: -1, offset: -1, leaderEpoch: -1 }
    const { call, createTopic } = await clusterFixture({ queries: { listOffsets: async () => [answer] } })
    await createTopic('a')
    const { topics } = await call(listOffsets, handleListOffsets, version, ask(at(-1)))
    expect(topics[0]?.partitions[0]?.errorCode).toBe(errorCode(code))
  })
})

describe('DeleteRecords', () => {
  it('moves the start, and refuses what may not be deleted', async () => {
    const { call, createTopic } = await clusterFixture()
    await createTopic('a')
    await createTopic('keyed', 1, [{ name: 'cleanup.policy', value: 'compact' }])
    await createTopic('both', 1, [{ name: 'cleanup.policy', value: 'compact,delete' }])
    await createTopic('__consumer_offsets')
    const cases = [
      ['a', 5],
      ['a', -1],
      ['a', -2],
      ['keyed', 5],
      ['both', 5],
      ['__consumer_offsets', 5],
      ['nope', 5],
    ] as const
    const outcomes: unknown[] = []
    for (const [name, offset] of cases) {
      const topics = [{ name, partitions: [{ partitionIndex: 0, offset }] }]
      const answer = await call(deleteRecords, handleDeleteRecords, 2, { topics, timeoutMs: 1 })
      const [partition] = answer.topics[0]?.partitions ?? []
      outcomes.push([partition?.errorCode, partition?.lowWatermark])
    }
    expect(outcomes).toEqual([
      [0, 5],
      [0, 10],
      [1, -1],
      [44, -1],
      [0, 5],
      [17, -1],
      [3, -1],
    ])
  })
})

describe('OffsetForLeaderEpoch', () => {
  it('answers from the log, with the epoch of the image as the current one', async () => {
    const asked = vi.fn(async () => [{ errorCode: 0, leaderEpoch: 0, endOffset: 10 }])
    const { call, createTopic } = await clusterFixture({ queries: { epochEnds: asked } })
    await createTopic('a')
    const partition = { partition: 0, leaderEpoch: 0 }
    const { topics } = await call(offsetForLeaderEpoch, handleOffsetForLeaderEpoch, 4, {
      topics: [
        {
          topic: 'a',
          partitions: [partition, { ...partition, partition: 9 }, { ...partition, currentLeaderEpoch: 3 }],
        },
      ],
    })
    expect(topics[0]?.partitions.map((each) => [each.errorCode, each.endOffset])).toEqual([
      [0, 10],
      [3, -1],
      [75, -1],
    ])
    expect(asked).toHaveBeenCalledWith([expect.objectContaining({ leaderEpoch: 0, currentLeaderEpoch: 0 })])
  })
})

describe('DescribeLogDirs', () => {
  it('shows the logs of known topics, those asked for, and failed directories as such', async () => {
    const logs: { topicId: string; partition: number; size: number }[] = []
    const { call, createTopic, cluster } = await clusterFixture({
      queries: {
        logDirs: async () => [
          { path: '/one', totalBytes: 100, usableBytes: 50, failed: false, logs },
          { path: '/two', totalBytes: 0, usableBytes: 0, failed: true, logs: [] },
        ],
      },
    })
    await createTopic('a', 2)
    const { id } = cluster.image().topicsByName.get('a')!
    logs.push({ topicId: id, partition: 0, size: 7 }, { topicId: id, partition: 1, size: 8 })
    logs.push({ topicId: 'removed', partition: 0, size: 9 })
    const sizes = async (topics: readonly { topic: string; partitions: readonly number[] }[] | null) => {
      const { results } = await call(describeLogDirs, handleDescribeLogDirs, 5, { topics })
      return results.map((each) => [
        each.logDir,
        each.errorCode,
        each.totalBytes,
        each.topics.flatMap(({ partitions }) => partitions.map(({ partitionSize }) => partitionSize)),
      ])
    }
    expect(await sizes(null)).toEqual([
      ['/one', 0, 100, [7, 8]],
      ['/two', 56, -1, []],
    ])
    expect((await sizes([{ topic: 'a', partitions: [1] }]))[0]).toEqual(['/one', 0, 100, [8]])
    expect((await sizes([]))[0]).toEqual(['/one', 0, 100, []])
  })
})

describe('DescribeProducers', () => {
  it('shows what the log remembers', async () => {
    const producer = { producerId: 7, producerEpoch: 1, lastSequence: 4, lastTimestamp: 9, coordinatorEpoch: -1 }
    const { call, createTopic } = await clusterFixture({
      queries: { producers: async () => [{ errorCode: 0, producers: [{ ...producer, txnStartOffset: -1 }] }] },
    })
    await createTopic('a')
    const { topics } = await call(describeProducers, handleDescribeProducers, 0, {
      topics: [
        { name: 'a', partitionIndexes: [0, 1] },
        { name: 'a/b', partitionIndexes: [0] },
      ],
    })
    expect(topics.map(({ partitions }) => partitions.map((each) => each.errorCode))).toEqual([[0, 3], [17]])
    expect(topics[0]?.partitions[0]?.activeProducers).toEqual([{ ...producer, currentTxnStartOffset: -1 }])
  })
})

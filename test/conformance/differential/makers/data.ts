// Records and offsets: Produce, Fetch, ListOffsets, OffsetForLeaderEpoch, DeleteRecords, InitProducerId, DescribeProducers.
import { ZERO_TOPIC_ID } from 'millrace/base/ids.js'
import { list, repeatsTopic, valueOf } from '../../comparison/explained.ts'
import type { Id } from '../../comparison/side.ts'
import type { Dice } from '../dice.ts'
import { isRecords, type OpenRequest, type Records, type Sequence } from '../draft.ts'
import type { Producer, Topic, World } from '../world.ts'
import { someEpoch, someOffset, somePartitions, someTopic, type TopicChoice, someTopics } from './choices.ts'
import { type Maker, maker } from './maker.ts'
import { badRecords, goodRecords } from './records.ts'

const TIMEOUT_MS = 5000

const someRecordsFor = (dice: Dice, world: World, topic: TopicChoice, index: number) => {
  const producer = world.producers.length > 0 && dice.chance(0.35) ? dice.of(world.producers) : undefined
  const sequence = producer === undefined ? undefined : someSequence(dice, producer, `${topic.name}-${index}`)
  return dice.chance(0.12) ? badRecords(dice, sequence) : goodRecords(dice, sequence)
}

/** Sequence numbers begin anew behind the largest integer. */
const SEQUENCES = 2 ** 31

const someSequence = (dice: Dice, producer: Producer, partition: string): Sequence => {
  const next = producer.next.get(partition) ?? 0
  const { id, epoch } = producer
  switch (dice.weighted({ next: 12, again: 2, gap: 1, start: 1, epoch: 1, wrap: 0.3 })) {
    case 'next':
      return { producer: id, epoch, first: next }
    case 'again':
      return { producer: id, epoch, first: Math.max(0, next - dice.int(1, 9)) }
    case 'gap':
      return { producer: id, epoch, first: (next + dice.int(1, 3)) % SEQUENCES }
    case 'start':
      return { producer: id, epoch, first: 0 }
    case 'epoch':
      return { producer: id, epoch: Math.max(0, epoch + dice.of([1, -1, 5])), first: dice.of([0, next]) }
    case 'wrap':
      return { producer: id, epoch, first: SEQUENCES - 1 }
  }
}

const produce = {
  api: 'produce',
  weight: 26,
  make: (dice, world) => ({
    transactionalId: dice.chance(0.02) ? 'some' : null,
    acks: dice.of([-1, -1, -1, -1, -1, 1, 1, 1, 1, 0, dice.chance(0.3) ? 2 : 1]),
    timeoutMs: TIMEOUT_MS,
    topicData: someTopics(dice, world).map((topic) => ({
      name: topic.name,
      topicId: topic.id,
      partitionData: somePartitions(dice, topic).map((index) => ({
        index,
        records: someRecordsFor(dice, world, topic, index),
      })),
    })),
  }),
  isAnswered: (_, request) =>
    // Of what is not answered only the good can be taken for the same on both.
    (request.acks !== 0 || (isGood(request) && !repeatsTopic(request))) &&
    // Kafka asks the coordinator of its transaction, which may be about to start.
    (request.transactionalId === null || !recordsIn(request).some(isTransactional)),
  learn: (world, { request, answer, id }) => {
    for (const { name, topicId, partitionResponses } of answer.responses) {
      const topic = [...world.topics.values()].find((each) => each.name === name || each.id === id('topic', topicId))
      for (const { index, errorCode, baseOffset } of partitionResponses) {
        const log = topic?.logs[index]
        if (topic === undefined || log === undefined || errorCode !== 0) continue
        const records = producedTo(request, topic, index)
        log.end = Math.max(log.end, baseOffset + (records?.count ?? 1))
        if (records?.sequence !== undefined) moveOn(world, records.sequence, records.count, `${topic.name}-${index}`)
      }
    }
  },
} satisfies Maker<'produce'>

const recordsIn = (request: OpenRequest<'produce'>): readonly unknown[] =>
  list(request.topicData)
    .flatMap(({ partitionData }) => list(partitionData))
    .map(({ records }) => records)

const isGood = (request: OpenRequest<'produce'>): boolean =>
  recordsIn(request).every((records) => valueOf(records, 'isGood') === true)

const isTransactional = (records: unknown): boolean =>
  String(valueOf(records, 'about')).includes('the transactional bit')

const producedTo = (request: OpenRequest<'produce'>, topic: Topic, index: number): Records | undefined => {
  const sent = request.topicData.find(({ name, topicId }) => name === topic.name || topicId === topic.id)
  const records = sent?.partitionData.find((each) => each.index === index)?.records
  return records !== null && records !== undefined && isRecords(records) ? records : undefined
}

const moveOn = (world: World, { producer, epoch, first }: Sequence, count: number, partition: string): void => {
  const known = world.producers.find(({ id }) => id === producer)
  if (known === undefined) return
  known.epoch = epoch
  known.next.set(partition, (first + count) % SEQUENCES)
}

interface SessionChoice {
  readonly sessionId: Id | number
  readonly sessionEpoch: number
}

const someSession = (dice: Dice, world: World, byId: boolean): SessionChoice => {
  const known = world.sessions.filter((session) => session.byId === byId || dice.chance(0.03))
  if (known.length > 0 && dice.chance(0.6)) {
    const session = dice.of(known)
    const sessionEpoch = dice.chance(0.9) ? session.epoch : dice.of([session.epoch + 1, session.epoch - 1, -1, 0])
    return { sessionId: session.id, sessionEpoch }
  }
  return dice.of([
    { sessionId: 0, sessionEpoch: -1 },
    { sessionId: 0, sessionEpoch: -1 },
    { sessionId: 0, sessionEpoch: 0 },
    { sessionId: dice.of([0, 12_345, -1]), sessionEpoch: dice.of([1, -1, 7]) },
  ])
}

const SMALL_BYTES = [0, 1, 70, 100, 200, 400]
const LARGE_BYTES = 1 << 20

const someBytes = (dice: Dice): number => (dice.chance(0.3) ? dice.of(SMALL_BYTES) : LARGE_BYTES)

const NO_SESSION: SessionChoice = { sessionId: 0, sessionEpoch: -1 }
const SESSIONS_FROM = 7
const IDS_FROM = 13

const fetch = {
  api: 'fetch',
  weight: 22,
  make: (dice, world, version) => {
    const session = version < SESSIONS_FROM ? NO_SESSION : someSession(dice, world, version >= IDS_FROM)
    const goesOn = session.sessionEpoch > 0
    const patient = dice.chance(0.05)
    return {
      replicaId: -1,
      maxWaitMs: patient ? 10 : 0,
      minBytes: patient ? dice.of([1, 500, 1 << 20]) : dice.of([0, 1]),
      maxBytes: someBytes(dice),
      isolationLevel: dice.of([0, 0, 1]),
      ...session,
      topics: goesOn && dice.chance(0.5) ? [] : someTopics(dice, world).map((topic) => fetched(dice, world, topic)),
      forgottenTopicsData:
        goesOn && dice.chance(0.2)
          ? someTopics(dice, world).map((topic) => ({
              topic: topic.name,
              topicId: topic.id,
              partitions: somePartitions(dice, topic),
            }))
          : [],
    }
  },
  // A session would remember it, and a later request would fail at what it does not show.
  isAnswered: (_, { sessionEpoch, topics }) =>
    sessionEpoch === -1 ||
    list(topics).every(
      ({ topicId, partitions }) =>
        topicId !== ZERO_TOPIC_ID && list(partitions).every(({ partitionMaxBytes }) => Number(partitionMaxBytes) >= 0),
    ),
  learn: (world, { version, request, answer, id }) => {
    const session = world.sessions.find((each) => each.id === request.sessionId)
    if (session !== undefined && request.sessionEpoch === session.epoch && answer.errorCode === 0) session.epoch += 1
    if (session !== undefined && (request.sessionEpoch === 0 || request.sessionEpoch === -1))
      world.removeSession(session.id)
    const given = answer.sessionId === 0 ? undefined : id('session', answer.sessionId)
    if (given !== undefined && request.sessionEpoch === 0) {
      world.addSession({ id: given, epoch: 1, byId: version >= IDS_FROM })
    }
  },
} satisfies Maker<'fetch'>

const fetched = (dice: Dice, world: World, topic: TopicChoice) => ({
  topic: topic.name,
  topicId: topic.id,
  partitions: somePartitions(dice, topic).map((partition) => ({
    partition,
    currentLeaderEpoch: someEpoch(dice),
    fetchOffset: someOffset(dice, world, topic, partition),
    lastFetchedEpoch: dice.chance(0.1) ? someEpoch(dice) : -1,
    logStartOffset: -1,
    partitionMaxBytes: someBytes(dice),
  })),
})

const TIMES = [
  -1, -1, -2, -3, -4, -5, -6, -7, 0, 1_700_000_000_000, 1_700_000_500_000, 1_700_000_900_000, 4_000_000_000_000,
]

const listOffsets = {
  api: 'listOffsets',
  weight: 12,
  make: (dice, world) => ({
    replicaId: dice.chance(0.05) ? dice.of([-2, 1, 7]) : -1,
    isolationLevel: dice.of([0, 1]),
    topics: someTopics(dice, world).map((topic) => ({
      name: topic.name,
      partitions: somePartitions(dice, topic).map((partitionIndex) => ({
        partitionIndex,
        currentLeaderEpoch: someEpoch(dice),
        timestamp: dice.of(TIMES),
      })),
    })),
    timeoutMs: TIMEOUT_MS,
  }),
} satisfies Maker<'listOffsets'>

const offsetForLeaderEpoch = {
  api: 'offsetForLeaderEpoch',
  weight: 5,
  make: (dice, world) => ({
    replicaId: dice.of([-1, -2]),
    topics: someTopics(dice, world).map((topic) => ({
      topic: topic.name,
      partitions: somePartitions(dice, topic).map((partition) => ({
        partition,
        currentLeaderEpoch: someEpoch(dice),
        leaderEpoch: someEpoch(dice),
      })),
    })),
  }),
} satisfies Maker<'offsetForLeaderEpoch'>

const deleteRecords = {
  api: 'deleteRecords',
  weight: 4,
  make: (dice, world) => ({
    topics: someTopics(dice, world).map((topic) => ({
      name: topic.name,
      partitions: somePartitions(dice, topic).map((partitionIndex) => ({
        partitionIndex,
        offset: someOffset(dice, world, topic, partitionIndex),
      })),
    })),
    timeoutMs: TIMEOUT_MS,
  }),
  learn: (world, { answer }) => {
    for (const { name, partitions } of answer.topics) {
      for (const { partitionIndex, errorCode, lowWatermark } of partitions) {
        const log = world.topics.get(name)?.logs[partitionIndex]
        if (log !== undefined && errorCode === 0) log.start = lowWatermark
      }
    }
  },
} satisfies Maker<'deleteRecords'>

const initProducerId = {
  api: 'initProducerId',
  weight: 3,
  make: (dice, world) => {
    const known = world.producers.length > 0 && dice.chance(0.3) ? dice.of(world.producers) : undefined
    return {
      transactionalId: dice.chance(0.1) ? '' : null,
      transactionTimeoutMs: 60_000,
      producerId: known?.id ?? -1,
      producerEpoch: known?.epoch ?? -1,
    }
  },
  learn: (world, { answer, id }) => {
    const given = answer.errorCode === 0 ? id('producer', answer.producerId) : undefined
    if (given !== undefined) world.addProducer({ id: given, epoch: answer.producerEpoch, next: new Map() })
  },
} satisfies Maker<'initProducerId'>

const describeProducers = {
  api: 'describeProducers',
  weight: 4,
  make: (dice, world) => {
    const topic = someTopic(dice, world)
    return { topics: [{ name: topic.name, partitionIndexes: somePartitions(dice, topic) }] }
  },
  learn: (world, { answer, id }) => {
    for (const { name, partitions } of answer.topics) {
      for (const { partitionIndex, activeProducers } of partitions) {
        for (const { producerId, producerEpoch, lastSequence } of activeProducers) {
          const known = world.producers.find((each) => each.id === id('producer', producerId))
          known?.next.set(`${name}-${partitionIndex}`, (lastSequence + 1) % SEQUENCES)
          if (known !== undefined) known.epoch = producerEpoch
        }
      }
    }
  },
} satisfies Maker<'describeProducers'>

export const dataMakers: readonly Maker[] = [
  maker(produce),
  maker(fetch),
  maker(listOffsets),
  maker(offsetForLeaderEpoch),
  maker(deleteRecords),
  maker(initProducerId),
  maker(describeProducers),
]

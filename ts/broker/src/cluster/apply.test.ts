import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { brokerId, partitionIndex, type TopicId } from '../base/ids.ts'
import { applyChanges, applyCommit, loadImage } from './apply.ts'
import { emptyImage, type ClusterImage } from './image.ts'
import { encodeRecord, keyOf, type Change } from './records.ts'
import type { Entry } from './store/store.ts'
import { withBrokers } from './scenario.ts'

const topicA = 'AQEBAQEBAQEBAQEBAQEBAQ' as TopicId
const topicB = 'AgICAgICAgICAgICAgICAg' as TopicId

const partition = (topic: TopicId, index: number, leader = 1): Change => ({
  kind: 'partition',
  topic,
  index: partitionIndex(index),
  record: { leader, leaderEpoch: 0, partitionEpoch: 0, replicas: [leader], isr: [leader], elr: [] },
})

const topic = (id: TopicId, name: string, partitions: number): Change[] => [
  { kind: 'topic', topic: id, record: { name } },
  ...Array.from({ length: partitions }, (_, index) => partition(id, index)),
]

/** An image as plain data, to compare two that share nothing. */
const plain = (image: ClusterImage): unknown => ({
  ...image,
  topicsByName: new Map(image.topicsByName),
  topicsById: new Map(image.topicsById),
  collidingNames: new Map(image.collidingNames),
  configs: new Map(image.configs),
})

describe('applying changes', () => {
  it('finds a topic by name and by id, with its partitions in order', () => {
    const image = applyChanges(emptyImage, 1, topic(topicA, 'orders', 3))
    expect(image.topicsByName.get('orders')).toBe(image.topicsById.get(topicA))
    expect(image.topicsById.get(topicA)?.partitions.map(({ index }) => index)).toEqual([0, 1, 2])
  })

  it('leaves alone what a commit does not touch', () => {
    const before = applyChanges(emptyImage, 1, [...topic(topicA, 'a', 2), ...topic(topicB, 'b', 2)])
    const after = applyChanges(before, 2, [partition(topicA, 1, 7)])
    expect(after.topicsById.get(topicB)).toBe(before.topicsById.get(topicB))
    expect(after.topicsById.get(topicA)?.partitions[0]).toBe(before.topicsById.get(topicA)?.partitions[0])
    expect(after.topicsById.get(topicA)?.partitions[1]?.leader).toBe(7)
    expect(before.topicsById.get(topicA)?.partitions[1]?.leader).toBe(1)
  })

  it('removes a topic with all that is its own, and frees its name', () => {
    const image = applyChanges(emptyImage, 1, topic(topicA, 'a.b', 2))
    const removed = applyChanges(image, 2, [
      { kind: 'topic', topic: topicA, record: null },
      { ...partition(topicA, 0), record: null },
    ])
    expect(plain(removed)).toEqual(plain({ ...emptyImage, revision: 2 }))
  })

  it('keeps the name when one commit removes a topic and makes another one of that name', () => {
    const image = applyChanges(emptyImage, 1, topic(topicA, 'a_b', 1))
    const again = applyChanges(image, 2, [{ kind: 'topic', topic: topicA, record: null }, ...topic(topicB, 'a_b', 1)])
    expect(again.topicsByName.get('a_b')?.id).toBe(topicB)
    expect(again.collidingNames.get('a_b')).toEqual(['a_b'])
  })

  it('marks the topics of coordinators as internal', () => {
    const image = applyChanges(emptyImage, 1, topic(topicA, '__consumer_offsets', 1))
    expect(image.topicsById.get(topicA)?.internal).toBe(true)
  })

  it('refuses an image in which a partition is missing', () => {
    expect(() => applyChanges(emptyImage, 1, [...topic(topicA, 'a', 1), partition(topicA, 2)])).toThrow('partition 1')
  })

  it('names a live broker as controller, and keeps it while it lives', () => {
    const image = withBrokers(3, 2)
    expect(image.controllerId).toBe(2)
    const joined = applyChanges(image, 2, [
      { kind: 'broker', broker: brokerId(1), record: { rack: null, endpoints: [] } },
    ])
    expect(joined.controllerId).toBe(2)
    expect(applyChanges(joined, 3, [{ kind: 'broker', broker: brokerId(2), record: null }]).controllerId).toBe(1)
  })

  it('holds 10,000 partitions and changes one of them in well under a millisecond each', () => {
    let image = applyChanges(emptyImage, 1, topic(topicA, 'wide', 10_000))
    const started = performance.now()
    for (let round = 0; round < 100; round++) image = applyChanges(image, round, [partition(topicA, round, 9)])
    expect(performance.now() - started).toBeLessThan(1_000)
  })
})

it('gives the same image from a snapshot as from the commits that made it', () => {
  const id = fc.constantFrom(topicA, topicB)
  const change = fc.oneof(
    id.map((each): Change[] => topic(each, each === topicA ? 'a.b' : 'c', 2)),
    id.map((each): Change[] => [
      { kind: 'topic', topic: each, record: null },
      { kind: 'topic-config', topic: each, record: null },
      ...[0, 1].map((at) => ({ ...partition(each, at), record: null })),
    ]),
    fc.tuple(id, fc.nat(3)).map(([each, leader]): Change[] => [partition(each, 0, leader)]),
    fc
      .tuple(id, fc.string())
      .map(([each, value]): Change[] => [
        { kind: 'topic-config', topic: each, record: { configs: [{ name: 'retention.ms', value }] } },
      ]),
    fc.nat(3).map((each): Change[] => [
      { kind: 'broker', broker: brokerId(each), record: { rack: 'r', endpoints: [] } },
      { kind: 'config', type: 'group', name: `a/${each}`, record: { configs: [{ name: 'x', value: 'y' }] } },
    ]),
    fc
      .tuple(fc.nat(2), fc.option(fc.string()))
      .map(([each, expression]): Change[] => [
        { kind: 'filter', name: `a / ${each}`, record: expression === null ? null : { language: 'cel', expression } },
      ]),
    fc.nat(1000).map((next): Change[] => [{ kind: 'producer-ids', record: { next } }]),
    fc.string().map((clusterId): Change[] => [{ kind: 'cluster', record: { clusterId } }]),
  )
  /** Decisions never touch a topic that is not there; neither does this. */
  const isPossible = (image: ClusterImage, changes: readonly Change[]): boolean =>
    changes[0]?.kind === 'topic'
      ? image.topicsById.has(changes[0].topic) === (changes[0].record === null)
      : !('topic' in changes[0]!) || image.topicsById.has(changes[0].topic)
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (steps) => {
      let image = emptyImage
      const held = new Map<string, Buffer>()
      for (const changes of steps.filter((each) => isPossible(image, each))) {
        if (!isPossible(image, changes)) continue
        const entries = changes.map((each) => ({ key: keyOf(each), value: encodeRecord(each) }))
        image = applyCommit(image, { revision: image.revision + 1, changes: entries })
        for (const { key, value } of entries) value === null ? held.delete(key) : held.set(key, value)
      }
      const entries: Entry[] = [...held].map(([key, value]) => ({ key, value }))
      const loaded = loadImage({ revision: image.revision, entries })
      const comparable = (each: ClusterImage): unknown => ({
        ...(plain(each) as object),
        controllerId: 0,
        brokers: new Map([...each.brokers].sort().map(([key, broker]) => [key, { ...broker, epoch: 0 }])),
      })
      expect(comparable(loaded)).toEqual(comparable(image))
    }),
    { numRuns: 200 },
  )
})

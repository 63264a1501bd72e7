import { describe, expect, it } from 'vitest'
import { brokerId, partitionIndex, type TopicId } from '../base/ids.ts'
import type { ImageDelta } from '../engine/native.ts'
import { applyChanges } from './apply.ts'
import { ALL_BROKERS, createBrokerConfigs } from './broker-configs.ts'
import { emptyImage, type ClusterImage } from './image.ts'
import { createPublisher, publishToAll } from './publish.ts'
import type { Change } from './records.ts'
import { withBrokers } from './scenario.ts'

const topicA = 'AQEBAQEBAQEBAQEBAQEBAQ' as TopicId
const topicB = 'AgICAgICAgICAgICAgICAg' as TopicId

const topic = (id: TopicId, name: string, replicas: readonly number[] = [1]): Change[] => [
  { kind: 'topic', topic: id, record: { name } },
  {
    kind: 'partition',
    topic: id,
    index: partitionIndex(0),
    record: { leader: 1, leaderEpoch: 4, partitionEpoch: 0, replicas, isr: [1], elr: [] },
  },
]

const fixture = (fromStart: ReadonlyMap<string, string> = new Map()) => {
  const sent: ImageDelta[] = []
  const publish = createPublisher(createBrokerConfigs(brokerId(1), fromStart), (delta) => sent.push(delta))
  let image: ClusterImage = emptyImage
  const move = (next: ClusterImage): ImageDelta => {
    publish(image, next, null)
    image = next
    return sent.at(-1)!
  }
  const change = (...changes: Change[]): ImageDelta => move(applyChanges(image, image.revision + 1, changes))
  return { move, change }
}

describe('publishing', () => {
  it('sends the cluster first, and later only when it changed', () => {
    const { move, change } = fixture(new Map([['auto.create.topics.enable', 'false']]))
    const { cluster } = move(withBrokers(1))
    expect(cluster).toMatchObject({
      controllerId: 1,
      autoCreateTopics: false,
      brokers: [{ id: 1, endpoints: [{ listener: 'PLAINTEXT', host: 'localhost', port: 9092 }] }],
    })
    expect(cluster?.apis.find(({ key }) => key === 19)).toEqual({ key: 19, min: 2, max: 7 })
    expect(change(...topic(topicA, 'a')).cluster).toBeUndefined()
    expect(change({ kind: 'cluster', record: { clusterId: 'x' } }).cluster?.clusterId).toBe('x')
  })

  it('sends the topics that changed and the ids of those that went', () => {
    const { move, change } = fixture()
    move(withBrokers(1))
    expect(
      change(...topic(topicA, 'a'), ...topic(topicB, 'b'))
        .topics.map(({ id }) => id)
        .toSorted(),
    ).toEqual([topicA, topicB].toSorted())
    const delta = change({ kind: 'topic', topic: topicA, record: null })
    expect([delta.topics, delta.removedTopics]).toEqual([[], [topicA]])
  })

  it('sends leaders, epochs and which replicas are offline, those again when a broker comes', () => {
    const { move, change } = fixture()
    move(withBrokers(1))
    const created = change(...topic(topicA, 'a', [1, 2]))
    expect(created.topics[0]?.partitions).toEqual([
      { leader: 1, leaderEpoch: 4, replicas: [1, 2], isr: [1], offline: [2] },
    ])
    const joined = change({ kind: 'broker', broker: brokerId(2), record: { rack: 'r', endpoints: [] } })
    expect(joined.topics[0]?.partitions[0]?.offline).toEqual([])
    expect(joined.cluster?.brokers[1]).toEqual({ id: 2, rack: 'r', endpoints: [] })
  })

  it('sends configs as the engine honours them: of the topic, else of the broker, else the default', () => {
    const { move, change } = fixture(new Map([['log.segment.bytes', '2000000']]))
    move(withBrokers(1))
    const configs = [
      { name: 'cleanup.policy', value: 'compact' },
      { name: 'message.timestamp.type', value: 'LogAppendTime' },
    ]
    const created = change(...topic(topicA, 'a'), { kind: 'topic-config', topic: topicA, record: { configs } })
    expect(created.topics[0]?.config).toMatchObject({
      segmentBytes: 2_000_000,
      cleanupCompact: true,
      cleanupDelete: false,
      timestampType: 'LogAppendTime',
      minInsyncReplicas: 1,
      retentionMs: 604_800_000,
      compression: 'producer',
      strictValidation: false,
    })
    const own = change({ kind: 'topic-config', topic: topicA, record: null })
    expect(own.topics[0]?.config).toMatchObject({ cleanupCompact: false, cleanupDelete: true })
  })

  it.each([
    ['gzip', { 'compression.gzip.level': '9', 'compression.zstd.level': '7' }, 9],
    ['gzip', {}, undefined],
    ['zstd', { 'compression.gzip.level': '9' }, 3],
    ['lz4', { 'compression.lz4.level': '9' }, undefined],
  ])('sends the level of the codec that a topic stores: %s', (type, levels, level) => {
    const { move, change } = fixture(new Map())
    move(withBrokers(1))
    const configs = Object.entries({ 'compression.type': type, ...levels }).map(([name, value]) => ({ name, value }))
    const created = change(...topic(topicA, 'a'), { kind: 'topic-config', topic: topicA, record: { configs } })
    expect(created.topics[0]?.config.compression).toBe(type)
    expect(created.topics[0]?.config.compressionLevel).toBe(level)
  })

  it('sends everything again after an image that the engine refused', () => {
    const sent: ImageDelta[] = []
    let refuses = false
    const publish = createPublisher(createBrokerConfigs(brokerId(1), new Map()), (delta) => {
      if (refuses) throw new Error('no')
      sent.push(delta)
    })
    const first = withBrokers(1)
    const second = applyChanges(first, 2, topic(topicA, 'a'))
    const third = applyChanges(second, 3, topic(topicB, 'b'))
    publish(emptyImage, first, null)
    refuses = true
    expect(() => publish(first, second, null)).toThrow('no')
    refuses = false
    publish(second, third, null)
    expect(sent.at(-1)?.topics).toHaveLength(2)
    expect(sent.at(-1)?.cluster).toBeDefined()
  })

  // A topic deleted in an image that the engine refused was served for ever, and its log stayed on disk.
  it('removes after a refused image what that one had removed', () => {
    const sent: ImageDelta[] = []
    let refuses = false
    const publish = createPublisher(createBrokerConfigs(brokerId(1), new Map()), (delta) => {
      if (refuses) throw new Error('no')
      sent.push(delta)
    })
    const first = applyChanges(withBrokers(1), 2, topic(topicA, 'a'))
    const second = applyChanges(first, 3, [{ kind: 'topic', topic: topicA, record: null }])
    const third = applyChanges(second, 4, topic(topicB, 'b'))
    publish(emptyImage, first, null)
    refuses = true
    expect(() => publish(first, second, null)).toThrow('no')
    refuses = false
    publish(second, third, null)
    expect(sent.at(-1)?.removedTopics).toEqual([topicA])
  })

  // The groups never heard of topics that were deleted in an image that the engine refused.
  it('tells everybody, though one refuses', () => {
    const told: string[] = []
    const publish = publishToAll([
      () => {
        told.push('engine')
        throw new Error('no')
      },
      () => told.push('groups'),
    ])
    expect(() => publish(emptyImage, emptyImage, null)).toThrow('no')
    expect(told).toEqual(['engine', 'groups'])
  })

  it('sends every topic again when configs of a broker changed', () => {
    const { move, change } = fixture()
    move(withBrokers(1))
    change(...topic(topicA, 'a'))
    const record = { configs: [{ name: 'message.max.bytes', value: '5000' }] }
    const delta = change({ kind: 'config', type: 'broker', name: ALL_BROKERS, record })
    expect(delta.topics.map(({ config }) => config.maxMessageBytes)).toEqual([5000])
  })
})

import { describe, expect, it } from 'vitest'
import { randomTopicId, ZERO_TOPIC_ID, type BrokerId } from '../base/ids.ts'
import { applyChanges } from '../cluster/apply.ts'
import type { Decision } from '../cluster/decision.ts'
import type { ClusterImage } from '../cluster/image.ts'
import { withBrokers } from '../cluster/scenario.ts'
import { checkTopicConfigs } from '../configs/check.ts'
import { brokerValues } from '../configs/resolve.ts'
import { deleteTopics } from './delete.ts'
import { createTopics, type CreateResult, type CreateRules, type TopicSpec } from './create.ts'

const values = brokerValues({ dynamicBroker: new Map(), dynamicDefault: new Map(), static: new Map() })

const rules: CreateRules = {
  partitionsDefault: 3,
  replicationFactorDefault: 1,
  newTopicId: randomTopicId,
  checkConfigs: (configs) => checkTopicConfigs(configs, values),
}

const spec = (name: string, given: Partial<TopicSpec> = {}): TopicSpec => ({
  name,
  numPartitions: 1,
  replicationFactor: 1,
  assignments: [],
  configs: [],
  ...given,
})

const byHand = (...replicas: readonly (readonly number[])[]): Partial<TopicSpec> => ({
  numPartitions: -1,
  replicationFactor: -1,
  assignments: replicas.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
})

const outcome = (result: CreateResult): string => ('created' in result ? 'NONE' : result.error.code)
const outcomes = (decision: Decision<readonly CreateResult[]>): readonly string[] => decision.result.map(outcome)
const messageOf = (result: CreateResult | undefined): string =>
  result !== undefined && 'error' in result ? result.error.message : ''

const create = (image: ClusterImage, ...specs: readonly TopicSpec[]): Decision<readonly CreateResult[]> =>
  createTopics(image, specs, rules)

const after = (image: ClusterImage, decision: Decision<unknown>): ClusterImage =>
  applyChanges(image, image.revision + 1, decision.changes)

describe('creating topics', () => {
  const one = withBrokers(1)
  const three = withBrokers(1, 2, 3)

  it('makes what was asked for', () => {
    const decision = create(one, spec('orders', { numPartitions: 4, configs: [{ name: 'retention.ms', value: '1' }] }))
    const topic = after(one, decision).topicsByName.get('orders')
    expect(topic?.partitions.map(({ index, leader, isr }) => [index, leader, isr])).toEqual(
      [0, 1, 2, 3].map((index) => [index, 1, [1]]),
    )
    expect(topic?.configs).toEqual(new Map([['retention.ms', '1']]))
    expect(decision.result[0]).toMatchObject({
      created: { id: topic?.id, numPartitions: 4, replicationFactor: 1 },
    })
  })

  it('takes -1 for the defaults', () => {
    const decision = create(three, spec('a', { numPartitions: -1, replicationFactor: -1 }))
    expect(decision.result[0]).toMatchObject({ created: { numPartitions: 3, replicationFactor: 1 } })
  })

  it.each([
    ['a name that is not allowed', spec('a/b'), 'INVALID_TOPIC_EXCEPTION'],
    ['no name', spec(''), 'INVALID_TOPIC_EXCEPTION'],
    ['a name for the directory above', spec('..'), 'INVALID_TOPIC_EXCEPTION'],
    ['a name of 250 characters', spec('x'.repeat(250)), 'INVALID_TOPIC_EXCEPTION'],
    ['no partitions', spec('a', { numPartitions: 0 }), 'INVALID_PARTITIONS'],
    ['-2 partitions', spec('a', { numPartitions: -2 }), 'INVALID_PARTITIONS'],
    ['10^9 partitions', spec('a', { numPartitions: 1_000_000_000 }), 'POLICY_VIOLATION'],
    ['no replicas', spec('a', { replicationFactor: 0 }), 'INVALID_REPLICATION_FACTOR'],
    ['-2 replicas', spec('a', { replicationFactor: -2 }), 'INVALID_REPLICATION_FACTOR'],
    ['more replicas than brokers', spec('a', { replicationFactor: 2 }), 'INVALID_REPLICATION_FACTOR'],
    ['a config that is not known', spec('a', { configs: [{ name: 'nope', value: '1' }] }), 'INVALID_CONFIG'],
    ['a config that is no number', spec('a', { configs: [{ name: 'retention.ms', value: 'abc' }] }), 'INVALID_CONFIG'],
    ['a config of null', spec('a', { configs: [{ name: 'retention.ms', value: null }] }), 'INVALID_CONFIG'],
    ['counts beside an assignment', spec('a', { ...byHand([1]), numPartitions: 1 }), 'INVALID_REQUEST'],
    ['a factor beside an assignment', spec('a', { ...byHand([1]), replicationFactor: 1 }), 'INVALID_REQUEST'],
    ['a broker twice', spec('a', byHand([1, 1])), 'INVALID_REPLICA_ASSIGNMENT'],
    ['an unknown broker', spec('a', byHand([9])), 'INVALID_REPLICA_ASSIGNMENT'],
    ['a partition without replicas', spec('a', byHand([])), 'INVALID_REPLICA_ASSIGNMENT'],
  ])('refuses %s', (_, wrong, code) => {
    const decision = create(one, wrong)
    expect(outcomes(decision)).toEqual([code])
    expect(decision.changes).toEqual([])
  })

  it('refuses assignments that differ in length, repeat a partition or leave one out', () => {
    expect(outcomes(create(three, spec('a', byHand([1], [1, 2]))))).toEqual(['INVALID_REPLICA_ASSIGNMENT'])
    for (const second of [0, 2]) {
      const assignments = [0, second].map((partitionIndex) => ({ partitionIndex, brokerIds: [1] }))
      expect(outcomes(create(three, spec('a', { ...byHand(), assignments })))).toEqual(['INVALID_REPLICA_ASSIGNMENT'])
    }
  })

  it('keeps the order of replicas in an assignment: the first leads', () => {
    const decision = create(three, spec('a', byHand([3, 1], [2, 3])))
    const partitions = after(three, decision).topicsByName.get('a')?.partitions
    expect(partitions?.map(({ leader, replicas }) => [leader, replicas])).toEqual([
      [3, [3, 1]],
      [2, [2, 3]],
    ])
  })

  it('refuses a name that is taken, or would be taken for another', () => {
    const image = after(one, create(one, spec('a.b')))
    const decision = create(image, spec('a.b'), spec('a_b'), spec('a-b'))
    expect(outcomes(decision)).toEqual(['TOPIC_ALREADY_EXISTS', 'INVALID_TOPIC_EXCEPTION', 'NONE'])
    expect(messageOf(decision.result[0])).toBe("Topic 'a.b' already exists.")
    expect(messageOf(decision.result[1])).toBe("Topic 'a_b' collides with existing topic: a.b")
  })

  it('makes two names of one request that collide, and neither again while one of them is left', () => {
    const decision = create(one, spec('a.b'), spec('a_b'))
    expect(outcomes(decision)).toEqual(['NONE', 'NONE'])
    const both = after(one, decision)
    expect(outcomes(create(both, spec('a.b'), spec('a_b')))).toEqual(['TOPIC_ALREADY_EXISTS', 'TOPIC_ALREADY_EXISTS'])
    const left = after(
      both,
      deleteTopics(both, [{ name: 'a.b', topicId: ZERO_TOPIC_ID }], { 'audit.topic.enable': true }),
    )
    expect(outcomes(create(left, spec('a.b')))).toEqual(['INVALID_TOPIC_EXCEPTION'])
    const none = after(
      left,
      deleteTopics(left, [{ name: 'a_b', topicId: ZERO_TOPIC_ID }], { 'audit.topic.enable': true }),
    )
    expect(outcomes(create(none, spec('a.b')))).toEqual(['NONE'])
  })

  it('refuses a name that a request has twice, once, and creates the others', () => {
    const decision = create(one, spec('a'), spec('b'), spec('a'))
    expect(decision.result.map(({ name }) => name)).toEqual(['a', 'b'])
    expect(outcomes(decision)).toEqual(['INVALID_REQUEST', 'NONE'])
  })

  it('guards the name against a creation elsewhere', () => {
    expect(create(one, spec('a.b')).guards).toEqual([{ record: { kind: 'topic-name', name: 'a_b' }, is: 'absent' }])
  })

  it('leads a new partition by its first live replica', () => {
    const gone = { ...three, brokers: new Map([...three.brokers].filter(([id]) => id !== 1)) } as ClusterImage
    const decision = create(gone, spec('a', { replicationFactor: 2 }))
    const leader = after(three, decision).topicsByName.get('a')?.partitions[0]?.leader as BrokerId
    expect(gone.brokers.has(leader)).toBe(true)
  })
})

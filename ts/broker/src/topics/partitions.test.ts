import { describe, expect, it } from 'vitest'
import { randomTopicId } from '../base/ids.ts'
import { applyChanges } from '../cluster/apply.ts'
import { withBrokers } from '../cluster/scenario.ts'
import { createTopics } from './create.ts'
import { createPartitions, type PartitionsSpec } from './partitions.ts'

const rules = {
  partitionsDefault: 1,
  replicationFactorDefault: 1,
  newTopicId: randomTopicId,
  checkConfigs: () => undefined,
}
const base = withBrokers(1, 2)
const image = applyChanges(
  base,
  2,
  createTopics(base, [{ name: 'a', numPartitions: 2, replicationFactor: 2, assignments: [], configs: [] }], rules)
    .changes,
)

const values = { 'audit.topic.enable': true }
const spec = (count: number, assignments: PartitionsSpec['assignments'] = null, name = 'a'): PartitionsSpec => ({
  name,
  count,
  assignments,
})

describe('adding partitions', () => {
  it('adds them behind those there are, with as many replicas', () => {
    const { changes } = createPartitions(image, [spec(5)], values)
    const partitions = applyChanges(image, 3, changes).topicsByName.get('a')?.partitions
    expect(partitions?.map(({ index, replicas }) => [index, replicas.length])).toEqual(
      [0, 1, 2, 3, 4].map((index) => [index, 2]),
    )
  })

  it('takes assignments for the new ones', () => {
    const { changes } = createPartitions(image, [spec(3, [{ brokerIds: [2, 1] }])], values)
    expect(applyChanges(image, 3, changes).topicsByName.get('a')?.partitions[2]).toMatchObject({
      leader: 2,
      replicas: [2, 1],
    })
  })

  it.each([
    ['as many as there are', spec(2), 'INVALID_PARTITIONS', 'Topic already has 2 partition(s).'],
    ['fewer', spec(1), 'INVALID_PARTITIONS', 'would not be an increase'],
    ['fewer than none', spec(-1), 'INVALID_PARTITIONS', 'would not be an increase'],
    ['10^9', spec(1_000_000_000), 'POLICY_VIOLATION', 'Excessively large'],
    ['more than were assigned', spec(4, [{ brokerIds: [1, 2] }]), 'INVALID_REPLICA_ASSIGNMENT', 'Attempted to add 2'],
    ['another factor', spec(3, [{ brokerIds: [1] }]), 'INVALID_REPLICA_ASSIGNMENT', 'not consistent'],
    ['an unknown topic', spec(3, null, 'nope'), 'UNKNOWN_TOPIC_OR_PARTITION', ''],
  ])('refuses %s', (_, wrong, code, message) => {
    const { result, changes } = createPartitions(image, [wrong], values)
    expect(result[0]?.error?.code).toBe(code)
    expect(result[0]?.error?.message).toContain(message)
    expect(changes).toEqual([])
  })

  it('refuses a topic that a request has twice', () => {
    const { result } = createPartitions(image, [spec(3), spec(4)], values)
    expect(result.map(({ error }) => error?.code)).toEqual(['INVALID_REQUEST'])
  })
})

import { describe, expect, it } from 'vitest'
import { randomTopicId, ZERO_TOPIC_ID, type TopicId } from '../base/ids.ts'
import { applyChanges } from '../cluster/apply.ts'
import type { ClusterImage } from '../cluster/image.ts'
import { withBrokers } from '../cluster/scenario.ts'
import { AUDIT_TOPIC, CANARY_TOPIC } from '../cluster/topic-names.ts'
import { createTopics } from './create.ts'
import { deleteTopics, type TopicReference } from './delete.ts'

const withTopics = (...names: readonly string[]): ClusterImage => {
  const image = withBrokers(1)
  const specs = names.map((name) => ({
    name,
    numPartitions: 2,
    replicationFactor: 1,
    assignments: [],
    configs: [{ name: 'retention.ms', value: '1' }],
  }))
  const rules = {
    partitionsDefault: 1,
    replicationFactorDefault: 1,
    newTopicId: randomTopicId,
    checkConfigs: () => undefined,
  }
  return applyChanges(image, 2, createTopics(image, specs, rules).changes)
}

const kept = { 'audit.topic.enable': true }
const notKept = { 'audit.topic.enable': false }

const byName = (name: string): TopicReference => ({ name, topicId: ZERO_TOPIC_ID })
const byId = (topicId: TopicId): TopicReference => ({ name: null, topicId })

const outcomes = (image: ClusterImage, ...references: readonly TopicReference[]): readonly unknown[] =>
  deleteTopics(image, references, kept).result.map(({ name, error }) => [name, error?.code ?? 'NONE'])

describe('deleting topics', () => {
  const image = withTopics('a', 'b.c')
  const idOf = (name: string): TopicId => image.topicsByName.get(name)!.id

  it('leaves nothing of them', () => {
    const { changes, result } = deleteTopics(image, [byName('a'), byId(idOf('b.c'))], kept)
    expect(result.map(({ name, error }) => [name, error])).toEqual([
      ['a', null],
      ['b.c', null],
    ])
    const left = applyChanges(image, 3, changes)
    expect([left.topicsById.size, left.topicsByName.size, left.collidingNames.size]).toEqual([0, 0, 0])
    expect(changes.every(({ record }) => record === null)).toBe(true)
    expect(changes).toHaveLength(2 * (1 + 1 + 1 + 2))
  })

  it('leaves the audit list where it is kept, by name and by id, and deletes the rest', () => {
    const own = withTopics(AUDIT_TOPIC, CANARY_TOPIC, '__consumer_offsets', 'a')
    const audit = own.topicsByName.get(AUDIT_TOPIC)!.id
    for (const reference of [byName(AUDIT_TOPIC), byId(audit)]) {
      const asked = [reference, byName(CANARY_TOPIC), byName('__consumer_offsets'), byName('a')]
      const { result, changes } = deleteTopics(own, asked, kept)
      expect(result.map(({ error }) => error?.code ?? 'NONE')).toEqual(['POLICY_VIOLATION', 'NONE', 'NONE', 'NONE'])
      expect(result[0]).toMatchObject({ name: AUDIT_TOPIC, topicId: audit })
      expect([...applyChanges(own, 3, changes).topicsByName.keys()]).toEqual([AUDIT_TOPIC])
      expect(deleteTopics(own, [reference], notKept).result).toMatchObject([{ error: null }])
    }
  })

  it('tells an unknown name from an unknown id', () => {
    expect(outcomes(image, byName('nope'), byId(randomTopicId()))).toEqual([
      ['nope', 'UNKNOWN_TOPIC_OR_PARTITION'],
      [null, 'UNKNOWN_TOPIC_ID'],
    ])
  })

  it('refuses what is named twice, in whatever way, and deletes the rest', () => {
    expect(outcomes(image, byName('a'), byName('a'), byName('b.c'))).toEqual([
      ['a', 'INVALID_REQUEST'],
      ['b.c', 'NONE'],
    ])
    expect(outcomes(image, byId(idOf('a')), byId(idOf('a')))).toEqual([[null, 'INVALID_REQUEST']])
  })

  it('refuses both a name and an id, and neither, each time', () => {
    const neither = byId(ZERO_TOPIC_ID)
    expect(outcomes(image, { name: 'a', topicId: idOf('a') }, neither, neither)).toEqual([
      ['a', 'INVALID_REQUEST'],
      [null, 'INVALID_REQUEST'],
      [null, 'INVALID_REQUEST'],
    ])
  })

  it('deletes nothing that is given by name and by id, and says so once', () => {
    expect(outcomes(image, byName('a'), byId(idOf('a')))).toEqual([['a', 'INVALID_REQUEST']])
  })
})

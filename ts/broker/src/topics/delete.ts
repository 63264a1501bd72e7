/** Deletes topics, by name or by id. Each result carries of name and id what the client may be told. */
import { BrokerError } from '../base/errors.ts'
import { ZERO_TOPIC_ID, type TopicId } from '../base/ids.ts'
import type { Decision, Guard } from '../cluster/decision.ts'
import type { ClusterImage, TopicImage } from '../cluster/image.ts'
import type { Change } from '../cluster/records.ts'
import { collisionKey } from '../cluster/topic-names.ts'
import { auditRefusal, type KeepsAudit } from './audit-list.ts'

/** As requests give it: a name, or a null name and an id. */
export interface TopicReference {
  readonly name: string | null
  readonly topicId: TopicId
}

export interface DeleteResult {
  readonly name: string | null
  readonly topicId: TopicId
  /** Null when the topic is gone. */
  readonly error: BrokerError | null
}

export const deleteTopics = (
  image: ClusterImage,
  references: readonly TopicReference[],
  values: KeepsAudit,
): Decision<readonly DeleteResult[]> => {
  const names = countBy(references.filter(isByName).map(({ name }) => name))
  const ids = countBy(references.filter(isById).map(({ topicId }) => topicId))
  const deleted = new Map<TopicId, TopicImage>()

  const resolve = ({ name, topicId }: TopicReference): DeleteResult => {
    const failed = (error: BrokerError): DeleteResult => ({ name, topicId, error })
    if (name === null && topicId === ZERO_TOPIC_ID) {
      return failed(new BrokerError('INVALID_REQUEST', 'Neither topic name nor id were specified.'))
    }
    if (name !== null && topicId !== ZERO_TOPIC_ID) {
      return failed(new BrokerError('INVALID_REQUEST', 'You may not specify both topic name and topic id.'))
    }
    if (name !== null && (names.get(name) ?? 0) > 1) {
      return failed(new BrokerError('INVALID_REQUEST', 'Duplicate topic name.'))
    }
    if (name === null && (ids.get(topicId) ?? 0) > 1) {
      return failed(new BrokerError('INVALID_REQUEST', 'Duplicate topic id.'))
    }
    const topic = name === null ? image.topicsById.get(topicId) : image.topicsByName.get(name)
    if (topic === undefined) {
      return failed(new BrokerError(name === null ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION'))
    }
    if (name !== null && ids.has(topic.id)) {
      const message = 'The provided topic name maps to an ID that was already supplied.'
      return { name, topicId: topic.id, error: new BrokerError('INVALID_REQUEST', message) }
    }
    const error = auditRefusal(topic.name, values)
    if (error === null) deleted.set(topic.id, topic)
    return { name: topic.name, topicId: topic.id, error }
  }

  /** An id whose topic is named as well is answered under the name. */
  const isNamedToo = (reference: TopicReference): boolean =>
    isById(reference) && names.get(image.topicsById.get(reference.topicId)?.name ?? '') === 1

  const result = withoutRepeats(references)
    .filter((reference) => !isNamedToo(reference))
    .map(resolve)
  const topics = [...deleted.values()]
  const freed = freedNames(image, deleted)
  return {
    result,
    changes: [...topics.flatMap(removal), ...freed],
    guards: [...topics.map(stillThere), ...freed.map(({ name }) => nobodyElse(name))],
  }
}

const isByName = (reference: TopicReference): reference is TopicReference & { name: string } =>
  reference.name !== null && reference.topicId === ZERO_TOPIC_ID
const isById = ({ name, topicId }: TopicReference): boolean => name === null && topicId !== ZERO_TOPIC_ID

const countBy = <Key>(keys: readonly Key[]): ReadonlyMap<Key, number> => {
  const counts = new Map<Key, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

/** What is named twice gets one answer; what says neither or both of name and id is answered each time. */
const withoutRepeats = (references: readonly TopicReference[]): readonly TopicReference[] => {
  const seen = new Set<string>()
  return references.filter((reference) => {
    if (!isByName(reference) && !isById(reference)) return true
    const key = `${reference.topicId}/${reference.name ?? ''}`
    return !seen.has(key) && seen.add(key)
  })
}

const removal = (topic: TopicImage): readonly Change[] => [
  { kind: 'topic', topic: topic.id, record: null },
  ...(topic.configs.size === 0 ? [] : ([{ kind: 'topic-config', topic: topic.id, record: null }] as const)),
  ...topic.partitions.map(({ index }) => ({ kind: 'partition', topic: topic.id, index, record: null }) as const),
]

type NameChange = Extract<Change, { readonly kind: 'topic-name' }>

/** A collision key is free once none of the topics that were made with it is left. */
const freedNames = (image: ClusterImage, deleted: ReadonlyMap<TopicId, TopicImage>): readonly NameChange[] =>
  [...new Set([...deleted.values()].map(({ name }) => collisionKey(name)))].map((name) => {
    const left = (image.collidingNames.get(name) ?? [])
      .map((each) => image.topicsByName.get(each))
      .find((topic) => topic !== undefined && !deleted.has(topic.id))
    return { kind: 'topic-name', name, record: left === undefined ? null : { topicId: left.id } }
  })

const nobodyElse = (name: string): Guard => ({ record: { kind: 'topic-name', name }, is: 'unchanged' })
const stillThere = ({ id }: TopicImage): Guard => ({ record: { kind: 'topic', topic: id }, is: 'unchanged' })

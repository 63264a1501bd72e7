// Topics of a cluster as it describes them, and what can be done to them.
import { ZERO_TOPIC_ID } from '../../base/ids.ts'
import { nearestOf } from '../../base/nearest.ts'
import { metadata } from '../../messages/03-metadata.ts'
import { createTopics } from '../../messages/19-create-topics.ts'
import { deleteTopics } from '../../messages/20-delete-topics.ts'
import { createPartitions } from '../../messages/37-create-partitions.ts'
import { errorName } from '../../wire/errors.ts'
import type { Infer } from '../../wire/schema.ts'
import { check, Failure, refused } from '../failure.ts'
import type { Client } from './client.ts'

type TopicMetadata = Infer<typeof metadata.response>['topics'][number]

export interface PartitionState {
  readonly partition: number
  /** Null while nobody leads it. */
  readonly leader: number | null
  readonly leaderEpoch: number
  readonly replicas: readonly number[]
  readonly inSync: readonly number[]
  readonly offline: readonly number[]
}

export interface Topic {
  readonly name: string
  readonly id: string
  readonly internal: boolean
  readonly partitions: readonly PartitionState[]
}

export interface NewTopic {
  readonly name: string
  /** -1 for what the cluster has as its default. */
  readonly partitions: number
  /** -1 for what the cluster has as its default. */
  readonly replicas: number
  readonly configs: ReadonlyMap<string, string>
}

/** What became of one of several things that were asked for at once. */
export interface Done<T> {
  readonly subject: string
  readonly result: T | Failure
}

/** Every topic, by name. */
export const listTopics = async (client: Client): Promise<readonly Topic[]> => {
  const { topics } = await client.ask(metadata, { topics: null, allowAutoTopicCreation: false })
  return topics
    .filter(({ errorCode }) => errorCode === 0)
    .map(toTopic)
    .sort(byName)
}

/** These topics, in this order. Throws for the first that does not exist, and guesses which is meant. */
export const describeTopics = async (client: Client, names: readonly string[]): Promise<readonly Topic[]> => {
  const found = await findTopics(client, names)
  const missing = names.find((_, at) => found[at] instanceof Failure && found[at].outcome === 'notFound')
  const guess =
    missing === undefined
      ? null
      : nearestOf(
          missing,
          (await listTopics(client)).map(({ name }) => name),
        )
  return found.map((topic, at) => {
    if (!(topic instanceof Failure)) return topic
    throw names[at] === missing ? withGuess(topic, guess) : topic
  })
}

const findTopics = async (client: Client, names: readonly string[]): Promise<readonly (Topic | Failure)[]> => {
  const asked = names.map((name) => ({ name }))
  const { topics } = await client.ask(metadata, { topics: asked, allowAutoTopicCreation: false })
  return names.map((name) => {
    const found = topics.find((topic) => topic.name === name)
    if (found === undefined) return refused(`topic ${name}`, 'UNKNOWN_TOPIC_OR_PARTITION')
    return failed(name, found.errorCode, null) ?? toTopic(found)
  })
}

const withGuess = (failure: Failure, guess: string | null): Failure => {
  const { outcome, message, next, code } = failure
  if (guess === null || next === null || code === null) return failure
  return new Failure(outcome, message, { next: `did you mean ${guess}? ${next}`, code })
}

export const describeTopic = async (client: Client, name: string): Promise<Topic> => {
  const [topic] = await describeTopics(client, [name])
  return topic as Topic
}

/** For whoever would write to it. */
export const refuseInternal = ({ name, internal }: Topic): void => {
  if (!internal) return
  throw new Failure('denied', `topic ${name} is internal: only brokers write there`, {
    next: `millrace consume ${name} reads it; millrace topic create makes one to write to`,
  })
}

export const createAll = async (
  client: Client,
  topics: readonly NewTopic[],
  validateOnly = false,
): Promise<readonly Done<{ readonly partitions: number; readonly replicas: number }>[]> => {
  const answer = await client.askController(createTopics, {
    topics: topics.map(({ name, partitions, replicas, configs }) => ({
      name,
      numPartitions: partitions,
      replicationFactor: replicas,
      assignments: [],
      configs: [...configs].map(([key, value]) => ({ name: key, value })),
    })),
    timeoutMs: client.timeoutMs,
    validateOnly,
  })
  return answer.topics.map(({ name, errorCode, errorMessage, numPartitions, replicationFactor }) => ({
    subject: name,
    result: failed(name, errorCode, errorMessage) ?? { partitions: numPartitions, replicas: replicationFactor },
  }))
}

/** With the defaults of the cluster, but for what `shape` says. Resolves once it can be used. */
export const createTopicIfMissing = async (
  client: Client,
  name: string,
  shape: Partial<NewTopic> = {},
): Promise<Topic> => {
  const topic: NewTopic = { name, partitions: -1, replicas: -1, configs: new Map(), ...shape }
  const [done] = await createAll(client, [topic])
  if (done?.result instanceof Failure && done.result.code !== 'TOPIC_ALREADY_EXISTS') throw done.result
  return client.retrying(async () => {
    const [found] = await findTopics(client, [name])
    if (found === undefined || (found instanceof Failure && found.outcome === 'notFound'))
      throw refused(`topic ${name}`, 'LEADER_NOT_AVAILABLE')
    if (found instanceof Failure) throw found
    return found
  })
}

export const deleteAll = async (client: Client, names: readonly string[]): Promise<readonly Done<null>[]> => {
  const { responses } = await client.askController(deleteTopics, {
    topics: names.map((name) => ({ name, topicId: ZERO_TOPIC_ID })),
    topicNames: names,
    timeoutMs: client.timeoutMs,
  })
  const done = responses.map(({ name, errorCode, errorMessage }) => ({
    subject: name ?? '',
    result: failed(name ?? '', errorCode, errorMessage),
  }))
  if (done.every(({ result }) => result?.outcome !== 'notFound')) return done
  const left = (await listTopics(client)).map(({ name }) => name)
  return done.map(({ subject, result }) => ({
    subject,
    result: result?.outcome === 'notFound' ? withGuess(result, nearestOf(subject, left)) : result,
  }))
}

export const growTopic = async (client: Client, name: string, count: number, validateOnly: boolean): Promise<void> => {
  const topics = [{ name, count, assignments: null }]
  const { results } = await client.askController(createPartitions, {
    topics,
    timeoutMs: client.timeoutMs,
    validateOnly,
  })
  for (const { errorCode, errorMessage } of results) check(`topic ${name}`, errorCode, errorMessage)
}

const failed = (name: string, code: number, said: string | null): Failure | null =>
  code === 0 ? null : refused(`topic ${name}`, errorName(code), said)

const byName = (left: Topic, right: Topic): number => (left.name < right.name ? -1 : 1)

const toTopic = ({ name, topicId, isInternal, partitions }: TopicMetadata): Topic => ({
  name: name ?? '',
  id: topicId,
  internal: isInternal,
  partitions: partitions
    .map(({ partitionIndex, leaderId, leaderEpoch, replicaNodes, isrNodes, offlineReplicas }) => ({
      partition: partitionIndex,
      leader: leaderId < 0 ? null : leaderId,
      leaderEpoch,
      replicas: replicaNodes,
      inSync: isrNodes,
      offline: offlineReplicas,
    }))
    .sort((left, right) => left.partition - right.partition),
})

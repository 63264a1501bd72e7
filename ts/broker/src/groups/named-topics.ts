/** Topics as requests name them, by name or by id, against what the cluster has. */
import type { ErrorCode } from '../base/error-codes.ts'
import type { TopicId } from '../base/ids.ts'
import type { ClusterImage } from '../cluster/image.ts'
import type { TopicErrors } from './commands.ts'

export interface NamedTopic<Partition> {
  readonly name: string
  /** ZERO_TOPIC_ID where the request names topics by name. */
  readonly topicId: TopicId
  readonly partitions: readonly Partition[]
}

export interface Sorted<Partition> {
  /** With both name and id, and without the partitions that do not exist. */
  readonly known: readonly NamedTopic<Partition>[]
  /** Completes what was answered for the known to an answer for all: as in Kafka, what does not exist comes first. */
  readonly complete: (answers: TopicErrors) => TopicErrors
}

export const sortTopics = <Partition>(
  image: ClusterImage,
  topics: readonly NamedTopic<Partition>[],
  byId: boolean,
  indexOf: (partition: Partition) => number,
): Sorted<Partition> => {
  const found = topics.map((topic) => {
    const there = byId ? image.topicsById.get(topic.topicId) : image.topicsByName.get(topic.name)
    const error: ErrorCode = byId && there === undefined ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION'
    const exists = (partition: Partition): boolean => there?.partitions[indexOf(partition)] !== undefined
    const unknown = topic.partitions.filter((partition) => !exists(partition))
    return {
      isUnknown: there === undefined,
      name: there?.name ?? topic.name,
      topicId: there?.id ?? topic.topicId,
      partitions: topic.partitions.filter(exists),
      errors: unknown.map((partition) => ({ partition: indexOf(partition), error })),
    }
  })
  // A topic that does not exist is answered without partitions too; one that does is not.
  const refused = found
    .filter(({ isUnknown, errors }) => isUnknown || errors.length > 0)
    .map(({ name, topicId, errors }) => ({ name, topicId, partitions: errors }))
  return {
    known: found.filter(({ partitions }) => partitions.length > 0),
    complete: (answers) => (refused.length === 0 ? answers : merged([...refused, ...answers])),
  }
}

/** One answer for each topic; those that are not known have no name. */
const merged = (answers: TopicErrors): TopicErrors => {
  const byTopic = new Map<string, TopicErrors[number]>()
  for (const answer of answers) {
    const key = answer.name === '' ? answer.topicId : answer.name
    const partitions = [...(byTopic.get(key)?.partitions ?? []), ...answer.partitions]
    byTopic.set(key, { ...answer, partitions })
  }
  return [...byTopic.values()]
}

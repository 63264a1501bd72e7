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
  /** Completes what was answered for the known to an answer for all, in the order of the request. */
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
    const unknown: ErrorCode = byId && there === undefined ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION'
    const partitions = topic.partitions.filter((partition) => there?.partitions[indexOf(partition)] !== undefined)
    return {
      name: there?.name ?? topic.name,
      topicId: there?.id ?? topic.topicId,
      all: topic.partitions,
      partitions,
      unknown,
    }
  })
  return {
    known: found.filter(({ partitions }) => partitions.length > 0),
    complete: (answers) => {
      const answered = new Map<string, ErrorCode>()
      for (const { name, partitions } of answers) {
        for (const { partition, error } of partitions) answered.set(`${partition}/${name}`, error)
      }
      return found.map(({ name, topicId, all, unknown }) => ({
        name,
        topicId,
        partitions: all.map((each) => {
          const partition = indexOf(each)
          return { partition, error: answered.get(`${partition}/${name}`) ?? unknown }
        }),
      }))
    },
  }
}

/** A plan as changes of the cluster, once the engine has opened what the plan brings. */
import { type BrokerId, partitionIndex } from '../base/ids.ts'
import type { Change } from '../cluster/records.ts'
import { collisionKey } from '../cluster/topic-names.ts'
import type { SurveyedLog } from '../engine/native.ts'
import { topicConfigChange } from '../topics/create.ts'
import type { Plan, TakenTopic } from './plan.ts'

type Surveyed = ReadonlyMap<string, SurveyedLog>

export const surveyed = (logs: readonly SurveyedLog[]): Surveyed =>
  new Map(logs.map((log) => [`${log.topicId}/${log.partition}`, log]))

/** What in the logs themselves forbids to take them, a sentence each. */
export const logRefusals = (logs: readonly SurveyedLog[]): readonly string[] =>
  logs.flatMap(({ topic, partition, damage, openTransaction }) => {
    if (damage !== undefined) return [`${topic}-${partition}: ${damage}`]
    if (!openTransaction) return []
    return [
      `${topic}-${partition} has an open transaction: end it, or abort it with kafka-transactions.sh, in Kafka first`,
    ]
  })

/** Who will lead, and how often it has started. */
export interface Leader {
  readonly broker: BrokerId
  readonly starts: number
}

/** The topics, each partition led by `broker` in an epoch of its own: who led it before is not to be taken for it. */
export const topicChanges = (
  topics: readonly TakenTopic[],
  { broker, starts }: Leader,
  logs: Surveyed,
): readonly Change[] => {
  const names = new Set<string>()
  return topics.flatMap((topic): Change[] => {
    const key = collisionKey(topic.name)
    const isFirst = !names.has(key)
    names.add(key)
    return [
      { kind: 'topic', topic: topic.id, record: { name: topic.name } },
      ...(isFirst ? [{ kind: 'topic-name', name: key, record: { topicId: topic.id } } as const] : []),
      ...(topic.configs.size === 0 ? [] : [topicConfigChange(topic.id, topic.configs)]),
      ...topic.partitions.map(({ index, leaderEpoch }): Change => {
        const written = logs.get(`${topic.id}/${index}`)?.leaderEpoch ?? -1
        const record = {
          leader: broker,
          leaderEpoch: Math.max(leaderEpoch, written) + 1,
          partitionEpoch: 0,
          replicas: [broker],
          isr: [broker],
          elr: [],
          starts,
        }
        return { kind: 'partition', topic: topic.id, index: partitionIndex(index), record }
      }),
    ]
  })
}

/** The first producer id that nobody has, here or there. */
export const producerIdsEnd = (plan: Plan, logs: readonly SurveyedLog[], here: number): number =>
  logs.reduce((end, log) => Math.max(end, log.producerIdsEnd), Math.max(plan.nextProducerId, here))

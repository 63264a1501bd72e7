/** Changes of groups: where they go on reading, and their end. */
import { BrokerError } from '../../base/errors.ts'
import { groupBy } from '../../base/group-by.ts'
import { ZERO_TOPIC_ID, type TopicId } from '../../base/ids.ts'
import type { LogOffsetsAnswer } from '../../engine/native.ts'
import type { Checked, Output } from '../contract.ts'
import { ask, checkDone } from '../protocol.ts'
import type { RouteContext } from './context.ts'
import type { RoutesOf } from './table.ts'
import { checkConfirmed } from './topic-changes.ts'

type Target = Checked<'resetOffsets'>['target']

interface Place {
  readonly topic: string
  readonly topicId: TopicId
  readonly partition: number
  readonly committed: number | null
}

interface Move extends Place {
  readonly log: LogOffsetsAnswer
  readonly to: number
}

/** The last version of OffsetCommit that names topics. */
const BY_NAME = 9
/** The last version of FindCoordinator that asks for one. */
const ONE_KEY = 3
const GROUP = 0

export const groupChanges = ({ services }: RouteContext): RoutesOf<'resetOffsets' | 'deleteGroup'> => {
  const { cluster, groups, engine } = services

  const committedBy = (group: string): readonly Place[] =>
    groups
      .fetchOffsets({ groupId: group, topics: null, byId: false })
      .topics.flatMap(({ name, topicId, partitions }) =>
        partitions.map(({ partition, offset }) => ({ topic: name, topicId, partition, committed: offset })),
      )

  /** What is to be moved: all that was committed, or all partitions of the topics that are named. */
  const places = (group: string, topics: readonly string[] | undefined, target: Target): readonly Place[] => {
    const committed = committedBy(group)
    const known = new Map(committed.map((place) => [`${place.topic}/${place.partition}`, place]))
    const placeOf = (topic: string, partition: number): Place => {
      const image = cluster.image().topicsByName.get(topic)
      if (image?.partitions[partition] === undefined) {
        throw new BrokerError('UNKNOWN_TOPIC_OR_PARTITION', `There is no partition ${topic}-${partition}.`)
      }
      return known.get(`${topic}/${partition}`) ?? { topic, topicId: image.id, partition, committed: null }
    }
    if (target.to === 'positions') return target.positions.map(({ topic, partition }) => placeOf(topic, partition))
    if (topics === undefined) return committed.filter(({ topicId }) => topicId !== ZERO_TOPIC_ID)
    return topics.flatMap((topic) => {
      const count = Math.max(cluster.image().topicsByName.get(topic)?.partitions.length ?? 0, 1)
      return Array.from({ length: count }, (_, partition) => placeOf(topic, partition))
    })
  }

  const plan = async (moved: readonly Place[], target: Target): Promise<readonly Move[]> => {
    const queries = moved.map(({ topicId, partition }) => ({ topicId, partition }))
    const logs = await engine.queries.logOffsets(queries)
    const byTime = target.to === 'time' ? await offsetsAt(moved, Number(target.at)) : []
    return moved.map((place, at) => {
      const log = logs[at]
      if (log === undefined) throw new BrokerError('UNKNOWN_TOPIC_OR_PARTITION')
      checkDone(log)
      const wanted = wantedOffset(target, place, log, byTime[at] ?? log.highWatermark, at)
      return { ...place, log, to: Math.min(Math.max(wanted, log.logStart), log.highWatermark) }
    })
  }

  /** Of the first record at that time or after it; the end where there is none. */
  const offsetsAt = async (moved: readonly Place[], timestamp: number): Promise<readonly (number | undefined)[]> => {
    const queries = moved.map(({ topicId, partition }) => ({
      topicId,
      partition,
      timestamp,
      committedOnly: false,
      replica: false,
    }))
    const answers = await engine.queries.listOffsets(queries)
    return answers.map((answer) => {
      checkDone(answer)
      return answer.offset >= 0 ? answer.offset : undefined
    })
  }

  const checkWithoutMembers = (group: string): void => {
    const described = groups.describe(group)
    if (typeof described !== 'string' && described.members.length > 0)
      throw new BrokerError('NON_EMPTY_GROUP', `${group} has members.`)
  }

  return {
    resetOffsets: async ({ group, topics, target, dryRun }, exchange) => {
      const moves = await plan(places(group, topics, target), target)
      if (moves.length === 0) throw new BrokerError('GROUP_ID_NOT_FOUND', `${group} has no offsets; name the topics.`)
      checkWithoutMembers(group)
      if (!dryRun) {
        const request = {
          groupId: group,
          generationIdOrMemberEpoch: -1,
          memberId: '',
          groupInstanceId: null,
          retentionTimeMs: -1,
          topics: [...groupBy(moves, ({ topic }) => topic)].map(([name, own]) => ({
            name,
            topicId: ZERO_TOPIC_ID,
            partitions: own.map(({ partition, to }) => ({
              partitionIndex: partition,
              committedOffset: to,
              committedLeaderEpoch: -1,
              committedMetadata: '',
            })),
          })),
        }
        // Makes the topic of offsets, where this is the first group of all.
        await ask(services, exchange, 'findCoordinator', { key: group, keyType: GROUP, coordinatorKeys: [] }, ONE_KEY)
        const answer = await ask(services, exchange, 'offsetCommit', request, BY_NAME)
        for (const result of answer.topics.flatMap(({ partitions }) => partitions)) checkDone(result)
      }
      return { items: moves.map(moveTold) }
    },
    deleteGroup: async ({ group, confirm, dryRun }, exchange) => {
      const described = groups.describe(group)
      if (described === 'GROUP_ID_NOT_FOUND') throw new BrokerError(described, `There is no group ${group}.`)
      checkWithoutMembers(group)
      const offsets = committedBy(group).length
      if (!dryRun) {
        checkConfirmed(confirm, group)
        checkDone((await ask(services, exchange, 'deleteGroups', { groupsNames: [group] })).results[0])
      }
      return { group, offsets }
    },
  }
}

const wantedOffset = (
  target: Target,
  { committed }: Place,
  { logStart, highWatermark }: LogOffsetsAnswer,
  atTime: number,
  at: number,
): number => {
  switch (target.to) {
    case 'earliest':
      return logStart
    case 'latest':
      return highWatermark
    case 'time':
      return atTime
    case 'shift':
      return (committed ?? logStart) + Number(target.by)
    case 'offset':
      return Number(target.offset)
    case 'positions':
      return Number(target.positions[at]?.offset ?? logStart)
  }
}

const moveTold = ({ topic, partition, committed, to, log }: Move): Output<'resetOffsets'>['items'][number] => ({
  topic,
  partition,
  before: committed === null ? null : String(committed),
  after: String(to),
  firstOffset: String(log.logStart),
  endOffset: String(log.highWatermark),
})

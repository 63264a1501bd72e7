/**
 * Offsets that somebody moves, told from those that readers commit: both come as OffsetCommit. From outside of a group commit
 * tools, and programs that choose their partitions themselves, which go on, commit by commit. So what goes back is a tool's, and
 * what goes on is taken for one once: as the first that is committed after the members of a group have left.
 */
import { ZERO_TOPIC_ID, type TopicId } from '../base/ids.ts'
import type { Groups } from '../groups/groups.ts'
import type { OffsetCommitRequest } from '../messages/08-offset-commit.ts'
import type { OffsetDeleteRequest } from '../messages/47-offset-delete.ts'

const FIRST_WITH_TOPIC_IDS = 10
/** Of those that went on, so many are remembered. */
const GROUPS_MAX = 10_000
/** Of those that were moved; to forget one looks like a move. */
const PLACES_MAX = 100_000

export interface Move {
  /** A topic, a partition. */
  readonly place: string
  /** Null for nothing committed; so is `after`. */
  readonly before: number | null
  readonly after: number | null
}

interface Named {
  readonly name: string
  readonly topicId: TopicId
  readonly partitions: readonly { readonly partitionIndex: number; readonly committedOffset: number | null }[]
}

export const placeOf = (topic: string, partition: number): string => `${topic}-${partition}`

/** What is committed from outside of a group; empty for what members commit. */
export const movesOf = (
  groups: Pick<Groups, 'fetchOffsets'>,
  apiVersion: number,
  { groupId, memberId, generationIdOrMemberEpoch, topics }: OffsetCommitRequest,
): readonly Move[] => {
  if (memberId !== '' || generationIdOrMemberEpoch >= 0) return []
  return topics.flatMap((topic) => fromWhere(groups, groupId, topic, apiVersion >= FIRST_WITH_TOPIC_IDS))
}

/** What is forgotten. */
export const deletionsOf = (
  groups: Pick<Groups, 'fetchOffsets'>,
  { groupId, topics }: OffsetDeleteRequest,
): readonly Move[] =>
  topics
    .flatMap(({ name, partitions }) => {
      const forgotten = partitions.map(({ partitionIndex }) => ({ partitionIndex, committedOffset: null }))
      return fromWhere(groups, groupId, { name, topicId: ZERO_TOPIC_ID, partitions: forgotten }, false)
    })
    .filter(({ before }) => before !== null)

/** With where the group stands now. */
const fromWhere = (
  groups: Pick<Groups, 'fetchOffsets'>,
  groupId: string,
  { partitions, ...topic }: Named,
  byId: boolean,
): readonly Move[] => {
  const asked = { ...topic, partitions: partitions.map(({ partitionIndex }) => partitionIndex) }
  const [found] = groups.fetchOffsets({ groupId, topics: [asked], byId }).topics
  return partitions.map(({ partitionIndex, committedOffset: after }, at) => {
    const offset = found?.partitions[at]?.offset ?? -1
    return { place: placeOf(found?.name ?? topic.name, partitionIndex), before: offset < 0 ? null : offset, after }
  })
}

/** Whether a tool has moved a group, as far as can be told by what was committed from outside of it. */
export const createIsReset = ({ describe }: Pick<Groups, 'describe'>) => {
  /** Group -> when the members had left after which it went on. */
  const wentOn = new Map<string, number>()
  return (groupId: string, moves: readonly Move[]): boolean => {
    if (moves.some(goesBack)) return true
    if (!moves.some(isMove)) return false
    const described = describe(groupId)
    if (typeof described === 'string' || described.protocolType === '') return false
    if (wentOn.get(groupId) === described.stateSince) return false
    wentOn.delete(groupId)
    const [oldest] = wentOn.keys()
    if (wentOn.size >= GROUPS_MAX && oldest !== undefined) wentOn.delete(oldest)
    wentOn.set(groupId, described.stateSince)
    return true
  }
}

/** How far groups were moved and did not read, since the start. */
export interface Moved {
  note(group: string, moves: readonly Move[]): void
  /** In records, those back below 0: what was committed, less this, is how far a group has come by reading. */
  of(group: string, place: string): number
}

export const createMoved = (): Moved => {
  const sums = new Map<string, number>()
  const keyOf = (group: string, place: string): string => `${place}/${group}`
  return {
    note(group, moves) {
      for (const { place, before, after } of moves) {
        const key = keyOf(group, place)
        const sum = (sums.get(key) ?? 0) + (after ?? 0) - (before ?? 0)
        sums.delete(key)
        sums.set(key, sum)
      }
      for (const oldest of sums.keys()) {
        if (sums.size <= PLACES_MAX) break
        sums.delete(oldest)
      }
    },
    of: (group, place) => (sums.size === 0 ? 0 : (sums.get(keyOf(group, place)) ?? 0)),
  }
}

export const isMove = ({ before, after }: Move): boolean => before !== after

const goesBack = ({ before, after }: Move): boolean => before !== null && after !== null && after < before

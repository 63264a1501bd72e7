/**
 * What is swept out of a shard: offsets past their retention, the groups this leaves empty, and the offsets of topics
 * that were deleted. One turn sweeps what fits a batch, and says whether that was all.
 */
import { allOffsets, belongsTo, isExpired, isFull, tombstone, tombstoneBytes } from './offsets.ts'
import { fromMetadata } from './classic/state.ts'
import type { DeletedTopic, Turn } from './commands.ts'
import type { CommittedOffset, GroupsState, RecordedGroup } from './group.ts'

export type Swept = 'all' | 'part'

export const expire = (turn: Turn, state: GroupsState): Swept => {
  let bytes = 0
  for (const [groupId, recorded] of state.recorded) {
    const group = state.live.get(groupId) ?? fromMetadata(groupId, recorded.metadata)
    let left = 0
    for (const [topic, partition, offset] of allOffsets(recorded)) {
      if (isFull(bytes)) return 'part'
      if (!isExpired(turn, group, topic, offset)) left++
      else {
        turn.draft.record(tombstone(groupId, topic, partition))
        bytes += tombstoneBytes(groupId, topic)
      }
    }
    if (left > 0 || group.state !== 'Empty') continue
    deleteGroup(turn, state, groupId)
    bytes += tombstoneBytes(groupId, '')
  }
  return 'all'
}

export const topicsDeleted = (turn: Turn, state: GroupsState, deleted: readonly DeletedTopic[]): Swept => {
  let bytes = 0
  for (const [groupId, recorded] of state.recorded) {
    for (const [topic, partition, offset] of offsetsOfTopics(recorded, deleted)) {
      if (!belongsTo(topic, offset, deleted)) continue
      if (isFull(bytes)) return 'part'
      turn.draft.record(tombstone(groupId, topic, partition))
      bytes += tombstoneBytes(groupId, topic)
    }
  }
  return 'all'
}

const offsetsOfTopics = function* (
  group: RecordedGroup,
  topics: readonly DeletedTopic[],
): Iterable<readonly [string, number, CommittedOffset]> {
  for (const name of new Set(topics.map((topic) => topic.name))) {
    for (const [partition, offset] of group.offsets.get(name) ?? []) yield [name, partition, offset]
  }
}

/** The group's record goes; its offsets must be gone before. */
export const deleteGroup = ({ draft }: Turn, state: GroupsState, groupId: string): void => {
  draft.record({ kind: 'group', groupId, value: null })
  state.live.delete(groupId)
}

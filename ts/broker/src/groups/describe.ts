/** Groups as administrators see them. A group is there once its first record is stored, and until its end is. */
import type { ClientSoftware } from '../engine/requests.ts'
import type { ClassicState } from './classic/state.ts'
import { fromMetadata, metadataOf, NO_ASSIGNMENT, type ClassicGroup } from './classic/state.ts'
import { groupKey, type GroupRecord, type GroupsState, type RecordedGroup } from './group.ts'

export interface DescribedMember {
  readonly memberId: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly software: ClientSoftware | null
  readonly metadata: Buffer
  readonly assignment: Buffer
}

export interface DescribedGroup {
  readonly groupId: string
  readonly state: ClassicState
  /** When it came to that state; of a group without members, when they left. */
  readonly stateSince: number
  /** Empty for a group that never had members. */
  readonly protocolType: string
  /** Known, like the members' metadata, in a stable group alone. */
  readonly protocol: string
  readonly members: readonly DescribedMember[]
}

export interface ListedGroup {
  readonly groupId: string
  readonly protocolType: string
  readonly state: ClassicState
  readonly type: 'classic'
}

export interface GroupFilter {
  /** Empty: any. Compared without regard to case, and states without the spaces around them. */
  readonly states: readonly string[]
  readonly types: readonly string[]
}

type Before = (key: string) => GroupRecord | undefined

export const describeGroup = (state: GroupsState, before: Before, groupId: string): DescribedGroup | null => {
  const group = storedGroup(state, before, groupId)
  if (group === null) return null
  const stable = group.state === 'Stable'
  return {
    groupId,
    state: group.state,
    stateSince: group.stateSince,
    protocolType: group.protocolType ?? '',
    protocol: stable ? (group.protocol ?? '') : '',
    members: [...group.members.values()].map((member) => ({
      memberId: member.id,
      instanceId: member.instanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      software: member.software,
      metadata: stable ? metadataOf(group, member) : NO_ASSIGNMENT,
      assignment: member.assignment,
    })),
  }
}

export const listGroups = (state: GroupsState, before: Before, filter: GroupFilter): readonly ListedGroup[] => {
  const states = new Set(filter.states.map((name) => name.trim().toLowerCase()))
  const types = new Set(filter.types.map((name) => name.toLowerCase()))
  if (types.size > 0 && !types.has('classic')) return []
  const listed: ListedGroup[] = []
  for (const groupId of state.recorded.keys()) {
    const group = storedGroup(state, before, groupId)
    if (group === null || (states.size > 0 && !states.has(group.state.toLowerCase()))) continue
    listed.push({ groupId, protocolType: group.protocolType ?? '', state: group.state, type: 'classic' })
  }
  return listed
}

const storedGroup = (state: GroupsState, before: Before, groupId: string): ClassicGroup | null => {
  const [recorded, stored] = [state.recorded.get(groupId), before(groupKey(groupId))]
  // It was deleted, and its offsets can be read until that is stored.
  if (recorded === undefined) return stored?.kind === 'group' ? fromMetadata(groupId, stored.value) : null
  if (isBeingMade(recorded, stored)) return null
  return state.live.get(groupId) ?? fromMetadata(groupId, recorded.metadata)
}

/** Its first record, which has no generation yet, is on its way. A group that offsets have made is there without one. */
const isBeingMade = ({ metadata, offsets }: RecordedGroup, stored: GroupRecord | undefined): boolean =>
  stored?.kind === 'group' && stored.value === null && metadata?.generation === 0 && offsets.size === 0

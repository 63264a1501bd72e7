// Who plays: one group and those who are, were or may become its members.
import type { Answer, Coming, Pair, Two } from './pair.ts'
import type { Id, Side } from '../../comparison/side.ts'

export interface Offer {
  readonly protocolType: string
  readonly protocols: readonly { readonly name: string; readonly metadata: Buffer }[]
}

export interface Member {
  /** Its client id: what it is known by as long as it has no id. */
  readonly name: string
  readonly instanceId: string | null
  pair: Pair
  id: Id | undefined
  /** Outside, told its id and not joined with it, or in the group. */
  standing: 'outside' | 'told' | 'inside'
  generation: number
  /** What it joined with last. */
  offer: Offer | undefined
  pending: Pending | undefined
  /** It has lost the connection over which it joined; for the brokers it still waits. */
  hasLostJoin: boolean
}

/** A join or a sync that the brokers may leave waiting. */
export interface Pending {
  readonly member: Member
  readonly api: 'joinGroup' | 'syncGroup'
  readonly version: number
  readonly text: string
  readonly coming: Coming<'joinGroup' | 'syncGroup'>
  /** If not, it is answered at once, or something is wrong. */
  mayWait: boolean
  /** The id that a static member had before, which goes when its join arrives. */
  readonly replaces: Id | undefined
}

/** An id, and the instance it stood for, that may be named again after it has gone. */
export interface Gone {
  readonly id: Id
  readonly instanceId: string | null
}

export interface Cast {
  readonly groupId: string
  readonly members: readonly Member[]
  readonly gone: Gone[]
  /** Joins and syncs of static members who came back on another connection. */
  readonly orphans: Pending[]
  /** As described when both brokers rested last, and before that. */
  state: string
  stateBefore: string
  /** The newest that a member has heard of. */
  generation: number
  protocolType: string
  protocol: string | null
  leader: Id | undefined
  /** Who leads then is a matter of Kafka's hash maps. */
  leaderLeft: boolean
}

export type Described = Answer<'describeGroups'>['groups'][number]

export const inside = ({ members }: Cast): readonly Member[] => members.filter(({ standing }) => standing === 'inside')

export const pendingOf = ({ members, orphans }: Cast): readonly Pending[] => [
  ...orphans,
  ...members.flatMap(({ pending }) => pending ?? []),
]

/** Whether the group rests, as a broker describes it: nothing goes on that an operation has started. */
export const rests = (cast: Cast, described: Described, unanswered: readonly Pending[], side: Side): boolean => {
  if (unanswered.some(({ mayWait }) => !mayWait)) return false
  const joins = unanswered.filter(({ api }) => api === 'joinGroup')
  const syncs = unanswered.filter(({ api }) => api === 'syncGroup')
  switch (described.groupState) {
    case 'PreparingRebalance': {
      const told = cast.members.some(
        (member) => member.standing === 'told' && !joins.some((join) => join.member === member),
      )
      const waiting = cast.members.filter(
        ({ pending, hasLostJoin }) => hasLostJoin || joins.some((join) => join === pending),
      )
      const allJoined = waiting.length === described.members.length && !told
      const arrived = joins.every(({ member, replaces }) => {
        const before = replaces === undefined ? undefined : side.raw(replaces)
        return described.members.some((each) => isOf(each, member) && each.memberId !== before)
      })
      // A first rebalance ends at once, as its delay is 0, and so does one that nobody is left for when it begins.
      const isFirst = cast.state === 'Empty' || cast.state === 'Dead'
      const isShort = isFirst || (cast.state !== 'PreparingRebalance' && described.members.length === 0)
      return arrived && !allJoined && !isShort && syncs.length === 0
    }
    case 'CompletingRebalance':
      return joins.length === 0 && syncs.every(({ member }) => member.id !== cast.leader)
    default:
      return joins.length === 0 && syncs.length === 0
  }
}

const isOf = (described: Described['members'][number], member: Member): boolean =>
  member.instanceId === null ? described.clientId === member.name : described.groupInstanceId === member.instanceId

/** The members that both describe, side by side. */
export const sameMembers = ([kafka, millrace]: Two<Described>): readonly Two<string>[] =>
  kafka.members.flatMap((theirs) => {
    const ours = millrace.members.find(
      ({ clientId, groupInstanceId }) => clientId === theirs.clientId && groupInstanceId === theirs.groupInstanceId,
    )
    return ours === undefined ? [] : [[theirs.memberId, ours.memberId] as const]
  })

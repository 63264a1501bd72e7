// What may happen to a group, and how often.
import { apis, type ApiName } from 'millrace/messages/index.js'
import type { Dice } from '../dice.ts'
import { type Cast, inside, type Member, type Pending } from './cast.ts'
import type { Lane } from './lane.ts'
import {
  commitRequest,
  fetchRequest,
  heartbeatRequest,
  identity,
  joinRequest,
  leaveRequest,
  offer,
  offsetDeleteRequest,
  syncRequest,
} from './requests.ts'

export interface Operation {
  readonly name: string
  /** How often it happens, in this state of the group. */
  readonly weight: (state: string) => number
  readonly isPossible: (cast: Cast, member: Member) => boolean
  readonly play: (lane: Lane, cast: Cast, member: Member) => Promise<void> | void
}

const FIRST_WITH_STATIC = 5
const FIRST_WITH_KNOWN_MEMBER_ID = 4
const FIRST_WITH_MEMBERS = 3
const BY_HAND = { id: '', instanceId: null, generation: -1 }

const anyVersion = (dice: Dice, name: ApiName, from: number = apis[name].versions[0]): number =>
  dice.int(from, apis[name].versions[1])

const always = (): boolean => true

/** Mostly one who is inside. */
const anyone = (dice: Dice, cast: Cast, member: Member): Member => {
  const members = inside(cast)
  return members.length > 0 && dice.chance(0.8) ? dice.of(members) : member
}

const isIdle = ({ pending }: Member): boolean => pending === undefined

/** A join with this id, or without one. A member that has waited comes back on a connection of its own. */
const join = (lane: Lane, cast: Cast, member: Member, version: number, replaces: Pending['replaces']): void => {
  const { offer: offered, fits } = offer(lane.dice, cast, member)
  const asksForId = member.id === undefined && member.instanceId === null && version >= FIRST_WITH_KNOWN_MEMBER_ID
  const write = joinRequest(cast, member, member.id ?? '', offered)
  if (fits && !asksForId) member.offer = offered
  lane.start({ member, version, replaces, mayWait: fits && !asksForId }, 'joinGroup', write)
}

export const operations: readonly Operation[] = [
  {
    name: 'enter',
    weight: () => 12,
    isPossible: (_, member) => member.standing !== 'inside' && isIdle(member),
    play: (lane, cast, member) => {
      const from = member.instanceId === null ? 0 : FIRST_WITH_STATIC
      join(lane, cast, member, anyVersion(lane.dice, 'joinGroup', from), undefined)
    },
  },
  {
    name: 'join again',
    weight: (state) => (state === 'PreparingRebalance' ? 40 : 5),
    isPossible: (_, member) => member.standing === 'inside' && isIdle(member),
    play: (lane, cast, member) => join(lane, cast, member, anyVersion(lane.dice, 'joinGroup'), undefined),
  },
  {
    name: 'restart a static member',
    weight: () => 4,
    isPossible: (_, member) => member.standing === 'inside' && member.instanceId !== null && member.id !== undefined,
    play: async (lane, cast, member) => {
      const { id: replaces, pending } = member
      const { offer: offered, fits } = offer(lane.dice, cast, member)
      // Refused, it would leave the old one as it is, and the next restart with two ids of this instance.
      if (!fits || replaces === undefined) return
      if (pending !== undefined) cast.orphans.push({ ...pending, mayWait: false })
      cast.gone.push({ id: replaces, instanceId: member.instanceId })
      member.pair = await lane.open(member)
      member.id = undefined
      member.offer = offered
      const version = anyVersion(lane.dice, 'joinGroup', FIRST_WITH_STATIC)
      const write = joinRequest(cast, member, '', offered)
      lane.start({ member, version, replaces, mayWait: true }, 'joinGroup', write)
    },
  },
  {
    name: 'sync',
    weight: (state) => (state === 'CompletingRebalance' ? 40 : 5),
    isPossible: (_, member) => member.standing === 'inside' && isIdle(member),
    play: (lane, cast, member) => {
      const version = anyVersion(lane.dice, 'syncGroup')
      const who = identity(lane.dice, cast, member, cast.gone)
      const { isRight, write } = syncRequest(lane.dice, cast, version, who)
      const isItself = who.id === member.id && who.generation === cast.generation
      const isNamed = version < FIRST_WITH_MEMBERS || who.instanceId === null || who.instanceId === member.instanceId
      const waits = cast.state === 'CompletingRebalance' && cast.leader !== member.id
      const mayWait = isItself && isNamed && isRight && waits
      lane.start({ member, version, replaces: undefined, mayWait }, 'syncGroup', write)
    },
  },
  {
    name: 'lose the connection',
    weight: () => 2,
    isPossible: (_, member) => member.pending !== undefined,
    play: (lane, _, member) => lane.reconnect(member),
  },
  {
    name: 'heartbeat',
    weight: () => 7,
    isPossible: always,
    play: async (lane, cast, member) => {
      const write = heartbeatRequest(cast, identity(lane.dice, cast, anyone(lane.dice, cast, member)))
      await lane.ask('heartbeat', anyVersion(lane.dice, 'heartbeat'), write)
    },
  },
  {
    name: 'leave',
    weight: () => 3,
    isPossible: always,
    play: async (lane, cast, member) => {
      const others = lane.dice.chance(0.3) ? lane.dice.some(cast.members, 1, 2) : []
      const leaving = [member, ...others].map((each) => {
        const who = identity(lane.dice, cast, each)
        return who.instanceId !== null && lane.dice.chance(0.3) ? { ...who, id: '' } : who
      })
      const version = anyVersion(lane.dice, 'leaveGroup')
      const [{ errorCode, members }] = await lane.ask('leaveGroup', version, leaveRequest(cast, leaving))
      const errors = version < FIRST_WITH_MEMBERS ? [errorCode] : members.map((each) => each.errorCode)
      for (const [at, { id, instanceId }] of leaving.entries()) {
        const named = cast.members.find((each) => (id === '' ? each.instanceId === instanceId : each.id === id))
        if (errors[at] === 0 && named !== undefined) await lane.left(cast, named)
      }
    },
  },
  {
    name: 'commit',
    weight: () => 7,
    isPossible: always,
    play: async (lane, cast, member) => {
      const who = lane.dice.chance(0.25) ? BY_HAND : identity(lane.dice, cast, anyone(lane.dice, cast, member))
      const write = commitRequest(lane.dice, cast, lane.topics, who)
      await lane.ask('offsetCommit', anyVersion(lane.dice, 'offsetCommit'), write)
    },
  },
  {
    name: 'fetch',
    weight: () => 4,
    isPossible: always,
    play: async (lane, cast) => {
      const version = anyVersion(lane.dice, 'offsetFetch')
      await lane.ask('offsetFetch', version, fetchRequest(lane.dice, cast, lane.topics, version))
    },
  },
  {
    name: 'describe',
    weight: () => 2,
    isPossible: always,
    play: async (lane, { groupId }) => {
      const groups = lane.dice.chance(0.3) ? [groupId, 'no-such-group'] : [groupId]
      await lane.ask('describeGroups', anyVersion(lane.dice, 'describeGroups'), () => ({
        groups,
        includeAuthorizedOperations: true,
      }))
    },
  },
  {
    name: 'list',
    weight: () => 2,
    isPossible: always,
    play: async (lane, { groupId, state }) => {
      const statesFilter = lane.dice.some([state, 'stable', 'EMPTY', 'no such'], 0, 2)
      const typesFilter = lane.dice.some(['classic', 'Consumer', 'no such'], 0, 2)
      const version = anyVersion(lane.dice, 'listGroups')
      // The other lanes have groups of their own.
      await lane.ask(
        'listGroups',
        version,
        () => ({ statesFilter, typesFilter }),
        (answer) => ({
          ...answer,
          groups: answer.groups.filter((group) => group.groupId === groupId),
        }),
      )
    },
  },
  {
    name: 'delete',
    weight: () => 2,
    isPossible: always,
    play: async (lane, { groupId }) => {
      await lane.ask('deleteGroups', anyVersion(lane.dice, 'deleteGroups'), () => ({ groupsNames: [groupId] }))
    },
  },
  {
    name: 'delete offsets',
    weight: () => 3,
    isPossible: always,
    play: async (lane, cast) => {
      await lane.ask('offsetDelete', 0, offsetDeleteRequest(lane.dice, cast, lane.topics))
    },
  },
]

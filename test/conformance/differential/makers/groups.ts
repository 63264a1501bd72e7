// Groups of one member: everything that a group of many has to be asked in an order in which nobody waits for another.
import type { Id } from '../../comparison/side.ts'
import type { Dice } from '../dice.ts'
import type { Group, World } from '../world.ts'
import { somePartitions, someTopics } from './choices.ts'
import { list } from '../../comparison/explained.ts'
import { type Maker, maker } from './maker.ts'

/** Long enough that nobody is thrown out while a run lasts. */
const SESSION_MS = 1_800_000
const TYPE = 'consumer'
const SUBSCRIPTION = Buffer.from('000100000001000670617274730000000000000000', 'hex')
const OTHER_SUBSCRIPTION = Buffer.from('00000000000100036f6e6500000000', 'hex')
const ASSIGNMENT = Buffer.from('000100000000', 'hex')

const someGroup = (dice: Dice, world: World): Group => {
  const known = [...world.groups.values()]
  return known.length > 0 && (world.groupsAreMany || dice.chance(0.9))
    ? dice.of(known)
    : world.group(world.newName('group'))
}

const someName = (dice: Dice, world: World): string =>
  dice.chance(0.93) ? someGroup(dice, world).name : dice.of(['', 'nobody', 'g'.repeat(300)])

/** The member of the group, or a stranger. */
const someMember = (dice: Dice, group: Group | undefined) => {
  const member = group?.member
  const right = dice.chance(0.88)
  return {
    memberId: right && member !== null && member !== undefined ? member.id : dice.of(['', 'who']),
    groupInstanceId: right ? (member?.instance ?? null) : dice.of([null, 'instance', 'other']),
  }
}

const someGeneration = (dice: Dice, group: Group | undefined): number =>
  dice.chance(0.88) ? (group?.generation ?? 1) : dice.of([-1, 0, 77, (group?.generation ?? 0) - 1])

const INSTANCES_FROM = 5

const joinGroup = {
  api: 'joinGroup',
  weight: 5,
  make: (dice, world, version) => {
    const group = someGroup(dice, world)
    const instance = version >= INSTANCES_FROM && dice.chance(0.3) ? `instance of ${group.name}` : null
    const member: { memberId: Id | string; groupInstanceId: string | null } =
      group.member === null
        ? { memberId: group.pending ?? '', groupInstanceId: group.pending === null ? instance : null }
        : { memberId: group.member.id, groupInstanceId: group.member.instance }
    return {
      groupId: dice.chance(0.96) ? group.name : '',
      sessionTimeoutMs: dice.chance(0.95) ? SESSION_MS : dice.of([0, 5999, SESSION_MS + 1, -1]),
      rebalanceTimeoutMs: SESSION_MS,
      ...member,
      ...(dice.chance(0.05) ? { memberId: 'who' } : {}),
      protocolType: dice.chance(0.93) ? TYPE : dice.of(['', 'other']),
      protocols: dice.chance(0.95)
        ? dice.times(1, 2, (at) => ({
            name: ['range', 'roundrobin'][at] ?? '',
            metadata: dice.chance(0.8) ? SUBSCRIPTION : OTHER_SUBSCRIPTION,
          }))
        : [],
      reason: null,
    }
  },
  isAnswered: (world, request) => {
    // Kafka counts a protocol that is named twice twice, and leaves a group behind that nothing ends; and it takes the
    // empty name now for none, now for one.
    const protocols = list(request.protocols).map(({ name }) => name)
    if (new Set(protocols).size < protocols.length || protocols.includes('')) return false
    const member = typeof request.groupId === 'string' ? world.groups.get(request.groupId)?.member : null
    // A second member waits for the first, which is never told to come again.
    return member === null || member === undefined || request.memberId === member.id || request.memberId === 'who'
  },
  learn: (world, { request, answer, id }) => {
    if (typeof request.groupId !== 'string') return
    const given = answer.memberId === '' ? undefined : id('member', answer.memberId)
    if (answer.errorCode === MEMBER_ID_REQUIRED && given !== undefined) world.group(request.groupId).pending = given
    if (answer.errorCode !== 0 || given === undefined) return
    const group = world.group(request.groupId)
    const instance = typeof request.groupInstanceId === 'string' ? request.groupInstanceId : null
    group.member = { id: given, instance }
    group.pending = null
    group.generation = answer.generationId
  },
} satisfies Maker<'joinGroup'>

const MEMBER_ID_REQUIRED = 79

const heartbeat = {
  api: 'heartbeat',
  weight: 3,
  make: (dice, world) => {
    const group = world.groups.get(someName(dice, world))
    return {
      groupId: group?.name ?? 'nobody',
      generationId: someGeneration(dice, group),
      ...someMember(dice, group),
    }
  },
} satisfies Maker<'heartbeat'>

const syncGroup = {
  api: 'syncGroup',
  weight: 4,
  make: (dice, world) => {
    const group = someGroup(dice, world)
    const member = someMember(dice, group)
    return {
      groupId: group.name,
      generationId: someGeneration(dice, group),
      ...member,
      protocolType: dice.chance(0.9) ? TYPE : dice.of([null, 'other']),
      protocolName: dice.chance(0.9) ? 'range' : dice.of([null, 'roundrobin']),
      assignments: dice.chance(0.9) ? [{ memberId: member.memberId, assignment: ASSIGNMENT }] : [],
    }
  },
} satisfies Maker<'syncGroup'>

const leaveGroup = {
  api: 'leaveGroup',
  weight: 2,
  make: (dice, world) => {
    const group = someGroup(dice, world)
    const member = someMember(dice, group)
    const others = dice.chance(0.2) ? [{ memberId: 'who', groupInstanceId: dice.of([null, 'other']) }] : []
    return { groupId: group.name, memberId: member.memberId, members: [member, ...others] }
  },
  learn: (world, { request, answer }) => {
    const left = answer.errorCode === 0 && answer.members.every(({ errorCode }) => errorCode === 0)
    const group = typeof request.groupId === 'string' ? world.groups.get(request.groupId) : undefined
    if (left && group !== undefined) {
      group.member = null
      group.pending = null
    }
  },
} satisfies Maker<'leaveGroup'>

const TEXT_TOO_LONG = 'm'.repeat(4097)

const someCommits = (dice: Dice, world: World) =>
  someTopics(dice, world).map((topic) => ({
    name: topic.name,
    topicId: topic.id,
    partitions: somePartitions(dice, topic).map((partitionIndex) => ({
      partitionIndex,
      committedOffset: dice.of([0, 1, 5, 100, -1, -2]),
      committedLeaderEpoch: dice.of([-1, 0, 3]),
      committedMetadata: dice.of(['', 'note', null, dice.chance(0.1) ? TEXT_TOO_LONG : 'm']),
    })),
  }))

const offsetCommit = {
  api: 'offsetCommit',
  weight: 6,
  make: (dice, world) => {
    const group = someGroup(dice, world)
    const alone = group.member === null || dice.chance(0.1)
    return {
      groupId: group.name,
      generationIdOrMemberEpoch: alone ? -1 : someGeneration(dice, group),
      ...(alone ? { memberId: '', groupInstanceId: null } : someMember(dice, group)),
      retentionTimeMs: -1,
      topics: someCommits(dice, world),
    }
  },
  // Where all texts are too long, Kafka leaves a group behind that is in no log.
  isAnswered: (_, { topics }) => {
    const commits = list(topics).flatMap(({ partitions }) => list(partitions))
    return commits.length === 0 || commits.some(({ committedMetadata }) => committedMetadata !== TEXT_TOO_LONG)
  },
} satisfies Maker<'offsetCommit'>

const NULL_TOPICS_FROM = 2

const offsetFetch = {
  api: 'offsetFetch',
  weight: 5,
  make: (dice, world, version) => {
    const topics = () =>
      version >= NULL_TOPICS_FROM && dice.chance(0.3)
        ? null
        : someTopics(dice, world).map((topic) => ({
            name: topic.name,
            topicId: topic.id,
            partitionIndexes: somePartitions(dice, topic),
          }))
    return {
      groupId: someName(dice, world),
      topics: topics(),
      groups: dice.times(1, dice.chance(0.3) ? 2 : 1, () => {
        const group = someGroup(dice, world)
        const asMember = dice.chance(0.2)
        return {
          groupId: group.name,
          memberId: asMember ? someMember(dice, group).memberId : null,
          memberEpoch: asMember ? someGeneration(dice, group) : -1,
          topics: topics(),
        }
      }),
      requireStable: dice.chance(0.3),
    }
  },
} satisfies Maker<'offsetFetch'>

const findCoordinator = {
  api: 'findCoordinator',
  weight: 2,
  make: (dice, world) => ({
    key: someName(dice, world),
    keyType: dice.chance(0.9) ? 0 : dice.of([9, -1]),
    coordinatorKeys: dice.times(0, 2, () => someName(dice, world)),
  }),
} satisfies Maker<'findCoordinator'>

const describeGroups = {
  api: 'describeGroups',
  weight: 4,
  make: (dice, world) => ({
    groups: dice.times(1, 2, () => someName(dice, world)),
    includeAuthorizedOperations: dice.chance(0.3),
  }),
} satisfies Maker<'describeGroups'>

const listGroups = {
  api: 'listGroups',
  weight: 3,
  make: (dice) => ({
    statesFilter: dice.chance(0.5) ? [] : dice.some(['Stable', 'empty', 'PreparingRebalance', 'Dead', 'No'], 1, 2),
    typesFilter: dice.chance(0.6) ? [] : dice.some(['classic', 'Consumer', 'share', 'none'], 1, 2),
  }),
} satisfies Maker<'listGroups'>

const deleteGroups = {
  api: 'deleteGroups',
  weight: 2,
  make: (dice, world) => ({ groupsNames: dice.times(1, 2, () => someName(dice, world)) }),
  learn: (world, { answer }) => {
    for (const { groupId, errorCode } of answer.results) if (errorCode === 0) world.groups.delete(groupId)
  },
} satisfies Maker<'deleteGroups'>

const offsetDelete = {
  api: 'offsetDelete',
  weight: 2,
  make: (dice, world) => ({
    groupId: someName(dice, world),
    topics: someTopics(dice, world).map((topic) => ({
      name: topic.name,
      partitions: somePartitions(dice, topic).map((partitionIndex) => ({ partitionIndex })),
    })),
  }),
} satisfies Maker<'offsetDelete'>

export const groupMakers: readonly Maker[] = [
  maker(joinGroup),
  maker(heartbeat),
  maker(syncGroup),
  maker(leaveGroup),
  maker(offsetCommit),
  maker(offsetFetch),
  maker(findCoordinator),
  maker(describeGroups),
  maker(listGroups),
  maker(deleteGroups),
  maker(offsetDelete),
]

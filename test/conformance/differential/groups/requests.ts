// Requests of groups, mostly right and sometimes slightly wrong.
import type { Uuid } from 'millrace/base/ids.js'
import type { Id } from '../../comparison/side.ts'
import type { Dice } from '../dice.ts'
import { type Cast, inside, type Member, type Offer } from './cast.ts'
import type { Written } from './pair.ts'

export interface Topic {
  readonly name: string
  readonly id: Id
  readonly partitions: number
}

/** Who somebody says to be. */
export interface Identity {
  readonly id: Id | string
  readonly instanceId: string | null
  readonly generation: number
}

/** Long enough that nothing runs out while a run lasts. */
const NEVER_MS = 600_000

const RIGHT = 0.85
const TEXT_MAX = 4096
const PROTOCOLS = ['range', 'roundrobin', 'sticky', 'cooperative-sticky'] as const
const NO_SUCH_ID = 'AAAAAAAAAAAAAAAAAAAAew'

const subscriptions = ['0000000000010005672d6f6e6500000000', '0000000000010005672d74776f00000000', 'ff']

const offerOf = (dice: Dice, protocolType: string, names: readonly string[]): Offer => {
  const metadata = Buffer.from(dice.of(subscriptions), 'hex')
  return { protocolType, protocols: dice.some(names, names.length, names.length).map((name) => ({ name, metadata })) }
}

/** What a member joins with: the same as before, something else that the group can take, or what it cannot. */
export const offer = (dice: Dice, cast: Cast, member: Member): { readonly offer: Offer; readonly fits: boolean } => {
  const others = inside(cast)
  if (others.length === 0)
    return { offer: offerOf(dice, dice.chance(RIGHT) ? 'consumer' : 'connect', dice.some(PROTOCOLS, 1, 3)), fits: true }
  if (!dice.chance(RIGHT)) {
    const misfit = dice.chance(0.5)
      ? offerOf(dice, 'another', PROTOCOLS)
      : offerOf(dice, cast.protocolType, ['no such'])
    return { offer: misfit, fits: false }
  }
  if (member.standing === 'inside' && member.offer !== undefined && dice.chance(0.5))
    return { offer: member.offer, fits: true }
  const common = PROTOCOLS.filter((name) =>
    others.every((other) => other.offer?.protocols.some((protocol) => protocol.name === name)),
  )
  const names = new Set([dice.of(common), ...dice.some(PROTOCOLS, 0, 3)])
  return { offer: offerOf(dice, cast.protocolType, [...names]), fits: true }
}

export const joinRequest =
  ({ groupId }: Cast, member: Member, id: Id | string, { protocolType, protocols }: Offer): Written<'joinGroup'> =>
  (raw) => ({
    groupId,
    sessionTimeoutMs: NEVER_MS,
    rebalanceTimeoutMs: NEVER_MS,
    memberId: raw(id),
    groupInstanceId: member.instanceId,
    protocolType,
    protocols,
  })

/** A member, or somebody who was one, or nobody; now and then with an instance or a generation that is not its own. */
export const identity = (
  dice: Dice,
  cast: Cast,
  member: Member,
  others: readonly Pick<Member, 'id' | 'instanceId'>[] = [...cast.members, ...cast.gone],
): Identity => {
  const { id = '', instanceId, generation } = member
  const known = others.map((other) => ({ id: other.id ?? '', instanceId: other.instanceId }))
  const one = dice.chance(RIGHT) ? { id, instanceId } : dice.of([...known, NOBODY, NO_NAME])
  const instances = [null, 'nobody', ...cast.members.map((each) => each.instanceId)]
  return {
    id: one.id,
    instanceId: dice.chance(RIGHT) ? one.instanceId : dice.of(instances),
    generation: dice.chance(RIGHT) ? generation : dice.of([generation - 1, generation + 1, -1]),
  }
}

const NOBODY = { id: 'nobody', instanceId: null }
const NO_NAME = { id: '', instanceId: null }

export const syncRequest = (
  dice: Dice,
  cast: Cast,
  version: number,
  { id, instanceId, generation }: Identity,
): { readonly isRight: boolean; readonly write: Written<'syncGroup'> } => {
  const names = { protocolType: cast.protocolType, protocolName: cast.protocol }
  const wrong = dice.of([
    { protocolName: 'no such' },
    { protocolType: 'another' },
    { protocolName: null },
    { protocolType: null },
  ])
  const isRight = dice.chance(RIGHT)
  const given = dice.some(inside(cast), 0, 4).flatMap((member) => member.id ?? [])
  const assigned = [...given, ...(dice.chance(0.1) ? ['nobody'] : [])].map((to, at) => ({
    to,
    assignment: Buffer.from([at + 1]),
  }))
  return {
    isRight: isRight || version < FIRST_WITH_PROTOCOL,
    write: (raw) => ({
      groupId: cast.groupId,
      generationId: generation,
      memberId: raw(id),
      groupInstanceId: instanceId,
      ...names,
      ...(isRight ? {} : wrong),
      assignments: id === cast.leader ? assigned.map(({ to, assignment }) => ({ memberId: raw(to), assignment })) : [],
    }),
  }
}

const FIRST_WITH_PROTOCOL = 5

export const heartbeatRequest =
  ({ groupId }: Cast, { id, instanceId, generation }: Identity): Written<'heartbeat'> =>
  (raw) => ({ groupId, generationId: generation, memberId: raw(id), groupInstanceId: instanceId })

export const leaveRequest =
  ({ groupId }: Cast, leaving: readonly Identity[]): Written<'leaveGroup'> =>
  (raw) => ({
    groupId,
    memberId: raw(leaving[0]?.id ?? ''),
    members: leaving.map(({ id, instanceId }) => ({ memberId: raw(id), groupInstanceId: instanceId })),
  })

interface NamedTopic {
  readonly name: string
  readonly id: Id | string
  readonly partitions: readonly number[]
}

/** Some partitions of some topics, a few of which do not exist. */
const someTopics = (dice: Dice, topics: readonly Topic[]): readonly NamedTopic[] => {
  const chosen: readonly NamedTopic[] = dice.some(topics, 1, topics.length).map(({ name, id, partitions }) => ({
    name,
    id,
    partitions: dice.some([...Array.from({ length: partitions }).keys(), ...(dice.chance(0.1) ? [9] : [])], 1, 3),
  }))
  return dice.chance(0.1) ? [...chosen, { name: 'no-such-topic', id: NO_SUCH_ID, partitions: [0] }] : chosen
}

export const commitRequest = (
  dice: Dice,
  { groupId }: Cast,
  topics: readonly Topic[],
  { id, instanceId, generation }: Identity,
): Written<'offsetCommit'> => {
  // Kafka makes a group that is in no log when all texts are too long.
  const texts = [null, '', 'some text', ...(dice.chance(0.1) ? ['x'.repeat(TEXT_MAX + 1)] : [])]
  const committed = someTopics(dice, topics).map((topic) => ({
    ...topic,
    partitions: topic.partitions.map((partitionIndex, at) => ({
      partitionIndex,
      committedOffset: dice.int(-1, 50),
      committedLeaderEpoch: dice.int(-1, 2),
      committedMetadata: at === 0 ? 'the first' : dice.of(texts),
    })),
  }))
  return (raw) => ({
    groupId,
    generationIdOrMemberEpoch: generation,
    memberId: raw(id),
    groupInstanceId: instanceId,
    topics: committed.map(({ name, id: topicId, partitions }) => ({ name, topicId: raw(topicId) as Uuid, partitions })),
  })
}

export const fetchRequest = (
  dice: Dice,
  cast: Cast,
  topics: readonly Topic[],
  version: number,
): Written<'offsetFetch'> => {
  const all = version >= FIRST_WITH_ALL && dice.chance(0.3)
  const asked = someTopics(dice, topics)
  const groupIds = [cast.groupId, ...(dice.chance(0.2) ? ['no-such-group'] : [])]
  const requireStable = dice.chance(0.5)
  return (raw) => {
    const named = all
      ? null
      : asked.map(({ name, id, partitions }) => ({ name, topicId: raw(id) as Uuid, partitionIndexes: partitions }))
    return {
      groupId: cast.groupId,
      topics: named,
      groups: groupIds.map((groupId) => ({ groupId, topics: named })),
      requireStable,
    }
  }
}

const FIRST_WITH_ALL = 2

export const offsetDeleteRequest = (
  dice: Dice,
  { groupId }: Cast,
  topics: readonly Topic[],
): Written<'offsetDelete'> => {
  const named = someTopics(dice, topics)
  return () => ({
    groupId,
    topics: named.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map((partitionIndex) => ({ partitionIndex })),
    })),
  })
}

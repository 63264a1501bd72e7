// Members of classic groups, each on a connection of its own: a join or a sync that waits holds up its connection.
import { joinGroup, type JoinGroupRequest } from 'millrace/messages/11-join-group.js'
import { syncGroup, type SyncGroupRequest } from 'millrace/messages/14-sync-group.js'
import { describeGroups } from 'millrace/messages/15-describe-groups.js'
import type { Infer } from 'millrace/wire/schema.js'
import { eventually } from '../../harness/eventually.ts'
import type { Peer } from '../../harness/peer.ts'
import { readyCoordinator } from '../../harness/ready-coordinator.ts'
import type { Stage } from './scenario.ts'

export interface Member {
  /** What it is called in the transcript. */
  readonly name: string
  readonly peer: Peer
  readonly groupId: string
  readonly instanceId: string | null
  /** Empty until the broker has given one. */
  id: string
  generation: number
}

export type Joined = Infer<typeof joinGroup.response>
type Synced = Infer<typeof syncGroup.response>

/** The answer to a request that may have to wait; it is written down when this is called. */
type Later<Answer> = () => Promise<Answer>

const MEMBER_ID_REQUIRED = 79
const CONSUMER = 'consumer'

/** Long enough that no member is lost while a test looks elsewhere. */
const SESSION_MS = 60_000

/** A connection to the broker once it coordinates this group. */
export const coordinated = async ({ peer }: Stage, groupId = 'any'): Promise<Peer> => {
  const on = await peer()
  await readyCoordinator(on, groupId)
  return on
}

export const newMember = async (stage: Stage, groupId: string, name: string, instanceId?: string): Promise<Member> => ({
  name,
  peer: await stage.peer(),
  groupId,
  instanceId: instanceId ?? null,
  id: '',
  generation: -1,
})

/** What a consumer sends for a protocol: version 0 of its subscription. */
export const subscription = (...topics: readonly string[]): Buffer => {
  const names = topics.flatMap((topic) => [Buffer.from([0, topic.length]), Buffer.from(topic)])
  return Buffer.concat([Buffer.from([0, 0, 0, 0, 0, topics.length]), ...names, Buffer.from([0, 0, 0, 0])])
}

/** Protocols of these names, all subscribed to the same. */
export const protocols = (names: readonly string[], metadata = subscription('read')) =>
  names.map((name) => ({ name, metadata }))

export const joinRequest = (member: Member, rest: Partial<JoinGroupRequest> = {}) => ({
  groupId: member.groupId,
  sessionTimeoutMs: SESSION_MS,
  rebalanceTimeoutMs: SESSION_MS,
  memberId: member.id,
  groupInstanceId: member.instanceId,
  protocolType: CONSUMER,
  protocols: protocols(['range']),
  ...rest,
})

/** What names a member in Heartbeat and SyncGroup. */
export const identity = ({ groupId, id, instanceId, generation }: Member) => ({
  groupId,
  generationId: generation,
  memberId: id,
  groupInstanceId: instanceId,
})

export const syncRequest = (member: Member, rest: Partial<SyncGroupRequest> = {}) => ({
  ...identity(member),
  protocolType: CONSUMER,
  protocolName: 'range',
  assignments: [],
  ...rest,
})

/** Each member is assigned its name. */
export const assigning = (...members: readonly Member[]) => ({
  assignments: members.map(({ id, name }) => ({ memberId: id, assignment: Buffer.from(name) })),
})

/** Sends a join without waiting for its answer, which gives the member its id and generation. */
export const startJoin = (
  { transcript }: Stage,
  member: Member,
  rest: Partial<JoinGroupRequest> = {},
  version = 9,
  what = `${member.name} joins`,
): Later<Joined> =>
  transcript.start(member.peer, what, joinGroup, version, joinRequest(member, rest), (answer) => {
    if (answer.memberId !== '' && answer.memberId !== member.id) transcript.name(answer.memberId, member.name)
    if (answer.memberId !== '') member.id = answer.memberId
    if (answer.errorCode === 0) member.generation = answer.generationId
  })

/** The same for a new dynamic member, which has to ask for its id first. */
export const enter = async (
  stage: Stage,
  member: Member,
  rest: Partial<JoinGroupRequest> = {},
  version = 9,
): Promise<Later<Joined>> => {
  const { errorCode, memberId } = await member.peer.call(joinGroup, version, joinRequest(member, rest))
  if (errorCode !== MEMBER_ID_REQUIRED) throw new Error(`${member.name} got ${errorCode} instead of an id`)
  member.id = memberId
  stage.transcript.name(memberId, member.name)
  return startJoin(stage, member, rest, version)
}

export const startSync = (
  { transcript }: Stage,
  member: Member,
  rest: Partial<SyncGroupRequest> = {},
  version = 5,
): Later<Synced> => transcript.start(member.peer, `${member.name} syncs`, syncGroup, version, syncRequest(member, rest))

/** Until the group is in this state, with this many members. */
export const reaches = async (on: Peer, groupId: string, state: string, members?: number): Promise<void> => {
  await eventually(
    `${groupId} is ${state}`,
    async () => {
      const { groups } = await on.call(describeGroups, 5, { groups: [groupId] })
      const [group] = groups
      const asked = group?.groupState === state && (members === undefined || group.members.length === members)
      return asked ? true : undefined
    },
    { intervalMs: 5 },
  )
}

/** A group that is stable: the members enter together, the first leads, each is assigned its name. Nothing is written down. */
export const settled = async (
  stage: Stage,
  on: Peer,
  members: readonly [Member, ...Member[]],
  rest: Partial<JoinGroupRequest> = {},
): Promise<void> => {
  const [leader] = members
  await stage.transcript.silently(async () => {
    const first = leader.instanceId === null ? await enter(stage, leader, rest) : startJoin(stage, leader, rest)
    await first()
    for (const [at, member] of members.slice(1).entries()) {
      const joined = member.instanceId === null ? await enter(stage, member, rest) : startJoin(stage, member, rest)
      await reaches(on, leader.groupId, 'PreparingRebalance', at + 2)
      await Promise.all([...members.slice(0, at + 1).map((each) => startJoin(stage, each, rest)()), joined()])
    }
    const followers = members.slice(1).map((member) => startSync(stage, member))
    await startSync(stage, leader, assigning(...members))()
    await Promise.all(followers.map((synced) => synced()))
  })
}

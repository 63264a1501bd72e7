/**
 * Test harness: one shard of groups driven by hand, with a log in memory and time that stands still until moved.
 * Records are stored at once unless the log is held or made to fail.
 */
import type { ErrorCode } from '../base/error-codes.ts'
import { ZERO_TOPIC_ID } from '../base/ids.ts'
import { BrokerError } from '../base/errors.ts'
import type { Answer, Decision, RecordCodec, Ticket } from '../coordinator/shard.ts'
import type { ClientSoftware } from '../engine/requests.ts'
import type { ClassicGroup } from './classic/state.ts'
import type {
  CommitRequest,
  GroupCommand,
  GroupSettings,
  HeartbeatRequest,
  JoinRequest,
  JoinResult,
  LeaveRequest,
  LeaveResult,
  SyncRequest,
  SyncResult,
  TopicErrors,
} from './commands.ts'
import type { GroupRecord, GroupsState } from './group.ts'
import { groupShard, type GroupShard } from './group-shard.ts'

export const testSettings: GroupSettings = {
  sessionTimeoutMsMin: 6000,
  sessionTimeoutMsMax: 1_800_000,
  initialRebalanceDelayMs: 3000,
  membersMax: 1000,
  offsetMetadataMax: 4096,
  offsetsRetentionMs: 7 * 24 * 3_600_000,
  offsetsRetentionCheckMs: 600_000,
}

/** For tests of decisions: nothing is encoded. */
const noCodec: RecordCodec<GroupRecord> = {
  encode: () => ({ key: Buffer.alloc(0), value: null }),
  decode: () => null,
}

/** What somebody was answered, or that he still waits. */
export interface Reply<Result> {
  readonly waits: boolean
  readonly value: Result
  readonly error: ErrorCode | null
}

export interface MemberOptions {
  readonly instanceId?: string
  readonly software?: ClientSoftware
  readonly protocols?: Readonly<Record<string, string>>
  readonly protocolType?: string
  readonly version?: number
  readonly sessionTimeoutMs?: number
  readonly rebalanceTimeoutMs?: number
}

export class Scenario {
  readonly shard: GroupShard
  readonly state: GroupsState
  readonly log: GroupRecord[] = []
  readonly #timers = new Map<string, { due: number; command: GroupCommand }>()
  readonly #answers = new Map<number, Answer>()
  #held: Decision<GroupCommand, GroupRecord>[] | null = null
  #failing: ErrorCode | null = null
  #tickets = 0
  #ids = 0
  now = 1_700_000_000_000

  constructor(settings: Partial<GroupSettings> = {}, log: readonly GroupRecord[] = []) {
    this.shard = groupShard({ ...testSettings, ...settings }, noCodec)
    this.state = this.shard.create()
    for (const record of log) this.shard.apply(this.state, record)
    this.log.push(...log)
    this.#take(this.shard.loaded(this.state, this.now))
  }

  get timers(): readonly string[] {
    return [...this.#timers.keys()]
  }

  group(groupId = 'g'): ClassicGroup {
    const group = this.state.live.get(groupId)
    if (group === undefined) throw new Error(`no live group ${groupId}`)
    return group
  }

  join(memberId = '', options: MemberOptions = {}, groupId = 'g'): Reply<JoinResult> {
    const version = options.version ?? 5
    const protocols = options.protocols ?? { range: 'topic' }
    const request: JoinRequest = {
      groupId,
      memberId,
      instanceId: options.instanceId ?? null,
      clientId: 'client',
      clientHost: '/127.0.0.1',
      software: options.software ?? null,
      sessionTimeoutMs: options.sessionTimeoutMs ?? 10_000,
      rebalanceTimeoutMs: options.rebalanceTimeoutMs ?? 60_000,
      protocolType: options.protocolType ?? 'consumer',
      protocols: Object.entries(protocols).map(([name, topics]) => ({ name, metadata: subscription(topics) })),
      needsKnownMemberId: version >= 4,
      canSkipAssignment: version >= 9,
      memberIdSuffix: `${++this.#ids}`,
    }
    return this.ask<JoinResult>((ticket) => ({ type: 'join', ticket, request }))
  }

  /** A new dynamic member: asks for its id, then joins with it. */
  enter(options: MemberOptions = {}, groupId = 'g'): { id: string; reply: Reply<JoinResult> } {
    const id = this.join('', options, groupId).value.memberId
    return { id, reply: this.join(id, options, groupId) }
  }

  sync(
    memberId: string,
    generation: number,
    assignments: Record<string, string> = {},
    more: Partial<SyncRequest> = {},
  ) {
    const request: SyncRequest = {
      groupId: 'g',
      memberId,
      instanceId: null,
      generation,
      protocolType: null,
      protocol: null,
      assignments: Object.entries(assignments).map(([id, text]) => ({ memberId: id, assignment: Buffer.from(text) })),
      ...more,
    }
    return this.ask<SyncResult>((ticket) => ({ type: 'sync', ticket, request }))
  }

  heartbeat(memberId: string, generation: number, more: Partial<HeartbeatRequest> = {}): ErrorCode {
    const request: HeartbeatRequest = { groupId: 'g', memberId, instanceId: null, generation, ...more }
    return this.ask<ErrorCode>((ticket) => ({ type: 'heartbeat', ticket, request })).value
  }

  leave(members: LeaveRequest['members'], groupId = 'g'): readonly ErrorCode[] {
    const request: LeaveRequest = { groupId, members }
    const { value } = this.ask<LeaveResult>((ticket) => ({ type: 'leave', ticket, request }))
    return value.map(({ error }) => error)
  }

  /** One offset of partition 0 of `topic`; the error is that of the partition or of the whole. */
  commit(topic: string, offset: number, more: Partial<CommitRequest> & { metadata?: string } = {}): Reply<ErrorCode> {
    const { metadata = null, ...rest } = more
    const request: CommitRequest = {
      groupId: 'g',
      memberId: '',
      instanceId: null,
      generation: -1,
      retentionMs: -1,
      knowsGroupIdNotFound: true,
      topics: [
        { topicId: ZERO_TOPIC_ID, name: topic, partitions: [{ partition: 0, offset, leaderEpoch: -1, metadata }] },
      ],
      ...rest,
    }
    const reply = this.ask<TopicErrors>((ticket) => ({ type: 'commit', ticket, request }))
    return {
      get waits() {
        return reply.waits
      },
      get value() {
        return reply.error ?? reply.value[0]?.partitions[0]?.error ?? 'NONE'
      },
      get error() {
        return reply.error
      },
    }
  }

  ask<Result>(make: (ticket: Ticket<Result>) => GroupCommand): Reply<Result> {
    const ticket: Ticket<Result> = { id: ++this.#tickets }
    const answers = this.#answers
    this.#decide(make(ticket), ticket)
    const answer = (): Answer | undefined => answers.get(ticket.id)
    return {
      get waits() {
        return answer() === undefined
      },
      get value() {
        const given = answer()
        if (given === undefined || !('value' in given)) throw new Error(`no value: ${JSON.stringify(given)}`)
        return given.value as Result
      },
      get error() {
        const given = answer()
        return given !== undefined && 'error' in given ? given.error : null
      },
    }
  }

  tell(command: GroupCommand): void {
    this.#decide(command, null)
  }

  /** Moves time; what falls due meanwhile is evaluated in order. */
  advance(byMs: number): void {
    const end = this.now + byMs
    for (;;) {
      const next = [...this.#timers].filter(([, { due }]) => due <= end).sort((a, b) => a[1].due - b[1].due)[0]
      if (next === undefined) break
      const [key, { due, command }] = next
      this.#timers.delete(key)
      this.now = due
      this.tell(command)
    }
    this.now = end
  }

  hold(): void {
    this.#held = []
  }

  /** Stores what was held, or fails it. */
  release(error: ErrorCode | null = null): void {
    const held = this.#held ?? []
    this.#held = null
    if (error === null) held.forEach((decision) => this.#stored(decision))
    else {
      this.#failing = null
      for (const decision of held.reverse()) this.#failed(decision, error)
    }
  }

  failNext(error: ErrorCode): void {
    this.#failing = error
  }

  #decide(command: GroupCommand, ticket: Ticket<unknown> | null): void {
    try {
      this.#take(this.shard.handle(this.state, command, this.now))
    } catch (thrown) {
      if (ticket === null || !(thrown instanceof BrokerError)) throw thrown
      this.#answers.set(ticket.id, { ticket, error: thrown.code })
    }
  }

  #undo = new Map<Decision<GroupCommand, GroupRecord>, GroupRecord[]>()

  #take(decision: Decision<GroupCommand, GroupRecord>): void {
    for (const change of decision.timers) {
      if ('cancel' in change) this.#timers.delete(change.key)
      else this.#timers.set(change.key, { due: this.now + change.afterMs, command: change.command })
    }
    this.#undo.set(
      decision,
      decision.records.map((record) => this.shard.apply(this.state, record)),
    )
    if (this.#held !== null) this.#held.push(decision)
    else if (this.#failing !== null && decision.records.length > 0) {
      const error = this.#failing
      this.#failing = null
      this.#failed(decision, error)
    } else this.#stored(decision)
  }

  #give(answer: Answer): void {
    if (this.#answers.has(answer.ticket.id)) throw new Error('somebody is answered twice')
    this.#answers.set(answer.ticket.id, answer)
  }

  #stored(decision: Decision<GroupCommand, GroupRecord>): void {
    this.#undo.delete(decision)
    this.log.push(...decision.records)
    for (const answer of decision.answers) this.#give(answer)
    if (decision.followUp !== null) this.tell(decision.followUp.stored)
  }

  #failed(decision: Decision<GroupCommand, GroupRecord>, error: ErrorCode): void {
    for (const inverse of (this.#undo.get(decision) ?? []).reverse()) this.shard.apply(this.state, inverse)
    this.#undo.delete(decision)
    this.#take(this.shard.restored(this.state, error))
    for (const { ticket } of decision.answers) this.#give({ ticket, error })
    if (decision.followUp !== null) this.tell(decision.followUp.failed(error))
  }
}

/** A consumer's subscription, version 0, to the topics named with commas between. */
export const subscription = (topics: string): Buffer => {
  const names = topics.split(',').map((name) => Buffer.from(name))
  const bytes = Buffer.alloc(names.reduce((sum, name) => sum + 2 + name.length, 2 + 4 + 4))
  bytes.writeInt32BE(names.length, 2)
  let at = 6
  for (const name of names) {
    bytes.writeInt16BE(name.length, at)
    at += 2 + name.copy(bytes, at + 2)
  }
  bytes.writeInt32BE(-1, at)
  return bytes
}

/** Two members, the first leads, both have their assignment: generation 1, stable. */
export const stablePair = (scenario: Scenario, options: MemberOptions = {}): { leader: string; follower: string } => {
  const [leader, follower] = [scenario.enter(options), scenario.enter(options)]
  scenario.advance(6000)
  scenario.sync(leader.id, 1, { [leader.id]: 'a', [follower.id]: 'b' })
  scenario.sync(follower.id, 1)
  return { leader: leader.id, follower: follower.id }
}

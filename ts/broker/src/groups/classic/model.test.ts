/**
 * Members of one group that mostly do what clients do next and now and then anything else, with a log that sometimes
 * fails and time that passes. Whatever
 * happens, the invariants of `state.ts` hold after each step, the log replays to what is recorded, all who were told
 * of a generation were told the same, and nobody waits for ever.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../base/error-codes.ts'
import type { JoinResult, LeaveResult, SyncResult } from '../commands.ts'
import { applyRecord, emptyGroups } from '../group.ts'
import { Scenario, type MemberOptions, type Reply } from '../scenario.ts'
import type { ClassicGroup } from './state.ts'

const PLAYERS = 5
const MOVES_MAX = 150
const RUNS = 300

type Act =
  | {
      readonly do: 'next' | 'join' | 'heartbeat' | 'leave' | 'commit' | 'restart'
      readonly player: number
      readonly protocol: number
    }
  | { readonly do: 'sync'; readonly player: number; readonly stale: boolean }

type Move =
  | Act
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'fail' | 'delete' | 'hold' | 'release' | 'lose' }

const player = fc.nat(PLAYERS - 1)
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 40, arbitrary: fc.record({ do: fc.constant('next' as const), player, protocol: fc.constant(0) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('join' as const), player, protocol: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('sync' as const), player, stale: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('heartbeat' as const, 'leave' as const, 'commit' as const, 'restart' as const),
      player,
      protocol: fc.nat(2),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(10, 3000, 3000, 6000, 60_000) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('fail' as const, 'delete' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('hold' as const, 'release' as const, 'lose' as const) }) },
)

const PROTOCOLS: readonly Readonly<Record<string, string>>[] = [
  { range: 'a', sticky: 'a' },
  { sticky: 'a', range: 'a' },
  { range: 'b' },
]

const NOTHING = { memberId: '', generation: -1 }

interface Player {
  readonly options: MemberOptions
  memberId: string
  generation: number
  /** Whether it has its assignment. */
  synced: boolean
  joining: Reply<JoinResult> | null
  syncing: Reply<SyncResult> | null
}

class Game {
  readonly scenario = new Scenario()
  readonly players: readonly Player[]
  /** What happened, so that the test can tell that it tests something. */
  readonly reached = new Set<string>()
  readonly #joins: Reply<JoinResult>[] = []
  readonly #syncs: Reply<SyncResult>[] = []
  #held = false

  constructor() {
    this.players = Array.from({ length: PLAYERS }, (_, index) => ({
      // The last two are static, with the two ways of answering a returning leader.
      options: index < PLAYERS - 2 ? {} : { instanceId: `i${index}`, version: index === PLAYERS - 1 ? 9 : 5 },
      memberId: '',
      generation: -1,
      synced: false,
      joining: null,
      syncing: null,
    }))
  }

  play(next: Move): void {
    this.#make(next)
    this.#learn()
    const group = this.scenario.state.live.get('g')
    if (group === undefined) return
    checkInvariants(group)
    this.reached.add(group.state)
    if (group.generation > 3) this.reached.add('generations')
  }

  finish(): void {
    if (this.#held) this.scenario.release()
    this.scenario.advance(3_600_000)
    expect(this.#joins.filter(({ waits }) => waits)).toHaveLength(0)
    expect(this.#syncs.filter(({ waits }) => waits)).toHaveLength(0)
    const replayed = emptyGroups()
    for (const record of this.scenario.log) applyRecord(replayed, record)
    expect(replayed.recorded).toEqual(this.scenario.state.recorded)
    this.#checkGenerations()
  }

  #make(next: Move): void {
    const { scenario } = this
    switch (next.do) {
      case 'pass':
        scenario.advance(next.ms)
        return
      case 'fail':
        if (!this.#held) scenario.failNext('NOT_COORDINATOR')
        return
      case 'hold':
        if (!this.#held) scenario.hold()
        this.#held = true
        return
      case 'release':
      case 'lose':
        if (this.#held) scenario.release(next.do === 'lose' ? 'NOT_COORDINATOR' : null)
        this.#held = false
        return
      case 'delete':
        scenario.ask<ErrorCode>((ticket) => ({ type: 'delete-group', ticket, groupId: 'g' }))
        return
      default: {
        const who = this.players[next.player]
        if (who !== undefined) this.#act(who, next)
      }
    }
  }

  #act(who: Player, next: Act): void {
    const { scenario } = this
    const { memberId, generation } = who
    const instanceId = who.options.instanceId ?? null
    switch (next.do) {
      case 'next':
        if (who.joining === null && who.syncing === null) this.#act(who, this.#nextOf(who, next))
        return
      case 'restart':
        Object.assign(who, { memberId: '', generation: -1, synced: false, joining: null, syncing: null })
        return
      case 'join':
        who.synced = false
        who.joining = scenario.join(memberId, { ...who.options, protocols: PROTOCOLS[next.protocol] ?? {} })
        this.#joins.push(who.joining)
        return
      case 'sync': {
        const assignments = Object.fromEntries(this.players.map((each) => [each.memberId, `for ${each.memberId}`]))
        who.syncing = scenario.sync(memberId, next.stale ? generation - 1 : generation, assignments, { instanceId })
        this.#syncs.push(who.syncing)
        return
      }
      case 'heartbeat': {
        const beat = scenario.ask<ErrorCode>((ticket) => ({
          type: 'heartbeat',
          ticket,
          request: { groupId: 'g', memberId, instanceId, generation },
        }))
        if (!beat.waits && (beat.error ?? beat.value) !== 'NONE') who.generation = -1
        return
      }
      case 'leave':
        scenario.ask<LeaveResult>((ticket) => ({
          type: 'leave',
          ticket,
          request: { groupId: 'g', members: [{ memberId, instanceId }] },
        }))
        return
      case 'commit':
        scenario.commit('t', 1, { memberId, instanceId, generation })
    }
  }

  /** As a client does: join until it is told a generation, fetch the assignment, then beat. */
  #nextOf(who: Player, { player: index, protocol }: { readonly player: number; readonly protocol: number }): Act {
    if (who.generation < 0) return { do: 'join', player: index, protocol }
    if (!who.synced) return { do: 'sync', player: index, stale: false }
    return { do: 'heartbeat', player: index, protocol }
  }

  /** Players take what they were answered, as clients do. */
  #learn(): void {
    for (const who of this.players) {
      if (who.joining !== null && !who.joining.waits) {
        const { joining } = who
        who.joining = null
        const { error, memberId, generation } =
          joining.error === null ? joining.value : { ...NOTHING, error: joining.error }
        if (error === 'NONE' || error === 'MEMBER_ID_REQUIRED') Object.assign(who, { memberId, generation })
        if (error === 'UNKNOWN_MEMBER_ID' || error === 'FENCED_INSTANCE_ID') Object.assign(who, NOTHING)
      }
      if (who.syncing !== null && !who.syncing.waits) {
        const { syncing } = who
        who.syncing = null
        who.synced = syncing.error === null && syncing.value.error === 'NONE'
        if (!who.synced) who.generation = -1
        else this.reached.add('assigned')
      }
    }
  }

  #checkGenerations(): void {
    let deleted = false
    for (const { kind, value } of this.scenario.log) if (kind === 'group' && value === null) deleted = true
    if (deleted) return
    const protocols = new Map<number, string | null>()
    for (const joined of this.#joins) {
      if (joined.error !== null || joined.value.error !== 'NONE') continue
      const { generation, protocol } = joined.value
      if (!protocols.has(generation)) protocols.set(generation, protocol)
      expect(protocols.get(generation)).toBe(protocol)
    }
  }
}

const checkInvariants = (group: ClassicGroup): void => {
  const members = [...group.members.values()]
  if (group.leader === null) expect(members).toHaveLength(0)
  else expect(group.members.has(group.leader)).toBe(true)
  expect(group.awaitingJoin).toBe(members.filter(({ awaitingJoin }) => awaitingJoin !== null).length)
  expect(members.filter(({ id }) => group.pendingJoins.has(id))).toEqual([])
  expect([...group.pendingSyncs].filter((id) => !group.members.has(id))).toEqual([])
  expect(
    new Map(members.filter(({ instanceId }) => instanceId !== null).map((each) => [each.instanceId, each.id])),
  ).toEqual(group.staticMembers)
  for (const [name, count] of group.supporters) {
    expect(members.filter(({ protocols }) => protocols.some((each) => each.name === name))).toHaveLength(count)
  }
  if (group.state === 'Empty') expect(members).toHaveLength(0)
  if (group.state === 'CompletingRebalance' || group.state === 'Stable') {
    expect(members.length).toBeGreaterThan(0)
    expect(group.supporters.get(group.protocol ?? '')).toBe(members.length)
  }
  if (group.state !== 'CompletingRebalance') {
    expect(members.filter(({ awaitingSync }) => awaitingSync !== null)).toEqual([])
  }
}

describe('a group, whatever happens to it', () => {
  it('keeps its invariants, its log and its promises', () => {
    const reached = new Map<string, number>()
    fc.assert(
      fc.property(fc.array(move, { minLength: 20, maxLength: MOVES_MAX, size: 'max' }), (moves) => {
        const game = new Game()
        moves.forEach((next) => game.play(next))
        game.finish()
        for (const what of game.reached) reached.set(what, (reached.get(what) ?? 0) + 1)
      }),
      { numRuns: RUNS },
    )
    for (const what of ['Empty', 'PreparingRebalance', 'CompletingRebalance', 'Stable', 'assigned', 'generations']) {
      expect(reached.get(what) ?? 0, what).toBeGreaterThan(RUNS / 20)
    }
  })
})

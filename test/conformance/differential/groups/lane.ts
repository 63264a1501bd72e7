// Operations one after the other on one group after the other, each on both brokers at once; the next begins when both rest.
import type { ApiName } from 'millrace/messages/index.js'
import { eventually } from '../../../harness/eventually.ts'
import { Comparison, show } from '../../comparison/comparison.ts'
import type { Explanations } from '../../comparison/explained.ts'
import { Id, Side } from '../../comparison/side.ts'
import { Dice } from '../dice.ts'
import { type Cast, type Described, type Member, type Pending, pendingOf, rests, sameMembers } from './cast.ts'
import { operations } from './operations.ts'
import { type Answer, Pair, type Two, type Written } from './pair.ts'
import type { Topic } from './requests.ts'

export interface LaneOptions {
  readonly seed: number
  readonly lane: number
  readonly ports: Two<number>
  /** Names and partitions, and what each broker calls the topic. */
  readonly topics: readonly { readonly name: string; readonly partitions: number; readonly ids: Two<string> }[]
  readonly explanations: Explanations
}

const CONTROL = 'control'
const MEMBERS = 4
const OPERATIONS_PER_GROUP = 40
const LANES_MAX = 1000
const STILL_MS = 20
/** What joins another time cannot be seen to have arrived; whoever is overtaken this often has. */
const LOOKS_MIN = 12
const REST_TIMEOUT_MS = 15_000
const MEMBER_ID_REQUIRED = 79

/** The brokers parted where the choice is one of Kafka's hash map: nothing more can be compared in this group. */
class Parted extends Error {}

export class Lane {
  readonly dice: Dice
  readonly topics: readonly Topic[]
  operations = 0
  groups = 0
  parted = 0
  readonly #options: LaneOptions
  readonly #comparison: Comparison
  #control: Pair
  #onStage: Cast | undefined
  #sent: Pending | undefined
  #history: string[] = []

  private constructor(options: LaneOptions, comparison: Comparison, control: Pair) {
    this.#options = options
    this.#comparison = comparison
    this.#control = control
    this.dice = new Dice(options.seed * LANES_MAX + options.lane)
    this.topics = options.topics.map(({ name, partitions, ids: [kafka, millrace] }, at) => {
      const id = new Id('topic', at + 1)
      comparison.kafka.learn(id, kafka)
      comparison.millrace.learn(id, millrace)
      return { name, partitions, id }
    })
  }

  static async open(options: LaneOptions): Promise<Lane> {
    const [kafka, millrace] = options.ports
    const comparison = new Comparison(new Side(kafka), new Side(millrace))
    return new Lane(options, comparison, await Pair.open(comparison, CONTROL))
  }

  /** Goes on until this many operations were played. Throws at the first answer that differs and should not. */
  async play(until: number): Promise<void> {
    while (this.operations < until) {
      const cast = this.#onStage ?? (await this.#begin())
      this.operations += 1
      await this.#within(() => this.#step(cast))
      if (this.operations % OPERATIONS_PER_GROUP === 0) this.#end()
    }
  }

  /** Both brokers have been started anew: all connections are lost, and what was under way. */
  async restarted(): Promise<void> {
    this.#control.close()
    this.#control = await Pair.open(this.#comparison, CONTROL)
    const cast = this.#onStage
    if (cast === undefined) return
    this.#history.push('both brokers are started anew')
    cast.orphans.length = 0
    for (const member of cast.members) {
      await this.reconnect(member)
      member.hasLostJoin = false
      if (member.standing === 'told') await this.left(cast, member)
    }
    // The leader may be one of those who are not recorded.
    cast.leaderLeft = true
    await this.#within(() => this.#settle(cast))
  }

  close(): void {
    this.#end()
    this.#control.close()
  }

  async #begin(): Promise<Cast> {
    this.groups += 1
    this.#history = []
    this.#onStage = await this.#cast(`group-${this.#options.seed}-${this.#options.lane}-${this.groups}`)
    return this.#onStage
  }

  #end(): void {
    for (const { pair } of this.#onStage?.members ?? []) pair.close()
    this.#onStage = undefined
  }

  async #within(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof Parted)) throw error
      this.parted += 1
      this.#end()
    }
  }

  /** Asks what is answered at once, and compares what of it is `of` interest. */
  async ask<Name extends ApiName>(
    name: Name,
    version: number,
    write: Written<Name>,
    of: (answer: Answer<Name>) => unknown = (answer) => answer,
  ): Promise<Two<Answer<Name>>> {
    const text = this.#note(name, version, write)
    const answers = await this.#control.send(name, version, write).both
    this.#judge(name, version, text, [of(answers[0]), of(answers[1])])
    return answers
  }

  /** Sends over the connection of a member what may have to wait. */
  start(
    pending: Pick<Pending, 'member' | 'version' | 'mayWait' | 'replaces'>,
    api: Pending['api'],
    write: Written<'joinGroup'> | Written<'syncGroup'>,
  ): void {
    const { member, version } = pending
    const written = write as Written<Pending['api']>
    const text = `${member.name}: ${this.#note(api, version, written)}`
    if (api === 'joinGroup') member.hasLostJoin = false
    member.pending = { ...pending, api, text, coming: member.pair.send(api, version, written) }
    this.#sent = member.pending
  }

  open(member: Pick<Member, 'name'>): Promise<Pair> {
    return Pair.open(this.#comparison, member.name)
  }

  /** Its id means nothing from here on. */
  async left(cast: Cast, member: Member): Promise<void> {
    if (member.id !== undefined) cast.gone.push({ id: member.id, instanceId: member.instanceId })
    if (member.id !== undefined && member.id === cast.leader) cast.leaderLeft = true
    member.standing = 'outside'
    member.id = undefined
    member.offer = undefined
    member.hasLostJoin = false
    // Kafka never answers the sync of a member that has left.
    if (member.pending?.api === 'syncGroup') await this.reconnect(member)
  }

  /** What it waited for is given up. */
  async reconnect(member: Member): Promise<void> {
    this.#history.push(`${member.name} loses its connection`)
    member.hasLostJoin = member.standing === 'inside' && member.pending?.api === 'joinGroup'
    member.pair.close()
    member.pending = undefined
    member.pair = await this.open(member)
  }

  async #cast(groupId: string): Promise<Cast> {
    const members = Array.from({ length: MEMBERS }, async (_, at): Promise<Member> => {
      const name = `${groupId}-${at}`
      const instanceId = this.dice.chance(0.35) ? `${groupId}-instance-${at}` : null
      const pair = await this.open({ name })
      return {
        name,
        instanceId,
        pair,
        id: undefined,
        standing: 'outside',
        generation: -1,
        offer: undefined,
        pending: undefined,
        hasLostJoin: false,
      }
    })
    return {
      groupId,
      members: await Promise.all(members),
      gone: [],
      orphans: [],
      state: 'Dead',
      stateBefore: 'Dead',
      generation: -1,
      protocolType: '',
      protocol: null,
      leader: undefined,
      leaderLeft: false,
    }
  }

  async #step(cast: Cast): Promise<void> {
    const member = this.dice.of(cast.members)
    const possible = operations.filter((operation) => operation.isPossible(cast, member))
    const weights = Object.fromEntries(possible.map(({ name, weight }) => [name, weight(cast.state)]))
    const chosen = this.dice.weighted(weights)
    await possible.find(({ name }) => name === chosen)?.play(this, cast, member)
    await this.#settle(cast)
  }

  /** Waits until nothing goes on in both brokers, and takes in what was answered meanwhile. */
  async #settle(cast: Cast): Promise<void> {
    const described = await this.#atRest(cast)
    for (const [theirs, ours] of sameMembers(described)) this.#pair(theirs, ours)
    const pending = pendingOf(cast)
    cast.orphans.length = 0
    const { generation } = cast
    for (const each of pending) this.#take(cast, each)
    const [theirs, ours] = described
    this.#judge('describeGroups', DESCRIBE_VERSION, `${cast.groupId} at rest`, [
      { groups: [theirs] },
      { groups: [ours] },
    ])
    await this.#learn(cast, described[0])
    // Everyone who waited has lost the connection: who leads now is not known.
    const isNew = cast.state === 'CompletingRebalance' && cast.stateBefore === 'PreparingRebalance'
    if (isNew && cast.generation === generation) throw new Parted()
  }

  async #atRest(cast: Cast): Promise<Two<Described>> {
    let seen: Two<Described> | undefined
    let looks = 0
    const sides = [this.#comparison.kafka, this.#comparison.millrace]
    try {
      return await eventually(
        'both rest',
        async () => {
          // Before the groups are described: what is answered later may not be in the description.
          const unanswered = [0, 1].map((at) => pendingOf(cast).filter(({ coming }) => !coming.isAnswered(at)))
          const answers = await this.#control.send('describeGroups', DESCRIBE_VERSION, () => ({
            groups: [cast.groupId],
          })).both
          const [kafka, millrace] = answers.map(({ groups }) => groups[0])
          if (kafka === undefined || millrace === undefined) throw new Error('a group was not described')
          seen = [kafka, millrace]
          const resting = seen.every((each, at) =>
            rests(cast, each, unanswered[at] ?? [], sides[at] ?? this.#comparison.kafka),
          )
          looks = resting ? looks + 1 : 0
          const isNewOne = unanswered.some((each) => each.some((pending) => pending === this.#sent))
          return looks >= (isNewOne ? LOOKS_MIN : 1) ? seen : undefined
        },
        { timeoutMs: REST_TIMEOUT_MS, intervalMs: STILL_MS / 10 },
      )
    } catch {
      const waiting = pendingOf(cast).map(
        ({ text, coming }) => `${text}: Kafka ${coming.isAnswered(0)}, Millrace ${coming.isAnswered(1)}`,
      )
      throw this.#failure('the brokers did not come to rest', [
        ...(seen ?? []).map((each) => show(each)),
        'answered are',
        ...waiting,
      ])
    }
  }

  #pair(theirs: string, ours: string): void {
    const { kafka, millrace } = this.#comparison
    if (kafka.id('member', theirs) === undefined && millrace.id('member', ours) === undefined) {
      this.#comparison.differences({ memberId: theirs }, { memberId: ours })
    }
  }

  #take(cast: Cast, pending: Pending): void {
    const { member, coming, api, version, text } = pending
    const { answers } = coming
    if (answers === undefined) return
    if (member.pending === pending) member.pending = undefined
    if (api === 'joinGroup') this.#joined(cast, pending, answers as Two<Answer<'joinGroup'>>)
    else this.#judge(api, version, text, answers)
  }

  #joined(cast: Cast, { member, version, text, replaces }: Pending, answers: Two<Answer<'joinGroup'>>): void {
    const { kafka, millrace } = this.#comparison
    const [theirs, ours] = answers
    if (theirs.memberId !== '' && ours.memberId !== '') this.#pair(theirs.memberId, ours.memberId)
    const leader = kafka.id('member', theirs.leader)
    if (cast.leaderLeft && leader !== millrace.id('member', ours.leader)) throw new Parted()
    this.#judge('joinGroup', version, text, answers)
    const isTold = theirs.errorCode === MEMBER_ID_REQUIRED
    if (theirs.errorCode !== 0 && !isTold) return
    member.id = kafka.id('member', theirs.memberId)
    if (isTold) {
      member.standing = 'told'
      return
    }
    member.generation = theirs.generationId
    cast.generation = theirs.generationId
    cast.protocol = theirs.protocolName
    // Older versions tell a leader that came back of the id it had.
    cast.leader = leader === replaces ? member.id : leader
    cast.leaderLeft = false
  }

  /** Who is inside is what Kafka says. */
  async #learn(cast: Cast, described: Described): Promise<void> {
    const { kafka } = this.#comparison
    const ids = new Set(described.members.map(({ memberId }) => kafka.id('member', memberId)))
    for (const member of cast.members) {
      if (member.id === undefined) {
        const entered = described.members.find(({ clientId }) => clientId === member.name)
        member.id = entered && kafka.id('member', entered.memberId)
        if (cast.leader !== undefined && cast.leader === member.pending?.replaces) cast.leader = member.id
      }
      if (described.groupState !== 'PreparingRebalance') member.hasLostJoin = false
      if (member.id !== undefined && ids.has(member.id)) member.standing = 'inside'
      else if (member.standing === 'inside' || described.groupState === 'Dead') await this.left(cast, member)
    }
    cast.stateBefore = cast.state
    cast.state = described.groupState
    cast.protocolType = described.protocolType
  }

  #judge(name: ApiName, version: number, text: string, [kafka, millrace]: Two<unknown>): void {
    const asked = { api: name, version, request: undefined }
    const differences = this.#comparison
      .differences(kafka, millrace)
      .filter((difference) => this.#options.explanations.row(difference, asked) === undefined)
    if (differences.length === 0) return
    const lines = differences.map(
      ({ path, kafka: theirs, millrace: ours }) => `${path}: ${show(theirs)} != ${show(ours)}`,
    )
    throw this.#failure(`${text} is answered in two ways`, lines)
  }

  #failure(what: string, lines: readonly string[]): Error {
    const { seed, lane } = this.#options
    const history = this.#history.map((line) => `  ${line}`)
    return new Error(
      [`SEED=${seed} LANE=${lane} operation ${this.operations}: ${what}`, ...lines, 'after', ...history].join('\n'),
    )
  }

  #note<Name extends ApiName>(name: Name, version: number, write: Written<Name>): string {
    const text = `${name} v${version} ${JSON.stringify(write(String))}`
    this.#history.push(text)
    return text
  }
}

const DESCRIBE_VERSION = 5

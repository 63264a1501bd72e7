// One run: requests from a seed, each sent to both brokers, until as many as wanted have been answered.
import { type ApiName, apis } from 'millrace/messages/index.js'
import { metadata } from 'millrace/messages/03-metadata.js'
import type { Api } from 'millrace/wire/schema.js'
import { Peer } from '../../harness/peer.ts'
import { Comparison, type Difference } from '../comparison/comparison.ts'
import type { Explanations } from '../comparison/explained.ts'
import { Side } from '../comparison/side.ts'
import { Brokers, hasAnswer, type Reactions } from './brokers.ts'
import { Dice } from './dice.ts'
import type { OpenRequest, Sent } from './draft.ts'
import { describeFailure, nameOf, trace } from './failure.ts'
import { makers } from './makers/index.ts'
import type { Maker } from './makers/maker.ts'
import { UNKNOWN_PRODUCER } from './makers/records.ts'
import { mutated } from './mutate.ts'
import { namesIn, resetBroker } from './reset.ts'
import { SETTLED, Settled } from './settle.ts'
import { World } from './world.ts'

export interface Ports {
  readonly kafka: number
  readonly millrace: number
}

export interface Report {
  readonly requests: number
  readonly failures: readonly string[]
  /** How often each API was asked at each version, as `fetch v4`. */
  readonly asked: ReadonlyMap<string, number>
}

/** A run goes on after a difference, as the next one may tell more, but not for ever. */
const FAILURES_MAX = Number(process.env['FAILURES'] ?? 5)
/** The share of requests that are made slightly wrong. */
const MUTATED = 0.25
/** Of these, so many more than once, or in a version that nobody has, not even one to come. */
const MUTATED_AGAIN = 0.2
const UNKNOWN_VERSION = 0.03
const BURST = 0.06
const BURST_MAX = 6
const ATTEMPTS_MAX = 50

/** After these the brokers must have taken up what was changed. */
const changing: ReadonlySet<ApiName> = new Set([
  'createTopics',
  'deleteTopics',
  'createPartitions',
  'alterConfigs',
  'incrementalAlterConfigs',
])

/** What follows a request without an answer, to see whether its connection still stands. */
const probe: Sent = { api: apis.apiVersions, version: 0, request: {}, claimedVersion: 0 }

interface Planned {
  readonly maker: Maker
  readonly sent: Sent
}

export class Run {
  readonly #seed: number
  readonly #dice: Dice
  readonly #world = new World()
  readonly #explanations: Explanations
  readonly #comparison: Comparison
  readonly #brokers: Brokers
  readonly #settled: readonly Settled[]
  readonly #asked = new Map<string, number>()
  readonly #failures: string[] = []
  #requests = 0

  private constructor(seed: number, comparison: Comparison, settled: readonly Settled[], explanations: Explanations) {
    this.#seed = seed
    this.#dice = new Dice(seed)
    this.#comparison = comparison
    this.#brokers = new Brokers(comparison)
    this.#settled = settled
    this.#explanations = explanations
  }

  static async of(seed: number, requests: number, ports: Ports, explanations: Explanations): Promise<Report> {
    const settled = await Promise.all([Settled.with(ports.kafka), Settled.with(ports.millrace)])
    const comparison = new Comparison(new Side(ports.kafka), new Side(ports.millrace))
    comparison.share({ producerId: UNKNOWN_PRODUCER })
    const run = new Run(seed, comparison, settled, explanations)
    try {
      while (run.#requests < requests && run.#failures.length < FAILURES_MAX) await run.#step()
    } finally {
      run.#brokers.close()
      for (const each of settled) each.close()
    }
    return { requests: run.#requests, failures: run.#failures, asked: run.#asked }
  }

  async #step(): Promise<void> {
    const planned = this.#plan()
    const sent = planned.flatMap((each) => (hasAnswer(each.sent) ? [each.sent] : [each.sent, probe]))
    const reactions = await this.#brokers.exchange(this.#dice.int(0, this.#brokers.connections - 1), sent)
    if (!planned.every((each) => hasAnswer(each.sent))) await Promise.all(this.#settled.map((each) => each.written()))
    let diverged = false
    for (const each of planned) {
      const at = sent.indexOf(each.sent)
      const pair = hasAnswer(each.sent) ? reactions[at] : withoutAnswers(reactions[at + 1])
      if (pair === undefined) throw new Error('a request without a reaction')
      this.#requests += 1
      diverged = this.#judge(each.sent, pair, sent) || diverged
      await this.#learn(each, pair)
      const isLast = each === planned.at(-1)
      const isLost = pair.some(({ kind }) => kind !== 'answer')
      // What comes behind on a connection that is closed may be done by one of the two: Millrace takes a row of Produce at once.
      diverged ||= isLost && !isLast
      if (diverged || isLost) break
    }
    if (diverged) await this.#forget(sent)
  }

  /** One request, or several that are sent without waiting in between. */
  #plan(): readonly Planned[] {
    if (!this.#dice.chance(BURST)) return [this.#planOne(makers, MUTATED)]
    // A connection that is closed on bytes that were not read yet loses answers on their way: none of these ends it.
    // Kafka answers the first to join before the group can be listed.
    const quick = makers.filter(({ api }) => !changing.has(api) && api !== 'joinGroup')
    const burst = this.#dice.times(2, BURST_MAX, () => this.#planOne(quick, 0))
    return burst.every(({ sent }) => hasAnswer(sent)) ? burst : this.#plan()
  }

  #planOne(from: readonly Maker[], mutations: number): Planned {
    const dice = this.#dice
    const maker = this.#choose(from)
    const api: Api = apis[maker.api]
    const [first, last] = api.versions
    const isUnknown = dice.chance(mutations * UNKNOWN_VERSION)
    // The header of one to come is like that of the last.
    const version = isUnknown ? last : dice.int(first, last)
    const claimedVersion = isUnknown ? dice.of([last + 2, 99]) : version
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      let request: unknown = maker.make(dice, this.#world, version)
      if (dice.chance(mutations)) request = mutated(dice, api, version, request)
      if (dice.chance(mutations * MUTATED_AGAIN)) request = mutated(dice, api, version, request)
      if (maker.isAnswered?.(this.#world, request as OpenRequest<ApiName>) !== false) {
        return { maker, sent: { api, version, request, claimedVersion } }
      }
    }
    throw new Error(`no ${maker.api} that is answered in ${ATTEMPTS_MAX} attempts`)
  }

  #choose(from: readonly Maker[]): Maker {
    const byName = new Map(from.map((maker) => [maker.api, maker]))
    const weights = Object.fromEntries(from.map(({ api, weight }) => [api, weight])) as Record<ApiName, number>
    const urgent = this.#world.wantsTopics ? byName.get('createTopics') : undefined
    const maker = urgent ?? byName.get(this.#dice.weighted(weights))
    if (maker === undefined) throw new Error('nothing to choose from')
    return maker
  }

  /** Whether the two may hold other things from here on. */
  #judge(sent: Sent, reactions: Reactions, burst: readonly Sent[]): boolean {
    const api = nameOf(sent.api)
    const place = `${api} v${sent.claimedVersion}`
    this.#asked.set(place, (this.#asked.get(place) ?? 0) + 1)
    trace(this.#requests, sent, reactions)
    this.#comparison.share(sent.request)
    const differences = this.#compare(reactions)
    const asked = { api, version: sent.version, request: sent.request, answer: reactions[0].answer }
    const rows = differences.map((difference) => this.#explanations.row(difference, asked))
    const unexplained = differences.filter((_, at) => rows[at] === undefined)
    if (unexplained.length === 0) return rows.some((row) => row?.diverges === true)
    const replay = { seed: this.#seed, requests: this.#requests }
    const failure = describeFailure(replay, sent, reactions, unexplained, burst)
    // A long run tells of it at once.
    console.log(failure)
    this.#failures.push(failure)
    return true
  }

  #compare([kafka, millrace]: Reactions): readonly Difference[] {
    if (kafka.kind === millrace.kind) return this.#comparison.differences(kafka.answer, millrace.answer)
    return [{ path: '.kind', kafka: kafka.kind, millrace: millrace.kind, within: null }]
  }

  async #learn({ maker, sent }: Planned, [{ answer }]: Reactions): Promise<void> {
    if (answer !== undefined) {
      const { kafka } = this.#comparison
      const seen = { version: sent.version, request: sent.request as OpenRequest<ApiName>, answer: answer as never }
      maker.learn?.(this.#world, { ...seen, id: (kind, raw) => kafka.id(kind, raw) })
    }
    if (changing.has(maker.api)) await this.#settle()
  }

  /** Waits until both have taken up all changes, and sees which topics there are. */
  async #settle(): Promise<void> {
    await Promise.all(this.#settled.map((each) => each.wait()))
    const answers = await Promise.all(this.#sides.map(({ port }) => allTopics(port)))
    // The ids of new topics are not in the answer that made them in older versions.
    this.#comparison.differences(answers[0], answers[1])
    const shown = answers[0]?.topics.filter(({ name, isInternal }) => !isInternal && name !== SETTLED) ?? []
    for (const name of this.#world.topics.keys()) {
      if (!shown.some((topic) => topic.name === name)) this.#world.removeTopic(name)
    }
    for (const { name, topicId, partitions } of shown) {
      const id = this.#comparison.kafka.id('topic', topicId)
      if (name !== null && id !== undefined) this.#world.addTopic(name, id, partitions.length)
    }
  }

  /** What two brokers hold differently now is taken from both. */
  async #forget(requests: readonly Sent[]): Promise<void> {
    const names = namesIn(requests, this.#world)
    await Promise.all(this.#sides.map(({ port }) => resetBroker(port, names)))
    await this.#settle()
    this.#world.sessions.length = 0
    for (const name of names.groups) this.#world.groups.delete(name)
  }

  get #sides(): readonly Side[] {
    return [this.#comparison.kafka, this.#comparison.millrace]
  }
}

const allTopics = async (port: number) => {
  const peer = await Peer.open(port)
  const request = { topics: null, allowAutoTopicCreation: false }
  return peer.call(metadata, 12, request).finally(() => peer.close())
}

/** Of the request after one without an answer it counts whether it is answered. */
const withoutAnswers = (pair: Reactions | undefined): Reactions | undefined =>
  pair && [
    { ...pair[0], answer: undefined },
    { ...pair[1], answer: undefined },
  ]

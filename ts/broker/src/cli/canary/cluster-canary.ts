/**
 * A canary of any cluster, over the client that commands use. What goes wrong is a round that failed, and the next one begins
 * with connections of its own; reading goes on where it stood, so that nothing is missed in between.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { errors } from '../../base/error-codes.ts'
import { messageOf } from '../../base/errors.ts'
import { type CanaryFigures, Rounds } from '../../canary/rounds.ts'
import { Client } from '../client/client.ts'
import { EARLIEST, LATEST, offsetsAt, placeKey } from '../client/offsets.ts'
import type { Reading } from '../client/records.ts'
import { RoundTrips } from '../client/round-trips.ts'
import { createTopicIfMissing, describeTopic, type Topic } from '../client/topics.ts'
import { Failure } from '../failure.ts'
import type { Settings } from '../settings.ts'
import type { Terminal } from '../terminal.ts'
import { waitingOf } from '../waiting.ts'

/** Of a topic that it makes: nobody reads the records again. */
const CONFIGS: ReadonlyMap<string, string> = new Map([['retention.ms', '3600000']])
/** How often is looked for what does not come. */
const LOOK_MS = 50

/** What is known after one of them: all counts are since the start. */
export interface Round {
  readonly time: string
  readonly sent: number
  readonly received: number
  readonly failed: number
  readonly lost: number
  readonly duplicated: number
  /** The part that came back in time; null before the first. */
  readonly availability: number | null
  /** Of the newest one since the round before; null where there was none. */
  readonly produceMs: number | null
  readonly endToEndMs: number | null
  readonly p99Ms: number | null
  /** Why the newest record of which it is known did not come back; null where it did. */
  readonly failure: string | null
}

interface Link {
  readonly client: Client
  readonly trips: RoundTrips
}

export class ClusterCanary {
  readonly #terminal: Terminal
  readonly #settings: Settings
  readonly #topic: string
  readonly #run = randomUUID()
  readonly #rounds: Rounds
  #newest: { produce: number | null; endToEnd: number | null } = { produce: null, endToEnd: null }
  #link: Promise<Link> | null = null
  #closing: Promise<void> = Promise.resolve()
  #read: { readonly topic: string; readonly readings: readonly Reading[] } | null = null

  constructor(terminal: Terminal, settings: Settings, topic: string) {
    this.#terminal = terminal
    this.#settings = settings
    this.#topic = topic
    this.#rounds = new Rounds((of, elapsedMs) => (this.#newest[of] = elapsedMs), settings.timeoutMs)
  }

  /** Throws a Failure. */
  async connect(): Promise<void> {
    await this.#connected()
  }

  send(): void {
    // More are on their way than can be told apart.
    if (!this.#rounds.isFull) void this.#send(this.#rounds.begin(performance.now()))
  }

  figures(): CanaryFigures {
    return this.#rounds.figures()
  }

  round(): Round {
    this.#rounds.settle(performance.now())
    const { hour, failure, sent, received, failed, lost, duplicated } = this.figures()
    const { produce, endToEnd } = this.#newest
    this.#newest = { produce: null, endToEnd: null }
    return {
      time: new Date().toISOString(),
      sent,
      received,
      failed,
      lost,
      duplicated,
      availability: hour.availability,
      produceMs: rounded(produce),
      endToEndMs: rounded(endToEnd),
      p99Ms: rounded(hour.endToEndMs?.p99 ?? null),
      failure,
    }
  }

  /** Until it is known of all what became of them. */
  async settle(): Promise<void> {
    for (;;) {
      this.#rounds.settle(performance.now())
      if (this.#rounds.isSettled) return
      await pause(LOOK_MS)
    }
  }

  async close(): Promise<void> {
    if (this.#link !== null) this.#leave(this.#link)
    await this.#closing
  }

  async #send(number: number): Promise<void> {
    const link = this.#connected()
    try {
      await (await link).trips.send(number)
    } catch (thrown) {
      this.#rounds.failed(number, messageOf(thrown))
      this.#leave(link)
    }
  }

  #connected(): Promise<Link> {
    if (this.#link !== null) return this.#link
    const link = this.#open()
    this.#link = link
    link
      .then(({ trips }) => trips.reading)
      .catch((thrown: unknown) => {
        if (this.#link !== link) return
        if (isFinal(thrown)) this.#rounds.forget(messageOf(thrown))
        this.#leave(link)
      })
    return link
  }

  #leave(link: Promise<Link>): void {
    if (this.#link !== link) return
    this.#link = null
    this.#closing = closed(link)
  }

  async #open(): Promise<Link> {
    await this.#closing
    const client = await Client.open({ ...this.#settings, waiting: waitingOf(this.#terminal) })
    try {
      const topic = await this.#topicIn(client)
      const readings = await this.#readingsOf(client, topic)
      const options = { readings, rounds: this.#rounds, run: this.#run, acks: 'all' } as const
      return { client, trips: new RoundTrips(client, this.#settings, options) }
    } catch (error) {
      client.close()
      throw error
    }
  }

  /** With a partition on each broker where it has to be made. Who may not make topics may use one that is there. */
  async #topicIn(client: Client): Promise<Topic> {
    try {
      return await client.retrying(() => describeTopic(client, this.#topic))
    } catch (error) {
      if (!(error instanceof Failure) || error.outcome !== 'notFound') throw error
    }
    const { brokers } = await client.cluster()
    return createTopicIfMissing(client, this.#topic, { partitions: brokers.length, configs: CONFIGS })
  }

  async #readingsOf(client: Client, topic: Topic): Promise<readonly Reading[]> {
    const [starts, ends] = [await offsetsAt(client, [topic], EARLIEST), await offsetsAt(client, [topic], LATEST)]
    const before = this.#read
    const isAnother = before !== null && before.topic !== topic.id
    if (isAnother) this.#rounds.forget(`topic ${topic.name} was made anew`)
    const readings = topic.partitions.map(({ partition }): Reading => {
      const key = placeKey({ topic: topic.name, partition })
      const [start, end] = [BigInt(starts.get(key) ?? 0), BigInt(ends.get(key) ?? 0)]
      const stood = isAnother ? undefined : before?.readings.find((one) => one.partition === partition)?.next
      const next = stood ?? (before === null ? end : start)
      return { topic: topic.name, partition, next: next < start ? start : next > end ? end : next, stop: null }
    })
    this.#read = { topic: topic.id, readings }
    return readings
  }
}

const closed = async (link: Promise<Link>): Promise<void> => {
  try {
    const { client, trips } = await link
    client.close()
    await trips.close()
  } catch {
    // It was never open.
  }
}

/** What will not pass: those that are on their way are read by nobody. */
const isFinal = (thrown: unknown): boolean =>
  thrown instanceof Failure &&
  thrown.code !== null &&
  thrown.code !== 'OFFSET_OUT_OF_RANGE' &&
  !errors[thrown.code].retriable

const rounded = (ms: number | null): number | null => (ms === null ? null : Math.round(ms * 1000) / 1000)

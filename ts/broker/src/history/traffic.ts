/**
 * How many messages go into each topic and out of it: in by the ends of its logs, out by what groups commit as they read. Asking a log opens
 * it, so nobody looks before somebody wants to know, nor an hour after nobody did. In between it is looked every ten seconds, at
 * so many partitions: topic by topic, all of them in turn.
 */
import type { Clock, Timer } from '../base/clock.ts'
import type { TopicId } from '../base/ids.ts'
import type { TopicImage } from '../cluster/image.ts'
import { SAMPLE_MS, SAMPLES } from './rates.ts'
import { createRing } from './ring.ts'

/** Asked in one look: some milliseconds of this thread. */
const PARTITIONS_MAX = 5000
/** What groups have committed beyond so many is not counted. */
const COMMITS_MAX = 20_000
const MS_PER_SECOND = 1000

/** What a group has committed in a partition, less what it was moved by: that it has not read. */
export interface Commit {
  readonly group: string
  readonly topic: TopicId
  readonly partition: number
  readonly committed: number
}

interface Ends {
  /** Undefined where the log cannot be asked. */
  get(topic: TopicId, partition: number): { readonly logEnd: number } | undefined
}

export interface TrafficSource {
  topics(): readonly TopicImage[]
  ends(topics: readonly TopicImage[]): Promise<Ends>
  commits(): Promise<readonly Commit[]>
}

/** When nothing of what was noted is of the last hour any more. */
const UNASKED_MS_MAX = SAMPLE_MS * SAMPLES

/** Messages each second; null while that is not known. */
export interface Traffic {
  readonly messagesIn: number | null
  readonly messagesOut: number | null
}

/** Of the last hour, the oldest first, one each ten seconds; no more than were noted. */
export interface PastTraffic {
  readonly messagesIn: readonly number[]
  readonly messagesOut: readonly number[]
}

export interface TrafficHistory {
  /** Of a topic, between its last two looks. */
  of(topic: TopicId): Traffic
  /** Of all topics but those of the broker itself. */
  now(): Traffic
  past(): PastTraffic
  stop(): void
}

const UNKNOWN: Traffic = { messagesIn: null, messagesOut: null }

type Positions = ReadonlyMap<string, number>

interface Look {
  readonly at: number
  readonly ends: Positions
  readonly commits: Positions
  readonly traffic: Traffic
}

/** The source may fail, as while partitions are loaded: the next time will do. */
export const watchTraffic = (source: TrafficSource, clock: Clock): TrafficHistory => {
  const looks = new Map<TopicId, Look>()
  let rings = createRings()
  let position = 0
  let rounds = 0
  let timer: Timer | undefined
  let askedAt = 0
  let begun = false
  let stopped = false

  /** The topics whose turn it is. */
  const nextOf = (topics: readonly TopicImage[]): readonly TopicImage[] => {
    const from = position < topics.length ? position : 0
    let partitions = 0
    for (position = from; position < topics.length && partitions < PARTITIONS_MAX; position++)
      partitions += topics[position]?.partitions.length ?? 0
    return topics.slice(from, position)
  }

  const look = async (): Promise<void> => {
    const topics = source.topics()
    const chosen = nextOf(topics)
    const [ends, commits] = await Promise.all([source.ends(chosen), source.commits()])
    const at = clock.monotonic()
    const committed = byTopic(commits.slice(0, COMMITS_MAX))
    for (const topic of chosen)
      looks.set(topic.id, nextLook(looks.get(topic.id), at, endsOf(topic, ends), committed.get(topic.id) ?? NOTHING))
    const existing = new Set(topics.map(({ id }) => id))
    for (const id of looks.keys()) if (!existing.has(id)) looks.delete(id)
    if (position >= topics.length) rounds += 1
    // Before that the rates of some topics are not known.
    if (rounds > 1) noteAll(topics)
  }

  const noteAll = (topics: readonly TopicImage[]): void => {
    let [messagesIn, messagesOut] = [0, 0]
    for (const { id, internal } of topics) {
      const { traffic } = (internal ? undefined : looks.get(id)) ?? { traffic: UNKNOWN }
      messagesIn += traffic.messagesIn ?? 0
      messagesOut += traffic.messagesOut ?? 0
    }
    rings.messagesIn.push(messagesIn)
    rings.messagesOut.push(messagesOut)
  }

  const turn = async (): Promise<void> => {
    try {
      await look()
    } catch {
      // Told to whoever asks for lists.
    }
    if (stopped) return
    if (clock.monotonic() - askedAt < UNASKED_MS_MAX) timer = clock.after(SAMPLE_MS, () => void turn())
    else forget()
  }

  /** Whoever asks next finds what nobody has looked at yet. */
  const forget = (): void => {
    looks.clear()
    rings = createRings()
    position = 0
    rounds = 0
    begun = false
  }

  const begin = (): void => {
    askedAt = clock.monotonic()
    if (begun || stopped) return
    begun = true
    void turn()
  }

  return {
    of(topic) {
      begin()
      return looks.get(topic)?.traffic ?? UNKNOWN
    },
    now() {
      begin()
      const { messagesIn, messagesOut } = rings
      return { messagesIn: messagesIn.values().at(-1) ?? null, messagesOut: messagesOut.values().at(-1) ?? null }
    },
    past: () => ({ messagesIn: rings.messagesIn.values(), messagesOut: rings.messagesOut.values() }),
    stop() {
      stopped = true
      timer?.cancel()
    },
  }
}

const createRings = () => ({ messagesIn: createRing(SAMPLES), messagesOut: createRing(SAMPLES) })

const NOTHING: Positions = new Map()

const endsOf = ({ id, partitions }: TopicImage, ends: Ends): Positions => {
  const found = new Map<string, number>()
  for (const { index } of partitions) {
    const log = ends.get(id, index)
    if (log !== undefined) found.set(String(index), log.logEnd)
  }
  return found
}

const byTopic = (commits: readonly Commit[]): ReadonlyMap<TopicId, Positions> => {
  const topics = new Map<TopicId, Map<string, number>>()
  for (const { group, topic, partition, committed } of commits) {
    const known = topics.get(topic) ?? new Map<string, number>()
    known.set(`${partition}/${group}`, committed)
    topics.set(topic, known)
  }
  return topics
}

const nextLook = (before: Look | undefined, at: number, ends: Positions, commits: Positions): Look => {
  if (before === undefined) return { at, ends, commits, traffic: UNKNOWN }
  const seconds = (at - before.at) / MS_PER_SECOND
  const traffic = {
    messagesIn: advance(before.ends, ends) / seconds,
    messagesOut: advance(before.commits, commits) / seconds,
  }
  return { at, ends, commits, traffic }
}

/** By how much they went forward; what was not there before counts from now on. */
const advance = (before: Positions, now: Positions): number => {
  let sum = 0
  for (const [key, position] of now) sum += Math.max(position - (before.get(key) ?? position), 0)
  return sum
}

// What the requests so far have brought about, as far as the next ones need it to be meaningful. Nothing is judged by it, so it may be
// wrong where a request did something unexpected.
import type { Id } from '../comparison/side.ts'
import type { Dice } from './dice.ts'

interface Log {
  start: number
  end: number
}

export interface Topic {
  readonly name: string
  readonly id: Id
  readonly logs: Log[]
}

export interface Producer {
  readonly id: Id
  epoch: number
  /** The next sequence number by topic and partition. */
  readonly next: Map<string, number>
}

export interface Member {
  readonly id: Id
  readonly instance: string | null
}

export interface Group {
  readonly name: string
  generation: number
  /** There are never two: the second would wait for the first. */
  member: Member | null
  /** An id that was given out and not joined with. */
  pending: Id | null
}

export interface Session {
  readonly id: Id
  epoch: number
  /** Whether its topics are known by id, as from version 13 on, or by name. */
  readonly byId: boolean
}

const TOPICS_MAX = 12
const TOPICS_MIN = 3
const PRODUCERS_MAX = 8
const GROUPS_MAX = 10
const SESSIONS_MAX = 8
const GONE_MAX = 20

export class World {
  readonly topics = new Map<string, Topic>()
  readonly gone: Topic[] = []
  readonly producers: Producer[] = []
  readonly groups = new Map<string, Group>()
  readonly sessions: Session[] = []
  #names = 0

  get wantsTopics(): boolean {
    return this.topics.size < TOPICS_MIN
  }

  get isFull(): boolean {
    return this.topics.size >= TOPICS_MAX
  }

  /** A name that nothing has had. */
  newName(prefix: string): string {
    this.#names += 1
    return `${prefix}${this.#names}`
  }

  topic(dice: Dice): Topic | undefined {
    return this.topics.size === 0 ? undefined : dice.of([...this.topics.values()])
  }

  addTopic(name: string, id: Id, partitions: number): void {
    const known = this.topics.get(name)
    const logs = known?.id === id ? known.logs : []
    while (logs.length < partitions) logs.push({ start: 0, end: 0 })
    this.topics.set(name, { name, id, logs })
  }

  removeTopic(name: string): void {
    const topic = this.topics.get(name)
    if (topic === undefined) return
    this.topics.delete(name)
    keep(this.gone, topic, GONE_MAX)
  }

  addProducer(producer: Producer): void {
    keep(this.producers, producer, PRODUCERS_MAX)
  }

  addSession(session: Session): void {
    keep(this.sessions, session, SESSIONS_MAX)
  }

  removeSession(id: Id): void {
    const at = this.sessions.findIndex((session) => session.id === id)
    if (at >= 0) this.sessions.splice(at, 1)
  }

  group(name: string): Group {
    const known = this.groups.get(name)
    if (known !== undefined) return known
    const group = { name, generation: 0, member: null, pending: null }
    this.groups.set(name, group)
    return group
  }

  get groupsAreMany(): boolean {
    return this.groups.size >= GROUPS_MAX
  }
}

/** Adds the newest, and lets the oldest go when there are too many. */
const keep = <T>(list: T[], value: T, max: number): void => {
  list.push(value)
  if (list.length > max) list.shift()
}

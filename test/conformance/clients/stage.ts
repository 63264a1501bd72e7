// What a scenario plays on: the client through its driver, and the broker to check what the client says.
import { expect } from 'vitest'
import type { Broker } from '../../harness/broker.ts'
import { eventually } from '../../harness/eventually.ts'
import { Peer } from '../../harness/peer.ts'
import { readyTopic } from '../../harness/ready-topic.ts'
import { append } from './cluster.ts'
import {
  type Configs,
  type Driver,
  type Message,
  type Received,
  type Request,
  type Start,
  type TopicPartition,
  Unsupported,
} from './driver.ts'

export interface Scenario {
  readonly name: string
  readonly play: (stage: Stage) => Promise<void>
}

export interface Consumer {
  /** Exactly so many records, or it throws with the ones it got. */
  readonly take: (count: number) => Promise<readonly Received[]>
  /** What comes in a time that may be too short for `count`. */
  readonly poll: (count: number, timeoutMs: number) => Promise<readonly Received[]>
  /** Now; empty while it waits for the group. */
  readonly assigned: () => Promise<readonly TopicPartition[]>
  readonly commit: () => Promise<void>
  readonly seek: (topic: string, partition: number, offset: number) => Promise<void>
  readonly pause: (topic: string, partition: number) => Promise<void>
  readonly resume: (topic: string, partition: number) => Promise<void>
  readonly close: () => Promise<void>
}

export interface Membership {
  readonly group: string
  readonly topics: readonly string[]
  readonly assignor?: Request<'join'>['assignor']
  readonly instanceId?: string
  readonly sessionMs?: number
  /** Another process than the one all scenarios of a client share. */
  readonly driver?: Driver
}

export interface Stage {
  /** One process for all scenarios of the client. */
  readonly driver: Driver
  readonly peer: Peer
  /** One more process of the same client, ended after the scenario. */
  readonly another: () => Driver
  /** A name that nothing else has. */
  readonly name: (what: string) => string
  /** A new topic, made at wire level. */
  readonly topic: (partitions?: number, configs?: Configs) => Promise<string>
  /** One batch, made at wire level. */
  readonly append: (
    topic: string,
    values: readonly string[],
    where?: { readonly partition?: number; readonly time?: number },
  ) => Promise<void>
  readonly open: (topic: string, from: Start) => Promise<Consumer>
  readonly join: (membership: Membership) => Promise<Consumer>
}

const RECORDS_TIMEOUT_MS = 20_000
/** Long enough that nothing expires by itself. */
const SESSION_MS = 10_000

export const message = (value: string | null, given: Partial<Message> = {}): Message => ({
  key: null,
  value,
  headers: [],
  timestamp: null,
  ...given,
})

export const values = (records: readonly Received[]): readonly (string | null)[] => records.map(({ value }) => value)

/** Plays one scenario and ends what it opened. */
export const play = async (
  scenario: Scenario,
  broker: Broker,
  driver: Driver,
  startAnother: () => Driver,
  name: (what: string) => string,
): Promise<void> => {
  const peer = await Peer.open(broker.port)
  const processes: Driver[] = []
  const consumers: { readonly driver: Driver; readonly consumer: Consumer }[] = []
  let count = 0

  const handle = (on: Driver, consumer: string): Consumer => {
    let open = true
    const poll: Consumer['poll'] = async (wanted, timeoutMs) =>
      (await on.call('poll', { consumer, count: wanted, timeoutMs })).records
    const self: Consumer = {
      poll,
      take: async (wanted) => {
        const records = await poll(wanted, RECORDS_TIMEOUT_MS)
        expect(records.length, `records of ${consumer}: ${JSON.stringify(records)}`).toBe(wanted)
        return records
      },
      assigned: async () => (await on.call('assignment', { consumer })).partitions,
      commit: async () => void (await on.call('commit', { consumer })),
      seek: async (topic, partition, offset) => void (await on.call('seek', { consumer, topic, partition, offset })),
      pause: async (topic, partition) => void (await on.call('pause', { consumer, topic, partition })),
      resume: async (topic, partition) => void (await on.call('resume', { consumer, topic, partition })),
      close: async () => {
        if (!open) return
        open = false
        await on.call('close', { consumer })
      },
    }
    consumers.push({ driver: on, consumer: self })
    return self
  }

  const stage: Stage = {
    driver,
    peer,
    another: () => {
      const started = startAnother()
      processes.push(started)
      return started
    },
    name,
    topic: async (partitions = 1, configs = {}) => {
      const topic = name(`topic-${(count += 1)}`)
      await readyTopic(peer, topic, { partitions, configs })
      return topic
    },
    append: (topic, texts, { partition = 0, time } = {}) => append(peer, topic, partition, texts, time),
    open: async (topic, from) => {
      const consumer = name(`reader-${(count += 1)}`)
      await driver.call('open', { consumer, topic, partition: 0, from })
      return handle(driver, consumer)
    },
    join: async ({
      group,
      topics,
      assignor = null,
      instanceId = null,
      sessionMs = SESSION_MS,
      driver: on = driver,
    }) => {
      const consumer = name(`member-${(count += 1)}`)
      await on.call('join', { consumer, group, topics, assignor, instanceId, reset: 'earliest', sessionMs })
      return handle(on, consumer)
    },
  }
  const end = async (): Promise<void> => {
    for (const { driver: on, consumer } of consumers) if (on.usable()) await consumer.close()
    for (const each of processes) if (each.usable()) await each.stop()
  }
  try {
    await scenario.play(stage).catch(async (error: unknown) => {
      if (error instanceof Unsupported) await end()
      throw error
    })
    await end()
  } finally {
    peer.close()
    for (const each of processes) if (each.usable()) await each.kill()
  }
}

const keyOf = ([topic, partition]: TopicPartition): string => `${topic}-${partition}`

/** Each member's share, once all together hold every partition exactly once and nobody is left without. */
export const shared = (members: readonly Consumer[], partitions: number): Promise<readonly (readonly string[])[]> =>
  eventually(`${members.length} members share ${partitions} partitions`, async () => {
    const shares: string[][] = []
    for (const member of members) shares.push((await member.assigned()).map(keyOf).toSorted())
    const all = shares.flat()
    const each = shares.every(({ length }) => length > 0) && new Set(all).size === all.length
    if (each && all.length === partitions) return shares
    throw new Error(shares.map((share) => `[${share.join()}]`).join(' '))
  })

// The broker under attack: started once per file, with a witness whose own work must go on whatever else is sent.
import { metadata } from 'millrace/messages/03-metadata.js'
import { createTopics } from 'millrace/messages/19-create-topics.js'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { startBroker, type Broker } from '../harness/broker.ts'
import { eventually } from '../harness/eventually.ts'
import { Peer } from '../harness/peer.ts'
import { residentBytes } from '../harness/proc.ts'

/**
 * How much a broker may grow under everything one file sends to it; the JVM's heap is another matter. The engine's allocator keeps what
 * bombs took (64 MiB each) until it is used again.
 */
const GROWTH_BYTES_MAX = 320 * 1024 * 1024

export interface Subject {
  readonly broker: () => Broker
  readonly peer: () => Promise<Peer>
  /** A new topic, ready to be written to; answers its name. */
  readonly topic: (configs?: Readonly<Record<string, string>>, partitions?: number) => Promise<string>
}

/** Call at the top of a test file. After every test the witness is asked again, and at the end memory is looked at. */
export const subject = (overrides: Readonly<Record<string, string>> = {}): Subject => {
  let broker: Broker | null = null
  let witness: Peer | null = null
  let residentAtStart = 0
  let topics = 0
  const open: Peer[] = []
  const running = (): Broker => {
    if (broker === null) throw new Error('the broker is not started')
    return broker
  }

  beforeAll(async () => {
    broker = await startBroker({ overrides })
    witness = await Peer.open(broker.port)
    residentAtStart = residentBytes(broker.pid())
  })

  afterEach(async () => {
    for (const peer of open.splice(0)) peer.close()
    // The same connection since the start: nothing that another one sent has harmed it.
    const { brokers } = await witness!.call(metadata, 1, { topics: [] })
    expect(brokers).toHaveLength(1)
  })

  afterAll(async () => {
    if (broker === null) return
    const growth = residentBytes(broker.pid()) - residentAtStart
    witness?.close()
    await broker.stop()
    if (broker.target === 'millrace') expect(growth).toBeLessThan(GROWTH_BYTES_MAX)
  })

  return {
    broker: running,
    peer: async () => {
      const peer = await Peer.open(running().port)
      open.push(peer)
      return peer
    },
    topic: async (configs = {}, partitions = 1) => {
      const name = `topic-${++topics}`
      const entries = Object.entries(configs).map(([key, value]) => ({ name: key, value }))
      const request = { name, numPartitions: partitions, replicationFactor: 1, assignments: [], configs: entries }
      const answer = await witness!.call(createTopics, 5, { topics: [request], timeoutMs: 10_000 })
      expect(answer.topics[0]?.errorCode).toBe(0)
      await eventually(`a leader for every partition of ${name}`, async () => {
        const { topics: found } = await witness!.call(metadata, 1, { topics: [{ name }] })
        const led = found[0]?.partitions.filter((partition) => partition.errorCode === 0) ?? []
        return led.length === partitions ? true : undefined
      })
      return name
    },
  }
}

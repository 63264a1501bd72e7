// Creates, deletes and configures topics, and remembers what was acknowledged: that must be there after a kill, and nothing else.
import { metadata } from 'millrace/messages/03-metadata.js'
import { createTopics } from 'millrace/messages/19-create-topics.js'
import { deleteTopics } from 'millrace/messages/20-delete-topics.js'
import { describeConfigs } from 'millrace/messages/32-describe-configs.js'
import { incrementalAlterConfigs } from 'millrace/messages/44-incremental-alter-configs.js'
import { expect } from 'vitest'
import { Peer } from '../harness/peer.ts'

const TOPIC = 2
const SET = 0
const TIMEOUT_MS = 10_000
const KEY = 'retention.ms'

export class Administrator {
  readonly #port: number
  readonly #chance: () => number
  /** By name: what `retention.ms` was set to last. */
  readonly #topics = new Map<string, string>()
  readonly #deleted = new Set<string>()
  #created = 0

  constructor(port: number, chance: () => number) {
    this.#port = port
    this.#chance = chance
  }

  /** Topics come and go, one of them under a name that was used before; the last change is right before the kill. */
  async changeSomething(): Promise<void> {
    const peer = await Peer.open(this.#port)
    const changes = [
      () => this.#create(peer, `made-${++this.#created}`),
      () => this.#create(peer, `made-${++this.#created}`),
      () => this.#configure(peer),
      () => this.#delete(peer),
      () => this.#recreate(peer),
    ]
    const last = Math.floor(this.#chance() * changes.length)
    try {
      for (let at = 0; at < changes.length; at += 1) await changes[(last + 1 + at) % changes.length]?.()
    } finally {
      peer.close()
    }
  }

  async expectAll(): Promise<void> {
    const peer = await Peer.open(this.#port)
    try {
      const { topics } = await peer.call(metadata, 1, { topics: null })
      const names = new Set(topics.map(({ name }) => name))
      expect([...this.#topics.keys()].filter((name) => !names.has(name))).toEqual([])
      expect([...this.#deleted].filter((name) => names.has(name))).toEqual([])
      const resources = [...this.#topics.keys()].map((resourceName) => ({
        resourceType: TOPIC,
        resourceName,
        configurationKeys: [KEY],
      }))
      const { results } = await peer.call(describeConfigs, 1, { resources })
      const found = results.map(({ resourceName, configs }) => [resourceName, configs[0]?.value])
      expect(new Map(found as [string, string][])).toEqual(this.#topics)
    } finally {
      peer.close()
    }
  }

  async #create(peer: Peer, name: string): Promise<void> {
    const value = this.#retention()
    const topic = { name, numPartitions: 3, replicationFactor: 1, assignments: [], configs: [{ name: KEY, value }] }
    const answer = await peer.call(createTopics, 5, { topics: [topic], timeoutMs: TIMEOUT_MS })
    expect(answer.topics[0]?.errorCode).toBe(0)
    this.#topics.set(name, value)
    this.#deleted.delete(name)
  }

  async #configure(peer: Peer): Promise<void> {
    const name = this.#any(this.#topics.keys())
    if (name === undefined) return
    const value = this.#retention()
    const configs = [{ name: KEY, configOperation: SET, value }]
    const resources = [{ resourceType: TOPIC, resourceName: name, configs }]
    const { responses } = await peer.call(incrementalAlterConfigs, 1, { resources, validateOnly: false })
    expect(responses[0]?.errorCode).toBe(0)
    this.#topics.set(name, value)
  }

  async #delete(peer: Peer): Promise<void> {
    const name = this.#any(this.#topics.keys())
    if (name === undefined) return
    const answer = await peer.call(deleteTopics, 3, { topicNames: [name], timeoutMs: TIMEOUT_MS })
    expect(answer.responses[0]?.errorCode).toBe(0)
    this.#topics.delete(name)
    this.#deleted.add(name)
  }

  async #recreate(peer: Peer): Promise<void> {
    const name = this.#any(this.#deleted)
    if (name !== undefined) await this.#create(peer, name)
  }

  #any(names: Iterable<string>): string | undefined {
    const all = [...names]
    return all[Math.floor(this.#chance() * all.length)]
  }

  #retention(): string {
    return String(3_600_000 + Math.floor(this.#chance() * 1000))
  }
}

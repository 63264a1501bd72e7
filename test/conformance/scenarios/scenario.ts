// A scenario is played on the broker under test, and what it answered must be what Apache Kafka answered.
//
// Kafka's answers are files in `recorded/`. They are written by Kafka only: TARGET=kafka RECORD=1; without RECORD=1 a run on
// Kafka proves that they are still what it says.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { listOffsets } from 'millrace/messages/02-list-offsets.js'
import type { Uuid } from 'millrace/base/ids.js'
import { createTopics } from 'millrace/messages/19-create-topics.js'
import { metadata } from 'millrace/messages/03-metadata.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Broker, startBroker, targetName } from '../../harness/broker.ts'
import { eventually } from '../../harness/eventually.ts'
import { Peer } from '../../harness/peer.ts'
import { Transcript } from './transcript.ts'

const recording = process.env['RECORD'] === '1' && targetName === 'kafka'

/** The same on both brokers, so that what depends on it can be compared. */
const settings = { 'node.id': '1' }

export interface Stage {
  readonly broker: Broker
  readonly transcript: Transcript
  /** A new connection, closed after the scenario. */
  readonly peer: () => Promise<Peer>
  /** A new topic that is ready; its id has the name `id of <name>` in the transcript. */
  readonly topic: (name: string, options?: TopicOptions) => Promise<Uuid>
}

interface TopicOptions {
  readonly partitions?: number
  readonly configs?: Readonly<Record<string, string>>
}

/** The rows of `rows.ts` that the scenario proves, for `rows.test.ts` to read. */
interface Proof {
  readonly rows: readonly number[]
}

export type Scenario = (name: string, proof: Proof, play: (stage: Stage) => Promise<void>) => void

/** One broker for all scenarios of a file. */
export const scenarios = (area: string, overrides: Readonly<Record<string, string>> = {}): Scenario => {
  let broker: Broker | undefined
  beforeAll(async () => {
    broker = await startBroker({ overrides: { ...settings, ...overrides } })
  })
  afterAll(() => broker?.stop())

  return (name, _, play) =>
    test(name, async () => {
      if (broker === undefined) throw new Error('the broker did not start')
      const transcript = new Transcript()
      transcript.name(broker.port, 'port')
      const open: Peer[] = []
      const { port } = broker
      const peer = async (): Promise<Peer> => {
        const opened = await Peer.open(port)
        open.push(opened)
        return opened
      }
      const topic = async (topicName: string, options: TopicOptions = {}): Promise<Uuid> => {
        const id = await readyTopic(await peer(), topicName, options)
        transcript.name(id, `id of ${topicName}`)
        return id
      }
      try {
        await play({ broker, transcript, peer, topic })
      } finally {
        for (const each of open) each.close()
      }
      compare(recordingOf(area, name), transcript)
    })
}

export const recordingOf = (area: string, name: string): string =>
  join(import.meta.dirname, 'recorded', area, `${name.replaceAll(/[^a-z0-9]+/gi, '-')}.txt`)

const compare = (file: string, transcript: Transcript): void => {
  if (recording) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, transcript.toString())
  }
  expect(transcript.toString()).toBe(readFileSync(file, 'utf8'))
}

const readyTopic = async (on: Peer, name: string, { partitions = 1, configs = {} }: TopicOptions): Promise<Uuid> => {
  const entries = Object.entries(configs).map(([key, value]) => ({ name: key, value }))
  const request = { name, numPartitions: partitions, replicationFactor: 1, assignments: [], configs: entries }
  const answer = await on.call(createTopics, 7, { topics: [request], timeoutMs: 10_000 })
  expect(answer.topics[0]?.errorCode).toBe(0)
  return eventually(`every partition of ${name} is served`, async () => {
    const { topics } = await on.call(metadata, 12, { topics: [{ name }], allowAutoTopicCreation: false })
    const indexes = Array.from({ length: partitions }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1 }))
    // Kafka lists a partition a moment before it serves it.
    const served = await on.call(listOffsets, 1, { replicaId: -1, topics: [{ name, partitions: indexes }] })
    const ready = served.topics[0]?.partitions.every((partition) => partition.errorCode === 0) ?? false
    return ready ? topics[0]?.topicId : undefined
  })
}

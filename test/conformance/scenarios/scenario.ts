// A scenario is played on the broker under test, and what it answered must be what Apache Kafka answered.
//
// Kafka's answers are files in `recorded/`. They are written by Kafka only: TARGET=kafka RECORD=1; without RECORD=1 a run on
// Kafka proves that they are still what it says.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Uuid } from 'millrace/base/ids.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Broker, startBroker, targetName } from '../../harness/broker.ts'
import { Peer } from '../../harness/peer.ts'
import { readyTopic, type TopicOptions } from '../../harness/ready-topic.ts'
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

/** The rows of `rows.ts` that the scenario proves, for `rows.test.ts` to read; none where no row is about its API. */
interface Proof {
  readonly rows: readonly number[]
}

export type Scenario = (name: string, proof: Proof, play: (stage: Stage) => Promise<void>) => void

/** One broker for all scenarios of a file, which run one after the other unless `run` is `test.concurrent`. */
export const scenarios = (
  area: string,
  overrides: Readonly<Record<string, string>> = {},
  run: typeof test.concurrent = test,
): Scenario => {
  let broker: Broker | undefined
  beforeAll(async () => {
    broker = await startBroker({ overrides: { ...settings, ...overrides } })
  })
  afterAll(() => broker?.stop())

  return (name, _, play) =>
    run(name, async () => {
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

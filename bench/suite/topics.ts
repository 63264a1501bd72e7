// Topics of one measurement each: made with the same settings in every broker, and gone from its disk before the next.
import { readdirSync } from 'node:fs'
import { eventually } from '@millrace/test/harness/eventually.js'
import { listOffsets } from 'millrace/messages/02-list-offsets.js'
import { metadata } from 'millrace/messages/03-metadata.js'
import { createTopics } from 'millrace/messages/19-create-topics.js'
import { deleteTopics } from 'millrace/messages/20-delete-topics.js'
import { createPartitions } from 'millrace/messages/37-create-partitions.js'
import { readResponse } from 'millrace/wire/codec.js'
import { readResponseHeader } from 'millrace/wire/headers.js'
import { Reader } from 'millrace/wire/reader.js'
import type { AnyStruct, Api, Draft, Infer } from 'millrace/wire/schema.js'
import { call, frame, open } from '../client.ts'
import type { Server } from './server.ts'

const TIMEOUT_MS = 300_000
/** An answer may take as long as what was asked for; without one by then the broker hangs. */
const ANSWER_MS = TIMEOUT_MS + 60_000

export interface Topic {
  readonly bootstrap: string
  readonly topic: string
  readonly partitions: number
}

/** One request on a connection of its own. */
export const ask = async <Q extends AnyStruct, R extends AnyStruct>(
  port: number,
  api: Api<Q, R>,
  version: number,
  request: Draft<Q>,
): Promise<Infer<R>> => {
  const socket = await open(port)
  socket.setTimeout(ANSWER_MS, () => socket.destroy())
  try {
    const answer = await call(socket, frame(api, version, request))
    const reader = new Reader(answer.subarray(4))
    readResponseHeader(reader, api, version)
    return readResponse(api, version, reader)
  } finally {
    socket.destroy()
  }
}

/** Kafka's controller writes no more than 10,000 records for one request, and the topic itself is one. */
const REQUEST_PARTITIONS_MAX = 5000

export const createTopic = async (
  port: number,
  name: string,
  numPartitions: number,
  configs: Readonly<Record<string, string>>,
): Promise<void> => {
  const entries = Object.entries(configs).map(([name, value]) => ({ name, value }))
  const first = Math.min(numPartitions, REQUEST_PARTITIONS_MAX)
  const wanted = { name, numPartitions: first, replicationFactor: 1, assignments: [], configs: entries }
  const request = { topics: [wanted], timeoutMs: TIMEOUT_MS, validateOnly: false }
  const { topics } = await ask(port, createTopics, 5, request)
  const [created] = topics
  if (created?.errorCode !== 0) throw new Error(`topic ${name} is refused: error ${created?.errorCode}`)
  for (let count = first; count < numPartitions;) {
    count = Math.min(count + REQUEST_PARTITIONS_MAX, numPartitions)
    const more = { topics: [{ name, count, assignments: null }], timeoutMs: TIMEOUT_MS, validateOnly: false }
    const { results } = await ask(port, createPartitions, 2, more)
    const [grown] = results
    if (grown?.errorCode !== 0) throw new Error(`${count} partitions are refused: error ${grown?.errorCode}`)
  }
}

const LEADERS_INTERVAL_MS = 5

/** Waits until every partition has a leader, as a client sees it. */
export const untilLed = (port: number, name: string, partitions: number): Promise<true> =>
  eventually(
    `all of ${name} is led`,
    async () => {
      const { topics } = await ask(port, metadata, 9, { topics: [{ name }], allowAutoTopicCreation: false })
      const led = topics[0]?.partitions.filter(({ leaderId, errorCode }) => leaderId >= 0 && errorCode === 0)
      return led?.length === partitions ? true : undefined
    },
    { timeoutMs: TIMEOUT_MS, intervalMs: LEADERS_INTERVAL_MS },
  )

const LATEST = -1

/** Waits until every partition of a new topic has its log: Kafka shows leaders before it has made theirs. */
const untilServed = (port: number, name: string, partitions: number): Promise<true> => {
  const indexes = Array.from({ length: partitions }, (_, partitionIndex) => ({ partitionIndex, timestamp: LATEST }))
  return eventually(
    `all of ${name} is served`,
    async () => {
      const { topics } = await ask(port, listOffsets, 1, { replicaId: -1, topics: [{ name, partitions: indexes }] })
      const served = topics[0]?.partitions.filter(({ errorCode, offset }) => errorCode === 0 && offset === 0)
      return served?.length === partitions ? true : undefined
    },
    { timeoutMs: TIMEOUT_MS, intervalMs: LEADERS_INTERVAL_MS },
  )
}

let made = 0

/** Makes a topic, waits until all of it is served, uses it, deletes it and waits until its files are gone. */
export const withTopic = async <Value>(
  server: Server,
  partitions: number,
  configs: Readonly<Record<string, string>>,
  use: (topic: Topic, createdMs: number) => Promise<Value>,
): Promise<Value> => {
  made += 1
  const name = `suite-${made}`
  const topic: Topic = { bootstrap: `127.0.0.1:${server.port}`, topic: name, partitions }
  const { dataDirectory } = server
  if (dataDirectory === undefined) return use(topic, 0)
  const from = performance.now()
  await createTopic(server.port, name, partitions, { ...configs, 'file.delete.delay.ms': '0' })
  await untilLed(server.port, name, partitions)
  await untilServed(server.port, name, partitions)
  const createdMs = performance.now() - from
  const remove = async (): Promise<void> => {
    await ask(server.port, deleteTopics, 4, { topicNames: [name], timeoutMs: TIMEOUT_MS })
    const isLeft = (): boolean => readdirSync(dataDirectory).some((entry) => entry.startsWith(`${name}-`))
    await eventually(`the files of ${name} are gone`, () => (isLeft() ? undefined : true), { timeoutMs: TIMEOUT_MS })
  }
  const value = await use(topic, createdMs).catch(async (error: unknown) => {
    // Why it failed says more than that the broker is gone.
    await remove().catch(() => undefined)
    throw error
  })
  await remove()
  return value
}

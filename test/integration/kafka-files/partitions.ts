// A partition as a reader sees it, byte for byte, and as its directory lies on the disk.
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fetch } from 'millrace/messages/01-fetch.js'
import { listOffsets } from 'millrace/messages/02-list-offsets.js'
import { crcIsRight } from '../../harness/batch.ts'
import type { Peer } from '../../harness/peer.ts'
import { fetchFrom, type TopicRef } from '../../conformance/scenarios/requests.ts'

export interface Partition {
  readonly topic: TopicRef
  readonly index: number
}

/** What a partition holds: batches are compared whole, so offsets, times, keys, values, headers and producers are. */
export interface Contents {
  readonly start: number
  readonly end: number
  readonly records: number
  readonly batches: readonly string[]
}

const EARLIEST = -2
const LATEST = -1
const HEADER_BYTES = 61
const LEADER_EPOCH_AT = 12

const offsetAt = async (on: Peer, { topic, index }: Partition, timestamp: number): Promise<number> => {
  const asked = { name: topic.name, partitions: [{ partitionIndex: index, timestamp }] }
  const { topics } = await on.call(listOffsets, 7, { replicaId: -1, isolationLevel: 0, topics: [asked] })
  const [answer] = topics[0]?.partitions ?? []
  if (answer?.errorCode !== 0) throw new Error(`ListOffsets of ${topic.name}-${index}: ${answer?.errorCode}`)
  return answer.offset
}

/** The first offset with a record at or after this time. */
export const offsetOfTime = offsetAt

/** Reads the partition from its first offset to its end. */
export const contentsOf = async (on: Peer, partition: Partition): Promise<Contents> => {
  const start = await offsetAt(on, partition, EARLIEST)
  const end = await offsetAt(on, partition, LATEST)
  const batches: string[] = []
  let records = 0
  let next = start
  for (;;) {
    const whole = await fetchWhole(on, partition, next)
    if (whole.length === 0) break
    for (const batch of whole) {
      batches.push(withoutEpoch(batch))
      records += batch.readInt32BE(57)
      next = Number(batch.readBigInt64BE(0)) + batch.readInt32BE(23) + 1
    }
  }
  return { start, end, records, batches }
}

const fetchWhole = async (on: Peer, { topic, index }: Partition, fetchOffset: number): Promise<readonly Buffer[]> => {
  const { responses } = await on.call(fetch, 13, fetchFrom(topic, { partition: index, fetchOffset }))
  const [answer] = responses[0]?.partitions ?? []
  if (answer?.errorCode !== 0)
    throw new Error(`Fetch of ${topic.name}-${index} at ${fetchOffset}: ${answer?.errorCode}`)
  const batches: Buffer[] = []
  // Kafka cuts the last batch at the limit.
  for (let rest = answer.records ?? Buffer.alloc(0); rest.length >= HEADER_BYTES;) {
    const size = rest.readInt32BE(8) + 12
    if (rest.length < size) break
    const batch = rest.subarray(0, size)
    if (!crcIsRight(batch)) throw new Error(`a batch of ${topic.name}-${index} has a wrong checksum`)
    batches.push(batch)
    rest = rest.subarray(size)
  }
  return batches
}

/** All bytes but the leader epoch; a batch of a topic that is larger than a screen is better compared by its text. */
const withoutEpoch = (batch: Buffer): string =>
  Buffer.concat([batch.subarray(0, LEADER_EPOCH_AT), batch.subarray(LEADER_EPOCH_AT + 4)]).toString('base64')

export const directoryOf = (data: string, { topic, index }: Partition): string => join(data, `${topic.name}-${index}`)

/** Files of a directory by the end of their names. */
export const filesOf = (directory: string, ending: string): readonly string[] =>
  readdirSync(directory)
    .filter((name) => name.endsWith(ending))
    .toSorted()
    .map((name) => join(directory, name))

/** Puts a directory in the place of that of another broker; it stays a partition of the other's topic. */
export const replacePartition = (from: string, to: string): void => {
  const identity = join(to, 'partition.metadata')
  const kept = readFileSync(identity)
  rmSync(to, { recursive: true })
  cpSync(from, to, { recursive: true })
  writeFileSync(identity, kept)
}

/** The lines of a checkpoint file by topic and partition. */
export const checkpointLines = (path: string): ReadonlyMap<string, number> => {
  const [, , ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n')
  return new Map(
    lines.map((line) => {
      const [topic = '', partition = '', offset = ''] = line.split(' ')
      return [`${topic} ${partition}`, Number(offset)]
    }),
  )
}

export const writeCheckpoint = (path: string, lines: ReadonlyMap<string, number>): void => {
  const entries = [...lines].map(([partition, offset]) => `${partition} ${offset}\n`)
  writeFileSync(path, `0\n${lines.size}\n${entries.join('')}`)
}

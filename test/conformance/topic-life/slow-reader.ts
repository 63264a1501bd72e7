// A consumer that asks for much and then does not read its socket: the answer waits in the broker, as slices of files.
import { fetch } from 'millrace/messages/01-fetch.js'
import { errorName } from 'millrace/wire/errors.js'
import { expect } from 'vitest'
import type { Broker } from '../../harness/broker.ts'
import { Peer } from '../../harness/peer.ts'
import { fetchFrom, type TopicRef, write } from '../scenarios/requests.ts'
import { recordsOf } from './records.ts'

const MEGABYTE = 1 << 20
/** More than a broker keeps of a topic in memory, by what is asked for. */
const BATCHES = 30
const BATCH_BYTES = 900_000
/** More than the kernel takes on both ends of a connection. Kafka answers one segment at a time. */
export const SEGMENT_BYTES = 8 * MEGABYTE
const ASKED_BYTES = 2 * SEGMENT_BYTES

const valueOf = (offset: number): Buffer => Buffer.alloc(BATCH_BYTES, `batch ${offset} `)

/** Writes enough for a slow reader to have something to read. */
export const fill = async (on: Peer, topic: TopicRef): Promise<void> => {
  for (let offset = 0; offset < BATCHES; offset += 1)
    expect(await write(on, topic, [{ value: valueOf(offset) }])).toBe(offset)
}

export interface SlowReader {
  /** Reads on. What comes has to be whole, and what was written; Kafka may close the connection instead. */
  readonly readOn: () => Promise<void>
  readonly leave: () => void
}

/** Has asked and begun to receive when it resolves, and reads no more for now. */
export const readSlowly = async ({ port, target }: Broker, topic: TopicRef): Promise<SlowReader> => {
  const on = await Peer.open(port)
  const options = { maxBytes: ASKED_BYTES }
  const answer = on.call(fetch, 13, fetchFrom(topic, { partitionMaxBytes: ASKED_BYTES }, options))
  // Nobody waits for the answer of a reader that leaves.
  answer.catch(() => undefined)
  await new Promise<void>((resolve) => {
    on.socket.once('data', () => {
      on.socket.pause()
      resolve()
    })
  })
  return {
    readOn: async () => {
      on.socket.resume()
      const received = await answer.catch((error: unknown) => {
        if (target === 'kafka' && on.closed) return undefined
        throw error
      })
      if (received === undefined) return
      const partition = received.responses[0]?.partitions[0]
      expect(errorName(partition?.errorCode ?? -1)).toBe('NONE')
      const records = recordsOf(partition?.records ?? Buffer.alloc(0))
      expect(records.length).toBeGreaterThan(SEGMENT_BYTES / BATCH_BYTES - 2)
      expect(records.every(({ offset, value }, index) => offset === index && value.equals(valueOf(offset)))).toBe(true)
    },
    leave: () => on.close(),
  }
}

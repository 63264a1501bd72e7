// Records that are sent into a topic and read back from it: what becomes of each is told to the rounds.
import { randomBytes } from 'node:crypto'
import { canaryRecord, numberIn } from '../../canary/record.ts'
import type { Rounds } from '../../canary/rounds.ts'
import type { Settings } from '../settings.ts'
import type { Client } from './client.ts'
import {
  type BytesProducer,
  closeConsumer,
  fromLibrary,
  type GroupConsumer,
  openConsumer,
  openProducerWithoutRetries,
  type Reading,
  readPartitions,
} from './records.ts'

const ACKS = { all: -1, '1': 1 } as const
export type RoundTripAcks = keyof typeof ACKS

export interface RoundTripOptions {
  /** Where it reads: each record goes into the next of them. Reading moves them on. */
  readonly readings: readonly Reading[]
  readonly rounds: Rounds
  /** Who writes: nothing else that is read there counts. */
  readonly run: string
  /** Without it a value is no more than its number. */
  readonly valueBytes?: number
  /** Without an acknowledgement nobody could say what is lost. */
  readonly acks: RoundTripAcks
}

export class RoundTrips {
  /** Rejects with a Failure where nothing can be read any more. */
  readonly reading: Promise<void>
  readonly #options: RoundTripOptions
  readonly #filler: Buffer | undefined
  readonly #producer: BytesProducer
  readonly #consumer: GroupConsumer
  readonly #closed = new AbortController()

  constructor(client: Client, settings: Settings, options: RoundTripOptions) {
    this.#options = options
    this.#filler = options.valueBytes === undefined ? undefined : randomBytes(options.valueBytes)
    this.#producer = openProducerWithoutRetries(settings)
    this.#consumer = openConsumer(settings)
    this.reading = this.#read(client)
  }

  /** Resolves once it is acknowledged. Throws a Failure. */
  async send(number: number): Promise<void> {
    const { readings, rounds, run, acks } = this.#options
    const { topic, partition } = readings[number % readings.length] as Reading
    const message = { topic, partition, ...canaryRecord(run, number, this.#filler) }
    try {
      const { offsets } = await this.#producer.send({
        messages: [message],
        acks: ACKS[acks],
        autocreateTopics: false,
      })
      rounds.acknowledged(number, { partition, offset: Number(offsets?.[0]?.offset) }, performance.now())
    } catch (error) {
      throw fromLibrary(`producing to ${topic}`, error)
    }
  }

  /** Reads no more, and forgets what is under way. */
  async close(): Promise<void> {
    this.#closed.abort()
    await Promise.allSettled([this.reading, closeConsumer(this.#consumer), this.#producer.close()])
  }

  #read(client: Client): Promise<void> {
    const { readings, rounds, run } = this.#options
    return readPartitions(client, this.#consumer, readings, this.#closed.signal, (record) => {
      const { partition, offset } = record
      const number = numberIn(record, run)
      if (number !== null) rounds.back(number, performance.now())
      rounds.passed({ partition, offset: Number(offset) + 1 })
      return Promise.resolve(true)
    })
  }
}

// `millrace produce`: lines of stdin or of files become records.
import { createReadStream } from 'node:fs'
import { addAbortSignal, type Readable } from 'node:stream'
import type { Client } from '../client/client.ts'
import { type BytesProducer, fromLibrary, openProducer } from '../client/records.ts'
import { createTopicIfMissing, describeTopic, refuseInternal } from '../client/topics.ts'
import { exitCode } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { counted } from '../nouns.ts'
import { parseCount } from '../numbers.ts'
import { show } from '../output/formats.ts'
import { columns } from '../output/view.ts'
import { progressOf } from '../progress.ts'
import { interruptible, withClient } from '../session.ts'
import type { ShowOptions } from '../settings.ts'
import type { Terminal } from '../terminal.ts'
import { linesOf } from './lines.ts'
import { type LineReader, type NewRecord, parseHeader, readerOf } from './input.ts'

export interface ProduceOptions extends ShowOptions {
  readonly file: readonly string[]
  readonly key?: string
  readonly keySeparator?: string
  readonly header: readonly string[]
  readonly partition?: string
  readonly compression: 'none' | 'gzip' | 'snappy' | 'lz4'
  readonly format: 'lines' | 'json'
  readonly acks: 'all' | '1' | '0'
  readonly null?: string
  readonly create?: boolean
}

/** Records that one request takes along. */
const BATCH_RECORDS_MAX = 2000
const BATCH_BYTES_MAX = 512 << 10
const ACKS = { all: -1, '1': 1, '0': 0 } as const

export const produce = (terminal: Terminal, topic: string, options: ProduceOptions): Promise<number> =>
  withClient(terminal, options, async (client, settings) => {
    const partition = parseCount('--partition', options.partition, 0)
    const read = readerOf({
      format: options.format,
      key: options.key,
      separator: options.keySeparator,
      headers: options.header.map(parseHeader),
      nullText: options.null,
    })
    await ready(client, topic, partition, options.create === true)
    const producer = openProducer(settings)
    const progress = progressOf(terminal, 'record')
    let records = 0
    const isWhole = await interruptible(async ({ signal }) => {
      try {
        for (const source of options.file.length > 0 ? options.file : [null]) {
          if (signal.aborted) break
          for await (const batch of batchesOf(addAbortSignal(signal, input(terminal, source)), read)) {
            await send(producer, topic, partition, batch, options)
            records += batch.length
            progress.at(records)
          }
        }
      } catch (error) {
        if (!isInterrupted(error, signal)) throw error
      } finally {
        progress.end()
        await producer.close()
      }
      return !signal.aborted
    })
    const value = { topic, records }
    const table = { columns: columns(['topic', 'records']), rows: [[topic, records]] }
    await show(terminal, { value, table, names: [topic], text: [] }, settings)
    terminal.note(`produced ${counted(records, 'record')} to ${topic}`)
    return exitCode(isWhole ? 'ok' : 'interrupted')
  })

/** What was read of a line by then is no record. */
const isInterrupted = (error: unknown, { aborted }: AbortSignal): boolean =>
  aborted && error instanceof Error && error.name === 'AbortError'

const ready = async (client: Client, topic: string, partition: number | null, create: boolean): Promise<void> => {
  if (create) await createTopicIfMissing(client, topic)
  const described = await client
    .retrying(() => describeTopic(client, topic))
    .catch((error: unknown) => {
      if (!(error instanceof Failure) || error.outcome !== 'notFound') throw error
      throw new Failure(error.outcome, error.message, {
        next: `${error.next}; millrace topic create ${topic} makes it, or give --create`,
      })
    })
  refuseInternal(described)
  const { length } = described.partitions
  if (partition !== null && partition >= length)
    throw new Failure('notFound', `topic ${topic} has no partition ${partition}: it has ${length}`)
}

const input = (terminal: Terminal, path: string | null): Readable => {
  if (path !== null && path !== '-') return createReadStream(path)
  if (terminal.input.isTTY === true) terminal.note('type a record and Enter; Ctrl-D ends')
  return terminal.input
}

async function* batchesOf(source: AsyncIterable<Buffer>, read: LineReader): AsyncGenerator<readonly NewRecord[]> {
  for await (const lines of fileErrors(linesOf(source))) {
    let batch: NewRecord[] = []
    let bytes = 0
    for (const line of lines) {
      batch.push(read(line))
      bytes += line.length
      if (batch.length < BATCH_RECORDS_MAX && bytes < BATCH_BYTES_MAX) continue
      yield batch
      batch = []
      bytes = 0
    }
    if (batch.length > 0) yield batch
  }
}

async function* fileErrors<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* source
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error
    throw new Failure('failure', error.message, { cause: error })
  }
}

const send = async (
  producer: BytesProducer,
  topic: string,
  partition: number | null,
  batch: readonly NewRecord[],
  { compression, acks }: ProduceOptions,
): Promise<void> => {
  const messages = batch.map(({ key, value, headers, partition: own }) => {
    const to = own ?? partition
    return {
      topic,
      ...(key === null ? {} : { key }),
      ...(value === null ? {} : { value }),
      ...(to === null ? {} : { partition: to }),
      headers: new Map(headers),
    }
  })
  try {
    await producer.send({
      messages,
      compression,
      acks: ACKS[acks],
      idempotent: acks === 'all',
      autocreateTopics: false,
    })
  } catch (error) {
    throw fromLibrary(`producing to ${topic}`, error)
  }
}

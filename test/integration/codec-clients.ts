// The five clients of codecs.test.ts behind one shape: send the records to `<prefix>-<codec>`, or read topics from their beginning.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ClientKind } from '../harness/clients.ts'
import { script } from '../harness/clients.ts'
import type { Command } from '../harness/process.ts'
import { run } from '../harness/process.ts'
import { largeValue, type ReceivedRecord, records, type SentRecord, sha256, toLine } from './codec-records.ts'

export type Codec = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

export type Received = ReadonlyMap<string, readonly ReceivedRecord[]>

export interface CodecClient {
  readonly name: string
  readonly kind: ClientKind
  readonly codecs: readonly Codec[]
  /** `<sender>-<codec>` that this client fails to read from Kafka as well. */
  readonly cannotRead: readonly string[]
  /** What one call of `produce` puts in each topic, in order. */
  readonly sends: readonly SentRecord[]
  readonly produce: (bootstrap: string, prefix: string, directory: string) => Promise<void>
  readonly consume: (bootstrap: string, count: number, topics: readonly string[]) => Promise<Received>
}

const all: readonly Codec[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
const withoutZstd: readonly Codec[] = ['none', 'gzip', 'snappy', 'lz4']

/** A client whose program follows the usage written in test/clients/python/codecs.py. */
const scripted = (
  name: string,
  kind: ClientKind,
  codecs: readonly Codec[],
  program: (...args: readonly string[]) => Command,
  cannotRead: readonly string[] = [],
): CodecClient => ({
  name,
  kind,
  codecs,
  cannotRead,
  sends: records,
  produce: async (bootstrap, prefix, directory) => {
    const path = join(directory, `${name}.jsonl`)
    writeFileSync(path, records.map(toLine).join(''))
    await run(program('produce', bootstrap, prefix, codecs.join(','), path))
  },
  consume: async (bootstrap, count, topics) => {
    const { stdout } = await run(program('consume', bootstrap, String(count), ...topics))
    return byTopic(stdout.toString().trim().split('\n').map(parseLine))
  },
})

const parseLine = (line: string): ReceivedRecord & { readonly topic: string } =>
  JSON.parse(line) as ReceivedRecord & { readonly topic: string }

const byTopic = (received: readonly (ReceivedRecord & { readonly topic: string })[]): Received => {
  const topics = new Map<string, ReceivedRecord[]>()
  for (const { topic, ...record } of received) {
    const seen = topics.get(topic) ?? []
    topics.set(topic, [...seen, record])
  }
  return topics
}

/** kcat reads what it sends from lines and files and gives one set of headers a run: three runs for each codec. */
const kcatSends: readonly SentRecord[] = [
  ...Array.from({ length: 20 }, (_, at) => ({
    key: Buffer.from(`k${at}`),
    value: Buffer.from(`line ${at}`),
    headers: [['source', Buffer.from('kcat')]] as const,
    timestamp: null,
  })),
  { key: Buffer.from('tombstone'), value: null, headers: [], timestamp: null },
  { key: null, value: Buffer.from('no key'), headers: [], timestamp: null },
  { key: Buffer.from('large'), value: largeValue(), headers: [], timestamp: null },
]

const kcat: CodecClient = {
  name: 'kcat',
  kind: 'kcat',
  codecs: all,
  cannotRead: [],
  sends: kcatSends,
  produce: async (bootstrap, prefix, directory) => {
    const large = join(directory, 'kcat-large')
    writeFileSync(large, largeValue())
    const lines = kcatSends.slice(0, 20).map(({ key, value }) => `${String(key)}:${String(value)}\n`)
    const sendAll = async (codec: Codec): Promise<void> => {
      const produce = ['-P', '-b', bootstrap, '-t', `${prefix}-${codec}`, '-z', codec]
      const send = (args: readonly string[], input?: string): Promise<unknown> =>
        run({ command: 'kcat', args: [...produce, ...args] }, input === undefined ? {} : { input })
      await send(['-K:', '-H', 'source=kcat'], lines.join(''))
      await send(['-Z', '-K:'], 'tombstone:\n:no key\n')
      await send(['-k', 'large', large])
    }
    await Promise.all(all.map(sendAll))
  },
  consume: async (bootstrap, _count, topics) => {
    // kcat waits half a second for each end it reaches: all topics at once.
    const read = async (topic: string): Promise<readonly [string, readonly ReceivedRecord[]]> => {
      const args = ['-C', '-b', bootstrap, '-t', topic, '-p', '0', '-o', 'beginning', '-e', '-q']
      const { stdout } = await run({ command: 'kcat', args: [...args, '-f', '%o %T %K %S %h\\n%k%s\\n'] })
      return [topic, parseKcat(stdout)]
    }
    return new Map(await Promise.all(topics.map(read)))
  },
}

/** "offset timestamp key-length value-length headers\nkeyvalue\n", lengths -1 for null. Header values are bytes that hold no newline. */
const parseKcat = (output: Buffer): readonly ReceivedRecord[] => {
  const received: ReceivedRecord[] = []
  for (let at = 0; at < output.length;) {
    const end = output.indexOf('\n', at)
    const line = output.toString('latin1', at, end)
    const [, offset, timestamp, keyLength, valueLength, headers = ''] =
      /^(\d+) (\d+) (-?\d+) (-?\d+) (.*)$/s.exec(line) ?? []
    const keyEnd = end + 1 + Math.max(Number(keyLength), 0)
    const valueEnd = keyEnd + Math.max(Number(valueLength), 0)
    const value = output.subarray(keyEnd, valueEnd)
    received.push({
      offset: Number(offset),
      timestamp: Number(timestamp),
      key: keyLength === '-1' ? null : output.subarray(end + 1, keyEnd).toString('base64'),
      bytes: valueLength === '-1' ? null : value.length,
      sha256: valueLength === '-1' ? null : sha256(value),
      headers: headers === '' ? [] : headers.split(',').map(parseKcatHeader),
    })
    at = valueEnd + 1
  }
  return received
}

const parseKcatHeader = (header: string): readonly [string, string] => {
  const at = header.indexOf('=')
  return [header.slice(0, at), Buffer.from(header.slice(at + 1), 'latin1').toString('base64')]
}

export const codecClients: readonly CodecClient[] = [
  scripted('librdkafka', 'python', all, (...args) => script.python('codecs.py', ...args)),
  scripted('java', 'java', all, (...args) => script.java('Codecs', ...args)),
  scripted('kafkajs', 'node', withoutZstd, (...args) => script.node('kafkajs.mjs', ...args)),
  // Its snappy does not know the framed form that the Java client writes.
  scripted('platformatic', 'node', withoutZstd, (...args) => script.node('platformatic.mjs', ...args), ['java-snappy']),
  kcat,
]

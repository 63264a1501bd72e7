// What ten searches over a large topic cost those who produce: the same rate to a topic of its own, alone and beside searches of a
// language each that find nothing, which is the most work. They take turns, so that what else the machine does meets all of them; medians
// are what is printed. The load generator has to be built: `cargo build --release -p load`.
// `npx tsc -b bench && node bench/dist/search.js [rounds] [seconds] [GB] [MB/s]` prints one JSON line for each.
import { rmSync } from 'node:fs'
import { createClient } from 'millrace/admin/client.js'
import type { Input, Output } from 'millrace/admin/contract.js'
import { readToken } from 'millrace/admin/token-file.js'
import { createTopics } from 'millrace/messages/19-create-topics.js'
import { type Broker, call, frame, newDirectory, open, startBroker, stopBroker } from './client.ts'
import { fill, measure, type Report } from './suite/generator.ts'
import { median } from './suite/statistics.ts'
import { settled } from './suite/system.ts'

const SEARCHES = 10
const PARTITIONS = 6
/** Half a minute after it was written the system would write what it holds of the old topic. */
const SETTLE_SECONDS = 60
const OLD_BATCH = { records: 1000, recordBytes: 1000 }
const LOAD = { connections: 8, records: 16, recordBytes: 1024, partitions: PARTITIONS }
/** As a rate of requests, `LOAD.records * LOAD.recordBytes` each. */
const requestsEachSecond = (bytes: number): number => Math.round(bytes / (LOAD.records * LOAD.recordBytes))

const FILTERS = {
  nobody: null,
  text: { language: 'text', filter: 'in none of them' },
  regex: { language: 'regex', filter: 'in (none|no one) of them' },
  cel: { language: 'cel', filter: "key == 'in none of them'" },
} as const

type Beside = keyof typeof FILTERS

interface Figures {
  readonly latency: Report['latency']
  readonly errors: number
  /** In a second. */
  readonly searchedBytes: number
}

/** Searches over and over until it is told to stop; answers the bytes that were looked at. */
const search = async (broker: Broker, asked: Omit<Input<'messages'>, 'topic'>, until: AbortSignal): Promise<number> => {
  const found = readToken([broker.directory])
  if (found === null) throw new Error('the broker has no console')
  const api = createClient({ base: found.url, headers: { authorization: `Bearer ${found.token}` } })
  let bytes = 0
  let cursor: string | null = null
  let before = 0
  while (!until.aborted) {
    const input: Input<'messages'> = { topic: 'old', from: 'earliest', ...asked }
    const answer: Output<'messages'> = await api('messages', cursor === null ? input : { ...input, cursor })
    const read = Number(answer.progress.bytes)
    bytes += read - before
    cursor = answer.cursor
    before = cursor === null ? 0 : read
  }
  return bytes
}

const run = async (rounds: number, seconds: number, gigabytes: number, rate: number): Promise<void> => {
  const broker = await startBroker(newDirectory(), { 'admin.listener': 'http://127.0.0.1:0' })
  const bootstrap = `127.0.0.1:${broker.port}`
  const control = await open(broker.port)
  const topics = ['old', 'new'].map((name) => ({
    name,
    numPartitions: PARTITIONS,
    replicationFactor: 1,
    assignments: [],
    configs: name === 'old' ? [{ name: 'flush.messages', value: '1000000' }] : [],
  }))
  await call(control, frame(createTopics, 5, { topics, timeoutMs: 5000, validateOnly: false }))
  control.destroy()
  const requests = Math.ceil((gigabytes * 1e9) / (OLD_BATCH.records * OLD_BATCH.recordBytes))
  await fill({ ...OLD_BATCH, bootstrap, topic: 'old', partitions: PARTITIONS, requests })
  await settled(SETTLE_SECONDS)

  const take = async (beside: Beside): Promise<Figures> => {
    const filter = FILTERS[beside]
    const ended = new AbortController()
    const began = performance.now()
    const searching = Array.from({ length: filter === null ? 0 : SEARCHES }, () =>
      search(broker, filter ?? {}, ended.signal),
    )
    const load = { ...LOAD, bootstrap, topic: 'new', rate: requestsEachSecond(rate), pid: broker.process.pid }
    const { latency, errors } = await measure('produce', { ...load, seconds })
    ended.abort()
    const searched = await Promise.all(searching)
    const took = (performance.now() - began) / 1000
    return {
      latency,
      errors: Object.values(errors).reduce((sum, count) => sum + count, 0),
      searchedBytes: searched.reduce((sum, bytes) => sum + bytes, 0) / took,
    }
  }

  const names = Object.keys(FILTERS) as Beside[]
  const taken = new Map(names.map((beside) => [beside, [] as Figures[]]))
  for (let round = -1; round < rounds; round += 1) {
    for (const beside of names) {
      const figures = await take(beside)
      // The first round warms up.
      if (round >= 0) taken.get(beside)?.push(figures)
    }
  }
  const quiet = taken.get('nobody') ?? []
  for (const [beside, figures] of taken) {
    const of = (value: (figures: Figures) => number) => Math.round(median(figures.map(value)))
    const ratio = (value: (figures: Figures) => number) =>
      Number(median(figures.map((each, at) => value(each) / value(quiet[at] ?? each))).toFixed(2))
    const result = {
      beside: beside === 'nobody' ? beside : `${SEARCHES} searches by ${beside}`,
      p50us: of(({ latency }) => latency.p50),
      p99us: of(({ latency }) => latency.p99),
      p999us: of(({ latency }) => latency.p999),
      p99ToQuiet: ratio(({ latency }) => latency.p99),
      p999ToQuiet: ratio(({ latency }) => latency.p999),
      searchedMBs: of(({ searchedBytes }) => searchedBytes / 1e6),
      errors: of(({ errors }) => errors),
    }
    process.stdout.write(`${JSON.stringify(result)}\n`)
  }
  await stopBroker(broker)
  rmSync(broker.directory, { recursive: true })
}

const [, , rounds = '7', seconds = '10', gigabytes = '5', megabytes = '20'] = process.argv
await run(Number(rounds), Number(seconds), Number(gigabytes), Number(megabytes) * 1e6)

// What durable before ack costs: batches of one record, one in flight per producer, beside a topic that asks for no more than a write.
// `npx tsc -b bench && node bench/dist/durable.js [seconds]` prints one JSON line per number of producers and mode.
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { produce } from 'millrace/messages/00-produce.js'
import { createTopics } from 'millrace/messages/19-create-topics.js'
import { batch, call, frame, newDirectory, open, percentile, startBroker, stopBroker } from './client.ts'

const SECONDS = Number(process.argv[2] ?? 5)
const WARM_UP_MS = 1000
const PRODUCERS = [1, 16, 100]
const RECORD_BYTES = [100, 16_384]
const PARTITIONS = 6
const TOPIC = 'durable'

const measure = async (recordBytes: number, producers: number, flushMessages: string): Promise<void> => {
  const broker = await startBroker(newDirectory())
  const control = await open(broker.port)
  const configs = [{ name: 'flush.messages', value: flushMessages }]
  const topic = { name: TOPIC, numPartitions: PARTITIONS, replicationFactor: 1, assignments: [], configs }
  await call(control, frame(createTopics, 5, { topics: [topic], timeoutMs: 5000, validateOnly: false }))
  const sockets = await Promise.all(Array.from({ length: producers }, () => open(broker.port)))
  const latencies: number[] = []
  let records = 0
  const from = performance.now() + WARM_UP_MS
  const to = from + SECONDS * 1000
  const all = sockets.map(async (socket, at) => {
    const partitionData = [{ index: at % PARTITIONS, records: batch(recordBytes) }]
    const topicData = [{ name: TOPIC, partitionData }]
    const request = frame(produce, 9, { transactionalId: null, acks: 1, timeoutMs: 5000, topicData })
    for (;;) {
      const sent = performance.now()
      if (sent > to) return
      await call(socket, request)
      records += 1
      if (sent > from) latencies.push(performance.now() - sent)
    }
  })
  await Promise.all(all)
  for (const socket of [...sockets, control]) socket.destroy()
  await stopBroker(broker)
  // After a clean stop it has the number of the last group, and each group is one sync.
  const syncs = Number(readFileSync(join(broker.directory, 'millrace.wal-checkpoint'), 'utf8').split('\n')[1])
  rmSync(broker.directory, { recursive: true })
  const sorted = latencies.toSorted((a, b) => a - b)
  const seconds = SECONDS + WARM_UP_MS / 1000
  const result = {
    mode: flushMessages === '1' ? 'durable' : 'relaxed',
    recordBytes,
    producers,
    recordsPerSecond: Math.round(latencies.length / SECONDS),
    p50us: Math.round(percentile(sorted, 0.5) * 1000),
    p99us: Math.round(percentile(sorted, 0.99) * 1000),
    syncsPerSecond: Math.round(syncs / seconds),
    recordsPerSync: Number((syncs === 0 ? 0 : records / syncs).toFixed(1)),
  }
  process.stdout.write(`${JSON.stringify(result)}\n`)
}

for (const recordBytes of RECORD_BYTES) {
  for (const producers of PRODUCERS) {
    for (const mode of ['1', '9223372036854775807']) await measure(recordBytes, producers, mode)
  }
}

// What reading and writing a message costs: compiled functions against the walked plan (D18), on an answer to Metadata
// of 100 topics with 6 partitions each. After `npm run build`: node bench/dist/micro/wire.bench.js
import { randomTopicId } from 'millrace/base/ids.js'
import { metadata } from 'millrace/messages/03-metadata.js'
import { compileRead, compileWrite } from 'millrace/wire/compile.js'
import { interpretRead, interpretWrite } from 'millrace/wire/interpret.js'
import { resolvePlan } from 'millrace/wire/plan.js'
import { Reader } from 'millrace/wire/reader.js'
import { Writer } from 'millrace/wire/writer.js'
import { Bench } from 'tinybench'

const VERSION = 12
const TOPICS = 100
const PARTITIONS = 6
const RUN_MS = 1_000

const partition = (partitionIndex: number) => ({
  errorCode: 0,
  partitionIndex,
  leaderId: 1,
  leaderEpoch: 5,
  replicaNodes: [1, 2, 3],
  isrNodes: [1, 2, 3],
  offlineReplicas: [],
})

const answer = {
  throttleTimeMs: 0,
  brokers: [1, 2, 3].map((nodeId) => ({ nodeId, host: `broker-${nodeId}.example`, port: 9092, rack: null })),
  clusterId: 'bench',
  controllerId: 1,
  topics: Array.from({ length: TOPICS }, (_, index) => ({
    errorCode: 0,
    name: `some-topic-${index}`,
    topicId: randomTopicId(),
    isInternal: false,
    partitions: Array.from({ length: PARTITIONS }, (_unused, at) => partition(at)),
  })),
}

const plan = resolvePlan(metadata.response, VERSION, metadata.flexible)
const read = compileRead(plan)
const write = compileWrite(plan)

const writer = new Writer()
write(writer, answer)
const bytes = writer.finish()

const bench = new Bench({ time: RUN_MS })
bench.add('read, compiled', () => void read(new Reader(bytes)))
bench.add('read, walked', () => void interpretRead(plan, new Reader(bytes)))
bench.add('write, compiled', () => write(new Writer(), answer))
bench.add('write, walked', () => interpretWrite(plan, new Writer(), answer))
await bench.run()
// oxlint-disable-next-line no-console -- the result is what the program is for
console.table(bench.table())

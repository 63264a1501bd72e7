// What a request costs that TypeScript answers: its dispatch alone, and the way from a socket through the bridge and back, beside a
// request that the engine answers itself. After `npm run build`: node bench/dist/micro/requests.bench.js
import { start } from 'millrace'
import { systemClock } from 'millrace/base/clock.js'
import { silentLogger } from 'millrace/base/logger.js'
import { createDispatch, type HandlerTable } from 'millrace/dispatch/dispatch.js'
import { createLatencies } from 'millrace/dispatch/latency.js'
import { heartbeat } from 'millrace/messages/12-heartbeat.js'
import { metadata } from 'millrace/messages/03-metadata.js'
import { Bench } from 'tinybench'
import { call, frame, open } from '../client.ts'

const RUN_MS = 1_000
const LENGTH_BYTES = 4

const beat = frame(heartbeat, 4, { groupId: 'nobody', generationId: 1, memberId: 'm' })
const ask = frame(metadata, 12, { topics: [], allowAutoTopicCreation: false })

const answer = { throttleTimeMs: 0, errorCode: 0 }
let replied = 0
const dispatch = createDispatch({
  // The only one that is asked.
  handlers: { heartbeat: () => answer } as unknown as HandlerTable,
  reply: () => (replied += 1),
  latencies: createLatencies(),
  clock: systemClock,
  logger: silentLogger,
})
const arrived = {
  connectionId: 1,
  listener: 'PLAINTEXT',
  principal: 'User:ANONYMOUS',
  clientAddress: '127.0.0.1',
  software: null,
  arrivedAt: 0,
  frame: beat.subarray(LENGTH_BYTES),
}

const broker = await start()
const [, port = ''] = broker.bootstrap.split(':')
const socket = await open(Number(port))

const bench = new Bench({ time: RUN_MS })
bench.add('dispatch of a Heartbeat', () => dispatch(arrived))
bench.add('Metadata of no topics, answered by the engine', () => call(socket, ask))
bench.add('Heartbeat, over the bridge and back', () => call(socket, beat))
await bench.run()
socket.destroy()
await broker.stop()
if (replied === 0) throw new Error('nothing was dispatched')
// oxlint-disable-next-line no-console -- the result is what the program is for
console.table(bench.table())

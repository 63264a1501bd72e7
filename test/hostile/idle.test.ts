// Row 3 of the bad inputs: frames that trickle in.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBroker, type Broker } from '../harness/broker.ts'
import { Peer } from '../harness/peer.ts'
import { residentBytes } from '../harness/proc.ts'

let broker: Broker

beforeAll(async () => {
  broker = await startBroker({ overrides: { 'connections.max.idle.ms': '3000' } })
})

afterAll(() => broker.stop())

test('row 3: a frame of 90 MiB that trickles in costs what has arrived of it, and idleness ends it', async () => {
  const before = residentBytes(broker.pid())
  const slow = await Promise.all(Array.from({ length: 20 }, () => Peer.open(broker.port)))
  const size = Buffer.alloc(4)
  size.writeInt32BE(90 * 1024 * 1024)
  for (const one of slow) one.raw(Buffer.concat([size, Buffer.alloc(16)]))
  await sleep(500)
  // Kafka takes the memory for the whole frame when it has read the size.
  if (broker.target === 'millrace') expect(residentBytes(broker.pid()) - before).toBeLessThan(64 * 1024 * 1024)
  for (const one of slow) expect(await one.outcome()).toEqual({ kind: 'closed' })
})

// The harness itself: a broker starts on its own port, keeps its data over a restart and leaves nothing behind.
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startBroker } from '../harness/broker.ts'
import { brokersListed } from '../harness/probe.ts'

test('a broker starts, is killed, starts again on its data, and is gone after stop', async () => {
  const broker = await startBroker()
  expect(await brokersListed(broker.port)).toBe(1)
  await broker.kill()
  await expect(brokersListed(broker.port)).rejects.toThrow()
  await broker.restart()
  expect(await brokersListed(broker.port)).toBe(1)
  expect(existsSync(broker.dataDirectory)).toBe(true)
  await broker.stop()
  expect(existsSync(broker.dataDirectory)).toBe(false)
})

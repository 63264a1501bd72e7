// Starts brokers, says where they are in the file that BROKERS_HELD names, and never ends.
import { writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { test } from 'vitest'
import { startBroker, type TargetName } from '../../harness/broker.ts'

/** What must be gone after the runner, or the process of its tests, was killed. */
export interface Held {
  readonly testProcess: number
  readonly pids: readonly number[]
  readonly directories: readonly string[]
}

test('holds brokers', async () => {
  const { BROKERS_HELD: file = '', BROKERS: names = '' } = process.env
  const brokers = await Promise.all(names.split(',').map((target) => startBroker({ target: target as TargetName })))
  const held: Held = {
    testProcess: process.pid,
    pids: brokers.map((broker) => broker.pid()),
    directories: brokers.map((broker) => dirname(broker.dataDirectory)),
  }
  writeFileSync(file, JSON.stringify(held))
  await new Promise(() => {})
})

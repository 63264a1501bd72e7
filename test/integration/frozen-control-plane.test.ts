// The event loop of the broker stands still for five seconds: records flow on, and nobody loses his place in a group, because the
// engine serves Produce and Fetch alone and stamps when each heartbeat came.
import { join } from 'node:path'
import { heartbeat } from 'millrace/messages/12-heartbeat.js'
import { joinGroup } from 'millrace/messages/11-join-group.js'
import { syncGroup } from 'millrace/messages/14-sync-group.js'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { fileBroker } from '../harness/file-broker.ts'
import { targetName } from '../harness/broker.ts'
import { missingClients, script } from '../harness/clients.ts'
import { eventually } from '../harness/eventually.ts'
import { harness } from '../harness/paths.ts'
import { Peer } from '../harness/peer.ts'
import { run, type Running, start } from '../harness/process.ts'

const FREEZE_MS = 5000
const WARM_UP_MS = 3000
const TOPIC = 'paced'
const GROUP = 'paced-readers'
const PARTITIONS = 4
const INTERVAL_MS = 5
/** An event loop that mattered would add seconds: what a busy disk and a busy machine add to a sync is far below. */
const SLOWER_MAX_US = (FREEZE_MS * 1000) / 5

const missing = await missingClients('python')
// Kafka has no event loop to freeze.
const withEventLoop = test.skipIf(missing !== undefined || targetName === 'kafka')

const broker = fileBroker({
  preload: join(harness, 'freeze.mjs'),
  overrides: { 'group.min.session.timeout.ms': '1000' },
})
beforeAll(async () => {
  if (missing === undefined) await run(script.python('create_topic.py', broker().bootstrap, TOPIC, String(PARTITIONS)))
})

/** When the event loop stood still for the nth time, as it said itself. */
const told = (word: 'frozen' | 'thawed', nth: number): number | undefined => {
  const [, time] =
    [
      ...broker()
        .logs()
        .matchAll(new RegExp(`^${word} (\\d+)$`, 'gm')),
    ][nth] ?? []
  return time === undefined ? undefined : Number(time)
}

let freezes = 0

/** Freezes the event loop and answers, once it runs again, when it stood still. */
const freeze = async (): Promise<{ readonly from: number; readonly to: number }> => {
  const nth = freezes
  freezes += 1
  broker().signal('SIGUSR2')
  return eventually(
    'the event loop goes on',
    () => {
      const [from, to] = [told('frozen', nth), told('thawed', nth)]
      return from === undefined || to === undefined ? undefined : { from, to }
    },
    { timeoutMs: FREEZE_MS * 3 },
  )
}

interface Sample {
  readonly sentAt: number
  readonly latencyUs: number
}

const samples = (programs: readonly Running[]): readonly Sample[] =>
  programs
    .flatMap(({ lines }) => lines)
    .filter((line) => /^\d+ \d+$/.test(line))
    .map((line) => line.split(' ').map(Number))
    .map(([sentAt = 0, latencyUs = 0]) => ({ sentAt, latencyUs }))

const p99 = (all: readonly Sample[], from: number, to: number): number => {
  const latencies = all.filter(({ sentAt }) => sentAt >= from && sentAt < to).map(({ latencyUs }) => latencyUs)
  // Less would be no load: something stood still.
  expect(latencies.length).toBeGreaterThan((to - from) / INTERVAL_MS / 2)
  return latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length * 0.99)] ?? 0
}

withEventLoop('produce and fetch go on, and the members keep their partitions', async () => {
  const consumers = [0, 1].map(() => start(script.python('paced_consumer.py', broker().bootstrap, TOPIC, GROUP)))
  const assignments = (): readonly string[] =>
    consumers.flatMap(({ lines }) => lines.filter((line) => line.startsWith('assigned')))
  await eventually('the group is complete', () =>
    consumers.every(({ lines }) => lines.findLast((line) => line.startsWith('assigned'))?.match(/\d/g)?.length === 2)
      ? true
      : undefined,
  )
  const assignedBefore = assignments()
  const producers = [0, 1].map(() =>
    start(script.python('paced_producer.py', broker().bootstrap, TOPIC, String(INTERVAL_MS))),
  )
  await sleep(WARM_UP_MS + FREEZE_MS)
  const { from, to } = await freeze()
  // Long enough for an eviction to show.
  await sleep(2000)
  for (const program of [...producers, ...consumers]) {
    program.end()
    expect(await program.exited, program.stderr()).toBe(0)
  }
  expect(assignments()).toEqual(assignedBefore)
  for (const [what, programs] of [
    ['produce', producers],
    ['fetch', consumers],
  ] as const) {
    const all = samples(programs)
    const before = p99(all, from - FREEZE_MS, from)
    const during = p99(all, from, to)
    console.log(`${what}: p99 ${before} us before, ${during} us while frozen`)
    expect(during).toBeLessThan(before + SLOWER_MAX_US)
  }
})

withEventLoop('a member whose heartbeats came in time keeps its place, however late they are handled', async () => {
  const SESSION_MS = 4000
  const groupId = 'beating'
  const peer = await Peer.open(broker().port)
  const member = { groupId, groupInstanceId: null }
  const join = (memberId: string) =>
    peer.call(joinGroup, 5, {
      ...member,
      sessionTimeoutMs: SESSION_MS,
      rebalanceTimeoutMs: SESSION_MS,
      memberId,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
    })
  const { memberId } = await join('')
  const { generationId } = await join(memberId)
  const assignments = [{ memberId, assignment: Buffer.alloc(0) }]
  await peer.call(syncGroup, 3, { ...member, generationId, memberId, assignments })

  // As a client does: the next heartbeat half a second after the answer to the last.
  const beat = async (): Promise<number> => {
    const { errorCode } = await peer.call(heartbeat, 3, { ...member, generationId, memberId })
    await sleep(500)
    return errorCode
  }
  expect(await beat()).toBe(0)
  const frozen = freeze()
  const answers: number[] = []
  for (let count = 0; count < 6; count += 1) answers.push(await beat())
  await frozen
  expect(answers).toEqual(answers.map(() => 0))
  peer.close()
})

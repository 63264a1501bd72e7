// What happens to members that do not come: sessions, rebalances and syncs that run out.
import { performance } from 'node:perf_hooks'
import { joinGroup } from 'millrace/messages/11-join-group.js'
import { heartbeat } from 'millrace/messages/12-heartbeat.js'
import { describeGroups } from 'millrace/messages/15-describe-groups.js'
import { errorName } from 'millrace/wire/errors.js'
import { test } from 'vitest'
import { eventually } from '../../harness/eventually.ts'
import {
  assigning,
  coordinated,
  enter,
  identity,
  joinRequest,
  newMember,
  protocols,
  reaches,
  settled,
  startJoin,
  startSync,
} from './members.ts'
import { scenarios, type Stage } from './scenario.ts'

const scenario = scenarios('timeouts', { 'group.min.session.timeout.ms': '1' }, test.concurrent)

/** Whether something took this long at least; how long exactly differs from run to run. */
const lasting = async ({ transcript }: Stage, ms: number, what: string, work: () => Promise<unknown>) => {
  const began = performance.now()
  await work()
  transcript.note(`${what} took ${ms} ms or more`, performance.now() - began >= ms)
}

scenario('a session ends', { rows: [37] }, async (stage) => {
  const { transcript } = stage
  const on = await coordinated(stage)
  const leader = await newMember(stage, 'sessions', 'leader')
  const follower = await newMember(stage, 'sessions', 'follower')
  await settled(stage, on, [leader])
  const joined = await enter(stage, follower, { sessionTimeoutMs: 300 })
  await reaches(on, 'sessions', 'PreparingRebalance', 2)
  await startJoin(stage, leader)()
  await joined()
  const synced = startSync(stage, follower)
  await lasting(stage, 300, 'the session', async () => {
    await startSync(stage, leader, assigning(leader, follower))()
    await synced()
    await reaches(on, 'sessions', 'PreparingRebalance', 1)
  })
  await transcript.call(on, 'of the one that is gone', heartbeat, 4, identity(follower))
  await transcript.call(on, 'of the other', heartbeat, 4, identity(leader))
  transcript.note('the last one goes')
  await startJoin(stage, leader, { sessionTimeoutMs: 300 })()
  await startSync(stage, leader, assigning(leader))()
  await reaches(on, 'sessions', 'Empty')
  await transcript.call(on, 'of the one that is gone', heartbeat, 4, identity(leader))
  await startJoin(stage, leader)()
})

scenario('heartbeats keep a session', { rows: [37] }, async (stage) => {
  const { transcript } = stage
  const on = await coordinated(stage)
  const leader = await newMember(stage, 'kept', 'leader')
  await settled(stage, on, [leader], { sessionTimeoutMs: 1000 })
  const heard = new Set<number>()
  const beatFor = async (ms: number): Promise<void> => {
    const until = performance.now() + ms
    await eventually(
      'the time is over',
      async () => {
        heard.add((await on.call(heartbeat, 4, identity(leader))).errorCode)
        return performance.now() >= until ? true : undefined
      },
      { intervalMs: 20 },
    )
  }
  await beatFor(1200)
  const second = await newMember(stage, 'kept', 'second')
  const joined = await enter(stage, second)
  await reaches(on, 'kept', 'PreparingRebalance', 2)
  await beatFor(1200)
  transcript.note('heard', [...heard].map(errorName))
  await startJoin(stage, leader)()
  await joined()
})

scenario('a rebalance ends without those who do not join', { rows: [34, 37] }, async (stage) => {
  const { transcript } = stage
  const on = await coordinated(stage)
  for (const [at, rest] of [{ rebalanceTimeoutMs: 500 }, { rebalanceTimeoutMs: 100 }].entries()) {
    const groupId = `slow-${at}`
    const slow = await newMember(stage, groupId, 'slow')
    await settled(stage, on, [slow], rest)
    const quick = await newMember(stage, groupId, 'quick')
    // The slowest member decides.
    await lasting(stage, 500, 'the rebalance', async () => (await enter(stage, quick, { rebalanceTimeoutMs: 500 }))())
    await transcript.call(on, 'of the slow one', heartbeat, 4, identity(slow))
  }
  transcript.note('version 0 names no such time: that of the session stands for it')
  const old = await newMember(stage, 'old', 'old')
  await startJoin(stage, old, { sessionTimeoutMs: 500, rebalanceTimeoutMs: 60_000 }, 0)()
  const quick = await newMember(stage, 'old', 'quick')
  const joined = await enter(stage, quick, { rebalanceTimeoutMs: 100 })
  await reaches(on, 'old', 'PreparingRebalance', 2)
  const heard = await eventually(
    'it is removed, although it lives',
    async () => {
      const { errorCode } = await on.call(heartbeat, 3, identity(old))
      return errorName(errorCode) === 'REBALANCE_IN_PROGRESS' ? undefined : errorName(errorCode)
    },
    { intervalMs: 20 },
  )
  transcript.note('heard', heard)
  await joined()
})

scenario('a member that never syncs', { rows: [37] }, async (stage) => {
  const { transcript } = stage
  const on = await coordinated(stage)
  const leader = await newMember(stage, 'syncing', 'leader')
  const silent = await newMember(stage, 'syncing', 'silent')
  const rest = { rebalanceTimeoutMs: 1500 }
  await settled(stage, on, [leader], rest)
  const joined = await enter(stage, silent, rest)
  await reaches(on, 'syncing', 'PreparingRebalance', 2)
  await startJoin(stage, leader, rest)()
  await joined()
  await startSync(stage, leader, assigning(leader, silent))()
  await reaches(on, 'syncing', 'PreparingRebalance', 1)
  await transcript.call(on, 'of the silent one', heartbeat, 4, identity(silent))
  await startJoin(stage, leader, rest)()
})

scenario('an id that is not used', { rows: [34] }, async (stage) => {
  const { transcript } = stage
  const on = await coordinated(stage)
  const leader = await newMember(stage, 'unused', 'leader')
  await settled(stage, on, [leader])
  const pending = await newMember(stage, 'unused', 'pending')
  await lasting(stage, 400, 'the rebalance that waits for it', async () => {
    const asked = await on.call(joinGroup, 9, joinRequest(pending, { sessionTimeoutMs: 400 }))
    pending.id = asked.memberId
    transcript.name(pending.id, 'pending')
    await startJoin(stage, leader)()
  })
  await startJoin(stage, pending)()
})

scenario('a static member keeps its place', { rows: [38] }, async (stage) => {
  const { transcript } = stage
  const on = await coordinated(stage)
  const leader = await newMember(stage, 'places', 'leader')
  const away = await newMember(stage, 'places', 'away', 'one')
  const rest = { rebalanceTimeoutMs: 300, sessionTimeoutMs: 1500 }
  await settled(stage, on, [leader, away], { ...rest, sessionTimeoutMs: 60_000 })
  const again = startJoin(stage, away, { ...rest })
  await again()
  transcript.note('it does not join')
  await startJoin(stage, leader, rest)()
  await transcript.call(on, 'both are there', describeGroups, 5, { groups: ['places'] })
})

scenario('a group of static members that do not join', { rows: [38] }, async (stage) => {
  const { transcript } = stage
  const on = await coordinated(stage)
  const leader = await newMember(stage, 'waiting', 'leader', 'one')
  const dynamic = await newMember(stage, 'waiting', 'dynamic')
  const rest = { rebalanceTimeoutMs: 200, sessionTimeoutMs: 1000 }
  await settled(stage, on, [leader, dynamic], rest)
  transcript.note('the dynamic one dies, and the static one a moment later')
  await reaches(on, 'waiting', 'Empty')
  await transcript.call(on, 'of the one that is gone', heartbeat, 4, identity(leader))
})

scenario('no time to join again', { rows: [34, 37] }, async (stage) => {
  const { transcript } = stage
  const on = await coordinated(stage)
  for (const rebalanceTimeoutMs of [0, -1, -(2 ** 31)]) {
    const groupId = `hasty${rebalanceTimeoutMs}`
    const slow = await newMember(stage, groupId, 'slow')
    const rest = { rebalanceTimeoutMs }
    const quick = await newMember(stage, groupId, 'quick')
    await (
      await enter(stage, slow, rest)
    )()
    await reaches(on, groupId, 'Empty')
    await (
      await enter(stage, quick, rest)
    )()
    await reaches(on, groupId, 'Empty')
    await transcript.call(on, 'nobody had the time to sync', heartbeat, 4, identity(quick))
  }
})

scenario('odd protocols', { rows: [34] }, async (stage) => {
  const on = await coordinated(stage)
  // The same name twice is not among them: Kafka never answers it.
  const odd = [[''], ['', 'range'], ['range', '']]
  for (const [at, names] of odd.entries()) {
    const member = await newMember(stage, `odd-${at}`, `member ${at}`)
    await (
      await enter(stage, member, { protocols: protocols(names) })
    )()
    await reaches(on, `odd-${at}`, 'CompletingRebalance')
    await startSync(stage, member, { protocolName: names[0] ?? '', ...assigning(member) })()
  }
})

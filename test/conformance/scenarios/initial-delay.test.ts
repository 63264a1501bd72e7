// The first rebalance of a group gives the members of a starting application time to arrive.
import { performance } from 'node:perf_hooks'
import { leaveGroup } from 'millrace/messages/13-leave-group.js'
import { test } from 'vitest'
import { coordinated, enter, newMember, reaches, startJoin } from './members.ts'
import { scenarios, type Stage } from './scenario.ts'

const DELAY_MS = 400

const scenario = scenarios('initial-delay', { 'group.initial.rebalance.delay.ms': String(DELAY_MS) }, test.concurrent)

const waited = ({ transcript }: Stage, began: number, ms: number): void =>
  transcript.note(`after ${ms} ms or more`, performance.now() - began >= ms)

scenario('the first join waits', { rows: [35] }, async (stage) => {
  const { transcript } = stage
  const on = await coordinated(stage)
  const first = await newMember(stage, 'delayed', 'first')
  let began = performance.now()
  await (
    await enter(stage, first)
  )()
  waited(stage, began, DELAY_MS)
  transcript.note('the second rebalance does not wait')
  const second = await newMember(stage, 'delayed', 'second')
  const joined = await enter(stage, second)
  await reaches(on, 'delayed', 'PreparingRebalance', 2)
  await startJoin(stage, first)()
  await joined()
  transcript.note('all leave: it is as before the first')
  const members = [{ memberId: first.id }, { memberId: second.id }]
  await transcript.call(on, 'both', leaveGroup, 5, { groupId: 'delayed', members })
  const third = await newMember(stage, 'delayed', 'third')
  began = performance.now()
  await (
    await enter(stage, third)
  )()
  waited(stage, began, DELAY_MS)
})

scenario('whoever comes meanwhile puts it off', { rows: [35] }, async (stage) => {
  const { transcript } = stage
  const on = await coordinated(stage)
  for (const [groupId, rebalanceTimeoutMs, atLeastMs] of [
    ['extended', 60_000, 2 * DELAY_MS],
    ['limited', DELAY_MS + 100, DELAY_MS + 100],
  ] as const) {
    transcript.note(`--- ${groupId}`)
    const [first, second] = [
      await newMember(stage, groupId, `first ${groupId}`),
      await newMember(stage, groupId, `second ${groupId}`),
    ]
    const began = performance.now()
    const joined = await enter(stage, first, { rebalanceTimeoutMs })
    await reaches(on, groupId, 'PreparingRebalance', 1)
    const also = await enter(stage, second, { rebalanceTimeoutMs })
    await joined()
    await also()
    waited(stage, began, atLeastMs)
  }
})

scenario('leaving before it ends', { rows: [35] }, async (stage) => {
  const { transcript } = stage
  const on = await coordinated(stage)
  const first = await newMember(stage, 'left', 'first')
  const joined = await enter(stage, first)
  await reaches(on, 'left', 'PreparingRebalance', 1)
  await transcript.call(on, 'the only one', leaveGroup, 5, { groupId: 'left', members: [{ memberId: first.id }] })
  await joined()
  await reaches(on, 'left', 'Empty', 0)
  const second = await newMember(stage, 'left', 'second')
  await (
    await enter(stage, second)
  )()
})

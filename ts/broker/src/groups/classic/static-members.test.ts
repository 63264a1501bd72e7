import { describe, expect, it } from 'vitest'
import { Scenario } from '../scenario.ts'

/** Two static members `a` (leads) and `b`, stable in generation 1. */
const staticPair = (scenario: Scenario, version = 5): { a: string; b: string } => {
  scenario.join('', { instanceId: 'a', version })
  scenario.join('', { instanceId: 'b', version })
  scenario.advance(6000)
  const [a = '', b = ''] = scenario.group().members.keys()
  scenario.sync(a, 1, { [a]: 'for a', [b]: 'for b' })
  scenario.sync(b, 1)
  return { a, b }
}

describe('a static member', () => {
  it('joins at once, under an id made of its instance', () => {
    const scenario = new Scenario()
    const { a } = staticPair(scenario)
    expect(a).toBe('a-1')
    expect(scenario.group().staticMembers.get('a')).toBe(a)
  })

  it('that restarts takes its place without a rebalance, and the old id is fenced', () => {
    const scenario = new Scenario()
    const { a, b } = staticPair(scenario)
    const back = scenario.join('', { instanceId: 'b' })
    expect(back.value).toMatchObject({ error: 'NONE', generation: 1, leader: a, skipAssignment: false })
    const id = back.value.memberId
    expect(id).not.toBe(b)
    expect(scenario.group().state).toBe('Stable')
    expect(scenario.sync(id, 1, {}, { instanceId: 'b' }).value.assignment.toString()).toBe('for b')
    expect(scenario.heartbeat(b, 1, { instanceId: 'b' })).toBe('FENCED_INSTANCE_ID')
    expect(scenario.heartbeat(b, 1)).toBe('UNKNOWN_MEMBER_ID')
    expect(scenario.join(b, { instanceId: 'b' }).value.error).toBe('FENCED_INSTANCE_ID')
    expect(scenario.sync(b, 1, {}, { instanceId: 'b' }).value.error).toBe('FENCED_INSTANCE_ID')
    expect(scenario.commit('t', 1, { memberId: b, instanceId: 'b', generation: 1 }).error).toBe('FENCED_INSTANCE_ID')
  })

  it('that leads and restarts is told to skip its assignment from version 9 on', () => {
    const scenario = new Scenario()
    staticPair(scenario)
    const back = scenario.join('', { instanceId: 'a', version: 9 })
    expect(back.value).toMatchObject({ skipAssignment: true, leader: back.value.memberId })
    expect(back.value.members).toHaveLength(2)
  })

  it('that leads and restarts with an older version is told that its old id leads', () => {
    const scenario = new Scenario()
    const { a } = staticPair(scenario)
    const back = scenario.join('', { instanceId: 'a', version: 8 })
    expect(back.value).toMatchObject({ skipAssignment: false, leader: a, members: [] })
    expect(scenario.group().leader).toBe(back.value.memberId)
  })

  it('that restarts with another protocol first starts a rebalance', () => {
    const scenario = new Scenario()
    scenario.join('', { instanceId: 'a', protocols: { range: '', sticky: '' } })
    scenario.advance(3000)
    const [memberId = ''] = scenario.group().members.keys()
    scenario.sync(memberId, 1, {})
    const back = scenario.join('', { instanceId: 'a', protocols: { sticky: '', range: '' } })
    expect(back.value).toMatchObject({ generation: 2, protocol: 'sticky' })
  })

  it('that restarts before the assignment starts a rebalance', () => {
    const scenario = new Scenario()
    scenario.join('', { instanceId: 'a' })
    scenario.join('', { instanceId: 'b' })
    scenario.advance(6000)
    const back = scenario.join('', { instanceId: 'b' })
    expect(back.waits).toBe(true)
    expect(scenario.group().state).toBe('PreparingRebalance')
  })

  it('that is replaced while it waits hears that it is fenced', () => {
    const scenario = new Scenario()
    const joining = scenario.join('', { instanceId: 'a' })
    scenario.join('', { instanceId: 'a' })
    expect(joining.value).toMatchObject({ error: 'FENCED_INSTANCE_ID', memberId: 'a-1' })
    scenario.join('', { instanceId: 'b' })
    scenario.advance(6000)
    const [a = '', b = ''] = scenario.group().members.keys()
    const syncing = scenario.sync(b, 1, {}, { instanceId: 'b' })
    expect([scenario.group().leader, syncing.waits]).toEqual([a, true])
    scenario.join('', { instanceId: 'b' })
    expect(syncing.value.error).toBe('FENCED_INSTANCE_ID')
  })

  it('that restarts is the software that it restarts with', () => {
    const scenario = new Scenario()
    staticPair(scenario)
    const software = { name: 'librdkafka', version: '2.3.0' }
    const { memberId } = scenario.join('', { instanceId: 'b', software }).value
    expect(scenario.group().members.get(memberId)?.software).toEqual(software)
  })

  it('whose new id cannot be stored keeps the old one', () => {
    const scenario = new Scenario()
    const { b } = staticPair(scenario)
    scenario.failNext('NOT_COORDINATOR')
    const back = scenario.join('', { instanceId: 'b', software: { name: 'librdkafka', version: '2.3.0' } })
    expect(back.value).toMatchObject({ error: 'NOT_COORDINATOR', memberId: '' })
    expect(scenario.group().members.get(b)?.software).toBeNull()
    expect(scenario.heartbeat(b, 1, { instanceId: 'b' })).toBe('NONE')
    expect(scenario.group().awaitingJoin).toBe(0)
  })

  it('keeps its place in a rebalance it misses, until its session ends', () => {
    const scenario = new Scenario()
    const { a, b } = staticPair(scenario)
    const reply = scenario.join(a, { instanceId: 'a' })
    scenario.advance(5000)
    expect(scenario.heartbeat(b, 1)).toBe('REBALANCE_IN_PROGRESS')
    scenario.advance(10_000)
    expect(reply.value).toMatchObject({ generation: 2, error: 'NONE' })
    expect(reply.value.members).toHaveLength(1)
  })

  it('is removed by its instance id, or by both, and not by a foreign pair', () => {
    const scenario = new Scenario()
    const { a, b } = staticPair(scenario)
    expect(
      scenario.leave([
        { memberId: '', instanceId: 'unknown' },
        { memberId: a, instanceId: 'b' },
        { memberId: 'nobody', instanceId: null },
        { memberId: '', instanceId: 'a' },
        { memberId: b, instanceId: 'b' },
      ]),
    ).toEqual(['UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID', 'UNKNOWN_MEMBER_ID', 'NONE', 'NONE'])
    expect(scenario.group()).toMatchObject({ state: 'Empty', generation: 2 })
  })
})

import { describe, expect, it } from 'vitest'
import { Scenario, stablePair } from '../scenario.ts'

const joinedPair = (scenario: Scenario): { leader: string; follower: string } => {
  const [leader, follower] = [scenario.enter(), scenario.enter()]
  scenario.advance(6000)
  return { leader: leader.id, follower: follower.id }
}

describe('sync', () => {
  it('answers all with their own part once the assignment of the leader is stored', () => {
    const scenario = new Scenario()
    const { leader, follower } = joinedPair(scenario)
    scenario.hold()
    const theirs = scenario.sync(follower, 1)
    const own = scenario.sync(leader, 1, { [leader]: 'l', [follower]: 'f' })
    expect([theirs.waits, own.waits, scenario.group().state]).toEqual([true, true, 'CompletingRebalance'])
    scenario.release()
    expect(theirs.value).toMatchObject({ error: 'NONE', protocolType: 'consumer', protocol: 'range' })
    expect([own.value.assignment.toString(), theirs.value.assignment.toString()]).toEqual(['l', 'f'])
    expect(scenario.group().state).toBe('Stable')
  })

  it('gives nothing to those the leader left out', () => {
    const scenario = new Scenario()
    const { leader, follower } = joinedPair(scenario)
    scenario.sync(leader, 1, { [leader]: 'l', stranger: 's' })
    expect(scenario.sync(follower, 1).value.assignment).toHaveLength(0)
    const last = scenario.log.at(-1)
    expect(last?.kind === 'group' ? last.value?.members.map(({ memberId }) => memberId) : []).toEqual([
      leader,
      follower,
    ])
  })

  it('checks generation, member, protocol and state', () => {
    const scenario = new Scenario()
    expect(scenario.sync('nobody', 1).value.error).toBe('UNKNOWN_MEMBER_ID')
    const { leader, follower } = joinedPair(scenario)
    const error = (...args: Parameters<Scenario['sync']>) => scenario.sync(...args).value.error
    expect(error(leader, 2)).toBe('ILLEGAL_GENERATION')
    expect(error('nobody', 1)).toBe('UNKNOWN_MEMBER_ID')
    expect(error(leader, 1, {}, { protocol: 'other' })).toBe('INCONSISTENT_GROUP_PROTOCOL')
    expect(error(leader, 1, {}, { protocolType: 'connect' })).toBe('INCONSISTENT_GROUP_PROTOCOL')
    scenario.join(follower, { protocols: { range: 'other' } })
    expect(error(leader, 1)).toBe('REBALANCE_IN_PROGRESS')
  })

  it('starts over when the assignment cannot be stored', () => {
    const scenario = new Scenario()
    const { leader, follower } = joinedPair(scenario)
    const theirs = scenario.sync(follower, 1)
    scenario.failNext('NOT_COORDINATOR')
    const own = scenario.sync(leader, 1, { [leader]: 'l' })
    expect([own.value.error, theirs.value.error]).toEqual(['NOT_COORDINATOR', 'NOT_COORDINATOR'])
    expect(scenario.group().state).toBe('PreparingRebalance')
  })

  it('that is stored after a new rebalance began changes nothing', () => {
    const scenario = new Scenario()
    const { leader, follower } = joinedPair(scenario)
    scenario.hold()
    const own = scenario.sync(leader, 1, { [leader]: 'l' })
    scenario.join(follower, { protocols: { range: 'other' } })
    scenario.release()
    expect(own.value.error).toBe('REBALANCE_IN_PROGRESS')
    expect(scenario.group().state).toBe('PreparingRebalance')
  })

  it('that never comes removes the member after the rebalance timeout', () => {
    const scenario = new Scenario()
    const [leader, follower] = [
      scenario.enter({ sessionTimeoutMs: 100_000, rebalanceTimeoutMs: 20_000 }),
      scenario.enter({ sessionTimeoutMs: 100_000, rebalanceTimeoutMs: 20_000 }),
    ]
    scenario.advance(6000)
    scenario.sync(leader.id, 1, {})
    scenario.advance(20_000)
    expect([...scenario.group().members.keys()]).toEqual([leader.id])
    expect(scenario.heartbeat(follower.id, 1)).toBe('UNKNOWN_MEMBER_ID')
    expect(scenario.group().state).toBe('PreparingRebalance')
  })
})

describe('heartbeat', () => {
  it('is answered by the state of the group and its members', () => {
    const scenario = new Scenario()
    expect(scenario.heartbeat('nobody', 0)).toBe('UNKNOWN_MEMBER_ID')
    const { leader, follower } = joinedPair(scenario)
    expect(scenario.heartbeat(follower, 1)).toBe('NONE')
    scenario.sync(leader, 1, {})
    expect(scenario.heartbeat(follower, 1)).toBe('NONE')
    expect(scenario.heartbeat(follower, 0)).toBe('ILLEGAL_GENERATION')
    expect(scenario.heartbeat('nobody', 1)).toBe('UNKNOWN_MEMBER_ID')
    scenario.join(leader)
    expect(scenario.heartbeat(follower, 1)).toBe('REBALANCE_IN_PROGRESS')
  })

  it('keeps a member in, and its absence removes it', () => {
    const scenario = new Scenario()
    const { leader, follower } = stablePair(scenario)
    for (let beat = 0; beat < 5; beat++) {
      scenario.advance(9000)
      scenario.heartbeat(leader, 1)
      if (beat < 2) scenario.heartbeat(follower, 1)
    }
    expect([...scenario.group().members.keys()]).toEqual([leader])
    expect(scenario.group().state).toBe('PreparingRebalance')
  })

  it('is also seen in a commit', () => {
    const scenario = new Scenario()
    const { follower, leader } = stablePair(scenario)
    for (let commit = 0; commit < 3; commit++) {
      scenario.advance(9000)
      scenario.heartbeat(leader, 1)
      expect(scenario.commit('t', commit, { memberId: follower, generation: 1 }).value).toBe('NONE')
    }
    expect(scenario.group().state).toBe('Stable')
  })

  it('is not asked of a member that waits for an answer, unless it is new', () => {
    const scenario = new Scenario()
    const { leader, follower } = stablePair(scenario)
    const rejoined = scenario.join(leader)
    for (let beat = 0; beat < 5; beat++) {
      scenario.advance(9000)
      scenario.heartbeat(follower, 1)
    }
    expect(rejoined.waits).toBe(true)
    scenario.join(follower)
    expect(rejoined.value.generation).toBe(2)

    const other = new Scenario({ initialRebalanceDelayMs: 400_000 })
    const { reply } = other.enter({ rebalanceTimeoutMs: 900_000 })
    other.advance(300_000)
    expect(reply.value.error).toBe('UNKNOWN_MEMBER_ID')
  })
})

describe('leave', () => {
  it('of the last member empties the group and records that', () => {
    const scenario = new Scenario()
    const { leader, follower } = stablePair(scenario)
    expect(scenario.leave([{ memberId: leader, instanceId: null }])).toEqual(['NONE'])
    expect(scenario.group()).toMatchObject({ state: 'PreparingRebalance', leader: follower })
    scenario.leave([{ memberId: follower, instanceId: null }])
    expect(scenario.group()).toMatchObject({ state: 'Empty', generation: 2, protocol: null, leader: null })
    expect(scenario.log.at(-1)).toMatchObject({ value: { generation: 2, members: [], protocolType: 'consumer' } })
  })

  it('of a pending member forgets it', () => {
    const scenario = new Scenario()
    const { memberId } = scenario.join().value
    expect(scenario.leave([{ memberId, instanceId: null }])).toEqual(['NONE'])
    expect(scenario.join(memberId).value.error).toBe('UNKNOWN_MEMBER_ID')
  })

  it('of somebody who waits answers him', () => {
    const scenario = new Scenario()
    const { id, reply } = scenario.enter()
    scenario.leave([{ memberId: id, instanceId: null }])
    expect(reply.value.error).toBe('UNKNOWN_MEMBER_ID')

    const other = new Scenario()
    const { follower } = joinedPair(other)
    const syncing = other.sync(follower, 1)
    other.leave([{ memberId: follower, instanceId: null }])
    expect(syncing.value.error).toBe('UNKNOWN_MEMBER_ID')
  })

  it('of an unknown group knows no member', () => {
    expect(new Scenario().leave([{ memberId: 'm', instanceId: null }])).toEqual(['UNKNOWN_MEMBER_ID'])
  })
})

import { describe, expect, it } from 'vitest'
import { GROUP_PROTOCOL_BYTES_MAX } from './join.ts'
import { Scenario, stablePair, subscription } from '../scenario.ts'

describe('a first join', () => {
  it('of version 4 and later is told its id, and joins with it', () => {
    const scenario = new Scenario()
    const asked = scenario.join()
    expect(asked.value).toMatchObject({ error: 'MEMBER_ID_REQUIRED', memberId: 'client-1', generation: -1 })
    expect([...scenario.group().pendingJoins]).toEqual(['client-1'])
    const joined = scenario.join('client-1')
    expect(scenario.group().pendingJoins.size).toBe(0)
    scenario.advance(3000)
    expect(joined.value).toMatchObject({
      error: 'NONE',
      memberId: 'client-1',
      generation: 1,
      leader: 'client-1',
      protocol: 'range',
      protocolType: 'consumer',
    })
    expect(joined.value.members).toEqual([{ memberId: 'client-1', instanceId: null, metadata: subscription('topic') }])
  })

  it('of older versions joins at once', () => {
    const scenario = new Scenario()
    const joined = scenario.join('', { version: 3 })
    expect(joined.waits).toBe(true)
    scenario.advance(3000)
    expect(joined.value).toMatchObject({ error: 'NONE', generation: 1 })
  })

  it('records the new, empty group at once', () => {
    const scenario = new Scenario()
    scenario.join()
    expect(scenario.log).toEqual([
      {
        kind: 'group',
        groupId: 'g',
        value: { protocolType: '', generation: 0, protocol: null, leader: null, stateSince: scenario.now, members: [] },
      },
    ])
  })

  it('that is never followed up is forgotten with its session', () => {
    const scenario = new Scenario()
    const { memberId } = scenario.join().value
    scenario.advance(10_000)
    expect(scenario.group().pendingJoins.size).toBe(0)
    expect(scenario.join(memberId).value.error).toBe('UNKNOWN_MEMBER_ID')
  })

  it('of a group whose record cannot be stored is answered, and leaves nothing', () => {
    const scenario = new Scenario()
    scenario.failNext('COORDINATOR_NOT_AVAILABLE')
    const joined = scenario.join('', { version: 3 })
    expect(joined.error).toBe('COORDINATOR_NOT_AVAILABLE')
    expect(scenario.state.recorded.size + scenario.state.live.size).toBe(0)
  })
})

describe('the first rebalance', () => {
  it('waits again when somebody joins, until the rebalance timeout', () => {
    const scenario = new Scenario()
    const first = scenario.enter({ rebalanceTimeoutMs: 8000 })
    scenario.advance(2000)
    scenario.enter({ rebalanceTimeoutMs: 8000 })
    scenario.advance(2000)
    expect(first.reply.waits).toBe(true)
    scenario.enter({ rebalanceTimeoutMs: 8000 })
    scenario.advance(2500)
    scenario.enter({ rebalanceTimeoutMs: 8000 })
    expect(first.reply.waits).toBe(true)
    scenario.advance(1500)
    expect(first.reply.value.members).toHaveLength(4)
  })

  it('takes no longer than its delay when it is zero', () => {
    const scenario = new Scenario({ initialRebalanceDelayMs: 0 })
    const { reply } = scenario.enter()
    scenario.advance(0)
    expect(reply.value.generation).toBe(1)
  })

  it('gives the members to the leader alone', () => {
    const scenario = new Scenario()
    const [leader, follower] = [scenario.enter(), scenario.enter()]
    scenario.advance(6000)
    expect(leader.reply.value.members).toHaveLength(2)
    expect(follower.reply.value).toMatchObject({ leader: leader.id, members: [] })
  })
})

describe('who may join', () => {
  it('needs a protocol type and a protocol', () => {
    const scenario = new Scenario()
    expect(scenario.join('', { protocols: {} }).value.error).toBe('INCONSISTENT_GROUP_PROTOCOL')
    expect(scenario.join('', { protocolType: '' }).value.error).toBe('INCONSISTENT_GROUP_PROTOCOL')
  })

  it('needs the type of the group and a protocol that all its members support', () => {
    const scenario = new Scenario()
    stablePair(scenario, { protocols: { range: 'topic', sticky: 'topic' } })
    expect(scenario.join('', { protocolType: 'connect' }).value.error).toBe('INCONSISTENT_GROUP_PROTOCOL')
    expect(scenario.join('', { protocols: { other: '' } }).value.error).toBe('INCONSISTENT_GROUP_PROTOCOL')
    expect(scenario.join('', { protocols: { other: '', sticky: '' } }).value.error).toBe('MEMBER_ID_REQUIRED')
  })

  it('may not name an id that the broker did not give out', () => {
    const scenario = new Scenario()
    expect(scenario.join('me').value).toMatchObject({ error: 'UNKNOWN_MEMBER_ID', memberId: 'me' })
    expect(scenario.state.recorded.size).toBe(0)
    stablePair(scenario)
    expect(scenario.join('me').value.error).toBe('UNKNOWN_MEMBER_ID')
  })

  it('finds a full group full, and members keep their place', () => {
    const scenario = new Scenario({ membersMax: 2 })
    const { follower } = stablePair(scenario)
    expect(scenario.join().value).toMatchObject({ error: 'GROUP_MAX_SIZE_REACHED', memberId: '' })
    expect(scenario.join(follower).value.error).toBe('NONE')
  })

  it('counts those who wait while the group rebalances', () => {
    const scenario = new Scenario({ membersMax: 2 })
    scenario.enter()
    scenario.enter()
    expect(scenario.join().value.error).toBe('GROUP_MAX_SIZE_REACHED')
  })

  it('finds no room beyond what a group may hold in memory', () => {
    const scenario = new Scenario()
    const protocols = { range: Array(300).fill('t'.repeat(30_000)).join(',') }
    for (let count = 0; count < 3; count++) expect(scenario.join('', { version: 3, protocols }).waits).toBe(true)
    expect(scenario.join('', { version: 3, protocols }).value.error).toBe('GROUP_MAX_SIZE_REACHED')
    expect(scenario.group().protocolBytes).toBeLessThanOrEqual(GROUP_PROTOCOL_BYTES_MAX)
  })
})

describe('a rejoin', () => {
  it('of an unchanged follower of a stable group tells it the generation it is in', () => {
    const scenario = new Scenario()
    const { leader, follower } = stablePair(scenario)
    expect(scenario.join(follower).value).toMatchObject({ error: 'NONE', generation: 1, leader, members: [] })
    expect(scenario.group().state).toBe('Stable')
  })

  it('of the leader starts a rebalance', () => {
    const scenario = new Scenario()
    const { leader, follower } = stablePair(scenario)
    const reply = scenario.join(leader)
    expect(reply.waits).toBe(true)
    expect(scenario.heartbeat(follower, 1)).toBe('REBALANCE_IN_PROGRESS')
    scenario.join(follower)
    expect(reply.value.generation).toBe(2)
  })

  it('with other metadata starts a rebalance', () => {
    const scenario = new Scenario()
    const { follower } = stablePair(scenario)
    expect(scenario.join(follower, { protocols: { range: 'other' } }).waits).toBe(true)
    expect(scenario.group().state).toBe('PreparingRebalance')
  })

  it('unchanged before the assignment repeats the answer; changed, it starts over', () => {
    const scenario = new Scenario()
    const [leader, follower] = [scenario.enter(), scenario.enter()]
    scenario.advance(6000)
    expect(scenario.join(leader.id).value.members).toHaveLength(2)
    const waitsForAssignment = scenario.sync(follower.id, 1)
    scenario.join(follower.id, { protocols: { range: 'other' } })
    expect(waitsForAssignment.value.error).toBe('REBALANCE_IN_PROGRESS')
    expect(scenario.group().state).toBe('PreparingRebalance')
  })

  it('that is repeated while it waits answers the first attempt', () => {
    const scenario = new Scenario()
    const { leader, follower } = stablePair(scenario)
    const [first, second] = [scenario.join(leader), scenario.join(leader)]
    expect(first.value.error).toBe('REBALANCE_IN_PROGRESS')
    scenario.join(follower)
    expect(second.value.generation).toBe(2)
  })
})

describe('what software a member is', () => {
  const [older, newer] = [
    { name: 'librdkafka', version: '2.0.2' },
    { name: 'librdkafka', version: '2.3.0' },
  ]
  const softwareOf = (scenario: Scenario, id: string) => scenario.group().members.get(id)?.software

  it('is what its client said before it joined, unless it said nothing', () => {
    const scenario = new Scenario()
    const [saying, silent] = [scenario.enter({ software: older }), scenario.enter()]
    expect(softwareOf(scenario, saying.id)).toEqual(older)
    expect(softwareOf(scenario, silent.id)).toBeNull()
  })

  it('is not known after a restart of the broker, until the member joins again', () => {
    const before = new Scenario()
    const { leader, follower } = stablePair(before, { software: older })
    const scenario = new Scenario({}, before.log)
    expect([leader, follower].map((id) => softwareOf(scenario, id))).toEqual([null, null])
    // The group stays as it is for the one, and rebalances for the other.
    for (const id of [follower, leader]) scenario.join(id, { software: newer })
    expect([leader, follower].map((id) => softwareOf(scenario, id))).toEqual([newer, newer])
  })
})

describe('a rebalance', () => {
  it('drops dynamic members that do not rejoin in time, and elects a leader among the others', () => {
    const scenario = new Scenario()
    const { leader, follower } = stablePair(scenario, { sessionTimeoutMs: 120_000, rebalanceTimeoutMs: 20_000 })
    const reply = scenario.join(follower, { protocols: { range: 'other' }, rebalanceTimeoutMs: 20_000 })
    scenario.advance(20_000)
    expect(reply.value).toMatchObject({ generation: 2, leader: follower })
    expect(scenario.group().members.has(leader)).toBe(false)
  })

  it('chooses the protocol that most members want among those all support', () => {
    const scenario = new Scenario()
    scenario.enter({ protocols: { range: '', sticky: '' } })
    scenario.enter({ protocols: { sticky: '', range: '' } })
    const { reply } = scenario.enter({ protocols: { own: '', sticky: '', range: '' } })
    scenario.advance(9000)
    expect(reply.value.protocol).toBe('sticky')
  })

  it('breaks a tie the same way whoever joined first', () => {
    for (const names of [
      ['range', 'roundrobin'],
      ['roundrobin', 'range'],
    ]) {
      const scenario = new Scenario()
      scenario.enter({ protocols: Object.fromEntries(names.map((name) => [name, ''])) })
      const { reply } = scenario.enter({ protocols: Object.fromEntries(names.toReversed().map((name) => [name, ''])) })
      scenario.advance(9000)
      expect(reply.value.protocol).toBe('range')
    }
  })

  it('waits for those who were told their id', () => {
    const scenario = new Scenario()
    const { leader, follower } = stablePair(scenario)
    scenario.join()
    const reply = scenario.join(leader)
    scenario.join(follower)
    expect(reply.waits).toBe(true)
    scenario.advance(10_000)
    expect(reply.value.members).toHaveLength(2)
  })
})

import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../base/error-codes.ts'
import { randomTopicId, ZERO_TOPIC_ID } from '../base/ids.ts'
import type { TopicErrors } from './commands.ts'
import { committedOffset } from './group.ts'
import { Scenario, stablePair, testSettings } from './scenario.ts'

const DAY_MS = 24 * 3_600_000
const { offsetsRetentionMs, offsetsRetentionCheckMs } = testSettings

const offsetOf = (scenario: Scenario, topic: string, partition = 0): number | undefined =>
  committedOffset(scenario.state.recorded.get('g'), topic, partition)?.offset

const deleteOffsets = (scenario: Scenario, topic: string) =>
  scenario.ask<TopicErrors>((ticket) => ({
    type: 'delete-offsets',
    ticket,
    request: { groupId: 'g', topics: [{ name: topic, partitions: [0] }] },
  }))

/** The member keeps its session of half an hour alive. */
const stayFor = (scenario: Scenario, memberId: string, ms: number): void => {
  const beatMs = 20 * 60_000
  for (let passed = 0; passed < ms; passed += beatMs) {
    scenario.advance(beatMs)
    expect(scenario.heartbeat(memberId, 1)).toBe('NONE')
  }
}

const deleteGroup = (scenario: Scenario): ErrorCode =>
  scenario.ask<ErrorCode>((ticket) => ({ type: 'delete-group', ticket, groupId: 'g' })).value

describe('a commit', () => {
  it('without generation and member makes a simple group', () => {
    const scenario = new Scenario()
    expect(scenario.commit('t', 5).value).toBe('NONE')
    expect(offsetOf(scenario, 't')).toBe(5)
    expect(scenario.log).toEqual([
      {
        kind: 'offset',
        groupId: 'g',
        topic: 't',
        partition: 0,
        value: {
          offset: 5,
          leaderEpoch: -1,
          metadata: '',
          committedAt: scenario.now,
          expiresAt: -1,
          topicId: ZERO_TOPIC_ID,
        },
      },
    ])
  })

  it('with a generation needs the group', () => {
    const scenario = new Scenario()
    expect(scenario.commit('t', 5, { generation: 1, memberId: 'm' }).error).toBe('GROUP_ID_NOT_FOUND')
    const before9 = { generation: 1, memberId: 'm', knowsGroupIdNotFound: false }
    expect(scenario.commit('t', 5, before9).error).toBe('ILLEGAL_GENERATION')
  })

  it('by hand is refused while the group has members', () => {
    const scenario = new Scenario()
    const { leader } = stablePair(scenario)
    expect(scenario.commit('t', 5).error).toBe('UNKNOWN_MEMBER_ID')
    expect(scenario.commit('t', 5, { memberId: leader }).error).toBe('ILLEGAL_GENERATION')
  })

  it('needs a member and the current generation', () => {
    const scenario = new Scenario()
    const { leader } = stablePair(scenario)
    expect(scenario.commit('t', 5, { memberId: leader, generation: 1 }).value).toBe('NONE')
    expect(scenario.commit('t', 5, { memberId: leader, generation: 0 }).error).toBe('ILLEGAL_GENERATION')
    expect(scenario.commit('t', 5, { memberId: 'x', generation: 1 }).error).toBe('UNKNOWN_MEMBER_ID')
    const instance = { memberId: leader, generation: 1, instanceId: 'i' }
    expect(scenario.commit('t', 5, instance).error).toBe('UNKNOWN_MEMBER_ID')
  })

  it('is allowed while members rejoin, and not before they have their assignment', () => {
    const scenario = new Scenario()
    const { leader, follower } = stablePair(scenario)
    scenario.join(leader)
    expect(scenario.commit('t', 5, { memberId: follower, generation: 1 }).value).toBe('NONE')
    scenario.join(follower)
    expect(scenario.commit('t', 6, { memberId: follower, generation: 2 }).error).toBe('REBALANCE_IN_PROGRESS')
  })

  it('with metadata over the bound is refused, and the bound itself is not', () => {
    const scenario = new Scenario()
    expect(scenario.commit('t', 5, { metadata: 'x'.repeat(4097) }).value).toBe('OFFSET_METADATA_TOO_LARGE')
    expect(offsetOf(scenario, 't')).toBeUndefined()
    expect(scenario.commit('t', 5, { metadata: 'x'.repeat(4096) }).value).toBe('NONE')
  })

  it('that cannot be stored is as if it had never been', () => {
    const scenario = new Scenario()
    scenario.commit('t', 5)
    scenario.failNext('COORDINATOR_NOT_AVAILABLE')
    expect(scenario.commit('t', 6).error).toBe('COORDINATOR_NOT_AVAILABLE')
    expect(offsetOf(scenario, 't')).toBe(5)
  })
})

describe('retention', () => {
  it('runs from the moment the last member left, whatever is committed when', () => {
    const scenario = new Scenario()
    const { leader, follower } = stablePair(scenario)
    scenario.commit('t', 5, { memberId: leader, generation: 1 })
    scenario.leave([leader, follower].map((memberId) => ({ memberId, instanceId: null })))
    scenario.advance(offsetsRetentionMs - offsetsRetentionCheckMs)
    expect(offsetOf(scenario, 't')).toBe(5)
    scenario.advance(2 * offsetsRetentionCheckMs)
    expect(offsetOf(scenario, 't')).toBeUndefined()
    expect(scenario.state.recorded.has('g')).toBe(false)
    expect(scenario.log.slice(-2)).toEqual([
      { kind: 'offset', groupId: 'g', topic: 't', partition: 0, value: null },
      { kind: 'group', groupId: 'g', value: null },
    ])
  })

  it('runs per partition, from each commit, in a simple group', () => {
    const scenario = new Scenario()
    scenario.commit('old', 1)
    scenario.advance(DAY_MS)
    scenario.commit('new', 1)
    scenario.advance(offsetsRetentionMs - DAY_MS + offsetsRetentionCheckMs)
    expect([offsetOf(scenario, 'old'), offsetOf(scenario, 'new')]).toEqual([undefined, 1])
    scenario.advance(DAY_MS)
    expect(scenario.state.recorded.size).toBe(0)
  })

  it('does not run for what members subscribe to, and does for the rest', () => {
    const scenario = new Scenario({ initialRebalanceDelayMs: 0 })
    const { id } = scenario.enter({ sessionTimeoutMs: 1_800_000, protocols: { range: 'topic' } })
    scenario.advance(0)
    scenario.sync(id, 1, { [id]: '' })
    scenario.commit('topic', 1, { memberId: id, generation: 1 })
    scenario.commit('other', 1, { memberId: id, generation: 1 })
    stayFor(scenario, id, 8 * DAY_MS)
    expect([offsetOf(scenario, 'topic'), offsetOf(scenario, 'other')]).toEqual([1, undefined])
  })

  it('does not run in a group of members that are no consumers', () => {
    const scenario = new Scenario({ initialRebalanceDelayMs: 0 })
    const { id } = scenario.enter({ sessionTimeoutMs: 1_800_000, protocolType: 'connect' })
    scenario.advance(0)
    scenario.sync(id, 1, {})
    scenario.commit('t', 1, { memberId: id, generation: 1 })
    stayFor(scenario, id, 8 * DAY_MS)
    expect(offsetOf(scenario, 't')).toBe(1)
  })

  it('of a time that the client fixed ends then', () => {
    const scenario = new Scenario()
    scenario.commit('t', 1, { retentionMs: DAY_MS })
    scenario.advance(DAY_MS + offsetsRetentionCheckMs)
    expect(offsetOf(scenario, 't')).toBeUndefined()
  })

  it('of a time beyond all that can be counted stays', () => {
    const scenario = new Scenario()
    scenario.commit('t', 1, { retentionMs: Number.MAX_SAFE_INTEGER })
    scenario.advance(2 * offsetsRetentionMs)
    expect(offsetOf(scenario, 't')).toBe(1)
  })

  it('sweeps more than fits one batch in several', () => {
    const scenario = new Scenario()
    for (let group = 0; group < 40; group++) {
      scenario.commit('t'.repeat(249), 1, { groupId: `${group}`.padEnd(4000, 'g') })
    }
    scenario.hold()
    scenario.advance(offsetsRetentionMs)
    scenario.release()
    expect(scenario.state.recorded.size).toBe(0)
  })

  it('removes a group that was only ever joined half', () => {
    const scenario = new Scenario()
    scenario.join()
    scenario.advance(offsetsRetentionCheckMs)
    expect(scenario.state.recorded.size + scenario.state.live.size).toBe(0)
  })
})

describe('deleting', () => {
  it('a group takes its offsets and needs it to be empty', () => {
    const scenario = new Scenario()
    expect(deleteGroup(scenario)).toBe('GROUP_ID_NOT_FOUND')
    const { leader, follower } = stablePair(scenario)
    scenario.commit('t', 5, { memberId: leader, generation: 1 })
    expect(deleteGroup(scenario)).toBe('NON_EMPTY_GROUP')
    scenario.leave([leader, follower].map((memberId) => ({ memberId, instanceId: null })))
    expect(deleteGroup(scenario)).toBe('NONE')
    expect(scenario.log.slice(-2).map(({ value }) => value)).toEqual([null, null])
    expect(scenario.state.recorded.size + scenario.state.live.size).toBe(0)
  })

  it('a group that cannot be stored leaves it there', () => {
    const scenario = new Scenario()
    scenario.commit('t', 5)
    scenario.failNext('NOT_COORDINATOR')
    const asked = scenario.ask<ErrorCode>((ticket) => ({ type: 'delete-group', ticket, groupId: 'g' }))
    expect(asked.error).toBe('NOT_COORDINATOR')
    expect(offsetOf(scenario, 't')).toBe(5)
    expect(deleteGroup(scenario)).toBe('NONE')
  })

  it('offsets needs that nobody subscribes to the topic', () => {
    const scenario = new Scenario()
    expect(deleteOffsets(scenario, 'topic').error).toBe('GROUP_ID_NOT_FOUND')
    const { leader } = stablePair(scenario)
    for (const topic of ['topic', 'other']) scenario.commit(topic, 5, { memberId: leader, generation: 1 })
    expect(deleteOffsets(scenario, 'topic').value[0]?.partitions).toEqual([
      { partition: 0, error: 'GROUP_SUBSCRIBED_TO_TOPIC' },
    ])
    expect(deleteOffsets(scenario, 'other').value[0]?.partitions).toEqual([{ partition: 0, error: 'NONE' }])
    expect([offsetOf(scenario, 'topic'), offsetOf(scenario, 'other')]).toEqual([5, undefined])
  })

  it('offsets is refused in a group whose members are no consumers', () => {
    const scenario = new Scenario()
    stablePair(scenario, { protocolType: 'connect' })
    expect(deleteOffsets(scenario, 'topic').error).toBe('NON_EMPTY_GROUP')
  })

  it('a topic takes the offsets committed to it, and not those of another of its name', () => {
    const scenario = new Scenario()
    const [gone, there] = [randomTopicId(), randomTopicId()]
    const partitions = [{ partition: 0, offset: 1, leaderEpoch: -1, metadata: null }]
    scenario.commit('x', 0, { topics: [{ topicId: gone, name: 'a', partitions }] })
    scenario.commit('x', 0, { topics: [{ topicId: there, name: 'b', partitions }] })
    scenario.commit('c', 1)
    scenario.tell({ type: 'topics-deleted', topics: ['a', 'b', 'c'].map((name) => ({ id: gone, name })) })
    expect(['a', 'b', 'c'].map((topic) => offsetOf(scenario, topic))).toEqual([undefined, 1, undefined])
  })
})

describe('a shard that is loaded', () => {
  it('has stable groups, whose members get one session to show up', () => {
    const before = new Scenario()
    const { leader, follower } = stablePair(before)
    const scenario = new Scenario({}, before.log)
    expect(scenario.group()).toMatchObject({ state: 'Stable', generation: 1, leader, protocol: 'range' })
    scenario.advance(9999)
    expect(scenario.heartbeat(leader, 1)).toBe('NONE')
    expect(scenario.sync(leader, 1).value.assignment.toString()).toBe('a')
    scenario.advance(2)
    expect(scenario.heartbeat(follower, 1)).toBe('UNKNOWN_MEMBER_ID')
  })

  it('rebalances a group that is over a limit that shrank', () => {
    const before = new Scenario()
    stablePair(before)
    const scenario = new Scenario({ membersMax: 1 }, before.log)
    expect(scenario.group().state).toBe('PreparingRebalance')
  })
})

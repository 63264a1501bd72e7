import { expect, it } from 'vitest'
import { ZERO_TOPIC_ID } from '../base/ids.ts'
import { describeGroup, listGroups } from './describe.ts'
import { applyRecord, emptyGroups, groupKey, type GroupMetadata, type GroupRecord } from './group.ts'

const metadata = (generation: number): GroupMetadata => ({
  protocolType: 'consumer',
  generation,
  protocol: null,
  leader: null,
  stateSince: 0,
  members: [],
})

const group = (generation: number): GroupRecord => ({ kind: 'group', groupId: 'g', value: metadata(generation) })

const offset = (committed: boolean): GroupRecord => ({
  kind: 'offset',
  groupId: 'g',
  topic: 'orders',
  partition: 0,
  value: committed
    ? { offset: 1, leaderEpoch: -1, metadata: '', committedAt: 0, expiresAt: -1, topicId: ZERO_TOPIC_ID }
    : null,
})

/** The last record is not stored yet. */
const seen = (...records: readonly GroupRecord[]): readonly [string | undefined, number] => {
  const state = emptyGroups()
  const undone = records.map((record) => applyRecord(state, record)).at(-1)
  const before = (key: string): GroupRecord | undefined => (key === groupKey('g') ? undone : undefined)
  const listed = listGroups(state, before, { states: [], types: [] })
  return [describeGroup(state, before, 'g')?.state, listed.length]
}

it('a group is there once its first record is stored', () => {
  expect(seen(group(0))).toEqual([undefined, 0])
  expect(seen(group(0), group(1))).toEqual(['Empty', 1])
})

it('a group is there until its end is stored', () => {
  const end: GroupRecord = { kind: 'group', groupId: 'g', value: null }
  expect(seen(group(1), end)[0]).toBe('Empty')
  expect(seen(offset(true), offset(false), end)[0]).toBe('Empty')
  expect(seen(group(1), end, offset(false))[0]).toBeUndefined()
})

// Such a group was dead to administrators while its first generation was being stored.
it('a group that was made by offsets, which are gone, is there while its first record is stored', () => {
  expect(seen(offset(true), offset(false), group(2))).toEqual(['Empty', 1])
})

import { expect, test } from 'vitest'
import { randomTopicId } from '../../base/ids.ts'
import { readVersioned, writeVersioned } from '../../wire/codec.ts'
import { groupMetadataKey, groupMetadataValue, offsetCommitKey, offsetCommitValue } from './groups.ts'

test('a key begins with the kind of its record', () => {
  const key = writeVersioned(offsetCommitKey, 1, { group: 'g', topic: 't', partition: 3 })
  expect(key.toString('hex')).toBe('0001' + '000167' + '000174' + '00000003')
  expect(readVersioned(offsetCommitKey, key).value).toEqual({ group: 'g', topic: 't', partition: 3 })
  expect(writeVersioned(groupMetadataKey, 2, { group: 'g' }).toString('hex')).toBe('0002' + '000167')
  expect(() => readVersioned(groupMetadataKey, key)).toThrow('GroupMetadataKey has versions 2 to 2, not 1')
})

test('a value begins with its version', () => {
  const offset = { offset: 42, metadata: 'm', commitTimestamp: 5 }
  const old = writeVersioned(offsetCommitValue, 1, { ...offset, expireTimestamp: 9 })
  expect(old.toString('hex')).toBe('0001' + '000000000000002a' + '00016d' + '0000000000000005' + '0000000000000009')
  expect(readVersioned(offsetCommitValue, old)).toMatchObject({
    version: 1,
    value: { leaderEpoch: -1, expireTimestamp: 9 },
  })
  const topicId = randomTopicId()
  const latest = writeVersioned(offsetCommitValue, 4, { ...offset, leaderEpoch: 2, topicId })
  const { value } = readVersioned(offsetCommitValue, latest)
  expect(value).toEqual({ ...offset, leaderEpoch: 2, expireTimestamp: -1, topicId })
})

test('a group keeps the bytes of its members', () => {
  const member = { memberId: 'm', clientId: 'c', clientHost: '/127.0.0.1', sessionTimeout: 10_000 }
  const members = [{ ...member, subscription: Buffer.from('s'), assignment: Buffer.alloc(0) }]
  const group = { protocolType: 'consumer', generation: 3, protocol: 'range', leader: 'm', members }
  const { value } = readVersioned(groupMetadataValue, writeVersioned(groupMetadataValue, 3, group))
  expect(value.members[0]).toEqual({ ...members[0], groupInstanceId: null, rebalanceTimeout: -1 })
  expect(value.currentStateTimestamp).toBe(-1)
})

import { describe, expect, it } from 'vitest'
import { randomTopicId, ZERO_TOPIC_ID } from '../base/ids.ts'
import type { GroupRecord } from './group.ts'
import { groupRecordCodec } from './records.ts'

const offset = (more: object = {}): GroupRecord => ({
  kind: 'offset',
  groupId: 'g',
  topic: 't',
  partition: 3,
  value: {
    offset: 42,
    leaderEpoch: 7,
    metadata: 'm',
    committedAt: 1_700_000_000_000,
    expiresAt: -1,
    topicId: ZERO_TOPIC_ID,
    ...more,
  },
})

const group: GroupRecord = {
  kind: 'group',
  groupId: 'g',
  value: {
    protocolType: 'consumer',
    generation: 5,
    protocol: 'range',
    leader: 'a',
    stateSince: 1_700_000_000_000,
    members: [
      {
        memberId: 'a',
        instanceId: 'i',
        clientId: 'c',
        clientHost: '/h',
        rebalanceTimeoutMs: 60_000,
        sessionTimeoutMs: 10_000,
        subscription: Buffer.from('s'),
        assignment: Buffer.from('as'),
      },
    ],
  },
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex')

describe('records of groups', () => {
  it.each([offset(), group])('of a version that is not known are skipped', (record) => {
    const { key, value } = groupRecordCodec.encode(record)
    value?.writeInt16BE(9, 0)
    expect(groupRecordCodec.decode({ key, value })).toBeNull()
  })

  it('are read back as they were written', () => {
    const records: GroupRecord[] = [
      offset(),
      offset({ topicId: randomTopicId() }),
      group,
      { ...group, value: null },
      { kind: 'offset', groupId: 'g', topic: 't', partition: 0, value: null },
    ]
    for (const record of records) {
      expect(groupRecordCodec.decode(groupRecordCodec.encode(record))).toEqual(record)
    }
  })

  it('have the bytes of Kafka 4.3: an offset', () => {
    const { key, value } = groupRecordCodec.encode(offset())
    expect(key).toEqual(hex('0001 0001 67 0001 74 00000003'))
    // version 4 | offset | leader epoch | metadata | commit time | no tagged fields
    expect(value).toEqual(hex('0004 000000000000002a 00000007 02 6d 0000018bcfe56800 00'))
  })

  it('have the bytes of Kafka 4.3: an offset with a time to expire, without the epoch', () => {
    const { value } = groupRecordCodec.encode(offset({ expiresAt: 1_700_000_000_001 }))
    expect(value).toEqual(hex('0001 000000000000002a 0001 6d 0000018bcfe56800 0000018bcfe56801'))
  })

  it('have the bytes of Kafka 4.3: a group', () => {
    const { key, value } = groupRecordCodec.encode(group)
    expect(key).toEqual(hex('0002 0001 67'))
    expect(value).toEqual(
      hex(`0003 0008 636f6e73756d6572 00000005 0005 72616e6765 0001 61 0000018bcfe56800 00000001
           0001 61 0001 69 0001 63 0002 2f68 0000ea60 00002710 00000001 73 00000002 6173`),
    )
  })

  it('of older versions are understood', () => {
    const key = hex('0000 0001 67 0001 74 00000003')
    const value = hex('0000 000000000000002a 0000 0000018bcfe56800')
    expect(groupRecordCodec.decode({ key, value })).toEqual(offset({ leaderEpoch: -1, metadata: '' }))
    const old = hex(`0000 0008 636f6e73756d6572 00000005 0005 72616e6765 0001 61 00000001
                     0001 61 0001 63 0002 2f68 00002710 00000001 73 00000002 6173`)
    expect(groupRecordCodec.decode({ key: hex('0002 0001 67'), value: old })).toMatchObject({
      value: { stateSince: -1, members: [{ instanceId: null, rebalanceTimeoutMs: 10_000, sessionTimeoutMs: 10_000 }] },
    })
  })

  it('of other kinds are skipped', () => {
    expect(groupRecordCodec.decode({ key: hex('0003 0001 67'), value: null })).toBeNull()
    expect(groupRecordCodec.decode({ key: hex(''), value: null })).toBeNull()
  })
})

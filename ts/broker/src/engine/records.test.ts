import { describe, expect, it } from 'vitest'
import { randomTopicId } from '../base/ids.ts'
import { createRecords, type RecordLog } from './records.ts'

const topicId = randomTopicId()

describe('records of an internal topic', () => {
  it('go under the epoch that the image names at the time', async () => {
    const calls: unknown[] = []
    const log: RecordLog = {
      append: async (...call) => calls.push(call),
      read: async (...call) => {
        calls.push(call)
        return Buffer.alloc(0)
      },
    }
    let leaderEpoch = 4
    const records = createRecords(log, () => ({ topicId, leaderEpoch }))
    await records.append(3, Buffer.of(1))
    leaderEpoch = 5
    await records.append(3, Buffer.of(2))
    await records.read(3, 17)
    expect(calls).toEqual([
      [topicId, 3, 4, Buffer.of(1)],
      [topicId, 3, 5, Buffer.of(2)],
      [topicId, 3, 17, 1024 * 1024],
    ])
  })

  it('are refused where this broker does not lead', async () => {
    const log: RecordLog = { append: async () => 0, read: async () => Buffer.alloc(0) }
    const records = createRecords(log, () => undefined)
    await expect(records.append(0, Buffer.of(1))).rejects.toMatchObject({ code: 'NOT_LEADER_OR_FOLLOWER' })
    await expect(records.read(0, 0)).rejects.toMatchObject({ code: 'NOT_LEADER_OR_FOLLOWER' })
  })
})

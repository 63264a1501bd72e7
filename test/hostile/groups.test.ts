// Rows 47-49 of the bad inputs: groups.
import { randomUUID } from 'node:crypto'
import { offsetCommit } from 'millrace/messages/08-offset-commit.js'
import { findCoordinator } from 'millrace/messages/10-find-coordinator.js'
import { joinGroup } from 'millrace/messages/11-join-group.js'
import { heartbeat } from 'millrace/messages/12-heartbeat.js'
import { syncGroup } from 'millrace/messages/14-sync-group.js'
import { errorCode, type ErrorCode } from 'millrace/wire/errors.js'
import { beforeAll, expect, test } from 'vitest'
import { eventually } from '../harness/eventually.ts'
import type { Peer } from '../harness/peer.ts'
import { subject } from './subject.ts'

const { broker, peer, topic } = subject({ 'group.max.size': '3' })

beforeAll(async () => {
  const sender = await peer()
  await eventually('a coordinator', async () => {
    const { errorCode: code } = await sender.call(findCoordinator, 2, { key: 'any', keyType: 0 })
    if (code !== 0) return undefined
    const { errorCode: loaded } = await sender.call(heartbeat, 3, { groupId: 'any', generationId: 1, memberId: 'x' })
    return loaded === errorCode('UNKNOWN_MEMBER_ID') ? true : undefined
  })
})

interface Joining {
  readonly groupId: string
  readonly memberId?: string
  readonly groupInstanceId?: string | null
  readonly sessionTimeoutMs?: number
  readonly protocolType?: string
  readonly protocols?: readonly { readonly name: string; readonly metadata: Buffer }[]
}

const range = [{ name: 'range', metadata: Buffer.alloc(4) }]

const join = (on: Peer, version: number, joining: Joining) =>
  on.call(joinGroup, version, {
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 10_000,
    memberId: '',
    protocolType: 'consumer',
    protocols: range,
    ...joining,
  })

const joinCode = async (joining: Joining): Promise<number> => (await join(await peer(), 5, joining)).errorCode

const fresh = (): string => `group-${randomUUID()}`

test.each<[string, Partial<Joining>, ErrorCode]>([
  ['a session timeout of 1 ms', { sessionTimeoutMs: 1 }, 'INVALID_SESSION_TIMEOUT'],
  ['a session timeout of a month', { sessionTimeoutMs: 2 ** 31 - 1 }, 'INVALID_SESSION_TIMEOUT'],
  ['no group id', { groupId: '' }, 'INVALID_GROUP_ID'],
  ['no protocols', { protocols: [], groupInstanceId: 'i' }, 'INCONSISTENT_GROUP_PROTOCOL'],
  ['no protocol type', { protocolType: '', groupInstanceId: 'i' }, 'INCONSISTENT_GROUP_PROTOCOL'],
  ['a member that nobody knows', { memberId: 'nobody' }, 'UNKNOWN_MEMBER_ID'],
])('row 47: joining with %s', async (_, joining, expected) => {
  expect(await joinCode({ groupId: fresh(), ...joining })).toBe(errorCode(expected))
})

test('row 47: a group that is full', async () => {
  const groupId = fresh()
  // The first may have its answer before the others come, and does not count while they wait: three of four are enough.
  const members = await Promise.all(Array.from({ length: 5 }, () => peer()))
  const codes = await Promise.all(
    members.map(async (member, index) => {
      const waited = join(member, 5, { groupId, groupInstanceId: `i${index}`, sessionTimeoutMs: 6000 })
      return Promise.race([
        waited.then((answer) => answer.errorCode),
        new Promise<null>((done) => setTimeout(done, 8000, null)),
      ])
    }),
  )
  expect(codes).toContain(errorCode('GROUP_MAX_SIZE_REACHED'))
})

test('row 47: ten megabytes of member metadata do not stop the group', async () => {
  const metadata = Buffer.alloc(10 * 1024 * 1024)
  const protocols = [{ name: 'range', metadata }]
  const code = await joinCode({ groupId: fresh(), groupInstanceId: 'large', protocols })
  const codes: readonly ErrorCode[] = ['NONE', 'MESSAGE_TOO_LARGE', 'INVALID_REQUEST', 'RECORD_LIST_TOO_LARGE']
  expect(codes.map(errorCode)).toContain(code)
})

/** The only member of a new group, its assignment stored. */
const member = async (groupInstanceId: string | null = null) => {
  const on = await peer()
  const groupId = fresh()
  let joined = await join(on, 5, { groupId, groupInstanceId })
  if (joined.errorCode === errorCode('MEMBER_ID_REQUIRED')) {
    joined = await join(on, 5, { groupId, groupInstanceId, memberId: joined.memberId })
  }
  expect(joined.errorCode).toBe(0)
  const { generationId, memberId } = joined
  const assignments = [{ memberId, assignment: Buffer.alloc(0) }]
  const synced = await on.call(syncGroup, 3, { groupId, generationId, memberId, groupInstanceId, assignments })
  expect(synced.errorCode).toBe(0)
  return { on, groupId, generationId, memberId, groupInstanceId }
}

test('row 48: another generation', async () => {
  const { on, groupId, generationId, memberId } = await member()
  const stale = { groupId, generationId: generationId + 1, memberId }
  expect((await on.call(heartbeat, 3, stale)).errorCode).toBe(errorCode('ILLEGAL_GENERATION'))
  expect((await on.call(syncGroup, 3, { ...stale, assignments: [] })).errorCode).toBe(errorCode('ILLEGAL_GENERATION'))
})

test('row 48: two with the same instance id', async () => {
  const { on, groupId, generationId, memberId, groupInstanceId } = await member('twin')
  const second = await join(await peer(), 5, { groupId, groupInstanceId })
  expect(second.errorCode).toBe(0)
  expect(second.memberId).not.toBe(memberId)
  const first = await on.call(heartbeat, 3, { groupId, generationId, memberId, groupInstanceId })
  expect(first.errorCode).toBe(errorCode('FENCED_INSTANCE_ID'))
})

const commit = async (
  name: string,
  committedOffset: number,
  committedMetadata: string | null,
): Promise<number | undefined> => {
  const { topics } = await (
    await peer()
  ).call(offsetCommit, 7, {
    groupId: fresh(),
    generationIdOrMemberEpoch: -1,
    memberId: '',
    topics: [
      { name, partitions: [{ partitionIndex: 0, committedOffset, committedLeaderEpoch: -1, committedMetadata }] },
    ],
  })
  return topics[0]?.partitions[0]?.errorCode
}

test('row 49: metadata beyond 4 KiB, and an unknown topic', async () => {
  const name = await topic()
  expect(await commit(name, 1, 'x'.repeat(4097))).toBe(errorCode('OFFSET_METADATA_TOO_LARGE'))
  expect(await commit('no-such-topic', 1, '')).toBe(errorCode('UNKNOWN_TOPIC_OR_PARTITION'))
  expect(await commit(name, 1, 'x'.repeat(4096))).toBe(0)
})

test('row 49: a committed offset of -2 does no harm', async () => {
  const name = await topic()
  // Kafka stores it; a client that reads it back resets by its own policy.
  const code = await commit(name, -2, '')
  expect(code === 0 || code === errorCode('INVALID_REQUEST') || broker().target === 'kafka').toBe(true)
})

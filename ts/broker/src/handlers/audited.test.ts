import { expect, test } from 'vitest'
import { type Change, createAudit } from '../audit/audit.ts'
import { systemClock } from '../base/clock.ts'
import { ADMIN_API } from '../dispatch/context.ts'
import type { HandlerTable } from '../dispatch/dispatch.ts'
import { subscription } from '../groups/scenario.ts'
import { offsetCommit } from '../messages/08-offset-commit.ts'
import { joinGroup } from '../messages/11-join-group.ts'
import { leaveGroup } from '../messages/13-leave-group.ts'
import { syncGroup } from '../messages/14-sync-group.ts'
import { offsetDelete } from '../messages/47-offset-delete.ts'
import { errors } from '../wire/errors.ts'
import { handleOffsetCommit } from './08-offset-commit.ts'
import { handleJoinGroup } from './11-join-group.ts'
import { handleLeaveGroup } from './13-leave-group.ts'
import { handleSyncGroup } from './14-sync-group.ts'
import { handleOffsetDelete } from './47-offset-delete.ts'
import { audited } from './audited.ts'
import { groupsFixture } from './groups-fixture.ts'
import { createMoved, placeOf } from './moved-offsets.ts'

const fixture = async () => {
  const { groups, services, call, orders, clock } = await groupsFixture()
  const audit = createAudit(systemClock)
  const handlers = { offsetCommit: handleOffsetCommit(services), offsetDelete: handleOffsetDelete(services) }
  const moved = createMoved()
  const table = audited(handlers as HandlerTable, groups, audit, moved)

  /** Offsets by partition of `orders`. */
  const commit = async (
    offsets: readonly number[],
    more: object = {},
    listener = 'PLAINTEXT',
    version = 9,
    clientId = 'client',
  ) => {
    const partitions = offsets.map((committedOffset, partitionIndex) => ({
      partitionIndex,
      committedOffset,
      committedMetadata: '',
    }))
    const named = version < 10 ? { name: 'orders' } : { topicId: orders.id }
    const request = { groupId: 'g', memberId: '', topics: [{ ...named, partitions }], ...more }
    const { topics } = await call(
      offsetCommit,
      () => (context, asked) => table.offsetCommit({ ...context, listener, clientId }, asked),
      version,
      request,
    )
    return topics[0]?.partitions[0]?.errorCode
  }
  const forget = (...partitions: readonly number[]) =>
    call(offsetDelete, () => table.offsetDelete, 0, {
      groupId: 'g',
      topics: [{ name: 'orders', partitions: partitions.map((partitionIndex) => ({ partitionIndex })) }],
    })
  /** Alone in the group, which has its assignment. */
  const join = async () => {
    const joining = call(joinGroup, () => handleJoinGroup(services), 0, {
      groupId: 'g',
      sessionTimeoutMs: 10_000,
      memberId: '',
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: subscription('orders') }],
    })
    await new Promise((resolve) => setImmediate(resolve))
    clock.advance(0)
    const { memberId, generationId } = await joining
    const assignments = [{ memberId, assignment: Buffer.from('mine') }]
    await call(syncGroup, () => handleSyncGroup(services), 0, { groupId: 'g', generationId, memberId, assignments })
    return { memberId, generationIdOrMemberEpoch: generationId }
  }
  const leave = (memberId: string) => call(leaveGroup, () => handleLeaveGroup(services), 0, { groupId: 'g', memberId })
  const noted = (): readonly Pick<Change, 'before' | 'after'>[] =>
    audit.entries().map(({ before, after }) => ({ before, after }))
  const remove = () => groups.deleteGroups(['g'])
  const movedIn = (partition: number): number => moved.of('g', placeOf('orders', partition))
  return { commit, forget, join, leave, remove, noted, movedIn, audit, clock }
}

test('what a program commits that reads on by itself is not noted, and one that goes back is', async () => {
  const { commit, noted, audit } = await fixture()
  await commit([5, 5])
  await commit([7, 5])
  expect(noted()).toEqual([])
  await commit([3, 9, 1])
  expect(noted()).toEqual([
    {
      before: { 'orders-0': 7, 'orders-1': 5, 'orders-2': null },
      after: { 'orders-0': 3, 'orders-1': 9, 'orders-2': 1 },
    },
  ])
  expect(audit.entries()).toMatchObject([
    { action: 'group.offsets', subject: 'g', actor: { principal: 'User:ANONYMOUS', clientId: 'client' } },
  ])
})

test('what members commit is not noted, and what comes from outside once they have left is', async () => {
  const { commit, join, leave, noted } = await fixture()
  const member = await join()
  expect(await commit([9], member)).toBe(0)
  expect(await commit([4], member)).toBe(0)
  expect(await commit([20])).toBe(errors.UNKNOWN_MEMBER_ID.code)
  expect(noted()).toEqual([])
  await leave(member.memberId)
  expect(await commit([20])).toBe(0)
  expect(noted()).toEqual([{ before: { 'orders-0': 4 }, after: { 'orders-0': 20 } }])
})

test('what goes on from outside once the members have left is noted once, until members have come and left again', async () => {
  const { commit, join, leave, noted, clock } = await fixture()
  const again = async () => leave((await join()).memberId)
  await again()
  for (let offset = 1; offset <= 100; offset++) await commit([offset])
  expect(noted()).toEqual([{ before: { 'orders-0': null }, after: { 'orders-0': 1 } }])
  await commit([50])
  expect(noted()).toHaveLength(2)
  await commit([60])
  expect(noted()[0]).toEqual({ before: { 'orders-0': 100 }, after: { 'orders-0': 50 } })
  clock.advance(1)
  await again()
  await commit([60])
  expect(noted()).toHaveLength(2)
  for (const offset of [70, 80]) await commit([offset])
  expect(noted()).toHaveLength(3)
  expect(noted()[0]).toEqual({ before: { 'orders-0': 60 }, after: { 'orders-0': 70 } })
})

test('what goes on and is refused is not taken for the first', async () => {
  const { commit, join, leave, noted } = await fixture()
  await leave((await join()).memberId)
  const unknown = [{ partitionIndex: 7, committedOffset: 5, committedMetadata: '' }]
  expect(await commit([], { topics: [{ name: 'orders', partitions: unknown }] })).not.toBe(0)
  expect(noted()).toEqual([])
  await commit([5])
  expect(noted()).toHaveLength(1)
})

test('a group that was deleted and came to the same generation is another one', async () => {
  const { commit, join, leave, remove, noted, clock } = await fixture()
  for (const at of [1, 2]) {
    await leave((await join()).memberId)
    await commit([at])
    await remove()
    clock.advance(1)
  }
  expect(noted()).toHaveLength(2)
})

test('what the admin API commits is noted, wherever it goes', async () => {
  const { commit, noted } = await fixture()
  await commit([5], {}, ADMIN_API)
  await commit([8], {}, ADMIN_API)
  expect(noted()).toEqual([
    { before: { 'orders-0': 5 }, after: { 'orders-0': 8 } },
    { before: { 'orders-0': null }, after: { 'orders-0': 5 } },
  ])
})

test('what the command line commits from outside is noted, wherever it goes, and nothing where it moves nothing', async () => {
  // Of a group that never had members, and of one that was moved on before, the list had no reset: it could not be undone.
  const { commit, join, noted } = await fixture()
  const reset = (offset: number, more: object = {}) => commit([offset], more, 'PLAINTEXT', 9, 'millrace-cli')
  await reset(5)
  await reset(7)
  await reset(7)
  expect(noted()).toEqual([
    { before: { 'orders-0': 5 }, after: { 'orders-0': 7 } },
    { before: { 'orders-0': null }, after: { 'orders-0': 5 } },
  ])
  await reset(9, await join())
  expect(noted()).toHaveLength(2)
})

test('topics that are named by id are noted by name', async () => {
  const { commit, noted } = await fixture()
  await commit([5])
  await commit([2], {}, 'PLAINTEXT', 10)
  expect(noted()).toEqual([{ before: { 'orders-0': 5 }, after: { 'orders-0': 2 } }])
})

test('what is refused is not noted, and what was done beside it is', async () => {
  const { commit, noted } = await fixture()
  await commit([5])
  const partitions = [0, 7].map((partitionIndex) => ({ partitionIndex, committedOffset: 2, committedMetadata: '' }))
  await commit([], { topics: [{ name: 'orders', partitions }] })
  expect(noted()).toEqual([{ before: { 'orders-0': 5 }, after: { 'orders-0': 2 } }])
})

test('offsets that are forgotten are noted with where they stood', async () => {
  const { commit, forget, noted } = await fixture()
  await forget(0)
  expect(noted()).toEqual([])
  await commit([5, 6])
  await forget(0, 1, 2)
  expect(noted()).toEqual([{ before: { 'orders-0': 5, 'orders-1': 6 }, after: { 'orders-0': null, 'orders-1': null } }])
})

test('how far a group was moved is known, and is nothing of what it has read', async () => {
  const { commit, forget, join, leave, movedIn } = await fixture()
  const member = await join()
  await commit([9, 9], member)
  await commit([30, 40], member)
  expect(movedIn(0)).toBe(0)
  await leave(member.memberId)
  await commit([100, 50])
  expect([movedIn(0), movedIn(1), movedIn(2)]).toEqual([70, 10, 0])
  // It goes on by itself.
  await commit([110, 60])
  expect([movedIn(0), movedIn(1)]).toEqual([70, 10])
  await commit([110, 5])
  expect([movedIn(0), movedIn(1)]).toEqual([70, 10 - 55])
  await commit([150, 1000], {}, ADMIN_API)
  await forget(0)
  expect([movedIn(0), movedIn(1)]).toEqual([70 + 40 - 150, 10 - 55 + 995])
})

test('of more moves than are kept the oldest are forgotten', () => {
  const moved = createMoved()
  const places = Array.from({ length: 100_001 }, (_, at) => ({ place: placeOf('t', at), before: 1, after: 3 }))
  moved.note('g', places)
  expect([moved.of('g', 't-0'), moved.of('g', 't-1'), moved.of('other', 't-1')]).toEqual([0, 2, 0])
})

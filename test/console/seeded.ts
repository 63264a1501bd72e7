// A broker with what every screen of the console has something to show of: topics, records, groups that are behind, one
// with a member, settings that were changed.
import { produce } from 'millrace/messages/00-produce.js'
import { offsetCommit } from 'millrace/messages/08-offset-commit.js'
import { joinGroup } from 'millrace/messages/11-join-group.js'
import { syncGroup } from 'millrace/messages/14-sync-group.js'
import { apiVersions } from 'millrace/messages/18-api-versions.js'
import { beforeAll, expect } from 'vitest'
import { batch } from '../harness/batch.ts'
import { eventually } from '../harness/eventually.ts'
import { Peer } from '../harness/peer.ts'
import { readyCoordinator } from '../harness/ready-coordinator.ts'
import { readyTopic } from '../harness/ready-topic.ts'
import { type Inside, inside } from '../integration/admin/inside.ts'

export const PASSWORD = 'open sesame 4711'
/** A name with everything that an address must escape. */
export const GROUP = 'readers/of orders?&#'
/** What the member of `dashboard` calls itself. */
export const MEMBER = 'wall-display-7'
/** What it says that it is. */
export const SOFTWARE = { name: 'librdkafka', version: '2.0.2' } as const
const RECORDS = 40
const SESSION_MS = 1_800_000
const MEMBER_ID_REQUIRED = 79

/** One broker for the tests of a file. */
export const seeded = (): Inside => {
  const broker = inside({
    'admin.password': PASSWORD,
    'audit.topic.enable': 'true',
    'canary.enable': 'true',
    'group.initial.rebalance.delay.ms': '0',
  })
  beforeAll(async () => {
    await seed(broker)
    await eventually('the API shows the lag', async () => {
      const { items } = await broker.call('topics', { search: 'orders' })
      return items[0]?.lag === String(RECORDS - 1) ? true : undefined
    })
  })
  return broker
}

const seed = async (broker: Inside): Promise<void> => {
  const peer = broker.peer()
  await readyTopic(peer, 'orders', { partitions: 12, configs: { 'retention.ms': '3600000' } })
  await readyTopic(peer, 'customers.by-id', { partitions: 3, configs: { 'cleanup.policy': 'compact' } })
  await readyTopic(peer, 'payments.settled', { partitions: 6 })
  await readyTopic(peer, 'clicks', { partitions: 60 })
  for (const topic of ['orders', 'payments.settled', 'clicks']) await send(peer, topic)
  for (const group of [GROUP, 'ledger']) {
    await readyCoordinator(peer, group)
    await commit(peer, group)
  }
  await readyCoordinator(peer, 'dashboard')
  const member = await Peer.open(Number(broker.bootstrap().split(':').at(-1)), MEMBER)
  await member.call(apiVersions, 3, {
    clientSoftwareName: SOFTWARE.name,
    clientSoftwareVersion: SOFTWARE.version,
  })
  await join(member, 'dashboard')
  // It stays in the group until its session ends.
  member.close()
}

export const send = async (peer: Peer, topic: string): Promise<void> => {
  const records = batch(Array.from({ length: RECORDS }, (_, at) => ({ value: `${topic} ${at} ${'x'.repeat(100)}` })))
  const { responses } = await peer.call(produce, 9, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 10_000,
    topicData: [{ name: topic, partitionData: [{ index: 0, records }] }],
  })
  expect(responses[0]?.partitionResponses[0]?.errorCode).toBe(0)
}

const commit = async (peer: Peer, groupId: string): Promise<void> => {
  const { topics } = await peer.call(offsetCommit, 7, {
    groupId,
    generationIdOrMemberEpoch: -1,
    memberId: '',
    topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: 'noted' }] }],
  })
  expect(topics[0]?.partitions[0]?.errorCode).toBe(0)
}

/** A member that says nothing of itself but its client id. */
export const join = async (peer: Peer, groupId: string): Promise<void> => {
  const ask = (memberId: string) =>
    peer.call(joinGroup, 7, {
      groupId,
      sessionTimeoutMs: SESSION_MS,
      rebalanceTimeoutMs: SESSION_MS,
      memberId,
      groupInstanceId: null,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
    })
  const first = await ask('')
  expect(first.errorCode).toBe(MEMBER_ID_REQUIRED)
  const { errorCode, memberId, generationId } = await ask(first.memberId)
  expect(errorCode).toBe(0)
  const synced = await peer.call(syncGroup, 3, {
    groupId,
    generationId,
    memberId,
    groupInstanceId: null,
    assignments: [{ memberId, assignment: Buffer.alloc(0) }],
  })
  expect(synced.errorCode).toBe(0)
}

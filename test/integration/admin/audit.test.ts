// The list of changes over a restart, whichever way they were made, and that nobody takes it away.
import { start, type RunningBroker } from 'millrace'
import { createClient } from 'millrace/admin/client.js'
import { readToken } from 'millrace/admin/token-file.js'
import type { Uuid } from 'millrace/base/ids.js'
import { createTopics } from 'millrace/messages/19-create-topics.js'
import { deleteTopics } from 'millrace/messages/20-delete-topics.js'
import { deleteRecords } from 'millrace/messages/21-delete-records.js'
import { alterConfigs } from 'millrace/messages/33-alter-configs.js'
import { createPartitions } from 'millrace/messages/37-create-partitions.js'
import { incrementalAlterConfigs } from 'millrace/messages/44-incremental-alter-configs.js'
import { expect, test } from 'vitest'
import { removeDirectory, temporaryDirectory } from '../../harness/cleanup.ts'
import { eventually } from '../../harness/eventually.ts'
import { millrace } from '../../harness/millrace.ts'
import { Peer } from '../../harness/peer.ts'
import { wantedTopics } from '../../harness/wanted-topics.ts'

const AUDIT = '__millrace_audit'
const TOPIC = 2
const NONE = 0
const INVALID_TOPIC = 17
const POLICY_VIOLATION = 44
const NEXT_STEP = 'audit.topic.enable=false'

const opened = async (directory: string, isKept = true) => {
  const broker: RunningBroker = await start({
    properties: {
      listeners: 'PLAINTEXT://127.0.0.1:0',
      'admin.listener': 'http://127.0.0.1:0',
      'log.dirs': directory,
      'audit.topic.enable': String(isKept),
    },
  })
  const headers = { authorization: `Bearer ${readToken([directory])?.token ?? ''}` }
  return { broker, call: createClient({ base: broker.console ?? '', headers, checked: true }) }
}

test('who changed what is still there after a restart', async () => {
  const directory = temporaryDirectory('audit')
  try {
    const first = await opened(directory)
    await first.call('createTopic', { name: 'by-api', partitions: 2 })
    const peer = await Peer.open(first.broker.listeners[0]?.port ?? 0)
    await peer.call(createTopics, 7, { topics: wantedTopics([{ name: 'by-protocol' }]), timeoutMs: 10_000 })
    peer.close()
    const { items: before } = await first.call('audit', { search: 'by-' })
    expect(before.map(({ action, subject }) => `${action} ${subject}`)).toEqual([
      'topic.create by-protocol',
      'topic.create by-api',
    ])
    await first.broker.stop()

    const second = await opened(directory)
    const after = await eventually('the list is read back', async () => {
      const { items } = await second.call('audit', { search: 'by-' })
      return items.length === before.length ? items : undefined
    })
    expect(after).toEqual(before)
    await second.call('deleteTopic', { topic: 'by-api', confirm: 'by-api' })
    const { items } = await second.call('audit', { search: 'by-' })
    expect(items[0]).toMatchObject({ action: 'topic.delete', subject: 'by-api', principal: 'User:admin' })
    expect(items[0]?.id).toBeGreaterThan(before[0]?.id ?? Infinity)
    expect((await second.call('topic', { topic: AUDIT })).internal).toBe(true)
    await second.broker.stop()
  } finally {
    removeDirectory(directory)
  }
})

/** All that would empty the list, over the protocol: what each is answered. */
const attempts = async (peer: Peer, topicId: Uuid) => {
  const timeoutMs = 10_000
  const byName = await peer.call(deleteTopics, 5, { topicNames: [AUDIT, 'beside'], timeoutMs })
  const byId = await peer.call(deleteTopics, 6, { topics: [{ name: null, topicId }], timeoutMs })
  const grown = await peer.call(createPartitions, 3, {
    topics: [{ name: AUDIT, count: 2, assignments: null }],
    timeoutMs,
    validateOnly: false,
  })
  const resource = { resourceType: TOPIC, resourceName: AUDIT }
  const replaced = await peer.call(alterConfigs, 2, { resources: [{ ...resource, configs: [] }], validateOnly: false })
  const edit = async (name: string, value: string) => {
    const configs = [{ name, configOperation: 0, value }]
    const request = { resources: [{ ...resource, configs }], validateOnly: false }
    return (await peer.call(incrementalAlterConfigs, 1, request)).responses
  }
  const edited = [
    ...(await edit('retention.ms', '1')),
    ...(await edit('retention.bytes', '1')),
    ...(await edit('cleanup.policy', 'compact')),
  ]
  const partitions = [{ partitionIndex: 0, offset: -1 }]
  const cut = await peer.call(deleteRecords, 2, { topics: [{ name: AUDIT, partitions }], timeoutMs })
  return {
    refusals: [...byName.responses.slice(0, 1), ...byId.responses, ...grown.results, ...replaced.responses, ...edited],
    beside: byName.responses[1]?.errorCode,
    cut: cut.topics[0]?.partitions[0]?.errorCode,
  }
}

test('nobody takes the list away, whichever way they ask', async () => {
  const directory = temporaryDirectory('audit')
  try {
    const first = await opened(directory)
    const { broker, call } = first
    await call('createTopic', { name: 'beside' })
    const kept = await eventually('the list is written', async () => {
      const { id, records } = await call('topic', { topic: AUDIT })
      return records === '0' ? undefined : { id, configs: await call('topicConfigs', { topic: AUDIT }) }
    })

    const port = broker.listeners[0]?.port ?? 0
    const peer = await Peer.open(port)
    const { refusals, beside, cut } = await attempts(peer, kept.id as Uuid)
    peer.close()
    expect(refusals.map(({ errorCode }) => errorCode)).toEqual(Array.from({ length: 7 }, () => POLICY_VIOLATION))
    for (const { errorMessage } of refusals) expect(errorMessage).toContain(NEXT_STEP)
    expect([beside, cut]).toEqual([NONE, INVALID_TOPIC])

    const topic = AUDIT
    for (const dryRun of [true, false]) {
      const refused = { code: 'POLICY_VIOLATION', message: expect.stringContaining(NEXT_STEP) as string }
      const confirm = AUDIT
      await expect(call('deleteTopic', { topic, confirm, dryRun })).rejects.toMatchObject(refused)
      await expect(call('addPartitions', { topic, count: 2, dryRun })).rejects.toMatchObject(refused)
      const set = { 'retention.ms': '1' }
      await expect(call('alterTopicConfigs', { topic, set, dryRun })).rejects.toMatchObject(refused)
      const internal = { code: 'INVALID_TOPIC_EXCEPTION', message: expect.stringContaining('is internal') as string }
      await expect(call('deleteRecords', { topic, confirm, dryRun })).rejects.toMatchObject(internal)
    }

    const environment = { MILLRACE_BOOTSTRAP: `127.0.0.1:${port}` }
    for (const words of [
      ['delete', AUDIT, '--yes'],
      ['alter', AUDIT, '--set', 'retention.ms=1'],
      ['alter', AUDIT, '-p', '2'],
    ]) {
      const answer = await millrace(['topic', ...words], { environment })
      expect(answer).toMatchObject({ code: 1 })
      expect(answer.complained).toContain(NEXT_STEP)
    }
    const purged = await millrace(['topic', 'purge', AUDIT, '--yes'], { environment })
    expect(purged).toMatchObject({ code: 1 })
    expect(purged.complained).toContain('INVALID_TOPIC_EXCEPTION')

    expect(await call('topicConfigs', { topic })).toEqual(kept.configs)
    const { items: before } = await call('audit', { search: 'beside' })
    expect(before.map(({ action }) => action)).toEqual(['topic.delete', 'topic.create'])
    await broker.stop()

    const second = await opened(directory)
    const after = await eventually('the list is read back', async () => {
      const { items } = await second.call('audit', { search: 'beside' })
      return items.length === before.length ? items : undefined
    })
    expect(after).toEqual(before)
    await second.broker.stop()
  } finally {
    removeDirectory(directory)
  }
})

test('a list that is not kept any more may be deleted', async () => {
  const directory = temporaryDirectory('audit')
  try {
    const first = await opened(directory)
    await first.call('createTopic', { name: 'beside' })
    await first.broker.stop()
    const second = await opened(directory, false)
    await second.call('deleteTopic', { topic: AUDIT, confirm: AUDIT })
    await expect(second.call('topic', { topic: AUDIT })).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
    await second.broker.stop()
  } finally {
    removeDirectory(directory)
  }
})

// The list of changes over a restart, whichever way they were made.
import { start, type RunningBroker } from 'millrace'
import { createClient } from 'millrace/admin/client.js'
import { readToken } from 'millrace/admin/token-file.js'
import { createTopics } from 'millrace/messages/19-create-topics.js'
import { expect, test } from 'vitest'
import { removeDirectory, temporaryDirectory } from '../../harness/cleanup.ts'
import { eventually } from '../../harness/eventually.ts'
import { Peer } from '../../harness/peer.ts'
import { wantedTopics } from '../../harness/wanted-topics.ts'

const AUDIT = '__millrace_audit'

const opened = async (directory: string) => {
  const broker: RunningBroker = await start({
    properties: {
      listeners: 'PLAINTEXT://127.0.0.1:0',
      'admin.listener': 'http://127.0.0.1:0',
      'log.dirs': directory,
      'audit.topic.enable': 'true',
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

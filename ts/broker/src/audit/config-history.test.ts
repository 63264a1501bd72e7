import { expect, test } from 'vitest'
import type { AuditEntry, Change } from './audit.ts'
import { type ConfigSubject, configHistory } from './config-history.ts'

const changes: readonly Change[] = [
  {
    action: 'topic.create',
    subject: 'orders',
    before: null,
    after: { partitions: 1, configs: { 'retention.ms': '9' } },
  },
  {
    action: 'topic.delete',
    subject: 'orders',
    before: { partitions: 1, configs: { 'retention.ms': '9' } },
    after: null,
  },
  {
    action: 'topic.create',
    subject: 'orders',
    before: null,
    after: { partitions: 1, configs: { 'retention.ms': '1' } },
  },
  { action: 'topic.configs', subject: 'orders', before: { 'retention.ms': '1' }, after: { 'retention.ms': '2' } },
  { action: 'topic.configs', subject: 'other', before: { 'retention.ms': '1' }, after: { 'retention.ms': '5' } },
  { action: 'topic.configs', subject: 'orders', before: { 'segment.ms': null }, after: { 'segment.ms': '7' } },
  { action: 'broker.configs', subject: 'orders', before: { 'retention.ms': null }, after: { 'retention.ms': '6' } },
  { action: 'topic.configs', subject: 'orders', before: { 'retention.ms': '2' }, after: { 'retention.ms': null } },
  { action: 'broker.configs', subject: '1', before: { 'log.retention.ms': null }, after: { 'log.retention.ms': '3' } },
  { action: 'broker.configs', subject: '2', before: { 'log.retention.ms': null }, after: { 'log.retention.ms': '4' } },
  {
    action: 'broker.configs',
    subject: 'all brokers',
    before: { 'log.retention.ms': null },
    after: { 'log.retention.ms': '5' },
  },
]
const entries: readonly AuditEntry[] = changes
  .map((change, at) => ({ ...change, id: at + 1, at: at + 1, part: 1, parts: 1, actor: null }))
  .toReversed()

const told = (subject: ConfigSubject, key: string) =>
  configHistory(entries, subject, key).map(({ entry, before, after }) => [entry.id, before, after])

test('a key of a topic goes back to its creation', () => {
  expect(told({ of: 'topic', name: 'orders' }, 'retention.ms')).toEqual([
    [8, '2', null],
    [4, '1', '2'],
    [3, null, '1'],
  ])
  expect(told({ of: 'topic', name: 'orders' }, 'segment.ms')).toEqual([[6, null, '7']])
  expect(told({ of: 'topic', name: 'orders' }, 'toString')).toEqual([])
})

test('a key of a broker has what all brokers were given, too', () => {
  expect(told({ of: 'broker', name: '1' }, 'log.retention.ms')).toEqual([
    [11, null, '5'],
    [9, null, '3'],
  ])
})

import { expect, test } from 'vitest'
import { BrokerError } from '../base/errors.ts'
import { alterIncrementally, checkConfigs, type ConfigChange, type ConfigTarget, replaceAll } from './alter.ts'

const set = (name: string, value: string | null): ConfigChange => ({ name, operation: 'set', value })
const append = (name: string, value: string): ConfigChange => ({ name, operation: 'append', value })
const subtract = (name: string, value: string): ConfigChange => ({ name, operation: 'subtract', value })
const remove = (name: string): ConfigChange => ({ name, operation: 'delete', value: null })

const alter = (current: Record<string, string>, changes: readonly ConfigChange[], target: ConfigTarget = 'topic') =>
  Object.fromEntries(alterIncrementally(target, new Map(Object.entries(current)), changes))

const codeOf = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    if (error instanceof BrokerError) return error.code
    throw error
  }
  return 'NONE'
}

test('set and delete leave the rest alone; deleting what is not set changes nothing', () => {
  expect(alter({ 'retention.ms': '1', 'segment.ms': '2' }, [set('retention.ms', '9'), remove('segment.ms')])).toEqual({
    'retention.ms': '9',
  })
  expect(alter({ 'retention.ms': '1' }, [remove('no.such.key')])).toEqual({ 'retention.ms': '1' })
})

test('append and subtract start from the default of the key', () => {
  expect(alter({}, [append('cleanup.policy', 'compact')])).toEqual({ 'cleanup.policy': 'delete,compact' })
  expect(alter({ 'cleanup.policy': 'compact' }, [append('cleanup.policy', 'compact,delete')])).toEqual({
    'cleanup.policy': 'compact,delete',
  })
  expect(alter({ 'cleanup.policy': 'compact,delete' }, [subtract('cleanup.policy', 'delete')])).toEqual({
    'cleanup.policy': 'compact',
  })
  expect(codeOf(() => alter({}, [append('retention.ms', '1')]))).toBe('INVALID_CONFIG')
})

test('a replaced set loses what it does not name', () => {
  expect([...replaceAll('topic', [{ name: 'segment.ms', value: '5' }])]).toEqual([['segment.ms', '5']])
})

test('requests that are malformed, whatever the key', () => {
  expect(codeOf(() => alter({}, [set('retention.ms', null)]))).toBe('INVALID_REQUEST')
  expect(codeOf(() => alter({}, [set('retention.ms', '1'), set('retention.ms', '2')]))).toBe('INVALID_REQUEST')
})

test.each([
  ['retention.ms', 'abc'],
  ['retention.ms', '-2'],
  ['retention.ms', '100000000000000000000'],
  ['retention.ms', '0x10'],
  ['segment.bytes', '10'],
  ['segment.bytes', '99999999999'],
  ['segment.bytes', ''],
  ['cleanup.policy', 'Delete'],
  ['cleanup.policy', 'delete,,compact'],
  ['compression.type', 'LZ4'],
  ['compression.gzip.level', '0'],
  ['min.cleanable.dirty.ratio', '2'],
  ['preallocate', 'yes'],
  ['leader.replication.throttled.replicas', '0:1,x'],
  ['remote.storage.enable', 'true'],
  ['message.format.version', '3.0'],
  ['no.such.key', '1'],
])('a topic with %s=%s is refused', (name, value) => {
  expect(codeOf(() => checkConfigs('topic', new Map([[name, value]])))).toBe('INVALID_CONFIG')
})

test.each([
  ['retention.ms', ' 10 '],
  ['retention.ms', '+5'],
  ['cleanup.policy', ' delete , compact '],
  ['cleanup.policy', ''],
  ['preallocate', 'TRUE'],
  ['min.cleanable.dirty.ratio', '1e-1'],
  ['compression.gzip.level', '-1'],
  ['leader.replication.throttled.replicas', '*'],
])('a topic with %s=%s is fine', (name, value) => {
  expect(codeOf(() => checkConfigs('topic', new Map([[name, value]])))).toBe('NONE')
})

test('compaction lags must not contradict each other', () => {
  const configs = new Map([
    ['min.compaction.lag.ms', '10'],
    ['max.compaction.lag.ms', '5'],
  ])
  expect(codeOf(() => checkConfigs('topic', configs))).toBe('INVALID_CONFIG')
})

test('a broker: fixed keys, unknown keys, bad values', () => {
  expect(alter({}, [set('log.retention.ms', '5')], 'broker-default')).toEqual({ 'log.retention.ms': '5' })
  expect(codeOf(() => alter({}, [set('num.partitions', '5')], 'broker'))).toBe('INVALID_REQUEST')
  expect(codeOf(() => alter({}, [set('log.retention.ms', 'x')], 'broker'))).toBe('INVALID_REQUEST')
  expect(codeOf(() => alter({}, [set('no.such.key', 'x')], 'broker'))).toBe('INVALID_CONFIG')
})

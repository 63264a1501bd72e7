import { expect, test } from 'vitest'
import { BrokerError } from '../base/errors.ts'
import { alterIncrementally, type ConfigChange, replaceAll } from './alter.ts'
import { checkConfigs, type ConfigTarget, type InForce } from './check.ts'
import { brokerValues } from './resolve.ts'

const inForceWith = (file: Record<string, string>): InForce => {
  const layers = { dynamicBroker: new Map(), dynamicDefault: new Map(), static: new Map(Object.entries(file)) }
  return { layers, values: brokerValues(layers) }
}
const inForce = inForceWith({})

const set = (name: string, value: string | null): ConfigChange => ({ name, operation: 'set', value })
const append = (name: string, value: string): ConfigChange => ({ name, operation: 'append', value })
const subtract = (name: string, value: string): ConfigChange => ({ name, operation: 'subtract', value })
const remove = (name: string): ConfigChange => ({ name, operation: 'delete', value: null })

const alter = (current: Record<string, string>, changes: readonly ConfigChange[], target: ConfigTarget = 'topic') => {
  const configs = alterIncrementally(target, new Map(Object.entries(current)), changes)
  checkConfigs(target, configs, inForce)
  return Object.fromEntries(configs)
}

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
  expect(codeOf(() => checkConfigs('topic', new Map([[name, value]]), inForce))).toBe('INVALID_CONFIG')
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
  expect(codeOf(() => checkConfigs('topic', new Map([[name, value]]), inForce))).toBe('NONE')
})

test('compaction lags must not contradict each other', () => {
  const configs = new Map([
    ['min.compaction.lag.ms', '10'],
    ['max.compaction.lag.ms', '5'],
  ])
  expect(codeOf(() => checkConfigs('topic', configs, inForce))).toBe('INVALID_CONFIG')
  const least = new Map([['min.compaction.lag.ms', '10']])
  expect(codeOf(() => checkConfigs('topic', least, inForce))).toBe('NONE')
  const most = inForceWith({ 'log.cleaner.max.compaction.lag.ms': '5' })
  expect(codeOf(() => checkConfigs('topic', least, most))).toBe('INVALID_CONFIG')
})

test('a broker: keys that change while it runs, keys of one listener, keys of nobody', () => {
  expect(alter({}, [set('log.retention.ms', '5')], 'broker-default')).toEqual({ 'log.retention.ms': '5' })
  expect(alter({}, [remove('num.partitions')], 'broker')).toEqual({})
  expect(alter({}, [set('no.such.key', 'x')], 'broker')).toEqual({ 'no.such.key': 'x' })
  expect(alter({}, [set('listener.name.inside.ssl.keystore.type', 'PEM')], 'broker')).not.toEqual({})
  expect(alter({}, [set('listener.name.inside.max.connections', '5')], 'broker-default')).not.toEqual({})
})

test.each([
  ['broker', 'num.partitions', '5'],
  ['broker', 'log.retention.ms', 'x'],
  ['broker', 'ssl.keystore.password', 'x'],
  ['broker-default', 'listener.name.inside.ssl.keystore.type', 'PEM'],
  ['broker-default', 'cordoned.log.dirs', '*'],
  ['broker', 'cordoned.log.dirs', '/nowhere'],
  ['broker', 'max.connections', '0'],
  ['broker', 'listener.name.inside.max.connections', '0'],
  ['broker', 'max.connections.per.ip', '0'],
  ['broker', 'max.connections.per.ip.overrides', '127.0.0.1'],
  ['broker', 'num.io.threads', '17'],
  ['broker', 'num.io.threads', '3'],
  ['broker', 'log.cleaner.threads', '0'],
  ['broker', 'log.cleaner.dedupe.buffer.size', '1000'],
  ['broker', 'log.local.retention.ms', '700000000'],
  ['broker', 'group.consumer.assignment.interval.ms', '20000'],
  ['broker', 'follower.replication.throttled.rate', '-1'],
] as const)('a %s with %s=%s is refused', (target, name, value) => {
  expect(codeOf(() => alter({}, [set(name, value)], target))).toBe('INVALID_REQUEST')
})

test('what the file says already does not keep other keys from changing', () => {
  const odd = inForceWith({ 'max.connection.creation.rate': '0', 'log.local.retention.ms': '700000000' })
  const change = (name: string, value: string) => () =>
    checkConfigs('broker', alterIncrementally('broker', new Map(), [set(name, value)]), odd)
  expect(codeOf(change('message.max.bytes', '5000'))).toBe('NONE')
  expect(codeOf(change('max.connections', '0'))).toBe('INVALID_REQUEST')
})

test('nothing is appended to what is no list', () => {
  for (const name of ['no.such.key', 'log.retention.ms']) {
    expect(codeOf(() => alter({}, [append(name, '1')], 'broker'))).toBe('INVALID_CONFIG')
  }
  expect(codeOf(() => alter({}, [append('metrics', 'a')], 'client-metrics'))).toBe('INVALID_CONFIG')
})

test.each([
  ['group', 'consumer.session.timeout.ms', '44999', 'INVALID_CONFIG'],
  ['group', 'consumer.session.timeout.ms', '60001', 'INVALID_CONFIG'],
  ['group', 'consumer.session.timeout.ms', '50000', 'NONE'],
  ['group', 'share.record.lock.duration.ms', '14999', 'INVALID_CONFIG'],
  ['group', 'streams.num.standby.replicas', '3', 'INVALID_CONFIG'],
  ['group', 'share.auto.offset.reset', 'by_duration:x', 'INVALID_CONFIG'],
  ['group', 'share.auto.offset.reset', 'by_duration:P1DT2H', 'NONE'],
  ['group', 'no.such.key', '1', 'INVALID_CONFIG'],
  ['client-metrics', 'interval.ms', '99', 'INVALID_REQUEST'],
  ['client-metrics', 'interval.ms', '100', 'NONE'],
  ['client-metrics', 'match', 'client_id=x.*', 'NONE'],
  ['client-metrics', 'match', 'client_id', 'INVALID_CONFIG'],
  ['client-metrics', 'match', 'client_id=[', 'INVALID_CONFIG'],
  ['client-metrics', 'match', 'colour=red', 'INVALID_CONFIG'],
  ['client-metrics', 'no.such.key', '1', 'INVALID_REQUEST'],
] as const)('a %s with %s=%s: %s', (target, name, value, code) => {
  expect(codeOf(() => alter({}, [set(name, value)], target))).toBe(code)
})

test('a session must outlast a heartbeat', () => {
  const close = inForceWith({ 'group.consumer.max.heartbeat.interval.ms': '50000' })
  const configs = new Map([['consumer.heartbeat.interval.ms', '45000']])
  expect(codeOf(() => checkConfigs('group', configs, close))).toBe('INVALID_CONFIG')
})

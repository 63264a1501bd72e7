import { expect, test } from 'vitest'
import { brokerValues, type BrokerLayers, resolveBroker, resolveClusterDefault, resolveTopic } from './resolve.ts'
import { topicDefaults, topicValues } from './resolve.ts'

const layers = (given: {
  broker?: Record<string, string>
  cluster?: Record<string, string>
  file?: Record<string, string>
}): BrokerLayers => ({
  dynamicBroker: new Map(Object.entries(given.broker ?? {})),
  dynamicDefault: new Map(Object.entries(given.cluster ?? {})),
  static: new Map(Object.entries(given.file ?? {})),
})

const topicKey = (given: BrokerLayers, name: string, overrides: Record<string, string> = {}) => {
  const { value, source, synonyms } = resolveTopic(given, new Map(Object.entries(overrides))).get(name) ?? {}
  return { value, source, synonyms: synonyms?.map((one) => `${one.name}=${one.value} ${one.source}`) }
}

test('nothing set: defaults, and synonyms only where the broker key itself has one, as Kafka 4.3 answers', () => {
  expect(topicKey(layers({}), 'max.message.bytes')).toEqual({
    value: '1048588',
    source: 'default',
    synonyms: ['message.max.bytes=1048588 default'],
  })
  expect(topicKey(layers({}), 'retention.ms')).toEqual({ value: '604800000', source: 'default', synonyms: [] })
  expect(topicKey(layers({}), 'flush.ms').value).toBe('9223372036854775807')
})

test('records are durable before the answer unless somebody says otherwise', () => {
  expect(topicKey(layers({}), 'flush.messages').value).toBe('1')
  expect(topicDefaults(layers({}))['flush.messages']).toBe(1)
})

test('hours and minutes count where milliseconds are not set, without showing as their synonyms', () => {
  const hours = { value: '86400000', source: 'default', synonyms: [] }
  expect(topicKey(layers({ file: { 'log.retention.hours': '24' } }), 'retention.ms')).toEqual(hours)
  const both = layers({ file: { 'log.retention.hours': '24', 'log.retention.minutes': '5' } })
  expect(topicKey(both, 'retention.ms').value).toBe('300000')
  expect(topicKey(layers({ file: { 'log.retention.hours': '-1' } }), 'retention.ms').value).toBe('-1')
  expect(topicDefaults(layers({ cluster: { 'log.retention.ms': '-5' } }))['retention.ms']).toBe(-1)
})

test('every layer in order, each under its own name', () => {
  const all = layers({
    broker: { 'log.retention.ms': '4' },
    cluster: { 'log.retention.ms': '3' },
    file: { 'log.retention.ms': '7', 'log.retention.hours': '24' },
  })
  expect(topicKey(all, 'retention.ms', { 'retention.ms': ' 5 ' })).toEqual({
    value: '5',
    source: 'topic',
    synonyms: [
      'retention.ms=5 topic',
      'log.retention.ms=4 dynamicBroker',
      'log.retention.ms=3 dynamicDefault',
      'log.retention.ms=7 static',
      'log.retention.hours=24 static',
      'log.retention.hours=168 default',
    ],
  })
})

test('a broker key, and a broker without a name', () => {
  const given = layers({ cluster: { 'message.max.bytes': '100' }, file: { 'message.max.bytes': '200' } })
  const entry = resolveBroker(given).get('message.max.bytes')
  expect([entry?.value, entry?.source]).toEqual(['100', 'dynamicDefault'])
  const shared = resolveClusterDefault(given)
  expect([...shared.keys()]).toEqual(['message.max.bytes'])
  expect(shared.get('message.max.bytes')?.synonyms).toHaveLength(1)
})

test('values are typed, and topics without settings share one object', () => {
  const defaults = topicDefaults(layers({ file: { 'log.cleanup.policy': 'compact, delete' } }))
  expect(defaults['cleanup.policy']).toEqual(['compact', 'delete'])
  expect(defaults['message.timestamp.before.max.ms']).toBe(Number.MAX_SAFE_INTEGER)
  expect(topicValues(defaults, new Map())).toBe(defaults)
  expect(topicValues(defaults, new Map([['segment.bytes', '2097152']]))['segment.bytes']).toBe(2_097_152)
  expect(brokerValues(layers({ file: { 'num.partitions': '3' } }))['num.partitions']).toBe(3)
})

import { expect, test } from 'vitest'
import { nearest, readStartUp, secretKeys, withoutEffectLine } from './start-up.ts'

const start = (
  file: Record<string, string>,
  more: { env?: Record<string, string>; flags?: Record<string, string> } = {},
) =>
  readStartUp({
    file: new Map(Object.entries(file)),
    environment: new Map(Object.entries(more.env ?? {})),
    flags: new Map(Object.entries(more.flags ?? {})),
    clusterId: null,
  })

const listenersOf = (file: Record<string, string>) =>
  start(file).config.listeners.map(
    (one) => `${one.name} ${one.host}:${one.port} ${one.advertised.host}:${one.advertised.port}`,
  )

test('nothing said', () => {
  const { config, warnings } = start({})
  expect(config.nodeId).toBe(1)
  expect(config.logDirs).toEqual(['data'])
  expect(warnings).toEqual([])
  expect(listenersOf({})).toEqual(['PLAINTEXT 127.0.0.1:9092 127.0.0.1:9092'])
})

test('flag before environment before file before default', () => {
  const keys = (value: string) => ({ 'num.partitions': value })
  expect(start(keys('2')).config.values['num.partitions']).toBe(2)
  expect(start(keys('2'), { env: keys('3') }).config.values['num.partitions']).toBe(3)
  expect(start(keys('2'), { env: keys('3'), flags: keys('4') }).config.values['num.partitions']).toBe(4)
})

test('the server.properties that Kafka ships', () => {
  const { config, warnings, withoutEffect } = start({
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.bootstrap.servers': 'localhost:9093',
    listeners: 'PLAINTEXT://:9092,CONTROLLER://:9093',
    'inter.broker.listener.name': 'PLAINTEXT',
    'advertised.listeners': 'PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093',
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map':
      'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL',
    'num.network.threads': '3',
    'log.dirs': '/tmp/kraft-combined-logs',
    'offsets.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'log.retention.hours': '168',
  })
  expect(config.listeners).toEqual([
    { name: 'PLAINTEXT', host: '127.0.0.1', port: 9092, advertised: { host: 'localhost', port: 9092 } },
  ])
  expect(warnings).toEqual(['listener PLAINTEXT names no host and is bound to 127.0.0.1 only'])
  expect(withoutEffect.map(({ name }) => name)).toEqual([
    'controller.quorum.bootstrap.servers',
    'inter.broker.listener.name',
    'num.network.threads',
    'share.coordinator.state.topic.min.isr',
  ])
})

test('other machines are let in only by name', () => {
  const open = { listeners: 'PLAINTEXT://0.0.0.0:9092', 'advertised.listeners': 'PLAINTEXT://broker1:9092' }
  expect(() => start(open)).toThrow('millrace.insecure=true')
  expect(listenersOf({ ...open, 'millrace.insecure': 'true' })).toEqual(['PLAINTEXT 0.0.0.0:9092 broker1:9092'])
  expect(() => start({ listeners: 'PLAINTEXT://broker1:9092' })).toThrow('reachable from other machines')
  expect(() => start({ listeners: 'PLAINTEXT://0.0.0.0:9092', 'millrace.insecure': 'true' })).toThrow(
    'clients cannot connect to 0.0.0.0',
  )
  expect(() => start({ 'admin.listener': '0.0.0.0:8080' })).toThrow('admin.listener')
  expect(
    listenersOf({
      listeners: 'PLAINTEXT://[::1]:0,INSIDE://localhost:9094',
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,INSIDE:PLAINTEXT',
    }),
  ).toEqual(['PLAINTEXT ::1:0 ::1:0', 'INSIDE localhost:9094 localhost:9094'])
})

test('listeners are derived from what is advertised, as in the image of Kafka', () => {
  expect(listenersOf({ 'advertised.listeners': 'PLAINTEXT://broker1:9095' })).toEqual([
    'PLAINTEXT 127.0.0.1:9095 broker1:9095',
  ])
})

test.each([
  ['listeners', 'nonsense', 'is not NAME://host:port'],
  ['listeners', 'PLAINTEXT://localhost:99999', 'is not NAME://host:port'],
  ['listeners', 'SSL://localhost:9092', 'asks for SSL, which is not provided yet'],
  ['listeners', 'OTHER://localhost:9092', 'no protocol is given for listener OTHER'],
  ['listeners', 'PLAINTEXT://localhost:1,PLAINTEXT://localhost:2', 'the name PLAINTEXT is there twice'],
  ['listeners', 'CONTROLLER://localhost:9093', 'none is left'],
  ['advertised.listeners', 'OTHER://localhost:1', 'no protocol is given for listener OTHER'],
  [
    'num.partitions',
    '0',
    'num.partitions: "0" is not allowed (Value must be a whole number of at least 1); allowed is',
  ],
  ['log.dirs', ' ', 'log.dirs: at least one folder is needed'],
  ['log.dirs', 'a,b,./a', 'log.dirs: ./a is the same folder as one before it'],
  ['process.roles', 'controller', 'must contain broker'],
  ['authorizer.class.name', 'org.example.Authorizer', 'authorizer.class.name'],
  ['metadata.log.segment.bytes', '1', 'metadata.log.segment.bytes: "1" is not allowed'],
  ['replica.fetch.wait.max.ms', '40000', 'replica.fetch.wait.max.ms: must not be above replica.socket.timeout.ms'],
  ['group.share.heartbeat.interval.ms', '15001', 'must not be above group.share.max.heartbeat.interval.ms'],
  ['queued.max.request.bytes', '5', 'queued.max.request.bytes: must not be below socket.request.max.bytes'],
  ['connections.max.idle.ms', '50', 'connection.failed.authentication.delay.ms: must be below'],
])('%s=%s stops the start', (key, value, words) => {
  expect(() => start({ [key]: value })).toThrow(words)
})

test('every mistake is told at once', () => {
  expect(() => start({ 'num.partitions': 'x', 'log.segment.bytes': '1' })).toThrow(
    /num\.partitions.*\n.*log\.segment\.bytes/s,
  )
})

test('unknown keys warn with the nearest match, keys without effect are counted and named', () => {
  const { config, warnings, withoutEffect } = start({
    'num.partition': '1',
    'retention.ms': '1',
    zzz: '1',
    'metric.reporters': '',
    'rsm.config.bucket': 'b',
    'broker.rack': 'a',
  })
  expect(warnings).toEqual([
    'unknown key num.partition: did you mean num.partitions?',
    'unknown key retention.ms: did you mean log.retention.ms?',
    'unknown key zzz',
  ])
  expect(withoutEffect).toEqual([
    { name: 'metric.reporters', why: 'it names Java classes' },
    { name: 'rsm.config.bucket', why: 'there is no tiered storage yet' },
  ])
  expect(withoutEffectLine(withoutEffect)).toBe(
    '2 settings are accepted and without effect here: metric.reporters, rsm.config.bucket (millrace config explain KEY says why)',
  )
  expect(withoutEffectLine([])).toBeNull()
  expect(config.static.get('zzz')).toBe('1')
  expect(nearest('auto.create.topic.enable')).toBe('auto.create.topics.enable')
})

test('broker.id is the older name of node.id', () => {
  const { config } = start({ 'broker.id': '7' })
  expect([config.nodeId, config.static.get('node.id')]).toEqual([7, '7'])
  expect(() => start({ 'broker.id': '7', 'node.id': '8' })).toThrow('set one of them')
})

test('secrets are found by name', () => {
  expect(
    secretKeys(
      new Map([
        ['ssl.key.password', 'x'],
        ['listeners', 'y'],
      ]),
    ),
  ).toEqual(['ssl.key.password'])
})

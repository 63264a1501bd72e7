import { expect, test } from 'vitest'
import { parseEnvironment } from './environment.ts'

const keys = (environment: Record<string, string>): Record<string, string> =>
  Object.fromEntries(parseEnvironment(environment).values)

test('underscores become dots, underscores and dashes', () => {
  expect(keys({ KAFKA_NUM_PARTITIONS: '3', KAFKA_A__B_C___D: '1', PATH: '/bin' })).toEqual({
    'num.partitions': '3',
    'a_b.c-d': '1',
  })
})

test('variables of the start scripts and of service links are no keys', () => {
  expect(
    keys({
      KAFKA_HEAP_OPTS: '-Xmx1g',
      KAFKA_OPTS: '',
      KAFKA_PORT: 'tcp://10.0.0.1:9092',
      KAFKA_PORT_9092_TCP_ADDR: '10.0.0.1',
      KAFKA_SERVICE_HOST: '10.0.0.1',
      KAFKA_LISTENERS: 'PLAINTEXT://:9092',
    }),
  ).toEqual({ listeners: 'PLAINTEXT://:9092' })
})

test('the two variables with names of their own', () => {
  const { values, clusterId } = parseEnvironment({ CLUSTER_ID: 'abc', MILLRACE_INSECURE: 'true' })
  expect(clusterId).toBe('abc')
  expect([...values]).toEqual([['millrace.insecure', 'true']])
})

test('an empty variable says nothing', () => {
  const { values, clusterId } = parseEnvironment({ CLUSTER_ID: '', MILLRACE_INSECURE: '' })
  expect(clusterId).toBeNull()
  expect(values.size).toBe(0)
})

import { describe, expect, it } from 'vitest'
import { resourceTypes } from '../cluster/config-resources.ts'
import { describeConfigs } from '../messages/32-describe-configs.ts'
import { alterConfigs } from '../messages/33-alter-configs.ts'
import { incrementalAlterConfigs } from '../messages/44-incremental-alter-configs.ts'
import { listConfigResources } from '../messages/74-list-config-resources.ts'
import { errorCode } from '../wire/errors.ts'
import { handleDescribeConfigs } from './32-describe-configs.ts'
import { handleAlterConfigs } from './33-alter-configs.ts'
import { handleIncrementalAlterConfigs } from './44-incremental-alter-configs.ts'
import { handleListConfigResources } from './74-list-config-resources.ts'
import { clusterFixture, type FixtureOptions } from './cluster-fixture.ts'

const { topic, broker, brokerLogger, clientMetrics, group } = resourceTypes
const SET = 0
const DELETE = 1
const APPEND = 2
const SUBTRACT = 3

const fixture = async (options: FixtureOptions = {}) => {
  const made = await clusterFixture(options)
  const { call } = made

  const show = async (
    resourceType: number,
    resourceName: string,
    configurationKeys: readonly string[] | null = null,
    given: { readonly includeSynonyms?: boolean; readonly includeDocumentation?: boolean } = {},
  ) => {
    const resources = [{ resourceType, resourceName, configurationKeys }]
    const [result] = (await call(describeConfigs, handleDescribeConfigs, 4, { resources, ...given })).results
    return result!
  }

  const edit = async (
    resourceType: number,
    resourceName: string,
    configs: readonly (readonly [name: string, operation: number, value: string | null])[],
    validateOnly = false,
  ) => {
    const changes = configs.map(([name, configOperation, value]) => ({ name, configOperation, value }))
    const { responses } = await call(incrementalAlterConfigs, handleIncrementalAlterConfigs, 1, {
      resources: [{ resourceType, resourceName, configs: changes }],
      validateOnly,
    })
    return responses[0]!.errorCode
  }

  const valueOf = async (resourceType: number, resourceName: string, key: string) =>
    (await show(resourceType, resourceName, [key])).configs[0]?.value

  return { ...made, show, edit, valueOf }
}

describe('DescribeConfigs', () => {
  it('shows a topic, with where each value comes from, most specific first', async () => {
    const { show, createTopic } = await fixture({ configs: new Map([['log.retention.ms', '1000']]) })
    await createTopic('a', 1, [{ name: 'retention.ms', value: '5' }])
    const { configs } = await show(topic, 'a', ['retention.ms'], { includeSynonyms: true, includeDocumentation: true })
    expect(configs).toHaveLength(1)
    expect(configs[0]).toMatchObject({
      value: '5',
      configSource: 1,
      readOnly: false,
      isSensitive: false,
      configType: 5,
    })
    expect(configs[0]?.documentation).not.toBe('')
    expect(configs[0]?.synonyms.map(({ name, value, source }) => [name, value, source])).toEqual([
      ['retention.ms', '5', 1],
      ['log.retention.ms', '1000', 4],
      ['log.retention.hours', '168', 5],
    ])
  })

  it('shows all keys when none is named, and neither synonyms nor texts unless asked', async () => {
    const { show, createTopic } = await fixture()
    await createTopic('a')
    for (const keys of [null, []]) {
      const { configs } = await show(topic, 'a', keys)
      expect(configs.length).toBeGreaterThan(20)
      expect(configs.every(({ synonyms, documentation }) => synonyms.length === 0 && documentation === null)).toBe(true)
    }
  })

  it('shows this broker, and of all brokers what was set for them', async () => {
    const { show, edit } = await fixture()
    expect((await show(broker, '1', ['node.id', 'message.max.bytes'])).configs.map((each) => each.readOnly)).toEqual([
      true,
      false,
    ])
    expect((await show(broker, '')).configs).toEqual([])
    await edit(broker, '', [['message.max.bytes', SET, '2000']])
    expect(
      (await show(broker, '')).configs.map(({ name, value, configSource }) => [name, value, configSource]),
    ).toEqual([['message.max.bytes', '2000', 3]])
    expect((await show(broker, '1', ['message.max.bytes'])).configs[0]).toMatchObject({
      value: '2000',
      configSource: 3,
    })
  })

  it.each([
    ['an unknown topic', topic, 'nope', 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['what cannot be a topic', topic, 'a/b', 'INVALID_TOPIC_EXCEPTION'],
    ['another broker', broker, '2', 'INVALID_REQUEST'],
    ['a broker that is no number', broker, 'one', 'INVALID_REQUEST'],
    ['the loggers of no broker', brokerLogger, '', 'INVALID_REQUEST'],
    ['a group without a name', group, '', 'INVALID_REQUEST'],
    ['a subscription without a name', clientMetrics, '', 'INVALID_REQUEST'],
    ['an unknown kind', 77, 'x', 'INVALID_REQUEST'],
  ] as const)('refuses %s', async (_, type, name, code) => {
    const { show } = await fixture()
    expect(await show(type, name)).toMatchObject({ errorCode: errorCode(code), configs: [] })
  })

  it('shows groups and subscriptions, whether or not there is one', async () => {
    const { show, edit } = await fixture()
    expect((await show(group, 'g')).configs).toHaveLength(17)
    expect((await show(clientMetrics, 'm')).configs).toHaveLength(3)
    await edit(group, 'g', [['share.auto.offset.reset', SET, 'earliest']])
    await edit(clientMetrics, 'm', [['metrics', SET, 'a, b']])
    const [reset] = (await show(group, 'g', ['share.auto.offset.reset'], { includeSynonyms: true })).configs
    expect(reset).toMatchObject({ value: 'earliest', configSource: 8 })
    expect(reset?.synonyms.map(({ value, source }) => [value, source])).toEqual([
      ['earliest', 8],
      ['latest', 5],
    ])
    expect((await show(clientMetrics, 'm', ['metrics'])).configs[0]).toMatchObject({ value: 'a,b', configSource: 7 })
  })

  it('hides what may be a secret, and shows what nobody defined where it is set', async () => {
    const { show, edit } = await fixture({ configs: new Map([['ssl.key.password', 'x']]) })
    await edit(broker, '1', [['no.such.key', SET, 'y']])
    const { configs } = await show(broker, '1', ['ssl.key.password', 'no.such.key'], { includeSynonyms: true })
    expect(
      configs.map(({ name, value, isSensitive, synonyms }) => [name, value, isSensitive, synonyms[0]?.value]),
    ).toEqual([
      ['ssl.key.password', null, true, null],
      ['no.such.key', null, true, null],
    ])
    expect((await show(broker, '1')).configs.map(({ name }) => name)).not.toContain('listener.security.protocol.map')
  })

  it('refuses a request as a whole when one resource is of no known type, as Kafka does', async () => {
    const { call, createTopic } = await fixture()
    await createTopic('a')
    const resources = [topic, 77].map((resourceType) => ({ resourceType, resourceName: 'a', configurationKeys: null }))
    const { results } = await call(describeConfigs, handleDescribeConfigs, 4, { resources })
    expect(results.map((result) => result.errorCode)).toEqual([42, 42])
  })
})

describe('IncrementalAlterConfigs', () => {
  it('sets, appends, subtracts and deletes', async () => {
    const { edit, valueOf, createTopic, cluster } = await fixture()
    await createTopic('a')
    await edit(topic, 'a', [
      ['retention.ms', SET, '5'],
      ['cleanup.policy', APPEND, 'compact'],
    ])
    expect([await valueOf(topic, 'a', 'retention.ms'), await valueOf(topic, 'a', 'cleanup.policy')]).toEqual([
      '5',
      'delete,compact',
    ])
    await edit(topic, 'a', [
      ['retention.ms', DELETE, null],
      ['cleanup.policy', SUBTRACT, 'delete'],
    ])
    expect(cluster.image().topicsByName.get('a')?.configs).toEqual(new Map([['cleanup.policy', 'compact']]))
  })

  it('validates without changing anything', async () => {
    const { edit, createTopic, cluster } = await fixture()
    await createTopic('a')
    const { revision } = cluster.image()
    expect(await edit(topic, 'a', [['retention.ms', SET, '5']], true)).toBe(0)
    expect(await edit(topic, 'a', [['retention.ms', SET, 'abc']], true)).toBe(errorCode('INVALID_CONFIG'))
    expect(cluster.image().revision).toBe(revision)
  })

  it.each([
    ['an unknown key', topic, 'a', ['nope', SET, '1'], 'INVALID_CONFIG'],
    ['a value that is no number', topic, 'a', ['retention.ms', SET, 'abc'], 'INVALID_CONFIG'],
    ['an append to a number', topic, 'a', ['retention.ms', APPEND, '1'], 'INVALID_CONFIG'],
    ['an unknown operation', topic, 'a', ['retention.ms', 9, '1'], 'INVALID_REQUEST'],
    ['a null that is set', topic, 'a', ['retention.ms', SET, null], 'INVALID_REQUEST'],
    ['an unknown topic', topic, 'b', ['retention.ms', SET, '1'], 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['all topics at once', topic, '', ['retention.ms', SET, '1'], 'INVALID_REQUEST'],
    ['another broker', broker, '2', ['message.max.bytes', SET, '1'], 'INVALID_REQUEST'],
    ['a key that needs a restart', broker, '1', ['num.partitions', SET, '1'], 'INVALID_REQUEST'],
    ['a group', group, 'g', ['consumer.session.timeout.ms', SET, '1'], 'INVALID_CONFIG'],
    ['a group without a name', group, '', ['consumer.session.timeout.ms', SET, '50000'], 'INVALID_REQUEST'],
    ['a subscription without a name', clientMetrics, '', ['interval.ms', SET, '100'], 'INVALID_REQUEST'],
    ['a logger that is not there', brokerLogger, '1', ['nobody', SET, 'DEBUG'], 'INVALID_CONFIG'],
    ['a level that is not there', brokerLogger, '1', ['root', SET, 'debug'], 'INVALID_CONFIG'],
    ['to take the level of the root away', brokerLogger, '1', ['root', DELETE, null], 'INVALID_REQUEST'],
    ['an append to a level', brokerLogger, '1', ['root', APPEND, 'INFO'], 'INVALID_REQUEST'],
    ['a logger without a level', brokerLogger, '1', ['root', SET, null], 'INVALID_REQUEST'],
    ['the loggers of another broker', brokerLogger, '2', ['root', SET, 'INFO'], 'INVALID_REQUEST'],
    ['the loggers of no broker', brokerLogger, '', ['root', SET, 'INFO'], 'INVALID_REQUEST'],
    ['an unknown kind', 77, 'x', ['a', SET, '1'], 'INVALID_REQUEST'],
  ] as const)('refuses %s', async (_, type, name, change, code) => {
    const { edit, createTopic } = await fixture()
    await createTopic('a')
    expect(await edit(type, name, [change])).toBe(errorCode(code))
  })

  it('refuses a resource that a request has twice, and alters the others', async () => {
    const { call, createTopic, cluster } = await fixture()
    await createTopic('a')
    await createTopic('b')
    const configs = [{ name: 'retention.ms', configOperation: SET, value: '5' }]
    const resources = ['a', 'b', 'a'].map((resourceName) => ({ resourceType: topic, resourceName, configs }))
    const { responses } = await call(incrementalAlterConfigs, handleIncrementalAlterConfigs, 0, {
      resources,
      validateOnly: false,
    })
    expect(responses.map(({ resourceName, errorCode: code }) => [resourceName, code])).toEqual([
      ['a', 42],
      ['b', 0],
      ['a', 42],
    ])
    expect(cluster.image().topicsByName.get('b')?.configs.get('retention.ms')).toBe('5')
  })

  it('sets a broker key for this broker and for all, the one over the other', async () => {
    const { edit, valueOf, createTopic } = await fixture()
    await createTopic('a')
    await edit(broker, '', [['message.max.bytes', SET, '2000']])
    await edit(broker, '1', [['message.max.bytes', SET, '3000']])
    expect(await valueOf(topic, 'a', 'max.message.bytes')).toBe('3000')
    await edit(broker, '1', [['message.max.bytes', DELETE, null]])
    expect(await valueOf(topic, 'a', 'max.message.bytes')).toBe('2000')
  })
})

describe('ListConfigResources', () => {
  it('lists what has configs, the kinds that are asked for or all', async () => {
    const { call, createTopic, edit } = await fixture()
    await createTopic('a')
    await edit(group, 'g', [['share.auto.offset.reset', SET, 'earliest']])
    await edit(clientMetrics, 'm', [['metrics', SET, 'a']])
    await edit(broker, '', [['message.max.bytes', SET, '2000']])
    const list = async (version: number, types: readonly number[]) => {
      const answer = await call(listConfigResources, handleListConfigResources, version, { resourceTypes: types })
      return [answer.errorCode, ...answer.configResources.map((one) => `${one.resourceType} ${one.resourceName}`)]
    }
    expect(await list(1, [])).toEqual([0, '32 g', '16 m', '8 1', '4 1', '2 a'])
    expect(await list(1, [broker, group])).toEqual([0, '32 g', '4 1'])
    expect(await list(0, [])).toEqual([0, '16 m'])
    expect(await list(1, [topic, 77])).toEqual([errorCode('UNSUPPORTED_VERSION')])
  })
})

describe('loggers', () => {
  const levels = async (show: Awaited<ReturnType<typeof fixture>>['show']) =>
    Object.fromEntries((await show(brokerLogger, '1')).configs.map(({ name, value }) => [name, value]))

  it('have levels that change, unless it is only asked whether they could', async () => {
    const { show, edit } = await fixture()
    expect((await show(brokerLogger, '1', ['root'])).configs).toMatchObject([
      { name: 'root', value: 'INFO', configSource: 6, readOnly: false },
    ])
    expect(await edit(brokerLogger, '1', [['groups', SET, 'DEBUG']], true)).toBe(0)
    expect(await levels(show)).toEqual({ root: 'INFO', groups: 'INFO' })
    expect(await edit(brokerLogger, '1', [['groups', SET, 'DEBUG']])).toBe(0)
    expect(await edit(brokerLogger, '1', [['root', SET, 'WARN']])).toBe(0)
    expect(await levels(show)).toEqual({ root: 'WARN', groups: 'DEBUG' })
    expect(await edit(brokerLogger, '1', [['groups', DELETE, null]])).toBe(0)
    expect(await levels(show)).toEqual({ root: 'WARN', groups: 'WARN' })
  })

  it('change all at once or not at all', async () => {
    const { show, edit } = await fixture()
    const changes = [
      ['root', SET, 'WARN'],
      ['nobody', SET, 'WARN'],
    ] as const
    expect(await edit(brokerLogger, '1', changes)).toBe(errorCode('INVALID_CONFIG'))
    expect((await levels(show))['root']).toBe('INFO')
  })

  it('are altered beside others, once in a request', async () => {
    const { call, createTopic, show } = await fixture()
    await createTopic('a')
    const loggers = {
      resourceType: brokerLogger,
      resourceName: '1',
      configs: [{ name: 'root', configOperation: SET, value: 'WARN' }],
    }
    const other = {
      resourceType: topic,
      resourceName: 'a',
      configs: [{ name: 'retention.ms', configOperation: SET, value: 'x' }],
    }
    const ask = async (resources: readonly (typeof loggers | typeof other)[]) => {
      const request = { resources, validateOnly: false }
      const { responses } = await call(incrementalAlterConfigs, handleIncrementalAlterConfigs, 0, request)
      return responses.map((response) => response.errorCode)
    }
    expect(await ask([loggers, other, loggers])).toEqual([42, 40, 42])
    expect(await ask([other, loggers])).toEqual([40, 0])
    expect((await levels(show))['root']).toBe('WARN')
  })
})

describe('AlterConfigs', () => {
  it('replaces all that was set', async () => {
    const { call, createTopic, cluster } = await fixture()
    await createTopic('a', 1, [{ name: 'retention.ms', value: '5' }])
    const configs = [{ name: 'segment.bytes', value: '2000000' }]
    const replace = async (validateOnly: boolean) =>
      call(alterConfigs, handleAlterConfigs, 2, {
        resources: [{ resourceType: topic, resourceName: 'a', configs }],
        validateOnly,
      })
    await replace(true)
    expect(cluster.image().topicsByName.get('a')?.configs).toEqual(new Map([['retention.ms', '5']]))
    expect((await replace(false)).responses[0]?.errorCode).toBe(0)
    expect(cluster.image().topicsByName.get('a')?.configs).toEqual(new Map([['segment.bytes', '2000000']]))
  })
})

// What Prometheus reads, and that everything our dashboard and alerts ask for is there.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { produce } from 'millrace/messages/00-produce.js'
import { offsetCommit } from 'millrace/messages/08-offset-commit.js'
import { engineMetrics } from 'millrace/admin/metrics/own.js'
import { timeStats } from 'millrace/admin/metrics/requests.js'
import { beforeAll, expect, test } from 'vitest'
import { batch } from '../../harness/batch.ts'
import { eventually } from '../../harness/eventually.ts'
import { repository } from '../../harness/paths.ts'
import { readyCoordinator } from '../../harness/ready-coordinator.ts'
import { readyTopic } from '../../harness/ready-topic.ts'
import { inside } from './inside.ts'

const { call, fetch, peer } = inside()
/** Its own records would be counted among those above. */
const watched = inside({ 'canary.enable': 'true' })

const scrape = async (): Promise<string> => (await fetch('/metrics')).text()
const value = (text: string, series: string): number | undefined => {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}

beforeAll(async () => {
  await readyTopic(peer(), 'measured', { partitions: 2 })
  const records = batch([{ value: 'a' }, { value: 'b' }, { value: 'c' }])
  await peer().call(produce, 9, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 10_000,
    topicData: [{ name: 'measured', partitionData: [{ index: 1, records }] }],
  })
  const groupId = 'a "quoted" \\group'
  await readyCoordinator(peer(), groupId)
  await peer().call(offsetCommit, 7, {
    groupId,
    generationIdOrMemberEpoch: -1,
    memberId: '',
    topics: [{ name: 'measured', partitions: [{ partitionIndex: 1, committedOffset: 1, committedMetadata: '' }] }],
  })
})

test('the numbers are those of the broker, under our names and those of others', async () => {
  const partition = '{topic="measured",partition="1"}'
  const text = await eventually('the records are counted', async () => {
    const read = await scrape()
    return value(read, `kafka_log_log_logendoffset${partition}`) === 3 ? read : undefined
  })
  expect(value(text, `kafka_topic_partition_current_offset${partition}`)).toBe(3)
  expect(value(text, `kafka_topic_partition_oldest_offset${partition}`)).toBe(0)
  expect(value(text, `kafka_topic_partition_leader${partition}`)).toBe(1)
  expect(value(text, `kafka_log_log_size${partition}`)).toBeGreaterThan(0)
  expect(value(text, 'kafka_server_brokertopicmetrics_messagesin_total{topic="measured"}')).toBe(3)
  expect(value(text, 'kafka_topic_partitions{topic="measured"}')).toBe(2)
  expect(value(text, 'kafka_controller_kafkacontroller_activecontrollercount')).toBe(1)
  expect(value(text, 'kafka_server_replicamanager_offlinereplicacount')).toBe(0)
  expect(value(text, 'millrace_offline_replicas')).toBe(0)
  expect(value(text, 'millrace_produce_requests_total')).toBe(1)
  expect(value(text, 'millrace_record_bytes_in_total')).toBeGreaterThan(60)
  for (const api of ['CreateTopics', 'Produce']) {
    expect(value(text, `kafka_network_requestmetrics_requests_total{request="${api}"}`)).toBe(1)
    expect(value(text, `millrace_request_seconds_bucket{api="${api}",le="+Inf"}`)).toBe(1)
    expect(value(text, `millrace_request_seconds_sum{api="${api}"}`)).toBeGreaterThan(0)
  }
})

test('names of groups are escaped, and their lag is counted', async () => {
  const group = String.raw`consumergroup="a \"quoted\" \\group",topic="measured"`
  const text = await eventually('the group is counted', async () => {
    const read = await scrape()
    return value(read, `kafka_consumergroup_lag{${group},partition="1"}`) === 2 ? read : undefined
  })
  expect(value(text, `kafka_consumergroup_current_offset{${group},partition="1"}`)).toBe(1)
  expect(value(text, `kafka_consumergroup_lag_sum{${group}}`)).toBe(2)
})

test('every line is one that Prometheus reads, and every family stands once', async () => {
  const text = await scrape()
  const name = '[a-zA-Z_:][a-zA-Z0-9_:]*'
  const label = String.raw`[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*"`
  const sample = new RegExp(String.raw`^${name}(?:\{${label}(?:,${label})*\})? (?:-?[\d.]+(?:e[+-]?\d+)?|\+Inf)$`)
  const lines = text.trimEnd().split('\n')
  expect(lines.filter((line) => !line.startsWith('# ') && !sample.test(line))).toEqual([])
  const families = lines.flatMap((line) => /^# TYPE (\S+)/.exec(line)?.[1] ?? [])
  expect(families).toEqual([...new Set(families)])
  expect(lines.filter((line) => line.startsWith('# HELP')).length).toBe(families.length)
})

test('all that the engine counts has a name here', async () => {
  const { loadNative } = await import('millrace/engine/native.js')
  const told = [...Object.keys(engineMetrics), ...timeStats]
  expect(told.toSorted()).toEqual(loadNative().Engine.statNames().toSorted())
})

test('what the dashboard and the alerts ask for is there', async () => {
  const canary = await eventually('the canary has something to tell', async () => {
    const read = await (await watched.fetch('/metrics')).text()
    return value(read, 'millrace_canary_availability') === undefined ? undefined : read
  })
  const text = `${await scrape()}${canary}`
  const directory = join(repository, 'ts', 'broker', 'monitoring')
  for (const file of readdirSync(directory)) {
    const asked = readFileSync(join(directory, file), 'utf8').match(/\b(?:millrace|kafka|process)_[a-z0-9_]+/g) ?? []
    expect(asked.length, file).toBeGreaterThan(5)
    const missing = [...new Set(asked)].filter((name) => !new RegExp(`^${name}[ {]`, 'm').test(text))
    expect(missing, file).toEqual([])
  }
})

test('the event loop is counted in seconds, of which a rate is the share that is busy', async () => {
  const busy = async (): Promise<number> => value(await scrape(), 'millrace_event_loop_busy_seconds_total') ?? 0
  const before = await busy()
  await eventually('it grows', async () => ((await busy()) > before ? true : undefined))
})

test('sets of others are switched off, and series of partitions are capped, while it runs', async () => {
  await call('alterBrokerConfigs', { broker: 1, set: { 'metrics.partitions.max': '1' } })
  const inSum = 'kafka_server_replicamanager_atminisrpartitioncount'
  const all = value(await scrape(), 'kafka_controller_kafkacontroller_globalpartitioncount')
  const capped = await scrape()
  expect(value(capped, inSum)).toBe(all)
  expect(capped.match(/^kafka_log_log_size\{/gm)).toHaveLength(1)
  expect(value(capped, 'millrace_metrics_partitions_left_out')).toBeGreaterThan(0)
  await call('alterBrokerConfigs', { broker: 1, set: { 'metrics.compat': '' } })
  const own = await scrape()
  expect(own).not.toMatch(/^kafka_/m)
  expect(value(own, 'millrace_produce_requests_total')).toBe(1)
  await call('alterBrokerConfigs', { broker: 1, unset: ['metrics.compat', 'metrics.partitions.max'] })
})

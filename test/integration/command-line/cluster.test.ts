// `millrace cluster`, `status`, `config` and what explains.
import { expect, test } from 'vitest'
import { lines, useCluster } from './cluster.ts'

const cluster = useCluster()
const { cli } = cluster

test('a cluster that is well, and its brokers', async () => {
  await cli('topic create one')
  const health = await cli('cluster health -o json')
  expect(health, health.complained).toMatchObject({ code: 0 })
  expect(JSON.parse(health.said)).toEqual({ healthy: true, problems: [] })
  const info = JSON.parse((await cli('cluster info -o json')).said) as Record<string, unknown>
  expect(info).toMatchObject({ brokers: [{ address: cluster.broker.bootstrap, reachable: true, controller: true }] })
  expect(lines((await cli('cluster partitions -o name')).said)).toContain('one/0')
  expect((await cli('cluster partitions --leaderless -o ndjson')).said).toBe('')
  expect(JSON.parse((await cli('status -o json')).said)).toMatchObject({ healthy: true, brokers: 1, topics: 1 })
})

test('settings are shown with where they come from, and changed', async () => {
  await cli('topic create two')
  const planned = await cli('config alter topic/two --set retention.ms=1000 --dry-run')
  expect(planned).toMatchObject({ code: 0, said: 'retention.ms  604800000 -> 1000\n' })
  expect((await cli('config describe topic/two -o name')).said).not.toContain('retention.ms')
  expect(await cli('config alter topic/two --set retention.ms=1000')).toMatchObject({ code: 0 })
  expect((await cli('config describe topic/two -o csv')).said).toContain('retention.ms,1000,topic,false,')
  expect((await cli('config describe topic/two --all -o name')).said).toContain('cleanup.policy')
  expect(await cli('config alter topic/two --unset retention.ms')).toMatchObject({ code: 0 })
  expect(await cli('config alter topic/two --set retention.ms=x')).toMatchObject({ code: 1 })
  expect(await cli('config describe topic/none')).toMatchObject({ code: 3 })
  expect(await cli('config describe planet/earth')).toMatchObject({ code: 2 })
  expect((await cli('config describe broker/1 --all -o name')).said).toContain('log.retention.ms')
  expect(await cli('config describe broker/99')).toMatchObject({ code: 3 })
})

// `millrace cluster`, `status`, `config` and what explains.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { targetName } from '../../harness/broker.ts'
import { removeDirectory, temporaryDirectory } from '../../harness/cleanup.ts'
import { millraceProcess } from '../../harness/millrace.ts'
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

test('sizes are for people in a table, and numbers elsewhere', async () => {
  const facts = (await cli('status')).said
  expect(facts).toMatch(/^bytes +\d+(\.\d)? (B|[KMGTP]iB)$/m)
  expect(facts).toMatch(/^usable +\d+(\.\d)? (B|[KMGTP]iB)$/m)
  expect((await cli('status -o csv')).said).toMatch(/^bytes,\d+\nusable,\d+$/m)
  await cli('topic create measured')
  expect((await cli('topic describe measured')).said).toMatch(/^bytes +0 B$/m)
})

test('status counts the topics and partitions of users, and not those of the broker', async () => {
  // Beside one topic it told of 51 partitions: those of the topic of groups were among them.
  const counts = async () => {
    const { topics, partitions } = JSON.parse((await cli('status -o json')).said) as Record<string, number>
    return { topics, partitions }
  }
  await cli('topic create counted --partitions 3')
  const before = await counts()
  const consumed = await cli('consume counted --group readers --exit')
  expect(consumed, consumed.complained).toMatchObject({ code: 0 })
  expect(lines((await cli('cluster partitions -o name')).said)).toContain('__consumer_offsets/0')
  expect(await counts()).toEqual(before)
  expect(before.partitions).toBe((before.topics ?? 0) + 2)
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

test('the file of a project says where commands go', async () => {
  const folder = temporaryDirectory('project')
  try {
    writeFileSync(join(folder, '.millrace.yaml'), `bootstrap: ${cluster.broker.bootstrap}\noutput: name\n`)
    const listed = await millraceProcess(['cluster', 'info'], { folder })
    expect(listed, listed.complained).toMatchObject({ code: 0, said: '1\n' })
  } finally {
    removeDirectory(folder)
  }
})

test.skipIf(targetName !== 'millrace')('the broker of this machine tells of changes, jobs and metrics', async () => {
  const here = `--override log.dirs=${cluster.broker.dataDirectory}`
  await cli('topic create told')
  const audited = await cli(`audit --search told -o csv ${here}`)
  expect(audited, audited.complained).toMatchObject({ code: 0 })
  expect(audited.said).toContain('told')
  expect(await cli(`jobs -o json ${here}`)).toMatchObject({ code: 0 })
  expect((await cli(`metrics process_ -o name ${here}`)).said).toContain('process_')
  expect(await cli('audit --override log.dirs=/nonexistent')).toMatchObject({ code: 6 })
})

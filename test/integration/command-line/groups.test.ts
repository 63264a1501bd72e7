// `millrace group`: seen, moved with a look before, undone, removed.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBroker, targetName } from '../../harness/broker.ts'
import { removeDirectory, temporaryDirectory } from '../../harness/cleanup.ts'
import { missingClients } from '../../harness/clients.ts'
import type { MillraceOptions } from '../../harness/millrace.ts'
import { lines, useCluster } from './cluster.ts'

const cluster = useCluster()
const { cli, shell } = cluster
const ours = test.skipIf(targetName !== 'millrace')
const noKafka = (await missingClients('java')) !== undefined
const folder = temporaryDirectory('offsets')
afterAll(() => removeDirectory(folder))

beforeAll(async () => {
  await cli('topic create work')
  await cli('produce work', { input: '0\n1\n2\n3\n4\n' })
  await cli('consume work --group readers -n 3')
})

test('groups are listed and described with their lag', async () => {
  const listed = await cli('group list read -o csv')
  expect(lines(listed.said), listed.complained).toEqual([
    'group,state,members,lag,type,protocol,no offset,coordinator',
    expect.stringMatching(/^readers,Empty,0,2,[Cc]lassic,consumer,0,\d$/),
  ])
  const described = await cli('group describe readers -o json')
  expect(JSON.parse(described.said)).toMatchObject({
    group: 'readers',
    lag: 2,
    partitions: [{ topic: 'work', partition: 0, committed: 3, start: 0, end: 5, lag: 2, member: null }],
  })
  expect((await cli('group members readers -o name')).said).toBe('')
  expect((await cli('group export readers')).said).toBe('topic,partition,offset\nwork,0,3\n')
  expect(await cli('group describe nobody')).toMatchObject({ code: 3 })
})

test('partitions that a group reads without an offset are listed and counted, and not in its lag', async () => {
  // The lag of the one partition that it had committed was told as if it were that of the group.
  await cli('topic create three --partitions 3')
  await cli('produce three --partition 1', { input: '0\n1\n' })
  await cli('produce three --partition 2', { input: '0\n1\n2\n' })
  const offsets = join(folder, 'begun.csv')
  writeFileSync(offsets, 'topic,partition,offset\nthree,1,1\n')
  const put = await cli(
    `group reset begun --from-file ${offsets} --execute --undo-file ${join(folder, 'begun-undo.csv')}`,
  )
  expect(put, put.complained).toMatchObject({ code: 0 })
  const described = await cli('group describe begun -o json')
  expect(JSON.parse(described.said)).toMatchObject({
    lag: 1,
    partitionsWithoutOffset: 2,
    partitions: [
      { topic: 'three', partition: 0, committed: null, end: 0, lag: null, member: null },
      { topic: 'three', partition: 1, committed: 1, end: 2, lag: 1, member: null },
      { topic: 'three', partition: 2, committed: null, end: 3, lag: null, member: null },
    ],
  })
  expect(JSON.parse((await cli('group list begun -o json')).said)).toMatchObject([
    { group: 'begun', members: 0, lag: 1, partitionsWithoutOffset: 2 },
  ])
  const shown = lines((await cli('group describe begun -o table')).said)
  expect(shown.filter((line) => /^(lag|no offset|three +2) /.test(line))).toEqual([
    expect.stringMatching(/^lag +1$/),
    expect.stringMatching(/^no offset +2 partitions$/),
    expect.stringMatching(/^three +2 +- +3 +- +-$/),
  ])
  expect((await cli('group describe readers -o table')).said).not.toContain('no offset')
})

test('a reset is a plan until it is executed, and is undone by the file that was asked for', async () => {
  const undo = join(folder, 'undo.csv')
  const planned = await cli('group reset readers --to start -o csv')
  expect(planned).toMatchObject({ code: 0, said: 'topic,partition,old,new,change\nwork,0,3,0,-3\n' })
  expect(planned.complained).toContain('--execute does it')
  expect((await cli('group export readers')).said).toContain('work,0,3')

  const moved = await cli(`group reset readers --shift -2 --execute --undo-file ${undo}`)
  expect(moved, moved.complained).toMatchObject({ code: 0 })
  expect((await cli('group export readers')).said).toContain('work,0,1')
  expect(readFileSync(undo, 'utf8')).toBe('topic,partition,offset\nwork,0,3\n')
  const undone = await cli(`group reset readers --from-file ${undo} --execute --undo-file ${join(folder, 'again.csv')}`)
  expect(undone, undone.complained).toMatchObject({ code: 0 })
  expect((await cli('group export readers')).said).toContain('work,0,3')
  expect(await cli('group reset readers')).toMatchObject({ code: 2 })
  const far = await cli('group reset readers --to 100 -o csv')
  expect(far).toMatchObject({ code: 0, said: 'topic,partition,old,new,change\nwork,0,3,5,2\n' })
  expect(far.complained).toContain('new is cut to what there is in work/0\n')
  expect((await cli('group reset readers --to 5')).complained).not.toContain('is cut')
})

ours('a reset of our broker is in its audit list, and leaves no file', async () => {
  const here = join(folder, 'here')
  mkdirSync(here)
  // Of a group that has moved on since its members left, the list had nothing.
  for (const to of [1, 2, 4]) {
    const moved = await shell(`group reset readers --to ${to} --execute`, { folder: here })
    expect(moved, moved.complained).toMatchObject({ code: 0 })
    expect(moved.complained).toContain('audit list')
  }
  expect(readdirSync(here)).toEqual([])
  const audited = await cli(`audit --search group.offsets -o json --override log.dirs=${cluster.broker.dataDirectory}`)
  const moves = (JSON.parse(audited.said) as { readonly before: unknown; readonly after: unknown }[]).slice(0, 2)
  expect(moves.map(({ before, after }) => [before, after])).toEqual([
    [{ 'work-0': 2 }, { 'work-0': 4 }],
    [{ 'work-0': 1 }, { 'work-0': 2 }],
  ])
})

test('where the audit list cannot undo a reset, a file does', async () => {
  const elsewhere = join(folder, 'elsewhere')
  mkdirSync(elsewhere)
  const kept = async (group: string, args: string, environment = {}) => {
    const moved = await shell(`group reset ${group} ${args} --execute`, { folder: elsewhere, environment })
    expect(moved, moved.complained).toMatchObject({ code: 0 })
    const [, file = ''] = /--from-file (\S+) --execute/.exec(moved.complained) ?? []
    expect(file).toMatch(new RegExp(`^${group}-offsets-\\d+\\.csv$`))
    return readFileSync(join(elsewhere, file), 'utf8')
  }
  // To set an offset and to forget another are two changes.
  const both = join(elsewhere, 'both.csv')
  writeFileSync(both, 'topic,partition,offset\nwork,0,1\nhalved,0,\n')
  await cli('topic create halved')
  await cli(
    `group reset mixed --topic halved --topic work --to start --execute --undo-file ${join(elsewhere, 'one.csv')}`,
  )
  expect(await kept('mixed', `--from-file ${both}`)).toBe('topic,partition,offset\nwork,0,0\nhalved,0,0\n')
  // Nobody could look into the list.
  const quiet = await startBroker({ overrides: { 'admin.listener': 'none' } })
  try {
    const environment = { MILLRACE_BOOTSTRAP: quiet.bootstrap }
    await cli('topic create work', { environment })
    expect(await kept('alone', '--topic work --to start', environment)).toBe('topic,partition,offset\nwork,0,\n')
  } finally {
    await quiet.stop()
  }
})

test.skipIf(noKafka)('a reset of Apache Kafka leaves the file that undoes it', async () => {
  const abroad = join(folder, 'abroad')
  mkdirSync(abroad)
  const kafka = await startBroker({ target: 'kafka' })
  try {
    const environment = { MILLRACE_BOOTSTRAP: kafka.bootstrap }
    const there = (args: string, options: MillraceOptions = {}) => cli(args, { ...options, environment })
    await there('topic create work')
    await there('produce work', { input: '0\n1\n2\n' })
    for (const to of [1, 2]) {
      const moved = await shell(`group reset readers --topic work --to ${to} --execute`, {
        folder: abroad,
        environment,
      })
      expect(moved, moved.complained).toMatchObject({ code: 0 })
    }
    const [, undo = ''] = readdirSync(abroad).sort()
    expect(
      await there(
        `group reset readers --from-file ${join(abroad, undo)} --execute --undo-file ${join(folder, 'last.csv')}`,
      ),
    ).toMatchObject({ code: 0 })
    expect((await there('group export readers')).said).toContain('work,0,1')
  } finally {
    await kafka.stop()
  }
})

test('a reset without topics leaves alone what was never committed', async () => {
  const [path, undo] = [join(folder, 'half.csv'), join(folder, 'half-undo.csv')]
  writeFileSync(path, 'topic,partition,offset\nwide,0,0\n')
  await cli('topic create wide --partitions 2')
  const put = await cli(`group reset half --from-file ${path} --execute --undo-file ${undo}`)
  expect(put, put.complained).toMatchObject({ code: 0 })
  const committed = ['topic,partition,old,new,change', 'wide,0,0,0,0']
  expect(lines((await cli('group reset half --to end -o csv')).said)).toEqual(committed)
  expect(lines((await cli('group reset half --topic wide --to end -o csv')).said)).toEqual([...committed, 'wide,1,,0,'])
})

test('a group that never read is put somewhere, forgotten again, and deleted', async () => {
  const undo = join(folder, 'fresh.csv')
  const put = await cli(`group reset fresh --topic work --to 4 --execute --undo-file ${undo}`)
  expect(put, put.complained).toMatchObject({ code: 0 })
  expect((await cli('consume work --group fresh --exit')).said).toBe('4\n')
  expect((await cli('group delete fresh')).code).toBe(2)
  expect(await cli('group delete fresh --dry-run --quiet')).toEqual({
    code: 0,
    said: 'fresh: Empty, 0 members; its offsets will be gone\n',
    complained: '',
  })
  expect(await cli('group delete fresh --yes')).toMatchObject({ code: 0 })
  expect(await cli('group describe fresh')).toMatchObject({ code: 3 })
  expect(await cli('group delete fresh --yes')).toMatchObject({ code: 3 })
})

test('a group whose next record was deleted is told how to go on', async () => {
  await cli('topic create passing')
  await cli('produce passing', { input: '0\n1\n2\n3\n4\n' })
  await cli('consume passing --group late -n 2')
  await cli('topic purge passing --yes')
  const refused = await cli('consume passing --group late --exit')
  expect(refused).toMatchObject({ code: 1, said: '' })
  expect(refused.complained).toContain('OFFSET_OUT_OF_RANGE')
  expect(refused.complained).toContain('millrace group reset')
  const described = JSON.parse((await cli('group describe late -o json')).said) as unknown
  expect(described).toMatchObject({ lag: 0, partitions: [{ committed: 2, start: 5, end: 5, lag: 0 }] })
  await cli(`group reset late --to start --execute --undo-file ${join(folder, 'late.csv')}`)
  expect(await cli('consume passing --group late --exit')).toMatchObject({ code: 0, said: '' })
})

// `millrace topic`: every command as a script calls it, with its exit code.
import { expect, test } from 'vitest'
import { lines, useCluster } from './cluster.ts'

const { cli, shell } = useCluster()

test('topics are made, listed, described and deleted', async () => {
  const created = await shell('topic create orders bills --partitions 3 --config retention.ms=60000')
  expect(created, created.complained).toMatchObject({ code: 0, said: '' })
  expect(created.complained).toContain('created orders with 3 partitions, 1 replica')

  expect((await cli('topic list -o name')).said).toBe('bills\norders\n')
  expect((await cli('topic list ord* -o csv')).said).toBe(
    'name,partitions,replicas,leaderless,under-replicated,internal,id\n' +
      `orders,3,1,0,0,false,${/orders,3,1,0,0,false,(\S+)/.exec((await cli('topic list -o csv')).said)?.[1]}\n`,
  )
  const [described] = JSON.parse((await cli('topic describe orders -o json')).said) as [{ partitions: unknown[] }]
  expect(described).toMatchObject({ name: 'orders', records: 0, configs: { 'retention.ms': '60000' } })
  expect(described.partitions).toHaveLength(3)
  const wide = await shell('topic describe orders bills -o wide')
  expect(lines(wide.said)[0]).toMatch(
    /^TOPIC +PARTITION +LEADER +REPLICAS +IN SYNC +START +END +RECORDS +BYTES +EPOCH$/,
  )
  expect(lines(wide.said)).toHaveLength(7)

  expect(await cli('topic delete orders bills --yes')).toMatchObject({ code: 0 })
  expect((await cli('topic list -o ndjson')).said).toBe('')
})

test('what cannot be done has an exit code of its own, the reason and the next step', async () => {
  await cli('topic create taken')
  const twice = await cli('topic create taken')
  expect(twice).toMatchObject({ code: 4, said: '' })
  expect(twice.complained).toMatch(/error: .*TOPIC_ALREADY_EXISTS.*\nnext: {2}millrace topic describe/)
  expect(await cli('topic create taken --if-not-exists')).toMatchObject({ code: 0 })
  expect(await cli('topic create taken fresh')).toMatchObject({ code: 7 })
  expect(await cli('topic describe nowhere')).toMatchObject({ code: 3 })
  expect(await cli('topic delete nowhere --yes')).toMatchObject({ code: 3 })
  expect(await cli('topic delete nowhere --yes --if-exists')).toMatchObject({ code: 0 })
  expect(await cli('topic create bad --config retention.ms=never')).toMatchObject({ code: 1 })
  expect(await cli('topic create bad --partitions some')).toMatchObject({ code: 2 })
  expect(await cli('topic list --bootstrap 127.0.0.1:1')).toMatchObject({ code: 6 })
})

test.each([
  ['consume paymets --exit', 'did you mean payments? millrace topic list'],
  ['topic describe paymets', 'did you mean payments? millrace topic list'],
  ['topic delete paymets', 'did you mean payments? millrace topic list'],
  ['topic delete paymets --yes', 'did you mean payments? millrace topic list'],
  ['group reset billing --topic paymets --to start', 'did you mean payments? millrace topic list'],
  ['produce paymets', 'did you mean payments? millrace topic list shows what there is; millrace topic create paymets'],
  ['consume nothing.like.it --exit', 'millrace topic list'],
])('a topic that is mistyped is guessed: %s', async (args, next) => {
  await cli('topic create payments --if-not-exists')
  const refused = await cli(args)
  expect(refused).toMatchObject({ code: 3, said: '' })
  expect(lines(refused.complained).at(-1)).toMatch(new RegExp(`^next: {2}${next.replaceAll('?', '\\?')}`))
})

test('nothing is deleted where nobody confirms it', async () => {
  await cli('topic create precious')
  const refused = await cli('topic delete precious')
  expect(refused).toMatchObject({ code: 2 })
  expect(refused.complained).toContain('next:  give --yes')
  const planned = await cli('topic delete precious --dry-run')
  const said = 'precious: 1 partition, 0 records will be gone\n'
  expect(planned).toEqual({ code: 0, said, complained: '' })
  expect((await cli('topic list precious -o name')).said).toBe('precious\n')
})

test('a topic grows, changes its settings, and is cloned', async () => {
  await cli('topic create growing --config cleanup.policy=compact')
  const planned = await cli('topic alter growing --partitions 4 --set retention.ms=5 --unset cleanup.policy --dry-run')
  expect(planned, planned.complained).toMatchObject({ code: 0 })
  expect(lines(planned.said)).toEqual([
    'partitions  1 -> 4',
    'retention.ms  604800000 -> 5',
    'cleanup.policy  compact -> default',
  ])
  expect((await cli('topic describe growing -o name')).said).toBe('growing\n')
  expect(await cli('topic alter growing --partitions 4 --set retention.ms=5')).toMatchObject({ code: 0 })
  expect(await cli('topic clone growing grown')).toMatchObject({ code: 0 })
  const [described] = JSON.parse((await cli('topic describe grown -o json')).said) as [{ partitions: unknown[] }]
  expect(described).toMatchObject({ configs: { 'cleanup.policy': 'compact', 'retention.ms': '5' } })
  expect(described.partitions).toHaveLength(4)
})

test('a topic is purged up to an offset, or whole', async () => {
  await cli('topic create full')
  await cli('produce full', { input: 'one\ntwo\nthree\n' })
  const planned = await cli('topic purge full --before 2 --dry-run')
  const said = 'partition 0: offsets 0 -> 2, 2 records will be gone\n'
  expect(planned).toEqual({ code: 0, said, complained: '' })
  expect(await cli('topic purge full --before 2 --yes')).toMatchObject({ code: 0 })
  expect((await cli('consume full --exit')).said).toBe('three\n')
  expect(await cli('topic purge full --yes')).toMatchObject({ code: 0 })
  expect((await shell('consume full --exit')).said).toBe('')
})

test('a plan is the answer, in every form and with --quiet', async () => {
  await cli('topic create model --partitions 2')
  const said = async (args: string): Promise<string> => {
    const planned = await cli(`${args} --dry-run --quiet`)
    expect(planned).toMatchObject({ code: 0, complained: '' })
    return planned.said
  }
  expect(await said('topic create copied -p 2')).toBe('would create copied with 2 partitions, 1 replica\n')
  expect(await said('topic create copied -o ndjson')).toBe('{"topic":"copied","result":"would create","error":null}\n')
  expect(await said('topic clone model copied')).toBe('would create copied with 2 partitions and 0 settings of model\n')
  expect(await said('topic clone model copied -o name')).toBe('copied\n')
  expect(await said('topic alter model -p 3')).toBe('partitions  2 -> 3\n')
  expect(await said('topic purge model --partition 1 -o csv')).toBe('topic,partition,old,new\nmodel,1,0,0\n')
  expect(await said('topic delete model -o csv')).toBe('topic,partitions,records,groups\nmodel,2,0,\n')
  expect(await said('topic delete copied --if-exists -o json')).toBe('[]\n')
  expect((await cli('topic list -o name')).said).toMatch(/^model$/m)
})

test('what was changed is data where that is asked for', async () => {
  const made = await cli('topic create formed -o json')
  expect(JSON.parse(made.said)).toEqual([{ topic: 'formed', result: 'created', error: null }])
  const again = await cli('topic create formed -o json')
  expect(again).toMatchObject({ code: 4, complained: expect.stringMatching(/^error: .+\nnext: {2}/) as string })
  expect(JSON.parse(again.said)).toMatchObject([{ topic: 'formed', result: 'failed' }])
  const gone = await cli('topic delete nowhere --yes -o json')
  expect(gone).toMatchObject({ code: 3 })
  expect(JSON.parse(gone.said)).toMatchObject([{ topic: 'nowhere', result: 'failed' }])
  expect((await cli('topic alter formed --partitions 2 -o csv')).said).toBe('key,old,new\npartitions,1,2\n')
  const altered = await cli('config alter topic/formed --set retention.ms=5000 -o ndjson')
  expect(JSON.parse(altered.said)).toMatchObject({ key: 'retention.ms', new: '5000' })
  expect((await cli('produce formed -p 1 -o csv', { input: 'one\ntwo\n' })).said).toBe('topic,records\nformed,2\n')
  expect((await cli('topic purge formed --yes -o csv')).said).toBe(
    'topic,partition,old,new\nformed,0,0,0\nformed,1,0,2\n',
  )
  expect((await cli('topic delete formed --dry-run -o ndjson')).said).toBe(
    '{"name":"formed","partitions":2,"records":0,"groups":null}\n',
  )
  expect((await cli('topic delete formed --yes -o name')).said).toBe('formed\n')
})

test('before the offsets of all groups go, it is said whose', async () => {
  const name = '__consumer_offsets'
  await cli('topic create read')
  await cli('produce read', { input: 'one\n' })
  for (const group of ['early', 'late']) await cli(`consume read --group ${group} -n 1`)
  const planned = await cli(`topic delete ${name} --dry-run`)
  expect(planned).toMatchObject({ code: 0, complained: '' })
  expect(lines(planned.said)).toEqual([
    expect.stringMatching(/^__consumer_offsets: [\d,]+ partitions?, [\d,]+ records? will be gone$/),
    `${name}: all committed offsets of 2 groups will be gone`,
  ])
  const both = JSON.parse((await cli(`topic delete read ${name} --dry-run -o json`)).said) as readonly unknown[]
  expect(both).toMatchObject([
    { name: 'read', groups: null },
    { name, groups: 2 },
  ])
  const refused = await cli(`topic delete ${name}`)
  expect(refused).toMatchObject({ code: 2, said: '' })
  expect(refused.complained).toContain('all committed offsets of 2 groups will be gone')
  for (const flag of ['--dry-run', '--yes']) {
    const purged = await cli(`topic purge ${name} ${flag}`)
    expect(purged).toMatchObject({ code: 1, said: '' })
    expect(purged.complained).toContain('it is internal, and only brokers remove its records (INVALID_TOPIC_EXCEPTION)')
  }
  expect(await cli(`topic delete ${name} --yes`)).toMatchObject({ code: 0 })
  expect((await cli('group list -o name')).said).toBe('')
})

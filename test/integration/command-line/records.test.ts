// `millrace produce` and `millrace consume`: what goes in comes out, byte for byte.
import { beforeAll, expect, test } from 'vitest'
import { lines, useCluster } from './cluster.ts'

const { cli, shell } = useCluster()

const ORDERS = [
  'o-0:{"amount":5}',
  'o-1:{"amount":150,"state":"Cancelled"}',
  'o-2:{"amount":9007199254740993}',
  'o-3:no JSON',
  'o-4:{"amount":101.5}',
]

beforeAll(async () => {
  await cli('topic create letters numbers')
  await cli('produce letters', { input: 'a\nb\nc\nd\ne\n' })
  await cli('topic create orders --partitions 3')
  // One after the other, so that their times tell them apart.
  for (const [at, line] of ORDERS.entries())
    await cli(`produce orders -K : -p ${at % 3} -H trace=t${at}`, { input: line })
})

test('keys, headers, tombstones and other bytes survive the way out and in again', async () => {
  await cli('topic create first second')
  const produced = await shell('produce first -K : -H kind=test --null gone --compression gzip', {
    input: Buffer.from('k1:v1\nk2:gone\nplain\n\u00e9:\u00fc\n'),
  })
  expect(produced, produced.complained).toMatchObject({ code: 0, said: '' })
  await cli('produce first', { input: Buffer.from([0xff, 0x00, 0x0a]) })
  const out = await cli('consume first --exit --output ndjson')
  expect(lines(out.said).map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { offset: 0, key: 'k1', value: 'v1', headers: [['kind', 'test']] },
    { offset: 1, key: 'k2', value: null },
    { offset: 2, key: null, value: 'plain' },
    { offset: 3, key: '\u00e9', value: '\u00fc' },
    { offset: 4, key: null, value: { base64: '/wA=' }, headers: [] },
  ])
  expect(await cli('produce second --format json', { input: out.said })).toMatchObject({ code: 0 })
  const again = await cli('consume second --exit --output json')
  const without = (text: string): string => text.replaceAll(/"(topic|time|timestamp)":("[^"]*"|\d+),?/g, '')
  expect((JSON.parse(again.said) as unknown[]).map((one) => without(JSON.stringify(one)))).toEqual(
    lines(out.said).map(without),
  )
})

test.each([
  ['-2', 'de'],
  ['1:3', 'bc'],
  ['@-1h:end', 'abcde'],
  ['@2020-01-01:2020-01-02', ''],
])('consume --offset %s', async (where, expected) => {
  const { code, said, complained } = await cli(`consume letters --exit --offset=${where} --format %v`)
  expect({ code, said }, complained).toEqual({ code: 0, said: expected })
})

test('a format, a number of records, a partition', async () => {
  expect((await cli('consume letters -n 2 -f %t/%p/%o=%v{hex},%K\\n')).said).toBe(
    'letters/0/0=61,-1\nletters/0/1=62,-1\n',
  )
  expect(await cli('consume letters --exit -p 7')).toMatchObject({ code: 3 })
  expect(await cli('consume letters --exit -f %q')).toMatchObject({ code: 2 })
  expect(await cli('consume letters --exit -o nonsense')).toMatchObject({ code: 2 })
})

test('a group goes on where it stopped', async () => {
  await cli('produce numbers', { input: '1\n2\n3\n' })
  const first = await shell('consume numbers --group readers -n 2')
  expect(first, first.complained).toMatchObject({ code: 0, said: '1\n2\n' })
  const rest = await cli('consume numbers --group readers --exit')
  expect(rest, rest.complained).toMatchObject({ code: 0, said: '3\n' })
})

test.each([
  ['--contains cancelled', 'o-1'],
  ['--contains T4', 'o-4'],
  ['--match ^o-[03]$', 'o-0 o-3'],
  ['--match (?i)NO.json', 'o-3'],
  ['--where partition==1||offset>0', 'o-1 o-3 o-4'],
  ["--where headers['trace']=='t2'&&key=='o-2'", 'o-2'],
  ["--where timestamp>timestamp('2020-01-01T00:00:00Z')&&size>40", 'o-1 o-2'],
  ['--value-as hex --contains 6e6f204a534f4e', 'o-3'],
  ['--where value=="no\\u0020JSON" -p 0', 'o-3'],
  ['--contains nowhere', ''],
])('consume %s', async (filter, expected) => {
  const { code, said, complained } = await cli(`consume orders --exit -f %k\\n ${filter}`)
  expect({ code, keys: lines(said).toSorted().join(' ') }, complained).toEqual({ code: 0, keys: expected })
  const matched = expected === '' ? 0 : expected.split(' ').length
  expect(complained).toBe(`scanned ${filter.endsWith('-p 0') ? 2 : 5} records, ${matched} matched\n`)
})

test('a record that an expression fails on is left out and told of, in every form', async () => {
  const found = await shell('consume orders --exit --where value.amount>100 --output ndjson')
  expect(found, found.complained).toMatchObject({ code: 0 })
  expect(
    lines(found.said)
      .map((line) => (JSON.parse(line) as { key: string }).key)
      .toSorted(),
  ).toEqual(['o-1', 'o-2', 'o-4'])
  expect(found.complained).toMatch(
    /^warning: the filter failed on 1 record, left out; first on orders\/0\/1: .+\nscanned 5 records, 3 matched\n$/,
  )
  expect((await cli('consume orders --exit --match ^o-2$ --output name')).said).toBe('orders/2/0\n')
  expect(lines((await cli('consume orders --exit --match ^o-2$ --output csv')).said)[1]).toMatch(/^orders,2,0,/)
  expect((await cli('consume orders --exit -q --contains nowhere --output json')).said).toBe('[\n]\n')
})

test('what a filter keeps counts for a limit, and nothing else does', async () => {
  expect(await cli('consume letters -n 2 --match [b-e]')).toMatchObject({ code: 0, said: 'b\nc\n' })
  expect(await cli('consume letters -o 2 -n 1 --match [a-d]')).toMatchObject({ code: 0, said: 'c\n' })
  // A place is one among all records.
  expect(await cli('consume letters -o -2 --exit --match [a-d]')).toMatchObject({ code: 0, said: 'd\n' })
})

test('the last ones are the newest of all partitions, newest first', async () => {
  expect((await cli('consume orders --last 4 -f %k\\n')).said).toBe('o-4\no-3\no-2\no-1\n')
  expect(await cli('consume orders --last 2 -f %k\\n --contains amount')).toMatchObject({
    code: 0,
    said: 'o-4\no-2\n',
    complained: 'scanned 3 records, 2 matched\n',
  })
  expect((await shell('consume orders --last 9 -p 1,2 -f %k\\n')).said).toBe('o-4\no-2\no-1\n')
  expect((await cli('consume letters orders --last 1 -f %k\\n')).said).toBe('o-4\n')
})

test.each([
  ['--where value.amount=100', '--where is wrong from character 13 on: = does not fit here'],
  ['--match a(b', '--match is wrong from character 2 on: missing closing )'],
  ['--contains a --where true', 'cannot be used with'],
  ['--value-as hex', 'are for what a filter reads'],
  ['--contains a --value-as avro', 'Allowed choices are auto'],
  ['-o json', 'the form is given by --output: --output json'],
  ['-o csv --group readers', 'the form is given by --output: --output csv'],
  ['-o soon', 'one of start, end, :end'],
  ['--last 3 --offset 2', 'cannot be used with'],
  ['--last none', '--last none: a whole number'],
])('consume %s is a mistake', async (options, why) => {
  const { code, said, complained } = await cli(`consume orders --exit ${options}`)
  expect({ code, said }).toEqual({ code: 2, said: '' })
  expect(complained).toContain(why)
})

test('what a filter leaves out is committed like what is shown', async () => {
  const first = await shell('consume letters --group sifters -n 1 --contains c')
  expect(first, first.complained).toMatchObject({ code: 0, said: 'c\n' })
  const rest = await cli('consume letters --group sifters --exit --match [^d]')
  expect(rest, rest.complained).toMatchObject({ code: 0, said: 'e\n' })
  expect(await cli('consume letters --group sifters --exit')).toMatchObject({ code: 0, said: '' })
  const none = await cli('consume letters --group passing --exit --contains nothing')
  expect(none).toMatchObject({ code: 0, said: '', complained: 'scanned 5 records, 0 matched\n' })
  expect(await cli('consume letters --group passing --exit')).toMatchObject({ code: 0, said: '' })
})

// A record without a key ended a member of a group that was to write it as JSON.
test('a group is shown the records that everybody is shown', async () => {
  const without = (text: string): readonly string[] => lines(text).toSorted()
  const args = 'consume orders letters --exit --output ndjson --where size<30'
  const alone = await cli(args)
  expect(without(alone.said)).not.toEqual([])
  const member = await cli(`${args} --group sized`)
  expect(without(member.said), member.complained).toEqual(without(alone.said))
})

// The library knows nothing of internal topics, and threw that where nobody could catch it.
test.each(['', ' -K :', ' -p 0'])('nobody but a broker writes to an internal topic: produce%s', async (options) => {
  const refused = await shell(`produce __consumer_offsets${options}`, { input: 'x:y\n' })
  expect(refused).toMatchObject({ code: 5, said: '' })
  expect(lines(refused.complained)).toEqual([
    'error: topic __consumer_offsets is internal: only brokers write there',
    expect.stringMatching(/^next: {2}millrace consume __consumer_offsets reads it; /),
  ])
})

test('an internal topic is measured by nobody who would write to it, and read without a group', async () => {
  expect(await cli('bench produce __consumer_offsets -n 1')).toMatchObject({ code: 5 })
  const refused = await cli('consume __consumer_offsets --group readers --exit')
  expect(refused).toMatchObject({ code: 2, said: '' })
  expect(refused.complained).toContain('leave --group out')
  expect(await cli('consume __consumer_offsets --exit --output name')).toMatchObject({ code: 0, complained: '' })
})

test('what is thrown where nobody waits for it ends a command like any failure', async () => {
  const thrower = 'data:text/javascript,setTimeout(()=>{throw(new(TypeError)(%27stray%27))},2000)'
  const environment = { NODE_OPTIONS: `--import ${thrower}` }
  expect(await shell('consume letters', { environment })).toEqual({
    code: 1,
    said: 'a\nb\nc\nd\ne\n',
    complained: 'error: stray\nnext:  the same with -v shows where in the program\n',
  })
  const verbose = await shell('consume letters -v', { environment })
  expect(verbose).toMatchObject({ code: 1 })
  expect(verbose.complained).toMatch(/TypeError: stray\n +at /)
})

test('a topic that does not exist is not made by accident', async () => {
  const refused = await cli('produce typo', { input: 'x\n' })
  expect(refused).toMatchObject({ code: 3 })
  expect(refused.complained).toContain('millrace topic create typo')
  expect(await cli('produce typo --create', { input: 'x\n' })).toMatchObject({ code: 0 })
  expect(await cli('consume nowhere --exit')).toMatchObject({ code: 3 })
})

test('a topic is analyzed: sizes, keys, tombstones, compression, by partition', async () => {
  await cli('topic create mixed --partitions 3')
  const input = Array.from({ length: 100 }, (_, at) => `key-${at % 10}:${'x'.repeat(at)}`)
  await cli('produce mixed -K : -p 1 --compression gzip', { input: `${input.join('\n')}\n` })
  await cli('produce mixed -p 2 --null gone', { input: 'gone\nkept\n' })
  const whole = await shell('topic analyze mixed -o json')
  expect(whole, whole.complained).toMatchObject({ code: 0 })
  expect(JSON.parse(whole.said)).toMatchObject({
    topic: 'mixed',
    complete: true,
    records: 102,
    bytes: 500 + 4950 + 4,
    withoutKey: 2,
    tombstones: 1,
    compression: { gzip: 100, none: 2 },
    partitions: [
      { partition: 0, records: 0, distinctKeys: 0, valueBytes: null, largest: null, newest: null },
      {
        partition: 1,
        distinctKeys: 10,
        keyBytes: { average: 5, p50: 5, p99: 5, max: 5 },
        valueBytes: { average: 50, p50: 49, p99: 98, max: 99 },
        largest: { offset: 99, bytes: 104 },
      },
      { partition: 2, records: 2, withoutKey: 2, tombstones: 1, valueBytes: { max: 4 } },
    ],
  })
  const part = await cli('topic analyze mixed --partition 1 --offset -5 -o csv')
  expect(lines(part.said)[1]).toMatch(/^1,5,\d+,5,0,0,97,99,99,/)
  expect(await cli('topic analyze mixed --partition 9')).toMatchObject({ code: 3 })
  expect(await cli('topic analyze nowhere')).toMatchObject({ code: 3 })
})

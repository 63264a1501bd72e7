// `millrace produce` and `millrace consume`: what goes in comes out, byte for byte.
import { beforeAll, expect, test } from 'vitest'
import { lines, useCluster } from './cluster.ts'

const { cli, shell } = useCluster()

beforeAll(async () => {
  await cli('topic create letters numbers')
  await cli('produce letters', { input: 'a\nb\nc\nd\ne\n' })
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

// Messages through the admin API: what clients of other languages sent is read, searched, taken away as a file, and produced again.
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { requestOf } from 'millrace/admin/client.js'
import type { Input, Output } from 'millrace/admin/contract.js'
import { produce } from 'millrace/messages/00-produce.js'
import { offsetCommit } from 'millrace/messages/08-offset-commit.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { batch, type BatchFields, type TestRecord } from '../../harness/batch.ts'
import { removeDirectory, temporaryDirectory } from '../../harness/cleanup.ts'
import { missingClients } from '../../harness/clients.ts'
import { eventually } from '../../harness/eventually.ts'
import { readyCoordinator } from '../../harness/ready-coordinator.ts'
import { readyTopic } from '../../harness/ready-topic.ts'
import { codecClients } from '../codec-clients.ts'
import { inside } from './inside.ts'

const { authorization, bootstrap, call, fetch, peer } = inside({ 'log.cleaner.backoff.ms': '50' })
const directory = temporaryDirectory('messages')
afterAll(() => removeDirectory(directory))

type Messages = Output<'messages'>

const append = async (
  topic: string,
  index: number,
  records: readonly TestRecord[],
  fields: BatchFields = {},
): Promise<void> => {
  const partitionData = [{ index, records: batch(records, fields) }]
  const request = { transactionalId: null, acks: -1, timeoutMs: 10_000, topicData: [{ name: topic, partitionData }] }
  const answer = await peer().call(produce, 9, request)
  expect(answer.responses[0]?.partitionResponses[0]?.errorCode).toBe(0)
}

/** All answers up to the end. */
const readAll = async (input: Input<'messages'>): Promise<readonly Messages[]> => {
  const answers: Messages[] = []
  for (let cursor: string | null | undefined; cursor !== null; cursor = answers.at(-1)?.cursor) {
    answers.push(await call('messages', { ...input, ...(cursor === undefined ? {} : { cursor }) }))
  }
  return answers
}

const places = (answers: readonly Messages[]): readonly string[] =>
  answers.flatMap(({ items }) => items.map(({ partition, offset }) => `${partition}:${offset}`))

const texts = ({ items }: Messages): readonly (string | undefined)[] => items.map(({ value }) => value?.text)

describe('what clients sent', () => {
  for (const client of codecClients) {
    test(`by ${client.name}, in every codec it has`, async (context) => {
      context.skip((await missingClients(client.kind)) !== undefined)
      await client.produce(bootstrap(), `from-${client.name}`, directory)
      for (const codec of client.codecs) {
        const topic = `from-${client.name}-${codec}`
        const answers = await readAll({ topic, from: 'earliest', limit: 500 })
        const items = answers.flatMap(({ items }) => items)
        expect(items.length, topic).toBe(client.sends.length)
        // The others are alike.
        const looked = [...client.sends.entries()].filter(
          ([at, { value, headers }]) => at < 10 || value === null || headers.length > 0,
        )
        for (const [at, sent] of looked) {
          const { partition, offset } = items[at] ?? { partition: 0, offset: '' }
          const got = await call('message', { topic, partition, offset })
          const raw = (payload: { readonly raw: string } | null): string | null => payload?.raw ?? null
          expect(raw(got.key), `${topic} ${offset}`).toBe(sent.key?.toString('base64') ?? null)
          expect(sum(raw(got.value))).toBe(sum(sent.value?.toString('base64') ?? null))
          expect(got.headers.map(({ name, value }) => [name, raw(value)])).toEqual(
            sent.headers.map(([name, value]) => [name, value.toString('base64')]),
          )
          if (sent.timestamp !== null) expect(got.timestamp).toBe(String(sent.timestamp))
        }
      }
    })
  }
})

const sum = (raw: string | null): string | null =>
  raw === null ? null : createHash('sha256').update(raw).digest('hex')

describe('where a read starts', () => {
  const topic = 'places'
  const start = 1_700_000_000_000

  beforeAll(async () => {
    await readyTopic(peer(), topic, { partitions: 2 })
    // Times rise over both partitions together: 0:0, 1:0, 0:1, 1:1 ...
    for (let at = 0; at < 10; at += 1) {
      const time = start + at
      await append(topic, at % 2, [{ key: `k${at}`, value: `v${at}` }], { baseTimestamp: time, maxTimestamp: time })
    }
  })

  test('the earliest, all partitions merged by time', async () => {
    const answer = await call('messages', { topic, from: 'earliest' })
    expect(texts(answer)).toEqual(Array.from({ length: 10 }, (_, at) => `v${at}`))
    expect(answer).toMatchObject({
      cursor: null,
      progress: { scanned: '10', matched: '10', offsetsDone: '10', offsetsTotal: '10' },
    })
  })

  test('the newest first, as many as are asked for, and from there back', async () => {
    const newest = await call('messages', { topic, limit: 3 })
    expect(texts(newest)).toEqual(['v9', 'v8', 'v7'])
    const older = await call('messages', { topic, limit: 3, cursor: newest.cursor ?? '' })
    expect(texts(older)).toEqual(['v6', 'v5', 'v4'])
  })

  test('an offset, a time, some partitions', async () => {
    expect(texts(await call('messages', { topic, from: 'offset', offset: '4' }))).toEqual(['v8', 'v9'])
    expect(texts(await call('messages', { topic, from: 'time', time: String(start + 7) }))).toEqual(['v7', 'v8', 'v9'])
    expect(texts(await call('messages', { topic, from: 'time', time: String(start + 100) }))).toEqual([])
    expect(texts(await call('messages', { topic, from: 'earliest', partitions: [1] }))).toEqual([
      'v1',
      'v3',
      'v5',
      'v7',
      'v9',
    ])
  })

  test('now: what comes later is read later', async () => {
    const live = await call('messages', { topic, from: 'live', partitions: [0] })
    expect(live.items).toEqual([])
    await append(topic, 0, [{ value: 'after' }])
    const next = await call('messages', { topic, cursor: live.cursor ?? '' })
    expect(texts(next)).toEqual(['after'])
    expect(next.cursor).not.toBeNull()
  })

  test('what is not there is said', async () => {
    await expect(call('messages', { topic: 'none' })).rejects.toMatchObject({ status: 404 })
    await expect(call('messages', { topic, partitions: [7] })).rejects.toMatchObject({ status: 404 })
    await expect(call('messages', { topic, cursor: 'made up' })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(call('message', { topic, partition: 0, offset: '999' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

test('what was deleted is not there, and a cursor goes on behind it', async () => {
  await readyTopic(peer(), 'cut')
  await append(
    'cut',
    0,
    Array.from({ length: 10 }, (_, at) => ({ value: `v${at}` })),
  )
  const first = await call('messages', { topic: 'cut', from: 'earliest', limit: 2 })
  await call('deleteRecords', { topic: 'cut', partitions: [{ partition: 0, before: '6' }], confirm: 'cut' })
  expect(texts(await call('messages', { topic: 'cut', cursor: first.cursor ?? '' }))).toEqual(['v6', 'v7', 'v8', 'v9'])
  await expect(call('message', { topic: 'cut', partition: 0, offset: '3' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  })
})

test('a compacted topic is read over its gaps, in both directions', async () => {
  const minute = 60_000
  const configs = { 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.01', 'segment.ms': String(minute) }
  await readyTopic(peer(), 'compacted', { configs })
  const begin = Date.now() - 40 * minute
  for (let at = 0; at < 5; at += 1) {
    const baseTimestamp = begin + at * 2 * minute
    const records = [
      { key: 'same', value: `v${at}` },
      { key: `k${at}`, value: at === 1 ? null : 'x' },
    ]
    await append('compacted', 0, records, { baseTimestamp, maxTimestamp: baseTimestamp })
  }
  const left = await eventually('compaction', async () => {
    const answers = await readAll({ topic: 'compacted', from: 'earliest' })
    return places(answers).length < 8 ? answers : undefined
  })
  const back = await readAll({ topic: 'compacted', from: 'latest', limit: 1 })
  expect(places(back)).toEqual(places(left).toReversed())
  expect(places(back)[0]).toBe('0:9')
})

test('payloads are made readable, with exact numbers', async () => {
  await readyTopic(peer(), 'shapes')
  const int64 = Buffer.alloc(8)
  int64.writeBigInt64BE(9_007_199_254_740_993n)
  // A map of one entry, id: 2^60.
  const packed = Buffer.from('81a26964cf1000000000000000', 'hex')
  const values = [
    Buffer.from('{"id":9007199254740993}'),
    int64,
    packed,
    gzipSync('{"a":1}'),
    Buffer.from([0, 1, 2]),
    null,
  ]
  await append(
    'shapes',
    0,
    values.map((value) => ({ value })),
  )
  const { items } = await call('messages', { topic: 'shapes', from: 'earliest' })
  expect(items.map(({ value }) => value && [value.decoder, value.text, value.gzip])).toEqual([
    ['json', '{"id":9007199254740993}', false],
    ['integer', '9007199254740993', false],
    ['messagepack', '{"id":1152921504606846976}', false],
    ['json', '{"a":1}', true],
    ['hex', '000102', false],
    null,
  ])
  const exact = {
    topic: 'shapes',
    from: 'earliest',
    language: 'cel',
    filter: 'value != null && value.id == 9007199254740993',
  } as const
  expect(await call('messages', exact)).toMatchObject({ items: [{ offset: '0' }] })
})

test('what is masked is seen by nobody: in no list, no message, no file, and by no filter', async () => {
  await readyTopic(peer(), 'secret.eu')
  await append('secret.eu', 0, [{ key: 'k', value: '{"id":9007199254740993,"card":{"number":"4111"}}' }])
  const rules = 'secret.*:value.card.number,other:key'
  await call('alterBrokerConfigs', { broker: 1, set: { 'admin.masking': rules } })
  const text = '{"id":9007199254740993,"card":{"number":"***"}}'
  const asked = { topic: 'secret.eu', from: 'earliest' } as const
  expect(texts(await call('messages', asked))).toEqual([text])
  for (const filter of ['4111', '"41'] as const) expect(texts(await call('messages', { ...asked, filter }))).toEqual([])
  const cel = { language: 'cel', filter: "value.card.number.startsWith('4')" } as const
  expect(texts(await call('messages', { ...asked, ...cel }))).toEqual([])
  const { value } = await call('message', { topic: 'secret.eu', partition: 0, offset: '0' })
  expect([value?.text, Buffer.from(value?.raw ?? '', 'base64').toString()]).toEqual([text, text])
  const file = await fetch(requestOf('downloadMessages', asked).path, { headers: authorization() })
  expect(await file.text()).toContain(text)
  await expect(call('alterBrokerConfigs', { broker: 1, set: { 'admin.masking': 'no rule' } })).rejects.toMatchObject({
    code: 'INVALID_REQUEST',
  })
  await call('alterBrokerConfigs', { broker: 1, unset: ['admin.masking'] })
  expect(texts(await call('messages', asked))).toEqual(['{"id":9007199254740993,"card":{"number":"4111"}}'])
})

test('committed offsets are records that can be read', async () => {
  await readyCoordinator(peer(), 'readers')
  const partitions = [{ partitionIndex: 0, committedOffset: 42, committedLeaderEpoch: -1, committedMetadata: 'm' }]
  await peer().call(offsetCommit, 7, {
    groupId: 'readers',
    generationIdOrMemberEpoch: -1,
    memberId: '',
    groupInstanceId: null,
    topics: [{ name: 'places', partitions }],
  })
  const found = await eventually('the record of the commit', async () => {
    const answers = await readAll({ topic: '__consumer_offsets', from: 'earliest', filter: '"readers"' })
    return answers.flatMap(({ items }) => items).find(({ key }) => key?.text.includes('"places"'))
  })
  expect(found.key?.decoder).toBe('internal')
  expect(JSON.parse(found.value?.text ?? '')).toMatchObject({ offset: 42, metadata: 'm' })
})

describe('a search', () => {
  const topic = 'haystack'
  const count = 20_000

  beforeAll(async () => {
    await readyTopic(peer(), topic, { partitions: 3 })
    for (let from = 0; from < count; from += 1000) {
      const records = Array.from({ length: 1000 }, (_, at) => ({
        value: `{"n":${from + at},"pad":"${'x'.repeat(200)}"}`,
      }))
      await append(topic, (from / 1000) % 3, records)
    }
  })

  test.each([
    ['text', '"n":12345,'],
    ['regex', '"n":1234[5],'],
    ['cel', 'value.n == 12345'],
  ] as const)('finds one message with %s, and says how far it is', async (language, filter) => {
    const answers = await readAll({ topic, from: 'earliest', language, filter })
    expect(places(answers)).toEqual(['0:4345'])
    const progress = answers.map((answer) => answer.progress)
    expect(progress.at(-1)).toMatchObject({
      scanned: String(count),
      matched: '1',
      offsetsDone: String(count),
      offsetsTotal: String(count),
    })
    for (const [at, { scanned }] of progress.entries()) {
      expect(Number(scanned)).toBeGreaterThan(Number(progress[at - 1]?.scanned ?? 0))
    }
  })

  test('back finds the same in the other order', async () => {
    const asked = { topic, filter: '"n":1999', limit: 500 }
    const forward = places(await readAll({ ...asked, from: 'earliest' }))
    expect(forward.length).toBe(11)
    expect(places(await readAll({ ...asked, from: 'latest' })).toSorted()).toEqual(forward.toSorted())
  })

  test('many at once all come to their end', async () => {
    const searches = Array.from({ length: 10 }, () => readAll({ topic, from: 'earliest', filter: '"n":777,' }))
    for (const answers of await Promise.all(searches)) expect(places(answers)).toEqual(['0:777'])
  })

  test('an expression that is wrong is refused, and one that fails on messages says how', async () => {
    const cel =
      'CEL compares with ==, joins with && and ||, and its names are key, value, headers, partition, offset, timestamp and size.'
    const re2 = 'RE2 has no look-around and no back-references.'
    for (const [language, filter, why, hint] of [
      ['cel', 'value ==', '7 on: nothing stands behind ==', cel],
      ['cel', 'n == 1', '1 on: there is no name n; a field of a value is value.n', cel],
      ['regex', '(?=a)', '1 on: invalid or unsupported Perl syntax: `(?=`', re2],
    ] as const) {
      const message = `The filter is wrong from character ${why}.`
      const refusal = { status: 400, code: 'INVALID_FILTER', message, hint }
      await expect(call('messages', { topic, language, filter })).rejects.toMatchObject(refusal)
      await expect(call('saveFilter', { name: 'wrong', language, filter })).rejects.toMatchObject(refusal)
    }
    const answer = await call('messages', { topic, from: 'earliest', language: 'cel', filter: 'value.none == 1' })
    expect(answer.failed).toBeGreaterThan(0)
    expect(answer.failure).toMatch(/^at character 6: field not found: none; has\(\)/)
  })
})

describe('a file', () => {
  const download = async (input: Input<'downloadMessages'>): Promise<Response> =>
    fetch(requestOf('downloadMessages', input).path, { headers: authorization() })

  beforeAll(async () => {
    await readyTopic(peer(), 'file')
    const records = [
      { key: 'a', value: '{"id": 9007199254740993,\n "s":"x"}' },
      { key: null, value: 'he said "no", twice' },
      { key: 'gone', value: null },
      { key: 'bytes', value: Buffer.from([0, 1, 2]) },
    ]
    await append('file', 0, records, { baseTimestamp: 5, maxTimestamp: 5 })
  })

  test('of lines of JSON has all messages, digit by digit', async () => {
    const response = await download({ topic: 'file', from: 'earliest' })
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="file.ndjson"')
    expect((await response.text()).split('\n')).toEqual([
      '{"partition":0,"offset":0,"timestamp":5,"key":"a","value":{"id": 9007199254740993,  "s":"x"},"headers":[]}',
      String.raw`{"partition":0,"offset":1,"timestamp":5,"key":null,"value":"he said \"no\", twice","headers":[]}`,
      '{"partition":0,"offset":2,"timestamp":5,"key":"gone","value":null,"headers":[]}',
      '{"partition":0,"offset":3,"timestamp":5,"key":"bytes","value":{"base64":"AAEC"},"headers":[]}',
      '',
    ])
  })

  test('of a table has a head, and quotes where they are needed', async () => {
    const response = await download({ topic: 'file', from: 'earliest', format: 'csv', filter: 'twice' })
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(await response.text()).toBe(
      'partition,offset,timestamp,key,value,headers,encoding\r\n0,1,5,,"he said ""no"", twice",[],text\r\n',
    )
  })

  test('has no more than was asked for, and all of a large topic', async () => {
    const lines = async (input: Input<'downloadMessages'>): Promise<number> =>
      (await (await download(input)).text()).split('\n').length - 1
    expect(await lines({ topic: 'haystack', from: 'earliest', max: 777 })).toBe(777)
    expect(await lines({ topic: 'haystack', from: 'latest' })).toBe(20_000)
  })

  test('that nobody waits for any more is not gone on with', async () => {
    const aborting = new AbortController()
    const path = requestOf('downloadMessages', { topic: 'haystack', from: 'earliest' }).path
    const response = await fetch(path, { headers: authorization(), signal: aborting.signal })
    await response.body?.getReader().read()
    aborting.abort()
    expect(texts(await call('messages', { topic: 'file', limit: 1 }))).toEqual(['000102'])
  })

  test('is refused where the cluster gives none away, and looking goes on', async () => {
    await call('alterBrokerConfigs', { broker: 1, set: { 'admin.export.enable': 'false' } })
    const response = await download({ topic: 'file', from: 'earliest' })
    expect([response.status, await response.json()]).toMatchObject([403, { code: 'EXPORT_OFF' }])
    expect((await call('cluster', {})).mayExport).toBe(false)
    expect((await call('messages', { topic: 'file', limit: 1 })).items).toHaveLength(1)
    await call('alterBrokerConfigs', { broker: 1, unset: ['admin.export.enable'] })
    expect((await download({ topic: 'file', from: 'earliest' })).status).toBe(200)
  })

  test('is refused where it cannot begin', async () => {
    expect((await download({ topic: 'file', language: 'regex', filter: '(' })).status).toBe(400)
    expect((await download({ topic: 'none' })).status).toBe(404)
    expect((await fetch(requestOf('downloadMessages', { topic: 'file' }).path)).status).toBe(401)
  })
})

describe('a message by hand', () => {
  test('is shown first, then appended, read back and in the audit list', async () => {
    await readyTopic(peer(), 'hand', { partitions: 5 })
    const wanted: Input<'produce'> = {
      topic: 'hand',
      key: { data: 'foobar' },
      value: { encoding: 'json', data: '{"id":9007199254740993}' },
      headers: [
        { name: 'h', value: { encoding: 'hex', data: '00ff' } },
        { name: 'none', value: null },
      ],
    }
    // Where Kafka's own clients put this key: -790332482 made positive, of five.
    const partition = (-790_332_482 & 0x7fffffff) % 5
    expect(await call('produce', { ...wanted, dryRun: true })).toMatchObject({ partition, offset: null })
    expect(await call('produce', wanted)).toMatchObject({ partition, offset: '0' })
    expect(await call('message', { topic: 'hand', partition, offset: '0' })).toMatchObject({
      key: { text: 'foobar' },
      value: { decoder: 'json', text: '{"id":9007199254740993}' },
      headers: [
        { name: 'h', value: { raw: 'AP8=' } },
        { name: 'none', value: null },
      ],
    })
    const { items } = await call('audit', { search: 'records.produce' })
    expect(items).toMatchObject([{ subject: 'hand', principal: 'User:admin', after: { partition, offset: 0 } }])
  })

  test('is produced again as it was, and as a tombstone', async () => {
    await readyTopic(peer(), 'again')
    await append('again', 0, [{ key: 'k', value: Buffer.from([0, 0xff, 0x80]) }])
    const { key, value } = await call('message', { topic: 'again', partition: 0, offset: '0' })
    const encoding = 'base64'
    await call('produce', {
      topic: 'again',
      key: { encoding, data: key?.raw ?? '' },
      value: { encoding, data: value?.raw ?? '' },
    })
    await call('produce', { topic: 'again', key: { encoding, data: key?.raw ?? '' }, value: null })
    expect(await call('message', { topic: 'again', partition: 0, offset: '1' })).toMatchObject({ key, value })
    expect(await call('message', { topic: 'again', partition: 0, offset: '2' })).toMatchObject({ key, value: null })
  })

  test('is held to what the topic asks of producers', async () => {
    await readyTopic(peer(), 'strict', { configs: { 'cleanup.policy': 'compact', 'max.message.bytes': '1000' } })
    const value = { data: 'x' }
    const refused = async (input: Input<'produce'>, code: string): Promise<void> => {
      await expect(call('produce', input)).rejects.toMatchObject({ code })
    }
    await refused({ topic: 'strict', value }, 'INVALID_RECORD')
    await refused({ topic: 'strict', key: value, value: { data: 'x'.repeat(2000) } }, 'MESSAGE_TOO_LARGE')
    await refused({ topic: 'strict', key: value, value, partition: 1 }, 'UNKNOWN_TOPIC_OR_PARTITION')
    await refused({ topic: 'strict', key: value, value: { encoding: 'int32', data: '2147483648' } }, 'INVALID_INPUT')
    await refused({ topic: 'strict', key: value, value: { encoding: 'json', data: '{' } }, 'INVALID_INPUT')
    await refused({ topic: '__consumer_offsets', key: value, value }, 'INVALID_TOPIC_EXCEPTION')
    await refused({ topic: 'none', value }, 'UNKNOWN_TOPIC_OR_PARTITION')
    expect(await call('messages', { topic: 'strict', from: 'earliest' })).toMatchObject({ items: [] })
  })

  test('has the time of the log where the topic wants it', async () => {
    await readyTopic(peer(), 'stamped', { configs: { 'message.timestamp.type': 'LogAppendTime' } })
    const before = Date.now()
    await call('produce', { topic: 'stamped', value: { encoding: 'int64', data: '-1' } })
    const { items } = await call('messages', { topic: 'stamped', from: 'time', time: String(before) })
    expect(items).toMatchObject([{ value: { decoder: 'integer', text: '-1' } }])
  })
})

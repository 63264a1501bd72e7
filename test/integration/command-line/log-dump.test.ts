// `millrace log dump`: files made byte by byte, good and bad, and what is said of them. What a broker writes is compared with Kafka's
// own tool beside the other files that both read.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { crc32c } from 'millrace/base/crc32c.js'
import { afterAll, expect, test } from 'vitest'
import { batch, type BatchFields, encodeRecords, type TestRecord } from '../../harness/batch.ts'
import { removeDirectory, temporaryDirectory } from '../../harness/cleanup.ts'
import { millrace } from '../../harness/millrace.ts'
import { lines } from './cluster.ts'

const work = temporaryDirectory('log-dump')
afterAll(() => removeDirectory(work))

const TIME = 1_700_000_000_000
const NAME = '00000000000000000100'
const PRODUCER = { producerId: 2 ** 40, producerEpoch: 3, baseSequence: 7 }
const TRANSACTIONAL = 0x10
const CONTROL = 0x20

const at = (baseOffset: number, records: readonly TestRecord[], fields: BatchFields = {}): Buffer =>
  batch(records, { baseOffset: BigInt(baseOffset), leaderEpoch: 5, baseTimestamp: TIME, ...fields })

const plain = at(100, [
  { key: 'k', value: 'first' },
  { key: null, value: null },
])
const packed = [{ key: 'k', value: Buffer.from([0xff, 0]) }]
const zipped = at(102, packed, { attributes: 1, body: gzipSync(encodeRecords(packed)) })
const transaction = at(103, [{ value: 'of a transaction' }], { attributes: TRANSACTIONAL, ...PRODUCER })
const marker = at(104, [{ key: '\0\0\0\u0001', value: Buffer.from([0, 0, 0, 0, 0, 9]) }], {
  attributes: TRANSACTIONAL | CONTROL,
  ...PRODUCER,
  baseSequence: -1,
})
const good = [plain, zipped, transaction, marker]

const directory = (name: string, files: Readonly<Record<string, Buffer>>): string => {
  const path = join(work, name)
  mkdirSync(path)
  for (const [ending, bytes] of Object.entries(files)) writeFileSync(join(path, NAME + ending), bytes)
  return path
}

const dump = async (...args: readonly string[]) => millrace(['log', 'dump', ...args])

const values = async (...args: readonly string[]) => {
  const answer = await dump(...args, '-o', 'json')
  return { ...answer, rows: JSON.parse(answer.said) as Readonly<Record<string, unknown>>[] }
}

test('batches, and the records in them, of a directory and of a file', async () => {
  const path = directory('good-0', { '.log': Buffer.concat(good), '.index': Buffer.alloc(0) })
  const batches = await values(path)
  expect(batches).toMatchObject({ code: 0, complained: '' })
  const starts = good.map((_, index) => Buffer.concat(good.slice(0, index)).length)
  expect(batches.rows.map(({ position, bytes }) => [position, bytes])).toEqual(
    good.map(({ length }, index) => [starts[index], length]),
  )
  expect(batches.rows).toMatchObject([
    { baseOffset: 100, lastOffset: 101, count: 2, leaderEpoch: 5, codec: 'none', producerId: -1, valid: true },
    { baseOffset: 102, codec: 'gzip', maxTimestamp: TIME, appendTime: false, crc: zipped.readUInt32BE(17) },
    { baseOffset: 103, transactional: true, control: false, ...PRODUCER, lastSequence: 7 },
    { baseOffset: 104, transactional: true, control: true },
  ])
  const file = join(path, `${NAME}.log`)
  const { said } = await dump(file, '--records', '-o', 'ndjson')
  expect(lines(said).map((line) => (JSON.parse(line) as { records: unknown }).records)).toMatchObject([
    [
      { offset: 100, timestamp: TIME, key: 'k', value: 'first', headers: [] },
      { offset: 101, key: null, value: null },
    ],
    [{ offset: 102, key: 'k', value: { base64: '/wA=' } }],
    [{ offset: 103, key: null, value: 'of a transaction' }],
    [{ offset: 104, marker: 'COMMIT' }],
  ])
  expect((await dump(file, '--records', '--hex', '-o', 'csv')).said).toContain(
    `0,100,2023-11-14T22:13:20.000Z,6b,${Buffer.from('first').toString('hex')},,${file}\n`,
  )
  expect((await dump(file)).said).toContain('data')
  expect(lines((await dump(file, '-o', 'name')).said)).toHaveLength(good.length)
})

test('damage is told with its place, and what is good behind it is shown', async () => {
  const flipped = Buffer.from(zipped)
  flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1
  const path = directory('bad-0', {
    '.log': Buffer.concat([plain, flipped, transaction, Buffer.from('not a batch'), marker.subarray(0, 70)]),
  })
  const { code, rows, complained } = await values(path)
  expect(code).toBe(1)
  const [behind, torn] = [plain.length + flipped.length, plain.length + flipped.length + transaction.length]
  expect(rows).toMatchObject([
    { baseOffset: 100, valid: true },
    { valid: false, fromByte: plain.length, toByte: behind, fromOffset: 102, toOffset: 103 },
    { baseOffset: 103, valid: true },
    { valid: false, fromByte: torn, toByte: torn + 11 + 70 },
  ])
  expect(complained).toContain(`bytes ${plain.length} to ${behind}: the CRC does not match; it goes on at offset 103`)
  const table = await dump(path)
  expect(table.code).toBe(1)
  expect(table.said).toContain('the CRC does not match')
})

test('records that are not what the batch says are damage of that batch alone', async () => {
  const unreadable = at(102, packed, { attributes: 1, body: Buffer.from('no gzip') })
  const path = directory('unreadable-0', { '.log': Buffer.concat([plain, unreadable, transaction]) })
  expect(await dump(path)).toMatchObject({ code: 0, complained: '' })
  const { code, rows, complained } = await values(path, '--records')
  expect(code).toBe(1)
  expect(rows.map(({ records }) => (records as unknown[]).length)).toEqual([2, 0, 1])
  expect(complained).toContain(`the batch at byte ${plain.length}: its records cannot be uncompressed`)
})

test('indexes, entry by entry, up to the first that does not follow', async () => {
  const index = Buffer.from([0, 0, 0, 5, 0, 0, 1, 0, 0, 0, 0, 9, 0, 0, 2, 0])
  const time = Buffer.alloc(12)
  time.writeBigInt64BE(BigInt(TIME), 0)
  time.writeInt32BE(4, 8)
  const path = directory('indexes-0', { '.index': Buffer.concat([index, Buffer.alloc(80)]), '.timeindex': time })
  const offsets = await values(join(path, `${NAME}.index`))
  expect(offsets).toMatchObject({ code: 0, complained: '' })
  expect(offsets.rows).toMatchObject([
    { offset: 105, position: 256 },
    { offset: 109, position: 512 },
  ])
  expect((await dump(join(path, `${NAME}.timeindex`), '-o', 'csv')).said).toContain(`${TIME},104,`)
  writeFileSync(join(path, `${NAME}.index`), Buffer.concat([index, index]))
  const bad = await dump(join(path, `${NAME}.index`))
  expect(bad.code).toBe(1)
  expect(bad.complained).toContain('from byte 16 on')
  expect((await dump(join(path, `${NAME}.timeindex`), join(path, `${NAME}.index`))).code).toBe(2)
})

test('aborted transactions, entry by entry, up to the first that does not follow', async () => {
  // As org.apache.kafka.storage.internals.log.TransactionIndex of Apache Kafka 4.3 writes them.
  const [first, second] = [
    '00000000000000000fa10000000000000065000000000000006d0000000000000068',
    '00000000010000000000000000000000006800000000000000780000000000000079',
  ].map((hex) => Buffer.from(hex, 'hex')) as [Buffer, Buffer]
  const path = directory('transactions-0', { '.txnindex': Buffer.concat([first, second]) })
  const file = join(path, `${NAME}.txnindex`)
  expect(await values(file)).toMatchObject({
    code: 0,
    complained: '',
    rows: [
      { producerId: 4001, firstOffset: 101, lastOffset: 109, lastStableOffset: 104 },
      { producerId: PRODUCER.producerId, firstOffset: 104, lastOffset: 120, lastStableOffset: 121 },
    ],
  })
  writeFileSync(file, Buffer.concat([second, first]))
  const bad = await dump(file, '-o', 'csv')
  expect(bad.code).toBe(1)
  expect(bad.said).toContain(`\n${PRODUCER.producerId},104,120,121,`)
  expect(bad.complained).toContain('from byte 34 on there is no entry that follows')
})

test('the older batches of producers, which stand beside a snapshot', async () => {
  // One producer with two batches, as `log/retries.rs` writes them.
  const body = Buffer.from(
    '00000001' +
      '000000000000010200000002' +
      '000000000000000000000010000000010000000000000007' +
      '000000010000000000000011000000010000000000000007',
    'hex',
  )
  const head = Buffer.from([0, 1, 0, 0, 0, 0])
  head.writeUInt32BE(crc32c(body), 2)
  const file = join(directory('retries-0', { '.retries': Buffer.concat([head, body]) }), `${NAME}.retries`)
  const { code, rows } = await values(file)
  expect(code).toBe(0)
  expect(rows).toEqual([
    { file, producerId: 258, lastSequence: 0, lastOffset: 16, offsetDelta: 1, timestamp: 7 },
    { file, producerId: 258, lastSequence: 1, lastOffset: 17, offsetDelta: 1, timestamp: 7 },
  ])
  writeFileSync(file, Buffer.concat([head, body.fill(9, 8, 9)]))
  const bad = await dump(file)
  expect(bad.code).toBe(1)
  expect(bad.complained).toContain('the CRC does not match')
})

test('a snapshot that is damaged has no entries', async () => {
  const path = join(
    directory('snapshot-0', { '.snapshot': Buffer.from([0, 1, 0, 0, 0, 0, 0, 0, 0, 0]) }),
    `${NAME}.snapshot`,
  )
  const { code, complained } = await dump(path)
  expect(code).toBe(1)
  expect(complained).toContain('the CRC does not match')
})

test('it changes nothing, and says what it cannot read', async () => {
  const path = directory('same-0', { '.log': plain })
  const file = join(path, `${NAME}.log`)
  await dump(file, '--records')
  expect(readFileSync(file).equals(plain)).toBe(true)
  expect(await dump(join(work, 'nowhere'))).toMatchObject({ code: 3, said: '' })
  expect(await dump(work)).toMatchObject({ code: 3, said: '' })
  expect(await dump(join(path, 'other.txt'))).toMatchObject({ code: 3, said: '' })
})

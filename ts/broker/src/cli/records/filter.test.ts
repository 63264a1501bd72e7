import { expect, test } from 'vitest'
import type { FetchedRecord } from '../client/records.ts'
import { Failure } from '../failure.ts'
import { filterOf, type FilterOptions } from './filter.ts'

const record: FetchedRecord = {
  topic: 'orders',
  partition: 2,
  offset: 7n,
  leaderEpoch: 0,
  timestamp: 1_700_000_000_000n,
  key: Buffer.from('order-7'),
  value: Buffer.from('{"id":9007199254740993}'),
  headers: [
    [Buffer.from('trace'), Buffer.from('4bf9')],
    [Buffer.from('empty'), null],
  ],
  compression: 'none',
  bytes: 60,
}

const kept = async (options: FilterOptions, over: Partial<FetchedRecord> = {}): Promise<boolean | undefined> =>
  (await filterOf(['clicks', 'orders'], options))?.({ ...record, ...over })

const refusal = async (options: FilterOptions): Promise<Pick<Failure, 'outcome' | 'message' | 'next'>> => {
  const thrown: unknown = await filterOf(['orders'], options).catch((error: unknown) => error)
  if (!(thrown instanceof Failure)) return expect.unreachable()
  const { outcome, message, next } = thrown
  return { outcome, message, next }
}

test.each([
  [{ contains: 'ORDER-7' }, true],
  [{ contains: 'order-8' }, false],
  [{ match: '^4bf[0-9]$' }, true],
  [{ where: 'value.id == 9007199254740993 && partition == 2 && offset == 7 && size == 60' }, true],
  [{ where: "headers['trace'] == '4bf9' && headers['empty'] == null" }, true],
  [{ where: "timestamp < timestamp('2023-01-01T00:00:00Z')" }, false],
  [{ where: "value.startsWith('7b22')", valueAs: 'hex' }, true],
  [{ where: "key == '6f726465722d37'", keyAs: 'hex' }, true],
] as const)('%j', async (options, expected) => {
  expect(await kept(options)).toBe(expected)
})

test('internal topics are read by their name', async () => {
  const key = Buffer.from('000100016700017400000000', 'hex')
  const keeps = await filterOf(['__consumer_offsets', 'orders'], { contains: '"group"' })
  expect([keeps?.({ ...record, topic: '__consumer_offsets', key }), keeps?.({ ...record, key })]).toEqual([true, false])
})

test('without an option there is no filter', async () => {
  expect(await filterOf(['orders'], {})).toBe(null)
})

test('an expression that is none is refused before anybody is asked: where, why, and what to do', async () => {
  expect(await refusal({ where: 'value.id = 3' })).toMatchObject({
    outcome: 'usage',
    message: '--where is wrong from character 10 on: = does not fit here (found = but expecting end of input)',
    next: expect.stringContaining('CEL compares with ==') as string,
  })
  // It ran, kept nothing, and said "unresolved attribute" of each record.
  expect(await refusal({ where: 'amount > 100' })).toMatchObject({
    outcome: 'usage',
    message: '--where is wrong from character 1 on: there is no name amount; a field of a value is value.amount',
    next: expect.stringContaining('names are key, value, headers, partition, offset, timestamp and size') as string,
  })
  expect(await refusal({ match: 'ab(?=c)' })).toMatchObject({
    outcome: 'usage',
    message: '--match is wrong from character 3 on: invalid or unsupported Perl syntax: `(?=`',
    next: expect.stringContaining('no look-around') as string,
  })
  expect((await refusal({ contains: '' })).message).toBe('--contains is empty')
  expect((await refusal({ valueAs: 'hex' })).next).toContain('--where')
})

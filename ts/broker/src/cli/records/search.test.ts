import { expect, test } from 'vitest'
import type { FetchedRecord } from '../client/records.ts'
import { processTerminal } from '../terminal.ts'
import { aheadOf } from './ahead.ts'
import { createSearch } from './search.ts'

const record = { topic: 'orders', partition: 1 } as FetchedRecord

test('what was scanned, matched and failed on is told', () => {
  const done: string[] = []
  const said: string[] = []
  const say = (text: string): void => void said.push(text)
  const terminal = { ...processTerminal, complain: say, note: say }
  const search = createSearch(
    terminal,
    ({ offset }) => {
      if (offset < 2n) throw new Error(`no such key: ${offset}`)
      return offset === 3n
    },
    {
      at: (scanned, total, more) => void done.push(`${scanned} of ${total}, ${more}`),
      end: () => void done.push('end'),
    },
  )
  search.over(aheadOf([{ ...record, next: 0n, stop: 5n }]))
  expect([0n, 1n, 2n, 3n, 4n].map((offset) => search.keeps({ ...record, offset }))).toEqual([
    false,
    false,
    false,
    true,
    false,
  ])
  search.tell()
  expect(done).toEqual([
    '1 of 5, 0 matched',
    '2 of 5, 0 matched',
    '3 of 5, 0 matched',
    '4 of 5, 1 matched',
    '5 of 5, 1 matched',
    'end',
  ])
  expect(said).toEqual([
    'warning: the filter failed on 2 records, left out; first on orders/1/0: no such key: 0',
    'scanned 5 records, 1 matched',
  ])
})

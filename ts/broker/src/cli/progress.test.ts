import { expect, test } from 'vitest'
import { progressLine, progressOf } from './progress.ts'
import { processTerminal } from './terminal.ts'

test('a bar with rate and time left where the total is known, a count where it is not', () => {
  expect(progressLine(500, 1000, 2, 'record')).toBe('[============            ] 50%  250 records/s, 2 s left')
  expect(progressLine(12_000, undefined, 3, 'record')).toBe('12,000 records, 4,000 records/s')
  expect(progressLine(1, undefined, 1, 'record')).toBe('1 record, 1 record/s')
  expect(progressLine(12_000, undefined, 3, 'record', '7 matched')).toBe('12,000 records, 4,000 records/s, 7 matched')
  expect(progressLine(1000, 1000, 2, 'record', '7 matched')).toMatch(/500 records\/s, 0 s left, 7 matched$/)
})

test('nothing is drawn for the first second, then no more often than can be read, and what is drawn goes away', () => {
  let now = 0
  const drawn: (readonly string[])[] = []
  const terminal = { ...processTerminal, draw: (lines: readonly string[]): void => void drawn.push(lines) }
  const progress = progressOf(terminal, 'record', () => now)
  now = 900
  progress.at(10)
  expect(drawn).toEqual([])
  now = 1100
  progress.at(11)
  now = 1200
  progress.at(12)
  expect(drawn).toEqual([['11 records, 10 records/s']])
  now = 2000
  progress.at(20, 40, undefined, () => ['below it'])
  progress.end()
  expect(drawn.slice(1)).toEqual([['[============            ] 50%  10 records/s, 2 s left', 'below it'], []])
})

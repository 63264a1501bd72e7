import { expect, test } from 'vitest'
import { readmeTable, withTable } from './readme.ts'
import { CPU, resultOf, THROUGHPUT } from './result-fixture.ts'
import type { Measure } from './result.ts'
import { markdown, remarks, table } from './table.ts'

const SEVEN = Array.from({ length: 7 }, () => 100)
const fast = resultOf(THROUGHPUT, { millrace: SEVEN.map((value) => value * 5), kafka: SEVEN, 'kafka tuned': SEVEN })

/** The cells of the lines that hold a text. */
const cells = (text: string, part: string, apart: RegExp): readonly (readonly string[])[] =>
  text
    .split('\n')
    .filter((line) => line.includes(part))
    .map((line) => line.split(apart).filter((cell) => cell !== ''))

test('a line of the terminal holds both values, ratio, spread, worst pair and whether the target is reached', () => {
  expect(cells(table(fast), 'MB/s', / {2,}/)).toEqual([
    [
      '1',
      'case',
      'throughput',
      'millrace',
      '500 MB/s',
      'kafka',
      '100 MB/s',
      '5.00x',
      '5.00x to 5.00x',
      '5.00x',
      '>= 4x',
      'reached',
    ],
  ])
})

test('a line of the README holds the same', () => {
  expect(cells(markdown(fast), '| Case', / *\| */)).toEqual([
    ['Case', 'throughput', '500 MB/s', '100 MB/s (kafka)', '**5.00x**', '5.00x to 5.00x', '&ge; 4x', 'reached'],
  ])
})

test('what other settings show stands behind it, or below it when they have the same to reach', () => {
  const runs = { millrace: SEVEN, 'millrace relaxed': SEVEN.map((value) => value * 6), kafka: SEVEN }
  const lines = (measure: Measure): readonly (readonly string[])[] =>
    cells(markdown(resultOf(measure, runs)), '| Case', / *\| */)
  expect(lines(THROUGHPUT).map((line) => [line[2], line[7], line[8]])).toEqual([
    ['100 MB/s', 'not reached', 'relaxed 600 MB/s, 6.00x'],
  ])
  const target = { broker: 'millrace', bound: 'atLeast', value: 4, against: 'kafka' } as const
  const both = { ...THROUGHPUT, target: { ...target, also: ['millrace relaxed'] } }
  expect(lines(both).map((line) => [line[2], line[4], line[7]])).toEqual([
    ['100 MB/s', '**1.00x**', 'not reached'],
    ['600 MB/s (relaxed)', '**6.00x**', 'reached'],
  ])
})

test('a line of the README of which no run counts says why', () => {
  const broken = resultOf(THROUGHPUT, { millrace: SEVEN, kafka: SEVEN }, (sample) => ({
    ...sample,
    ...(sample.broker === 'millrace' && { dropped: 'void: 3 of 10 records' }),
  }))
  expect(cells(markdown(broken), '| Case', / *\| */)).toEqual([
    ['Case', 'throughput', '&ge; 4x', 'void: 3 of 10 records'],
  ])
})

test('what costs less is a fraction', () => {
  const cheap = resultOf(CPU, { millrace: [1, 1, 1, 1, 1, 1, 2], kafka: [8, 8, 8, 8, 8, 8, 8] })
  expect(table(cheap)).toMatch(/1\/8.00 +1\/8.00 to \S+ +1\/4.00 +<= 1\/6 +reached/)
})

test('few pairs are said to be few', () => {
  expect(table(resultOf(THROUGHPUT, { millrace: [500], kafka: [100] }))).toContain('reached, of 1 pair')
  expect(markdown(resultOf(THROUGHPUT, { millrace: [30, 30], kafka: [10, 10] }))).toContain('not reached, of 2 pairs')
})

test('dropped runs and busy clients are told beside the figures', () => {
  const result = resultOf(THROUGHPUT, { millrace: SEVEN, kafka: SEVEN }, (sample) => ({
    ...sample,
    ...(sample.pair === 0 && { dropped: 'first pair' }),
    ...(sample.pair === 2 && sample.broker === 'kafka' && { dropped: 'void: 3 of 10 records' }),
    clientIsLimit: sample.broker === 'millrace',
  }))
  expect(remarks(result)).toEqual([
    'case: 1 run dropped: kafka, void: 3 of 10 records',
    'case: the client was the limit of millrace',
  ])
})

test('the table takes the place between the marks, and only that', () => {
  const readme = '# A\n\n<!-- begin: npm run bench -- readme -->\n\nold\n\n<!-- end -->\n\nrest\n'
  const written = withTable(readme, fast)
  expect(written).toContain('5.00x')
  expect(written).not.toContain('old')
  expect(withTable(written, fast)).toBe(written)
  expect([written.startsWith('# A\n\n'), written.endsWith('\n\nrest\n')]).toEqual([true, true])
  expect(() => withTable('# A\n', fast)).toThrow(/no place/)
})

test('README.md shows the newest committed result of the whole suite', () => {
  const { is, shouldBe } = readmeTable()
  expect(is, 'npm run bench -- readme').toBe(shouldBe)
})

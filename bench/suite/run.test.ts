import { expect, test } from 'vitest'
import { allCases } from './cases/all.ts'
import { planOf, type RunOptions } from './run.ts'

const nothingAsked: RunOptions = {
  isFull: false,
  rows: [],
  only: [],
  pairs: undefined,
  seconds: undefined,
  warmUpSeconds: undefined,
  settleSeconds: undefined,
  output: undefined,
  continued: undefined,
}

test('a full run has every case, a short one fewer', () => {
  const full = planOf({ ...nothingAsked, isFull: true }).cases.length
  expect(full).toBe(allCases.length)
  expect(planOf(nothingAsked).cases.length).toBeLessThan(full)
})

test('rows that are asked for are played whatever the run', () => {
  const rows = planOf({ ...nothingAsked, rows: [2, 10] }).cases.flatMap((each) => each.rows.map(({ row }) => row))
  expect(rows).toEqual([1, 2, 10, 10])
})

test('nothing to be played is said, not played', () => {
  expect(() => planOf({ ...nothingAsked, rows: [99] })).toThrow(/no case is left/)
})

test('every row has an id of its own, and its targets name brokers of its case', () => {
  const rows = allCases.flatMap(({ rows, columns }) => rows.map((row) => ({ ...row, columns })))
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
  const strangers = rows.flatMap(({ id, measures, columns }) =>
    measures
      .flatMap(({ target }) => (target === undefined ? [] : [target.broker, target.against, ...(target.also ?? [])]))
      .filter((name) => !['kafka', 'nothing'].includes(name) && !columns.some((column) => column.name === name))
      .map((name) => `${id}: ${name}`),
  )
  expect(strangers).toEqual([])
})

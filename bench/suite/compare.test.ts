import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeDirectory, temporaryDirectory } from '@millrace/test/harness/cleanup.js'
import { expect, onTestFinished, test } from 'vitest'
import { compare, type Difference, differences, readSet } from './compare.ts'
import { CPU, resultOf, THROUGHPUT } from './result-fixture.ts'
import type { Result } from './result.ts'

const only = (before: Result, after: Result): Difference => {
  const [first, ...others] = differences(before, after)
  if (first === undefined || others.length > 0) throw new Error(`${others.length + 1} differences`)
  return first
}

const noisy = [100, 90, 105, 110, 95]
const faster = noisy.map((value) => value * 1.5)

test('runs that lie among each other do not differ', () => {
  const { verdict, change } = only(
    resultOf(THROUGHPUT, { millrace: noisy }),
    resultOf(THROUGHPUT, { millrace: [98, 111, 93, 104, 101] }),
  )
  expect(verdict).toBe('within the spread')
  expect([change.low <= 1, change.high >= 1]).toEqual([true, true])
})

test.each([
  ['more of what should be much', THROUGHPUT, noisy, faster, 'better'],
  ['less of what should be much', THROUGHPUT, faster, noisy, 'worse'],
  ['more of what should be little', CPU, noisy, faster, 'worse'],
  ['less of what should be little', CPU, faster, noisy, 'better'],
])('%s', (_, measure, before, after, verdict) => {
  expect(only(resultOf(measure, { millrace: before }), resultOf(measure, { millrace: after })).verdict).toBe(verdict)
})

test('beside Kafka a machine that became slower changes nothing', () => {
  const before = resultOf(THROUGHPUT, { millrace: noisy.map((value) => 5 * value), kafka: noisy })
  const slow = noisy.map((value) => value / 2)
  const after = resultOf(THROUGHPUT, { millrace: slow.map((value) => 5 * value), kafka: slow })
  expect(only(before, after)).toMatchObject({ against: 'kafka', verdict: 'within the spread' })
  expect(only(before, resultOf(THROUGHPUT, { millrace: slow }))).toMatchObject({ against: undefined, verdict: 'worse' })
})

const files = (results: Readonly<Record<string, Result>>): string => {
  const parent = temporaryDirectory('compare')
  onTestFinished(() => removeDirectory(parent))
  const directory = mkdtempSync(join(parent, 'set-'))
  for (const [name, result] of Object.entries(results)) writeFileSync(join(directory, name), JSON.stringify(result))
  return directory
}

const compared = (before: string, after: string): readonly [status: number, text: string] => {
  let printed = ''
  const status = compare(before, after, (text) => (printed += text))
  return [status, printed]
}

test('single runs are refused', () => {
  const single = files({ 'a.json': resultOf(THROUGHPUT, { millrace: [100], kafka: [20] }) })
  expect(compared(single, single)).toEqual([2, expect.stringContaining('single runs')])
})

test('single runs of a directory are a set, each pair by itself', () => {
  const run = (value: number): Result => resultOf(THROUGHPUT, { millrace: [5 * value], kafka: [value] })
  const before = files({ 'a.json': run(10), 'b.json': run(20), 'c.json': run(30), 'd.json': run(40) })
  const slow = (value: number): Result => resultOf(THROUGHPUT, { millrace: [4 * value], kafka: [value] })
  const after = files({ 'a.json': slow(40), 'b.json': slow(10), 'c.json': slow(30), 'd.json': slow(20) })
  const [status, text] = compared(before, after)
  expect(status).toBe(1)
  expect(text).toMatch(/case +throughput +millrace +5\.00x of kafka +4\.00x of kafka +0\.80 +0\.80 to 0\.80 +worse/)
  expect(compared(before, before)[0]).toBe(0)
  expect(readSet(before).cases[0]?.samples.map(({ pair }) => pair)).toEqual([0, 0, 1, 1, 2, 2, 3, 3])
})

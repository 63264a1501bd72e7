import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { removeDirectory, temporaryDirectory } from '@millrace/test/harness/cleanup.js'
import { readResult, type Result, resultText } from './result.ts'

const read = (content: object): Result => {
  const directory = temporaryDirectory('result')
  onTestFinished(() => removeDirectory(directory))
  const path = join(directory, 'result.json')
  writeFileSync(path, JSON.stringify(content))
  return readResult(path)
}

const result: Result = {
  format: 1,
  date: '2026-11-21T12:00:00.000Z',
  commit: 'abc',
  mode: 'short',
  machine: { cpu: 'x', cores: 2, memoryBytes: 1, kernel: '6', disk: 'vda', filesystem: 'ext4' },
  brokers: [{ name: 'millrace', family: 'millrace', version: '1', settings: 'as shipped', command: 'millrace start' }],
  cases: [
    {
      row: 1,
      id: 'throughput-16k',
      title: 'Throughput',
      what: 'Measured.',
      measures: [
        {
          name: 'throughput',
          unit: 'MB/s',
          better: 'higher',
          target: { broker: 'millrace', bound: 'atLeast', value: 4, against: 'kafka' },
        },
      ],
      samples: [
        {
          broker: 'millrace',
          pair: 0,
          dropped: 'first pair',
          values: { throughput: 100 },
          latency: [[50, 1000]],
          clientCpuSeconds: 1,
          clientIsLimit: false,
          steal: 0,
        },
      ],
    },
  ],
}

test('curves take a line each, and are read as they were', () => {
  const [first] = result.cases
  const [sample] = first?.samples ?? []
  if (first === undefined || sample === undefined) throw new Error('the fixture has no sample')
  const latency: readonly (readonly [number, number])[] = [
    [50, 1e-7],
    [99.9, 12.5],
  ]
  const curved = { ...result, cases: [{ ...first, samples: [{ ...sample, latency }] }] }
  const text = resultText(curved)
  expect(text).toContain('"latency": [[50,1e-7],[99.9,12.5]]')
  expect(read(JSON.parse(text) as object)).toEqual(curved)
})

test('a result is one', () => {
  expect(read(result)).toEqual(result)
})

test.each([
  ['another format', { format: 2 }, /format 2/],
  ['no machine', { machine: undefined }, /machine is not an object/],
  ['a number that is none', { machine: { ...result.machine, cores: 'two' } }, /cores is not a number/],
  ['a broker that is not listed', { brokers: [] }, /names the broker millrace/],
  ['a value of no measure', { cases: [{ ...result.cases[0], measures: [] }] }, /no measure throughput/],
])('%s is refused', (_, change, message) => {
  expect(() => read({ ...result, ...change })).toThrow(message)
})

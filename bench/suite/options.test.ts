import { expect, test } from 'vitest'
import { runOptions } from './options.ts'

test('what is not asked for is left to the run', () => {
  expect(runOptions([])).toMatchObject({ isFull: false, rows: [], only: [], pairs: undefined, output: undefined })
})

test('lists and numbers', () => {
  const args = ['--rows', '1,2', '--brokers', 'millrace, kafka tuned', '--pairs', '3', '--warm-up', '0.5']
  const wanted = { rows: [1, 2], only: ['millrace', 'kafka tuned'], pairs: 3, warmUpSeconds: 0.5 }
  expect(runOptions(args)).toMatchObject(wanted)
})

test.each([[['--pears', '3']], [['--pairs', 'three']], [['--pairs', '0']], [['--continue', 'a', '--output', 'b']]])(
  '%j is refused',
  (args) => {
    expect(() => runOptions(args)).toThrow()
  },
)

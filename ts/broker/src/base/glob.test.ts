import { expect, test } from 'vitest'
import { matchesGlob } from './glob.ts'

test.each([
  ['orders', 'orders', true],
  ['orders', 'order', false],
  ['orders', '*', true],
  ['orders', 'o*s', true],
  ['orders', '*der*', true],
  ['orders', 'or*er*s', true],
  ['orders', '*s*s', false],
  ['aa', 'aa*aa', false],
  ['', '*', true],
])('%s and %s: %s', (text, pattern, expected) => {
  expect(matchesGlob(text, pattern)).toBe(expected)
})

test('no pattern takes long', () => {
  expect(matchesGlob('a'.repeat(100_000), `${'*a'.repeat(100)}*b`)).toBe(false)
})

import { expect, test } from 'vitest'
import { errorCode, errorName, errors, type ErrorCode } from './errors.ts'

test('names and numbers are one to one, without a gap from -1 to 133', () => {
  const names = Object.keys(errors) as ErrorCode[]
  expect(names.map(errorCode)).toEqual(Array.from({ length: 135 }, (_, index) => index - 1))
  for (const name of names) expect(errorName(errorCode(name))).toBe(name)
})

test('a number of a newer peer is the unknown error', () => {
  expect(errorName(20_000)).toBe('UNKNOWN_SERVER_ERROR')
})

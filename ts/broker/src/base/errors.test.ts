import { expect, test } from 'vitest'
import { BrokerError } from './errors.ts'

test('a broker error carries the code, its meaning and whether to retry', () => {
  const error = new BrokerError('NOT_COORDINATOR')
  expect(error.code).toBe('NOT_COORDINATOR')
  expect(error.retriable).toBe(true)
  expect(error.message).toContain('coordinator')
  expect(BrokerError.from(error)).toBe(error)
})

test('anything else that is thrown becomes the unknown error and keeps its cause', () => {
  const cause = new TypeError('secret detail')
  const error = BrokerError.from(cause)
  expect(error.code).toBe('UNKNOWN_SERVER_ERROR')
  expect(error.message).not.toContain('secret')
  expect(error.cause).toBe(cause)
})

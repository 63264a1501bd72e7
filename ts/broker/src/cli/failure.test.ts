import { expect, test } from 'vitest'
import type { ErrorCode } from '../base/error-codes.ts'
import { refused } from './failure.ts'

test.each<[ErrorCode, string]>([
  ['UNKNOWN_TOPIC_OR_PARTITION', 'notFound'],
  ['TOPIC_ALREADY_EXISTS', 'conflict'],
  ['TOPIC_AUTHORIZATION_FAILED', 'denied'],
  ['SASL_AUTHENTICATION_FAILED', 'denied'],
  ['REQUEST_TIMED_OUT', 'unreachable'],
  ['INVALID_CONFIG', 'failure'],
])('what a broker refuses with %s ends as %s, with the next step', (code, outcome) => {
  const failure = refused('orders', code)
  expect(failure).toMatchObject({ outcome, code })
  expect(failure.message).toMatch(new RegExp(`^orders: .+ \\(${code}\\)$`))
  expect(failure.next).toContain('millrace ')
})

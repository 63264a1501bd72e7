/** How what goes wrong is told: a code that stays, what happened, what to do next. */
import { type ErrorCode, errors } from '../base/error-codes.ts'
import { BrokerError } from '../base/errors.ts'
import { advice } from '../browse/expression-error.ts'
import type { Filter } from '../browse/filter.ts'
import { type FailureCode, failures } from './contract/errors.ts'
import type { Failure } from './contract/words.ts'
import { type Headers, type HttpResponse, json } from './http.ts'

export class AdminError extends Error {
  override readonly name = 'AdminError'
  readonly code: FailureCode
  readonly headers: Headers
  readonly hint: string

  constructor(code: FailureCode, message: string, headers: Headers = {}, hint: string = failures[code].hint) {
    super(message)
    this.code = code
    this.headers = headers
    this.hint = hint
  }
}

/** `why` is the message of an ExpressionError. */
export const invalidFilter = (language: Filter['language'], why: string): AdminError => {
  const hint = language === 'text' ? undefined : `${advice[language]}.`
  return new AdminError('INVALID_FILTER', `The filter is ${why}.`, {}, hint)
}

/** Of the errors of the protocol, those that are not the caller's to repair as they are. */
const statuses: Partial<Readonly<Record<ErrorCode, number>>> = {
  UNKNOWN_SERVER_ERROR: 500,
  KAFKA_STORAGE_ERROR: 500,
  UNKNOWN_TOPIC_OR_PARTITION: 404,
  UNKNOWN_TOPIC_ID: 404,
  GROUP_ID_NOT_FOUND: 404,
  RESOURCE_NOT_FOUND: 404,
  TOPIC_ALREADY_EXISTS: 409,
  NON_EMPTY_GROUP: 409,
  GROUP_SUBSCRIBED_TO_TOPIC: 409,
  UNKNOWN_MEMBER_ID: 409,
  REQUEST_TIMED_OUT: 503,
}

const hints: Partial<Readonly<Record<ErrorCode, string>>> = {
  UNKNOWN_SERVER_ERROR: 'The log of the broker has the cause.',
  KAFKA_STORAGE_ERROR: 'A data directory failed: the log of the broker and /healthz say which.',
  UNKNOWN_TOPIC_OR_PARTITION: 'List the topics to see how the name is spelled.',
  GROUP_ID_NOT_FOUND: 'List the groups to see how the name is spelled.',
  TOPIC_ALREADY_EXISTS: 'Choose another name, or change the topic that is there.',
  NON_EMPTY_GROUP: 'Stop the consumers of the group first.',
  UNKNOWN_MEMBER_ID: 'Stop the consumers of the group first: while they run, they commit over any change.',
  GROUP_SUBSCRIBED_TO_TOPIC: 'Stop the consumers of the group first.',
}

const CLIENT_ERROR = 400
export const DEFECT = 500
const UNAVAILABLE = 503

interface Told {
  readonly status: number
  readonly failure: Omit<Failure, 'request'>
}

const failureOf = (thrown: unknown): Told => {
  if (thrown instanceof AdminError) {
    const { code, message, hint } = thrown
    return { status: failures[code].status, failure: { code, message, hint } }
  }
  if (!(thrown instanceof BrokerError)) {
    const { status, hint } = failures.DEFECT
    return { status, failure: { code: 'DEFECT', message: 'The broker failed in a way it did not foresee.', hint } }
  }
  const { code, message } = thrown
  const retriable = errors[code].retriable
  const fallback = retriable ? 'Try again in a moment.' : 'Correct what the message names.'
  return {
    status: statuses[code] ?? (retriable ? UNAVAILABLE : CLIENT_ERROR),
    failure: { code, message, hint: hints[code] ?? fallback },
  }
}

/** In answer to the request with this id. */
export const failureResponse = (thrown: unknown, request: string): HttpResponse => {
  const { status, failure } = failureOf(thrown)
  // Whoever is told to look into the log is told what for.
  const hint = status === DEFECT ? `${failure.hint} It was request ${request}.` : failure.hint
  return json(
    status,
    { ...failure, hint, request } satisfies Failure,
    thrown instanceof AdminError ? thrown.headers : {},
  )
}

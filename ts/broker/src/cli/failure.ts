// What a command could not do, for the person who asked for it: what failed, why, and what to try next.
import { type ErrorCode, errors } from '../base/error-codes.ts'
import { BrokerError } from '../base/errors.ts'
import { errorName } from '../wire/errors.ts'
import type { Outcome } from './exit-codes.ts'

interface FailureOptions extends ErrorOptions {
  readonly next?: string
  /** Said by a broker. */
  readonly code?: ErrorCode
}

export class Failure extends Error {
  override readonly name = 'Failure'
  readonly outcome: Outcome
  /** A command, or what to change. */
  readonly next: string | null
  readonly code: ErrorCode | null

  constructor(outcome: Outcome, message: string, { next, code, ...options }: FailureOptions = {}) {
    super(message, options)
    this.outcome = outcome
    this.next = next ?? null
    this.code = code ?? null
  }
}

const outcomes: Readonly<Partial<Record<ErrorCode, Outcome>>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'notFound',
  UNKNOWN_TOPIC_ID: 'notFound',
  GROUP_ID_NOT_FOUND: 'notFound',
  RESOURCE_NOT_FOUND: 'notFound',
  TOPIC_ALREADY_EXISTS: 'conflict',
  NON_EMPTY_GROUP: 'conflict',
  GROUP_SUBSCRIBED_TO_TOPIC: 'conflict',
  REBALANCE_IN_PROGRESS: 'conflict',
  UNKNOWN_MEMBER_ID: 'conflict',
  TOPIC_AUTHORIZATION_FAILED: 'denied',
  GROUP_AUTHORIZATION_FAILED: 'denied',
  CLUSTER_AUTHORIZATION_FAILED: 'denied',
  SASL_AUTHENTICATION_FAILED: 'denied',
  REQUEST_TIMED_OUT: 'unreachable',
  NETWORK_EXCEPTION: 'unreachable',
  BROKER_NOT_AVAILABLE: 'unreachable',
  COORDINATOR_NOT_AVAILABLE: 'unreachable',
  LEADER_NOT_AVAILABLE: 'unreachable',
}

/** Where nobody answers. */
export const FIND_BROKER = 'check --bootstrap, and that the broker runs: millrace start'

const nextSteps: Readonly<Partial<Record<ErrorCode, string>>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'millrace topic list shows what there is',
  GROUP_ID_NOT_FOUND: 'millrace group list shows what there is',
  TOPIC_ALREADY_EXISTS: 'millrace topic describe shows it; --if-not-exists takes it for good',
  OFFSET_OUT_OF_RANGE: 'millrace topic describe shows what there is; millrace group reset moves a group there',
  NON_EMPTY_GROUP: 'stop its members first: millrace group members shows them',
  INVALID_CONFIG: 'millrace config explain <key> says what a key takes',
  INVALID_REPLICATION_FACTOR: 'millrace cluster info shows the brokers there are',
}

/** What a broker answered about `subject`, with its own words where it sent some. */
export const refused = (subject: string, code: ErrorCode, said: string | null = null): Failure => {
  const next = nextSteps[code] ?? `millrace errors ${code}`
  const why = said === null || said === '' ? errors[code].message : said
  return new Failure(outcomes[code] ?? 'failure', `${subject}: ${why} (${code})`, { next, code })
}

/** Throws what a broker answered about `subject`, unless it is no error. */
export const check = (subject: string, code: number, said: string | null = null): void => {
  if (code !== 0) throw refused(subject, errorName(code), said)
}

export const failureOf = (error: unknown): Failure | null => {
  if (error instanceof Failure) return error
  if (error instanceof BrokerError && error.code !== 'INVALID_CONFIG')
    return refused('the broker', error.code, error.message)
  return null
}

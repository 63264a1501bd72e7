/**
 * The one error class of the control plane. What a client is to hear is a `BrokerError` with the name of a Kafka
 * error code; anything else that is thrown is a defect and reaches the client as UNKNOWN_SERVER_ERROR.
 */
import { errors, type ErrorCode } from './error-codes.ts'

export class BrokerError extends Error {
  override readonly name = 'BrokerError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string = errors[code].message, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  get retriable(): boolean {
    return errors[this.code].retriable
  }

  /** For borders where anything may have been thrown. The cause is kept for the log and never shown to a client. */
  static from(thrown: unknown): BrokerError {
    if (thrown instanceof BrokerError) return thrown
    return new BrokerError('UNKNOWN_SERVER_ERROR', errors.UNKNOWN_SERVER_ERROR.message, { cause: thrown })
  }
}

export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${what}`)
}

/** The end of an exhaustive switch: the type checker proves that nothing arrives here. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}

/** What an error says, without where it came from. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

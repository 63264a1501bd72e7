/** What is not taken over, and why: for the person who asked for it. */
import { BrokerError } from '../base/errors.ts'

/** One line for each reason. */
export const unfit = (...reasons: readonly string[]): BrokerError =>
  new BrokerError('INVALID_CONFIG', reasons.join('\n'))

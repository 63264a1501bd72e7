// The admin API of the broker on this machine, with its refusals as ours.
import { ApiError, type Call, createClient } from '../admin/client.ts'
import type { LocalAccess } from '../admin/token-file.ts'
import type { Outcome } from './exit-codes.ts'
import { Failure } from './failure.ts'

const outcomes: Readonly<Record<number, Outcome>> = { 401: 'denied', 403: 'denied', 404: 'notFound', 409: 'conflict' }

/** Throws a Failure, of `unreachable` where nobody answers. */
export const askAdmin = async <Answer>(
  { url, token }: LocalAccess,
  ask: (call: Call) => Promise<Answer>,
): Promise<Answer> => {
  try {
    return await ask(createClient({ base: url, headers: { authorization: `Bearer ${token}` } }))
  } catch (error) {
    if (error instanceof ApiError)
      throw new Failure(outcomes[error.status] ?? 'failure', error.message, { next: error.hint, cause: error })
    if (error instanceof TypeError)
      throw new Failure('unreachable', `${url} does not answer`, { next: 'millrace start', cause: error })
    throw error
  }
}

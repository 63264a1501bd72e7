/** Who is logged in, and calls in their name: what changes something carries the proof that it is the console's own. */
import { queryOptions } from '@tanstack/react-query'
import { ApiError, createClient } from 'millrace/admin/client.js'
import type { Output } from 'millrace/admin/contract.js'

export type Session = Output<'session'>

let csrf = ''

/** A broker that has not answered after this long does not answer: without a bound, what is frozen looks well. */
export const ANSWER_MS_MAX = 10_000

export const call = createClient({
  base: '',
  fetch: (url, init) => {
    const headers = new Headers(init?.headers)
    headers.set('x-millrace-csrf', csrf)
    return fetch(url, { ...init, headers, signal: AbortSignal.timeout(ANSWER_MS_MAX) })
  },
})

const AGAIN_MS = 2000

export const isLoggedOut = (error: unknown): boolean => error instanceof ApiError && error.code === 'NOT_LOGGED_IN'

const remember = (session: Session): Session => {
  csrf = session.csrf
  return session
}

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async () => remember(await call('session', {})),
  staleTime: Infinity,
  // A broker that starts will have an answer.
  retry: (_, error) => !isLoggedOut(error),
  retryDelay: AGAIN_MS,
})

export const logIn = async (user: string, password: string): Promise<Session> =>
  remember(await call('login', { user, password }))

export const logOut = async (): Promise<void> => {
  await call('logout', {})
  csrf = ''
}

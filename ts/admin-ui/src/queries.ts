/** How queries behave: what the broker refuses is not asked again, what did not arrive is. */
import { QueryCache, QueryClient } from '@tanstack/react-query'
import { ApiError } from 'millrace/admin/client.js'
import { isLoggedOut, sessionQuery } from './state/session.ts'

const ATTEMPTS_MAX = 3

export const queries = new QueryClient({
  queryCache: new QueryCache({
    // A session ends on its own: the way leads back to the login, and from there to the same view.
    onError: (error, { queryKey }) => {
      if (isLoggedOut(error) && queryKey !== sessionQuery.queryKey) void forgetSession()
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 1000,
      retry: (failures, error) => !(error instanceof ApiError) && failures < ATTEMPTS_MAX,
    },
  },
})

/** Also of what the last reader saw. */
export const forgetSession = async (): Promise<void> => {
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] })
  await queries.resetQueries(sessionQuery)
}

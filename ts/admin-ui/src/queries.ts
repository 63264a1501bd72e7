/** How queries behave: what failed says so at once, and is asked again when it would have been anyway. */
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { isLoggedOut, sessionQuery } from './state/session.ts'

export const queries = new QueryClient({
  queryCache: new QueryCache({
    // A session ends on its own: the way leads back to the login, and from there to the same view.
    onError: (error, { queryKey }) => {
      if (isLoggedOut(error) && queryKey !== sessionQuery.queryKey) void forgetSession()
    },
  }),
  mutationCache: new MutationCache({
    onError: (error) => {
      if (isLoggedOut(error)) void forgetSession()
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 1000,
      retry: false,
      // A broker on this machine answers without a network.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
})

/** Also of what the last reader saw. Once: what was under way fails later, and must not take what is typed into the login. */
export const forgetSession = async (): Promise<void> => {
  if (queries.getQueryData(sessionQuery.queryKey) === undefined) return
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] })
  await queries.resetQueries(sessionQuery)
}

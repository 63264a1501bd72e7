/** Where groups stood before they were moved from here: until the page is loaded anew, or somebody else logs in. */
import { type QueryClient, queryOptions, skipToken } from '@tanstack/react-query'
import type { Output } from 'millrace/admin/contract.js'

export type Positions = readonly { readonly topic: string; readonly partition: number; readonly offset: string }[]

export const undoQuery = (group: string) =>
  queryOptions<Positions>({ queryKey: ['undo', group], queryFn: skipToken, gcTime: Infinity })

/** Nothing can be put back where there was none. */
export const keepUndo = (queries: QueryClient, group: string, moves: Output<'resetOffsets'>['items']): void => {
  const positions = moves.flatMap(({ topic, partition, before }) =>
    before === null ? [] : [{ topic, partition, offset: before }],
  )
  queries.setQueryData(undoQuery(group).queryKey, positions)
}

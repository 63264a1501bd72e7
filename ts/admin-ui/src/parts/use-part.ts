/** Parts of the console that are no part of its first screen. While the broker is away they are asked for until they come. */
import { useQuery } from '@tanstack/react-query'

const AGAIN_MS = 2000

/** Marks what is no call of the API. */
export const PART = 'part'

/** Undefined until it is there, and a failure is not kept: `lazy` would give it to whoever asks later. */
export const usePart = <Part>(name: string, load: () => Promise<Part>, enabled = true): Part | undefined =>
  useQuery({
    queryKey: [PART, name],
    queryFn: load,
    enabled,
    staleTime: Infinity,
    gcTime: Infinity,
    refetchInterval: ({ state: { data } }) => (data === undefined ? AGAIN_MS : false),
  }).data

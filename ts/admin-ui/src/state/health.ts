/** What the probes of the broker say; they answer while it starts, too. */
import { queryOptions } from '@tanstack/react-query'
import type { health } from 'millrace/admin/contract/cluster.js'
import type { z } from 'zod'
import { ANSWER_MS_MAX } from './session.ts'

export type Health = z.infer<typeof health>

const LOOK_MS = 2000

/** It says what is wrong with another status than 200: that is an answer like any other. */
const look = async (): Promise<Health> =>
  (await fetch('/healthz', { signal: AbortSignal.timeout(ANSWER_MS_MAX) })).json() as Promise<Health>

export const healthQuery = queryOptions({ queryKey: ['health'], queryFn: look, refetchInterval: LOOK_MS })

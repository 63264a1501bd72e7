/** Who is logged in, and who may. */
import { z } from 'zod'
import { roles } from './roles.ts'

export const role = z.enum(roles)

/** A password that somebody chooses; the upper bound is one of hashing. */
export const newPassword = z.string().min(10).max(256)

export const session = z.object({
  user: z.string(),
  role,
  /** To be sent as `x-millrace-csrf` with everything but GET; empty for who calls with a token. */
  csrf: z.string(),
})

export const account = z.object({ name: z.string(), role })

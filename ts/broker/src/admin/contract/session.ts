/** Who is logged in, and who may. */
import { z } from 'zod'
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from './passwords.ts'
import { roles } from './roles.ts'

export const role = z.enum(roles)

/** A password that is given to log in. */
export const password = z.string().max(PASSWORD_LENGTH_MAX)

/** A password that somebody chooses. */
export const newPassword = password.min(PASSWORD_LENGTH_MIN)

export const session = z.object({
  user: z.string(),
  role,
  /** To be sent as `x-millrace-csrf` with everything but GET; empty for who calls with a token. */
  csrf: z.string(),
})

export const account = z.object({ name: z.string(), role })

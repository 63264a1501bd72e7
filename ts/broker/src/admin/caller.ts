/** Who calls. */
import type { Role } from './contract/roles.ts'

export interface Caller {
  readonly name: string
  readonly role: Role
  readonly address: string
}

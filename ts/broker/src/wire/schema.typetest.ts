/** Types of schemas by identity: assignable is not enough, as `any` would pass. Checked by the compiler alone. */
import type { Uuid } from '../base/ids.ts'
import type { boolean, bytes, int32, int64, int64Big, string, uuid } from './primitives.ts'
import { array, between, nullable, since, struct, tagged } from './schema.ts'
import type { ArrayOf, Draft, Infer, Nullable, Versioned } from './schema.ts'
import * as primitives from './primitives.ts'

type Same<Left, Right> =
  (<T>() => T extends Left ? 1 : 2) extends <T>() => T extends Right ? 1 : 2 ? true : ['not the same', Left, Right]
const proves = <Claim extends true>(): Claim | undefined => undefined

proves<Same<Infer<typeof int32>, number>>()
proves<Same<Infer<typeof int64>, number>>()
proves<Same<Infer<typeof int64Big>, bigint>>()
proves<Same<Infer<typeof boolean>, boolean>>()
proves<Same<Infer<typeof bytes>, Buffer>>()
proves<Same<Infer<typeof uuid>, Uuid>>()
proves<Same<Infer<Nullable<typeof string>>, string | null>>()
proves<Same<Infer<ArrayOf<ArrayOf<typeof string>>>, readonly (readonly string[])[]>>()
proves<Same<Infer<Versioned<typeof string>>, string>>()

const group = struct({
  name: primitives.string,
  instance: since(3, nullable(primitives.string), null),
  topics: array(struct({ id: primitives.uuid, old: between(0, 2, primitives.int64, -1) })),
  hint: tagged(0, 4, struct({ leader: since(0, primitives.int32, -1) }), { leader: -1 }),
})

proves<
  Same<
    Infer<typeof group>,
    {
      readonly name: string
      readonly instance: string | null
      readonly topics: readonly { readonly id: Uuid; readonly old: number }[]
      readonly hint: { readonly leader: number }
    }
  >
>()

proves<
  Same<
    Draft<typeof group>,
    {
      readonly name: string
      readonly topics: readonly { readonly id: Uuid; readonly old?: number }[]
      readonly instance?: string | null
      readonly hint?: { readonly leader?: number }
    }
  >
>()

// What is read can be written as it is.
proves<Infer<typeof group> extends Draft<typeof group> ? true : false>()

// @ts-expect-error a field without a default has to be given
export const withoutName: Draft<typeof group> = { topics: [] }
// @ts-expect-error a default has the type of its field
since(3, primitives.int32, null)

/** Types of schemas by identity: assignable is not enough, as `any` would pass. Checked by the compiler alone. */
import type { Uuid } from '../base/ids.ts'
import * as primitives from './primitives.ts'
import { array, between, nullable, since, struct, tagged } from './schema.ts'
import type { ArrayOf, Draft, Infer, Nullable, Versioned } from './schema.ts'

// oxlint-disable typescript/no-unnecessary-type-parameters -- comparing two generic functions is how TypeScript compares identity
type Same<Left, Right> =
  (<T>() => T extends Left ? 1 : 2) extends <T>() => T extends Right ? 1 : 2 ? true : ['not the same', Left, Right]
// oxlint-enable typescript/no-unnecessary-type-parameters
type Proven<Claim extends true> = Claim

const group = struct({
  name: primitives.string,
  instance: since(3, nullable(primitives.string), null),
  topics: array(struct({ id: primitives.uuid, old: between(0, 2, primitives.int64, -1) })),
  hint: tagged(0, 4, struct({ leader: since(0, primitives.int32, -1) }), { leader: -1 }),
})

export type Proofs = [
  Proven<Same<Infer<typeof primitives.int32>, number>>,
  Proven<Same<Infer<typeof primitives.int64>, number>>,
  Proven<Same<Infer<typeof primitives.int64Big>, bigint>>,
  Proven<Same<Infer<typeof primitives.boolean>, boolean>>,
  Proven<Same<Infer<typeof primitives.bytes>, Buffer>>,
  Proven<Same<Infer<typeof primitives.uuid>, Uuid>>,
  Proven<Same<Infer<Nullable<typeof primitives.string>>, string | null>>,
  Proven<Same<Infer<ArrayOf<ArrayOf<typeof primitives.string>>>, readonly (readonly string[])[]>>,
  Proven<Same<Infer<Versioned<typeof primitives.string>>, string>>,
  Proven<
    Same<
      Infer<typeof group>,
      {
        readonly name: string
        readonly instance: string | null
        readonly topics: readonly { readonly id: Uuid; readonly old: number }[]
        readonly hint: { readonly leader: number }
      }
    >
  >,
  Proven<
    Same<
      Draft<typeof group>,
      {
        readonly name: string
        readonly topics: readonly { readonly id: Uuid; readonly old?: number }[]
        readonly instance?: string | null
        readonly hint?: { readonly leader?: number }
      }
    >
  >,
  Proven<Infer<typeof group> extends Draft<typeof group> ? true : false>,
]

// @ts-expect-error a field without a default has to be given
export const withoutName: Draft<typeof group> = { topics: [] }
// @ts-expect-error a default has the type of its field
since(3, primitives.int32, null)

// How requests of one API are made up, and what an answer teaches about the world.
import type { ApiName, apis } from 'millrace/messages/index.js'
import type { Infer } from 'millrace/wire/schema.js'
import type { Id, IdKind, RawId } from '../../comparison/side.ts'
import type { Dice } from '../dice.ts'
import type { OpenRequest } from '../draft.ts'
import type { World } from '../world.ts'

type Answer<Name extends ApiName> = Infer<(typeof apis)[Name]['response']>

/** What an answer calls something, as the id that stands for it on both sides. */
export type FindId = (kind: IdKind, raw: RawId) => Id | undefined

/** A request that was answered, by Kafka if the two differ. */
interface Seen<Name extends ApiName> {
  readonly version: number
  readonly request: OpenRequest<Name>
  readonly answer: Answer<Name>
  readonly id: FindId
}

export interface Maker<Name extends ApiName = ApiName> {
  readonly api: Name
  /** How often, beside the others. */
  readonly weight: number
  readonly make: (dice: Dice, world: World, version: number) => OpenRequest<Name>
  /** A request that was made wrong on purpose may be one that nobody would answer, or say what became of it. */
  readonly isAnswered?: (world: World, request: OpenRequest<Name>) => boolean
  readonly learn?: (world: World, seen: Seen<Name>) => void
}

/** Makers of different APIs in one list: each gets only requests and answers of its own. */
export const maker = <Name extends ApiName>(made: Maker<Name>): Maker => made

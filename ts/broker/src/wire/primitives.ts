/**
 * The primitive types of the Kafka protocol. All integers are big-endian.
 *
 *     boolean            1 byte, anything but zero is true
 *     int8 ... int64     as many bits
 *     uuid               16 bytes
 *     string             int16 length, UTF-8       flexible versions: unsigned varint of length + 1
 *     bytes, records     int32 length, bytes       flexible versions: unsigned varint of length + 1
 *
 * A null has length -1, in flexible versions 0.
 */
import type { Uuid } from '../base/ids.ts'

export interface PrimitiveValues {
  readonly boolean: boolean
  readonly int8: number
  readonly int16: number
  readonly int32: number
  /**
   * Values beyond 2^53 - 1 read as 2^53 - 1, those below its negative likewise: no offset, time or id comes near,
   * and "later than all there is" keeps its meaning.
   */
  readonly int64: number
  /** Where the ends of the 64-bit range have a meaning of their own. */
  readonly int64Big: bigint
  readonly uuid: Uuid
  readonly string: string
  readonly bytes: Buffer
  /** Record batches: not copied out of the frame, unlike `bytes`. */
  readonly records: Buffer
}

export type PrimitiveName = keyof PrimitiveValues

export interface Primitive<Name extends PrimitiveName = PrimitiveName> {
  readonly kind: 'primitive'
  readonly name: Name
}

const primitive = <const Name extends PrimitiveName>(name: Name): Primitive<Name> => ({ kind: 'primitive', name })

export const boolean = primitive('boolean')
export const int8 = primitive('int8')
export const int16 = primitive('int16')
export const int32 = primitive('int32')
export const int64 = primitive('int64')
export const int64Big = primitive('int64Big')
export const uuid = primitive('uuid')
export const string = primitive('string')
export const bytes = primitive('bytes')
export const records = primitive('records')

/** The primitives whose first bytes are a length, and which can be null. */
export const hasLength = (name: PrimitiveName): name is 'string' | 'bytes' | 'records' =>
  name === 'string' || name === 'bytes' || name === 'records'

/** The fewest bytes a value can take; bounds how many elements an array can claim to have. */
export const minimumBytes = (name: PrimitiveName, flexible: boolean): number => {
  switch (name) {
    case 'boolean':
    case 'int8':
      return 1
    case 'int16':
      return 2
    case 'int32':
      return 4
    case 'int64':
    case 'int64Big':
      return 8
    case 'uuid':
      return 16
    case 'string':
      return flexible ? 1 : 2
    case 'bytes':
    case 'records':
      return flexible ? 1 : 4
  }
}

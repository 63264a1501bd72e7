/**
 * A bounded cursor over a received frame. Whatever a peer sent, it reads nothing outside the frame, believes no
 * length before comparing it with the bytes that are left, and allocates nothing in proportion to a claim.
 */
import { topicIdFromBytes, UUID_BYTES, type Uuid } from '../base/ids.ts'

/** The bytes do not follow the protocol. There is no telling where the next message starts: the connection ends. */
export class MalformedError extends Error {
  override readonly name = 'MalformedError'
  readonly position: number

  constructor(position: number, why: string) {
    super(`${why} at byte ${position}`)
    this.position = position
  }
}

/**
 * How many array elements one frame may bring. The smallest element takes two bytes on the wire and some hundred
 * as an object, so that without this bound a frame of 100 MiB would fill the heap.
 */
export const ELEMENTS_MAX = 1_000_000

/** What an int16 can say. Kafka refuses more also where a varint could say it, as no record could hold it. */
const STRING_BYTES_MAX = 0x7fff

const INT32_RANGE = 2 ** 32
/** The high words between which an int64 is a safe integer. */
const SAFE_HIGH = 2 ** 21

export class Reader {
  position: number
  readonly #buffer: Buffer
  /** The same bytes: V8 reads integers from it without a call. */
  readonly #integers: DataView
  readonly #end: number
  #elementsLeft: number

  constructor(buffer: Buffer, position = 0, elementsMax = ELEMENTS_MAX) {
    this.#buffer = buffer
    this.#integers = new DataView(buffer.buffer, buffer.byteOffset, buffer.length)
    this.position = position
    this.#end = buffer.length
    this.#elementsLeft = elementsMax
  }

  get remaining(): number {
    return this.#end - this.position
  }

  /** Moves past `size` bytes and tells where they start. */
  #take(size: number): number {
    const start = this.position
    if (size > this.#end - start) throw new MalformedError(start, `needs ${size} bytes, ${this.#end - start} are left`)
    this.position = start + size
    return start
  }

  boolean(): boolean {
    return this.#buffer[this.#take(1)] !== 0
  }

  int8(): number {
    return this.#integers.getInt8(this.#take(1))
  }

  int16(): number {
    return this.#integers.getInt16(this.#take(2))
  }

  int32(): number {
    return this.#integers.getInt32(this.#take(4))
  }

  int64(): number {
    const start = this.#take(8)
    const high = this.#integers.getInt32(start)
    if (high >= SAFE_HIGH) return Number.MAX_SAFE_INTEGER
    if (high < -SAFE_HIGH) return Number.MIN_SAFE_INTEGER
    return Math.max(high * INT32_RANGE + this.#integers.getUint32(start + 4), Number.MIN_SAFE_INTEGER)
  }

  int64Big(): bigint {
    return this.#integers.getBigInt64(this.#take(8))
  }

  uuid(): Uuid {
    const start = this.#take(UUID_BYTES)
    return topicIdFromBytes(this.#buffer.subarray(start, this.position))
  }

  /** At most five bytes, of which the last may hold three bits: what Kafka uses it for fits an int32. */
  unsignedVarint(): number {
    let value = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#buffer[this.#take(1)] as number
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    const last = this.#buffer[this.#take(1)] as number
    if (last > 0x07) throw new MalformedError(this.position, 'varint beyond 31 bits')
    return value + last * 2 ** 28
  }

  string(): string {
    return this.#text(this.#present(this.int16()))
  }

  nullableString(): string | null {
    const length = this.int16()
    // Kafka takes any negative length for null.
    return length < 0 ? null : this.#text(this.#present(length))
  }

  compactString(): string {
    return this.#text(this.#present(this.unsignedVarint() - 1))
  }

  compactNullableString(): string | null {
    const length = this.unsignedVarint() - 1
    return length === -1 ? null : this.#text(length)
  }

  /** A copy: a value that is kept must not keep the frame it came in. */
  bytes(): Buffer {
    return Buffer.from(this.records())
  }

  nullableBytes(): Buffer | null {
    const view = this.nullableRecords()
    return view === null ? null : Buffer.from(view)
  }

  compactBytes(): Buffer {
    return Buffer.from(this.compactRecords())
  }

  compactNullableBytes(): Buffer | null {
    const view = this.compactNullableRecords()
    return view === null ? null : Buffer.from(view)
  }

  records(): Buffer {
    return this.#view(this.#present(this.int32()))
  }

  nullableRecords(): Buffer | null {
    const length = this.int32()
    return length === -1 ? null : this.#view(this.#present(length))
  }

  compactRecords(): Buffer {
    return this.#view(this.#present(this.unsignedVarint() - 1))
  }

  compactNullableRecords(): Buffer | null {
    const length = this.unsignedVarint() - 1
    return length === -1 ? null : this.#view(length)
  }

  arrayLength(elementBytesMin: number): number {
    return this.#elements(this.#present(this.int32()), elementBytesMin)
  }

  /** -1 for null. */
  nullableArrayLength(elementBytesMin: number): number {
    const count = this.int32()
    return count === -1 ? -1 : this.#elements(this.#present(count), elementBytesMin)
  }

  compactArrayLength(elementBytesMin: number): number {
    return this.#elements(this.#present(this.unsignedVarint() - 1), elementBytesMin)
  }

  /** -1 for null. */
  compactNullableArrayLength(elementBytesMin: number): number {
    const count = this.unsignedVarint() - 1
    return count === -1 ? -1 : this.#elements(count, elementBytesMin)
  }

  /** A struct that may be null has a byte in front of it: negative for null. */
  structPresent(): boolean {
    return this.int8() >= 0
  }

  /** Tags come in rising order; says which one is next, given the one before. */
  tag(previous: number): number {
    const tag = this.unsignedVarint()
    if (tag <= previous) throw new MalformedError(this.position, `tag ${tag} after ${previous}`)
    return tag
  }

  /** The size of a tagged field, as the position at which it ends. */
  tagEnd(): number {
    const size = this.unsignedVarint()
    if (size > this.remaining) throw new MalformedError(this.position, `tagged field of ${size} bytes`)
    return this.position + size
  }

  /** A known tag that was not read to its end is not the field we take it for. */
  closeTag(end: number): void {
    if (this.position !== end) throw new MalformedError(this.position, 'tagged field of the wrong size')
  }

  skipTo(position: number): void {
    this.position = position
  }

  /** The tagged fields of a struct of which we know none. */
  skipTagged(): void {
    let tag = -1
    for (let left = this.unsignedVarint(); left > 0; left--) {
      tag = this.tag(tag)
      this.skipTo(this.tagEnd())
    }
  }

  #present(length: number): number {
    if (length < 0) throw new MalformedError(this.position, `length ${length}`)
    return length
  }

  #elements(count: number, elementBytesMin: number): number {
    if (count > this.remaining / elementBytesMin) throw new MalformedError(this.position, `array of ${count}`)
    if (count > this.#elementsLeft) throw new MalformedError(this.position, 'too many array elements')
    this.#elementsLeft -= count
    return count
  }

  /** Invalid UTF-8 becomes U+FFFD, as it does in Kafka; no check of names lets that through. */
  #text(length: number): string {
    if (length > STRING_BYTES_MAX) throw new MalformedError(this.position, `string of ${length} bytes`)
    const start = this.#take(length)
    return this.#buffer.toString('utf8', start, start + length)
  }

  #view(length: number): Buffer {
    const start = this.#take(length)
    return this.#buffer.subarray(start, start + length)
  }
}

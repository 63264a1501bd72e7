/** A growing cursor: writes what `Reader` reads. A value that does not fit its type is a defect of ours and throws. */
import { topicIdToBytes, UUID_BYTES, type Uuid } from '../base/ids.ts'

const CAPACITY_FIRST = 256
const INT16_MAX = 0x7fff
const INT32_MAX = 0x7fff_ffff
const INT32_RANGE = 2 ** 32
const COMPACT_NULL = 0

export class Writer {
  #buffer: Buffer
  #position = 0

  constructor(capacity = CAPACITY_FIRST) {
    this.#buffer = Buffer.allocUnsafe(capacity)
  }

  get length(): number {
    return this.#position
  }

  /** What was written; the writer is not to be used after it. */
  finish(): Buffer {
    return this.#buffer.subarray(0, this.#position)
  }

  #reserve(size: number): number {
    const start = this.#position
    const end = start + size
    if (end > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(end, this.#buffer.length * 2))
      this.#buffer.copy(larger, 0, 0, start)
      this.#buffer = larger
    }
    this.#position = end
    return start
  }

  boolean(value: boolean): void {
    this.int8(value ? 1 : 0)
  }

  int8(value: number): void {
    const at = this.#reserve(1)
    this.#buffer.writeInt8(value, at)
  }

  int16(value: number): void {
    const at = this.#reserve(2)
    this.#buffer.writeInt16BE(value, at)
  }

  int32(value: number): void {
    const at = this.#reserve(4)
    this.#buffer.writeInt32BE(value, at)
  }

  int64(value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no safe integer`)
    const high = Math.floor(value / INT32_RANGE)
    const at = this.#reserve(8)
    this.#buffer.writeInt32BE(high, at)
    this.#buffer.writeUInt32BE(value - high * INT32_RANGE, at + 4)
  }

  int64Big(value: bigint): void {
    const at = this.#reserve(8)
    this.#buffer.writeBigInt64BE(value, at)
  }

  uuid(value: Uuid): void {
    const id = topicIdToBytes(value)
    if (id.length !== UUID_BYTES) throw new RangeError(`'${value}' is no id of ${UUID_BYTES} bytes`)
    this.raw(id)
  }

  unsignedVarint(value: number): void {
    if (value < 0 || value > INT32_MAX) throw new RangeError(`${value} does not fit a varint of 31 bits`)
    let left = value
    while (left >= 0x80) {
      this.#byte((left & 0x7f) | 0x80)
      left >>>= 7
    }
    this.#byte(left)
  }

  string(value: string): void {
    const size = Buffer.byteLength(value)
    if (size > INT16_MAX) throw new RangeError(`a string of ${size} bytes is too long for the protocol`)
    this.int16(size)
    this.#text(value, size)
  }

  nullableString(value: string | null): void {
    if (value === null) this.int16(-1)
    else this.string(value)
  }

  compactString(value: string): void {
    const size = Buffer.byteLength(value)
    this.unsignedVarint(size + 1)
    this.#text(value, size)
  }

  compactNullableString(value: string | null): void {
    if (value === null) this.unsignedVarint(COMPACT_NULL)
    else this.compactString(value)
  }

  bytes(value: Uint8Array): void {
    this.int32(value.length)
    this.raw(value)
  }

  nullableBytes(value: Uint8Array | null): void {
    if (value === null) this.int32(-1)
    else this.bytes(value)
  }

  compactBytes(value: Uint8Array): void {
    this.unsignedVarint(value.length + 1)
    this.raw(value)
  }

  compactNullableBytes(value: Uint8Array | null): void {
    if (value === null) this.unsignedVarint(COMPACT_NULL)
    else this.compactBytes(value)
  }

  arrayLength(count: number): void {
    this.int32(count)
  }

  nullArray(): void {
    this.int32(-1)
  }

  compactArrayLength(count: number): void {
    this.unsignedVarint(count + 1)
  }

  compactNullArray(): void {
    this.unsignedVarint(COMPACT_NULL)
  }

  structPresent(present: boolean): void {
    this.int8(present ? 1 : -1)
  }

  /** One tagged field; its size stands in front of it, so it is written aside first. */
  tagged(tag: number, write: (writer: Writer) => void): void {
    const aside = new Writer()
    write(aside)
    this.unsignedVarint(tag)
    this.unsignedVarint(aside.length)
    this.raw(aside.finish())
  }

  raw(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length)
    this.#buffer.set(bytes, at)
  }

  #byte(value: number): void {
    const at = this.#reserve(1)
    this.#buffer[at] = value
  }

  #text(value: string, size: number): void {
    const at = this.#reserve(size)
    this.#buffer.write(value, at, size, 'utf8')
  }
}

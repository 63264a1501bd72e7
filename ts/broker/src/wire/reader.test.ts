import { expect, test } from 'vitest'
import { MalformedError, Reader } from './reader.ts'
import { Writer } from './writer.ts'

const reader = (...bytes: readonly number[]): Reader => new Reader(Buffer.from(bytes))

test('integers survive the way to bytes and back at their ends', () => {
  const writer = new Writer(1)
  const ends = [0, 1, -1, 2 ** 32, -(2 ** 32) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]
  for (const value of ends) writer.int64(value)
  writer.int64Big(-(2n ** 63n))
  const back = new Reader(writer.finish())
  for (const value of ends) expect(back.int64()).toBe(value)
  expect(back.int64Big()).toBe(-(2n ** 63n))
  expect(back.remaining).toBe(0)
})

test('an int64 beyond the safe integers reads as the last of them', () => {
  expect(reader(0x7f, 255, 255, 255, 255, 255, 255, 255).int64()).toBe(Number.MAX_SAFE_INTEGER)
  expect(reader(0x80, 0, 0, 0, 0, 0, 0, 0).int64()).toBe(Number.MIN_SAFE_INTEGER)
  expect(reader(0xff, 0xe0, 0, 0, 0, 0, 0, 0).int64()).toBe(Number.MIN_SAFE_INTEGER)
  expect(() => new Writer().int64(2 ** 53)).toThrow(RangeError)
})

test('a varint takes at most 31 bits', () => {
  for (const value of [0, 1, 127, 128, 300, 2 ** 21, 2 ** 28 - 1, 2 ** 28, 2 ** 31 - 1]) {
    const writer = new Writer()
    writer.unsignedVarint(value)
    expect(new Reader(writer.finish()).unsignedVarint()).toBe(value)
  }
  expect(() => reader(255, 255, 255, 255, 8).unsignedVarint()).toThrow(MalformedError)
  expect(() => reader(255, 255, 255, 255, 255, 255, 255, 255, 255, 1).unsignedVarint()).toThrow(MalformedError)
  expect(() => reader(0x80).unsignedVarint()).toThrow(MalformedError)
})

// A compact string could be longer than any record of an internal topic can hold, and so be taken and never stored.
test('a string is no longer than an int16 can say, however its length is written', () => {
  const written = (length: number): Buffer => {
    const writer = new Writer()
    writer.compactString('x'.repeat(length))
    return writer.finish()
  }
  expect(new Reader(written(0x7fff)).compactString()).toHaveLength(0x7fff)
  expect(() => new Reader(written(0x8000)).compactString()).toThrow(MalformedError)
  expect(() => new Reader(written(0x8000)).compactNullableString()).toThrow(MalformedError)
})

test('no length is believed before it is compared with what is left', () => {
  expect(() => reader(0x7f, 0xff).string()).toThrow(MalformedError)
  expect(reader(0xff, 0xfe).nullableString()).toBeNull()
  expect(() => reader(0xff, 0xff).string()).toThrow(MalformedError)
  expect(() => reader(0).compactString()).toThrow(MalformedError)
  expect(() => reader(0x7f, 255, 255, 255).bytes()).toThrow(MalformedError)
  expect(() => reader(0x7f, 255, 255, 255).arrayLength(1)).toThrow(MalformedError)
  expect(() => reader(0, 0, 0, 3, 1, 1, 1, 1, 1).arrayLength(2)).toThrow(MalformedError)
  expect(() => reader(0xff, 255, 255, 255).arrayLength(1)).toThrow(MalformedError)
  expect(() => reader(0x80, 0, 0, 0).nullableArrayLength(1)).toThrow(MalformedError)
  expect(reader(255, 255, 255, 255).nullableArrayLength(1)).toBe(-1)
})

test('one frame may bring only so many array elements, however they nest', () => {
  const limited = new Reader(Buffer.from([0, 0, 0, 2, 0, 0, 0, 2, 9, 9]), 0, 3)
  expect(limited.arrayLength(1)).toBe(2)
  expect(() => limited.arrayLength(1)).toThrow('too many array elements')
})

test('bytes are a copy, records a view', () => {
  const frame = Buffer.from([0, 0, 0, 1, 7])
  const copy = new Reader(frame).bytes()
  const view = new Reader(frame).records()
  frame[4] = 8
  expect(copy[0]).toBe(7)
  expect(view[0]).toBe(8)
})

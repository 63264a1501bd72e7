import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bounded, cutInParts } from './bounded.ts'

type Field = readonly [name: string, offset: number | null]

const TOPIC_CHARACTERS_MAX = 249
/** Partitions of topics with names of any length. */
const fields: fc.Arbitrary<readonly Field[]> = fc
  .array(fc.tuple(fc.integer({ min: 1, max: TOPIC_CHARACTERS_MAX }), fc.option(fc.nat())), { maxLength: 600 })
  .map((drawn) => drawn.map(([length, offset], at) => [`${'t'.repeat(length)}-${at}`, offset] as const))

const nameOf = ([name]: Field): string => name
const objects = (parts: readonly (readonly Field[])[]) => parts.map((part) => Object.fromEntries(part))
const numbered = (topic: string, count: number): readonly Field[] =>
  Array.from({ length: count }, (_, at) => [`${topic}-${at}`, at])

test('each part is kept whole, and together they are all there was, in its order', () => {
  fc.assert(
    fc.property(fields, (all) => {
      const parts = cutInParts(all, nameOf, Infinity)
      expect(parts.flat()).toEqual(all)
      for (const object of objects(parts)) expect(bounded(object)).toEqual(object)
    }),
  )
})

test('a part is as large as it may be', () => {
  fc.assert(
    fc.property(fields, (all) => {
      const parts = cutInParts(all, nameOf, Infinity)
      for (const [at, part] of parts.entries()) {
        const larger = Object.fromEntries([...part, ...(parts[at + 1]?.slice(0, 1) ?? [])])
        if (at < parts.length - 1) expect(bounded(larger)).not.toEqual(larger)
      }
    }),
  )
  expect(cutInParts(numbered('t', 250), nameOf, Infinity).map(({ length }) => length)).toEqual([100, 100, 50])
  const longest = numbered('t'.repeat(TOPIC_CHARACTERS_MAX), 1500)
  expect(cutInParts(longest, nameOf, Infinity)).toHaveLength(94)
})

test('the last of so many has the rest', () => {
  const all = numbered('t', 1000)
  const parts = cutInParts(all, nameOf, 3)
  expect(parts.map(({ length }) => length)).toEqual([100, 100, 800])
  expect(parts.flat()).toEqual(all)
  expect(cutInParts([], nameOf, 3)).toEqual([])
})

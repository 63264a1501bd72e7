import fc from 'fast-check'
import { expect, it } from 'vitest'
import { emptyMap } from './persistent-map.ts'

const change = fc.tuple(fc.string({ maxLength: 2 }), fc.option(fc.nat(3), { nil: undefined }))

it('holds what a plain map would, and leaves every earlier version as it was', () => {
  fc.assert(
    fc.property(fc.array(fc.array(change, { maxLength: 10 }), { maxLength: 10 }), (batches) => {
      const versions = [{ map: emptyMap<number>(), model: new Map<string, number>() }]
      for (const batch of batches) {
        const last = versions.at(-1)!
        const model = new Map(last.model)
        for (const [key, value] of batch) value === undefined ? model.delete(key) : model.set(key, value)
        versions.push({ map: last.map.with(batch), model })
      }
      for (const { map, model } of versions) {
        expect(new Map(map)).toEqual(model)
        expect(map.size).toBe(model.size)
        expect([...map.keys()].map((key) => map.get(key))).toEqual([...map.values()])
      }
    }),
  )
})

it('finds the keys in which two versions differ', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 20 }), fc.array(change, { maxLength: 20 }), (first, second) => {
      const before = emptyMap<number>().with(first)
      const after = before.with(second)
      const keys = new Set([...before.keys(), ...after.keys()])
      const differing = [...keys].filter((key) => before.get(key) !== after.get(key))
      expect(new Set(before.changedKeys(after))).toEqual(new Set(differing))
    }),
  )
})

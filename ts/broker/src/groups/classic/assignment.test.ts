import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readAssignment } from './assignment.ts'

/** Version 0: topic `t` with partitions 2 and 5, and no data of the user. */
const assignment = Buffer.from('000000000001000174000000020000000200000005ffffffff', 'hex')

it('reads what a consumer was given', () => {
  expect(readAssignment(assignment)).toEqual([{ topic: 't', partitions: [2, 5] }])
  expect(readAssignment(Buffer.from('000000000000', 'hex'))).toEqual([])
})

it('is null for what was cut short before the data of the user', () => {
  const needed = assignment.length - 4
  for (let length = 0; length < needed; length++) expect(readAssignment(assignment.subarray(0, length))).toBeNull()
})

it('throws at no bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const read = readAssignment(Buffer.from(bytes))
      expect(read === null || Array.isArray(read)).toBe(true)
    }),
  )
})

import { describe, expect, it } from 'vitest'
import { javaHash, partitionFor } from './partitioner.ts'

describe('the partition of a group', () => {
  it('follows the hash of a Java string', () => {
    expect(javaHash('')).toBe(0)
    expect(javaHash('a')).toBe(97)
    expect(javaHash('hello')).toBe(99162322)
    expect(javaHash('polygenelubricants')).toBe(-(2 ** 31))
  })

  it('is never negative', () => {
    expect(partitionFor('polygenelubricants', 50)).toBe(0)
    expect(partitionFor('hello', 50)).toBe(22)
    expect(javaHash('test-group-1')).toBeLessThan(2 ** 31)
    expect(partitionFor('my-group', 50)).toBe(Math.abs(javaHash('my-group')) % 50)
  })
})

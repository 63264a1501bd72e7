import { expect, test } from 'vitest'
import { manualClock } from '../base/clock.ts'
import { createAudit, ENTRIES_MAX } from './audit.ts'
import { lastReset } from './last-reset.ts'

const ana = { principal: 'User:ana', clientId: 'admin-api', address: '127.0.0.1' }

type FromTo = readonly [before: number | null, after: number | null]

const listed = () => {
  const audit = createAudit(manualClock())
  return {
    audit,
    moved: (subject: string, before: unknown, action = 'group.offsets') =>
      audit.note({ action, subject, before, after: null }, ana),
    movedInParts: (...parts: readonly object[]) =>
      audit.noteParts(
        parts.map((before) => ({ action: 'group.offsets', subject: 'readers', before, after: null })),
        ana,
      ),
    /** Each partition of `orders` from where to where. */
    reset: (...moves: readonly FromTo[]) => {
      const side = (at: 0 | 1) => Object.fromEntries(moves.map((move, index) => [`orders-${index}`, move[at]]))
      audit.note({ action: 'group.offsets', subject: 'readers', before: side(0), after: side(1) }, ana)
    },
    deleted: (subject: string, action = 'topic.delete') =>
      audit.note({ action, subject, before: null, after: null }, ana),
    found: () => lastReset(audit.entries(), 'readers'),
  }
}

test('the last one tells where the group stood, and who moved it', () => {
  const { moved, found } = listed()
  expect(found()).toBeNull()
  moved('readers', { 'orders-0': 1 })
  moved('readers', { 'orders-0': 7, 'a-b.c_d-12': 0, 'orders-1': null })
  moved('others', { 'orders-0': 3 })
  moved('readers', {}, 'topic.create')
  expect(found()).toMatchObject({
    entry: { actor: ana },
    positions: [
      { topic: 'orders', partition: 0, offset: 7 },
      { topic: 'a-b.c_d', partition: 12, offset: 0 },
    ],
    none: 1,
    deleted: 0,
    cut: 0,
  })
})

test('the last one tells what it moved, and what had its offset already it did not move', () => {
  const { reset, found } = listed()
  reset([14, 0], [3, 3], [null, 5], [7, null])
  expect(found()?.moves).toEqual([
    { topic: 'orders', partition: 0, before: 14, after: 0 },
    { topic: 'orders', partition: 2, before: null, after: 5 },
    { topic: 'orders', partition: 3, before: 7, after: null },
  ])
})

test('what puts back all that the one before it replaced is an undo, and what puts back an undo is none', () => {
  const { reset, moved, found } = listed()
  const isUndo = () => found()?.isUndo
  reset([14, 0], [3, 3])
  expect(isUndo()).toBe(false)
  moved('others', { 'orders-0': 0 })
  // The group has read on since.
  reset([6, 14], [4, 3])
  expect(isUndo()).toBe(true)
  reset([14, 6], [3, 4])
  expect(isUndo()).toBe(false)
  reset([6, 14], [4, 3])
  expect(isUndo()).toBe(true)
  reset([14, 2], [3, 3])
  expect(isUndo()).toBe(false)
})

test('one that puts back a part, goes elsewhere or moves more is no undo', () => {
  const after = (...moves: readonly FromTo[]) => {
    const { reset, found } = listed()
    reset([14, 0], [3, 0], [null, 8])
    reset(...moves)
    return found()?.isUndo
  }
  // What had no offset keeps the one that it was given.
  expect(after([0, 14], [0, 3])).toBe(true)
  expect(after([0, 14])).toBe(false)
  expect(after([0, 14], [0, 4])).toBe(false)
  expect(after([0, 14], [0, 3], [8, 0])).toBe(false)
  expect(after([0, 14], [0, 3], [8, null], [1, 2])).toBe(false)
})

test('an undo leaves out the topics that were deleted before it', () => {
  const { audit, reset, deleted, found } = listed()
  const offsets = { 'gone-0': 5, 'orders-0': 14 }
  const started = { 'gone-0': 0, 'orders-0': 0 }
  audit.note({ action: 'group.offsets', subject: 'readers', before: offsets, after: started }, ana)
  deleted('gone')
  reset([0, 14])
  expect(found()?.isUndo).toBe(true)
  deleted('orders')
  expect(found()?.isUndo).toBe(true)
})

test('a group that was deleted since is another one', () => {
  const { moved, deleted, found } = listed()
  moved('readers', { 'orders-0': 1 })
  deleted('others', 'group.delete')
  expect(found()).not.toBeNull()
  deleted('readers', 'group.delete')
  expect(found()).toBeNull()
})

test('a topic that was deleted since is another one, and one that was deleted before is not', () => {
  const { moved, deleted, found } = listed()
  deleted('kept')
  moved('readers', { 'kept-0': 1, 'gone-0': 2, 'gone-1': null })
  deleted('gone')
  expect(found()).toMatchObject({ positions: [{ topic: 'kept', offset: 1 }], deleted: 1, none: 1 })
})

test('what the list had no room for is counted', () => {
  const { moved, found } = listed()
  const before = (topic: string, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, partition) => [`${topic}-${partition}`, partition]))
  moved('readers', before('orders', 128))
  expect(found()).toMatchObject({ cut: 28, none: 0 })
  expect(found()?.positions).toHaveLength(100)
  // The name of the 21st is cut itself.
  moved('readers', before('x'.repeat(200), 30))
  expect(found()?.positions.at(-1)).toEqual({ topic: 'x'.repeat(200), partition: 19, offset: 19 })
  expect(found()).toMatchObject({ cut: 10 })
  expect(found()?.positions).toHaveLength(20)
})

test('a reset of several entries is one, and what was before it in the same millisecond another', () => {
  const { movedInParts, deleted, found } = listed()
  movedInParts({ 'orders-0': 1, 'orders-1': 1 }, { 'orders-2': 1 })
  movedInParts({ 'orders-1': 7, 'gone-0': 4 }, { 'orders-0': null, 'kept-3': 5 }, { 'gone-1': 6, 'gone-2': null })
  deleted('gone')
  expect(found()).toMatchObject({
    entry: { part: 3, parts: 3 },
    positions: [
      { topic: 'orders', partition: 1, offset: 7 },
      { topic: 'kept', partition: 3, offset: 5 },
    ],
    none: 2,
    deleted: 2,
    cut: 0,
  })
})

test('a reset of which the list has lost an entry is told, and has nothing to put back', () => {
  const nothing = { entry: { actor: ana }, isUndo: false, moves: null, positions: [], none: 0, deleted: 0, cut: 0 }
  const { moved, movedInParts, found } = listed()
  movedInParts({ 'orders-0': 1 }, { 'orders-1': 2 }, { 'orders-2': null })
  for (let at = 3; at < ENTRIES_MAX; at++) moved('others', {})
  expect(found()).toMatchObject({ positions: [{ partition: 0 }, { partition: 1 }], none: 1 })
  moved('others', {})
  expect(found()).toMatchObject(nothing)

  const killed = listed()
  killed.movedInParts({ 'orders-0': 1 }, { 'orders-1': 2 }, { 'orders-2': null })
  const all = killed.audit.entries().toReversed()
  for (const lost of [0, 1, 2]) {
    const restored = listed()
    restored.audit.restore(all.filter((_, at) => at !== lost))
    expect(restored.found()).toMatchObject(nothing)
  }
})

test('an entry of another form has nothing to put back', () => {
  const { moved, found } = listed()
  for (const before of [null, 'orders-0', { partitions: ['orders-0'] }, { 'orders-0': 'one' }]) {
    moved('readers', before)
    expect(found()).toMatchObject({ positions: [], none: 0 })
  }
})

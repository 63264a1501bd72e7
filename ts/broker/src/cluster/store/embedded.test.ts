import { expect, it } from 'vitest'
import { manualClock } from '../../base/clock.ts'
import { openEmbeddedStore, type Catalogue } from './embedded.ts'
import { storeConformance } from './store.conformance.ts'

const inMemory = (): Catalogue => {
  const held = new Map<string, Buffer>()
  let revision = 0
  return {
    catalogue: () => [...held].map(([key, value]) => ({ key, value })),
    commit: async (changes) => {
      await Promise.resolve()
      for (const { key, value } of changes) {
        if (value === null) held.delete(key)
        else held.set(key, value)
      }
      return ++revision
    },
  }
}

storeConformance('embedded', async () => {
  const clock = manualClock()
  const engine = inMemory()
  const store = openEmbeddedStore(engine, clock)
  return {
    store,
    clock,
    reopen: async () => {
      await store.close()
      return openEmbeddedStore(engine, clock)
    },
  }
})

it('goes on after a commit that the disk refused, without it', async () => {
  const engine = inMemory()
  let full = true
  const store = openEmbeddedStore(
    { ...engine, commit: (changes) => (full ? Promise.reject(new Error('disk full')) : engine.commit(changes)) },
    manualClock(),
  )
  await expect(store.commit([], [{ key: 'a', value: Buffer.from('1') }])).rejects.toThrow('disk full')
  full = false
  expect((await store.commit([{ key: 'a', is: 'absent' }], [{ key: 'a', value: Buffer.from('2') }])).committed).toBe(
    true,
  )
})

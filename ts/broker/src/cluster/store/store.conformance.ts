/** What every metadata store must do. Each store's own test runs this against itself. */
import { afterEach, describe, expect, it } from 'vitest'
import fc from 'fast-check'
import type { ManualClock } from '../../base/clock.ts'
import type { Commit, Compare, KeyedChange, MetadataStore, Watcher } from './store.ts'

export interface StoreUnderTest {
  readonly store: MetadataStore
  readonly clock: ManualClock
  /** Closes it and opens it again on what it kept. */
  readonly reopen: (() => Promise<MetadataStore>) | null
}

const put = (key: string, value: string): KeyedChange => ({ key, value: Buffer.from(value) })
const remove = (key: string): KeyedChange => ({ key, value: null })
const absent = (key: string): Compare => ({ key, is: 'absent' })
const unchanged = (key: string, since: number): Compare => ({ key, is: 'unchanged', since })

const collect = (): Watcher & { readonly commits: Commit[]; compactions: number } => ({
  commits: [],
  compactions: 0,
  commit(commit) {
    this.commits.push(commit)
  },
  compacted() {
    this.compactions++
  },
})

const contents = async (store: MetadataStore): Promise<ReadonlyMap<string, string>> =>
  new Map((await store.snapshot()).entries.map(({ key, value }) => [key, value.toString()]))

const replay = (start: ReadonlyMap<string, string>, commits: readonly Commit[]): ReadonlyMap<string, string> => {
  const state = new Map(start)
  for (const { key, value } of commits.flatMap((commit) => commit.changes)) {
    if (value === null) state.delete(key)
    else state.set(key, value.toString())
  }
  return new Map([...state].sort(([a], [b]) => (a < b ? -1 : 1)))
}

const revisionOf = async (store: MetadataStore, changes: readonly KeyedChange[]): Promise<number> => {
  const result = await store.commit([], changes)
  if (!result.committed) throw new Error('a commit without comparisons failed')
  return result.revision
}

export const storeConformance = (name: string, open: () => Promise<StoreUnderTest>): void => {
  describe(`${name} store`, () => {
    const opened: MetadataStore[] = []
    const start = async (): Promise<StoreUnderTest> => {
      const under = await open()
      opened.push(under.store)
      return under
    }
    afterEach(async () => {
      for (const store of opened.splice(0)) await store.close()
    })

    it('shows what was committed, in order of key', async () => {
      const { store } = await start()
      await store.commit([], [put('b', '1'), put('a', '2'), put('c', '3')])
      await store.commit([], [remove('c'), put('a', '4')])
      const { entries } = await store.snapshot()
      expect(entries.map(({ key, value }) => [key, value.toString()])).toEqual([
        ['a', '4'],
        ['b', '1'],
      ])
    })

    it('numbers commits upwards and gives the snapshot the number of the last', async () => {
      const { store } = await start()
      const first = await revisionOf(store, [put('a', '1')])
      const second = await revisionOf(store, [put('a', '2')])
      expect(second).toBeGreaterThan(first)
      expect((await store.snapshot()).revision).toBe(second)
    })

    it('commits nothing when a comparison fails, and says which', async () => {
      const { store } = await start()
      const revision = await revisionOf(store, [put('a', '1')])
      await store.commit([], [put('a', '2')])
      for (const failed of [absent('a'), unchanged('a', revision), unchanged('never', revision)]) {
        expect(await store.commit([absent('x'), failed], [put('x', '1')])).toEqual({ committed: false, failed })
      }
      expect(await contents(store)).toEqual(new Map([['a', '2']]))
    })

    it('takes a removed key for changed, and one removed and made again too', async () => {
      const { store } = await start()
      const revision = await revisionOf(store, [put('a', '1')])
      await store.commit([], [remove('a')])
      expect((await store.commit([unchanged('a', revision)], [put('a', '2')])).committed).toBe(false)
      await store.commit([], [put('a', '1')])
      expect((await store.commit([unchanged('a', revision)], [put('a', '2')])).committed).toBe(false)
    })

    it('lets one of several commits at once win', async () => {
      const { store } = await start()
      const results = await Promise.all(
        Array.from({ length: 8 }, (_, index) => store.commit([absent('leader')], [put('leader', String(index))])),
      )
      expect(results.filter(({ committed }) => committed)).toHaveLength(1)
    })

    it('shows a watcher every commit after its revision, in order', async () => {
      const { store } = await start()
      await revisionOf(store, [put('a', '1')])
      const from = await revisionOf(store, [put('a', '2')])
      await revisionOf(store, [put('a', '3')])
      const watcher = collect()
      const watch = store.watch(from, watcher)
      await revisionOf(store, [put('b', '1'), remove('a')])
      watch.stop()
      await revisionOf(store, [put('b', '2')])
      expect(watcher.commits.map(({ changes }) => changes.map(({ key }) => key))).toEqual([['a'], ['b', 'a']])
    })

    it('tells a watcher that comes too late to start from a snapshot', async () => {
      const { store } = await start()
      const from = await revisionOf(store, [put('a', '0')])
      for (let round = 0; round < 1_000; round++) await store.commit([], [put('a', String(round))])
      const watcher = collect()
      store.watch(from, watcher)
      await store.commit([], [put('a', 'last')])
      expect([watcher.commits.length, watcher.compactions]).toEqual([0, 1])
    })

    it('drops the keys of a lease when it is revoked, in one commit', async () => {
      const { store } = await start()
      const lease = await store.lease(1_000)
      const from = await revisionOf(store, [
        { key: 'session', value: Buffer.from('1'), lease: lease.id },
        { key: 'mark', value: Buffer.from('1'), lease: lease.id },
        put('kept', '1'),
      ])
      const watcher = collect()
      store.watch(from, watcher)
      await lease.revoke()
      expect(await contents(store)).toEqual(new Map([['kept', '1']]))
      expect(watcher.commits.map(({ changes }) => changes.length)).toEqual([2])
      expect(await lease.keepAlive()).toBe(false)
    })

    it('drops the keys of a lease that nobody keeps alive', async () => {
      const { store, clock } = await start()
      const lease = await store.lease(1_000)
      await store.commit([], [{ key: 'session', value: Buffer.from('1'), lease: lease.id }])
      clock.advance(900)
      expect(await lease.keepAlive()).toBe(true)
      clock.advance(900)
      expect(await contents(store)).toEqual(new Map([['session', '1']]))
      clock.advance(200)
      expect(await contents(store)).toEqual(new Map())
      await expect(
        store.commit([], [{ key: 'session', value: Buffer.from('2'), lease: lease.id }]),
      ).rejects.toMatchObject({ code: 'STALE_BROKER_EPOCH' })
    })

    it('keeps a key that left its lease', async () => {
      const { store } = await start()
      const lease = await store.lease(1_000)
      await store.commit([], [{ key: 'a', value: Buffer.from('1'), lease: lease.id }])
      await store.commit([], [put('a', '2')])
      await lease.revoke()
      expect(await contents(store)).toEqual(new Map([['a', '2']]))
    })

    it('holds after a restart what it held before, less what was leased', async () => {
      const { store, reopen } = await start()
      if (reopen === null) return
      const lease = await store.lease(1_000)
      await store.commit([], [put('a', '1'), put('b', '1'), put('moved', '1')])
      await store.commit([], [remove('b'), { key: 'session', value: Buffer.from('1'), lease: lease.id }])
      await store.commit([], [{ key: 'moved', value: Buffer.from('2'), lease: lease.id }])
      const again = await reopen()
      opened.push(again)
      expect(await contents(again)).toEqual(new Map([['a', '1']]))
      expect((await again.commit([absent('a')], [put('a', '2')])).committed).toBe(false)
    })

    it('behaves as the model does, and a watcher sees the same history', async () => {
      const key = fc.constantFrom('a', 'b', 'c', 'd')
      const change = fc.oneof(
        fc.record({ key, value: fc.string({ maxLength: 3 }).map((text) => Buffer.from(text)) }),
        fc.record({ key, value: fc.constant(null) }),
      )
      const step = fc.record({
        absent: fc.option(key, { nil: undefined }),
        unchanged: fc.option(fc.tuple(key, fc.nat(6)), { nil: undefined }),
        changes: fc.uniqueArray(change, { minLength: 1, maxLength: 3, selector: (each) => each.key }),
      })
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
          const { store } = await start()
          const watcher = collect()
          const { revision: from } = await store.snapshot()
          store.watch(from, watcher)
          const model = new Map<string, { readonly value: string; readonly revision: number }>()
          let revision = from
          for (const { absent: none, unchanged: same, changes } of steps) {
            const compares: Compare[] = []
            let expected = true
            if (none !== undefined) {
              compares.push(absent(none))
              expected &&= !model.has(none)
            }
            if (same !== undefined) {
              const since = Math.max(from, revision - same[1])
              compares.push(unchanged(same[0], since))
              const held = model.get(same[0])
              expected &&= held !== undefined && held.revision <= since
            }
            const result = await store.commit(compares, changes)
            expect(result.committed).toBe(expected)
            if (!result.committed) continue
            revision = result.revision
            for (const { key: name, value } of changes) {
              if (value === null) model.delete(name)
              else model.set(name, { value: value.toString(), revision })
            }
          }
          const held = await contents(store)
          expect(held).toEqual(new Map([...model].sort().map(([name, { value }]) => [name, value])))
          expect(replay(new Map(), watcher.commits)).toEqual(held)
        }),
        { numRuns: 60 },
      )
    })
  })
}

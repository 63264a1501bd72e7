/**
 * A map that is never changed: a batch of changes gives a new map that shares with the old one every bucket the batch
 * did not touch. So one change among 100,000 entries copies a few hundred of them, and the difference of two versions
 * is found without looking at what they share.
 */
const BUCKETS = 512

type Bucket<Value> = ReadonlyMap<string, Value>

export interface PersistentMap<Value> extends ReadonlyMap<string, Value> {
  /** Applies every change; `undefined` removes the key. */
  with(changes: Iterable<readonly [string, Value | undefined]>): PersistentMap<Value>
  /** Keys whose value in `newer` is another one than here, including those that only one side has. */
  changedKeys(newer: PersistentMap<Value>): Iterable<string>
}

const NOTHING: Bucket<never> = new Map<string, never>()

/** FNV-1a over the code units: spreads names that differ in one digit only. */
const bucketOf = (key: string): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  return (hash ^ (hash >>> 15)) & (BUCKETS - 1)
}

class BucketMap<Value> implements PersistentMap<Value> {
  readonly size: number
  readonly #buckets: readonly Bucket<Value>[]

  constructor(buckets: readonly Bucket<Value>[], size: number) {
    this.#buckets = buckets
    this.size = size
  }

  #bucket(index: number): Bucket<Value> {
    return this.#buckets[index] ?? NOTHING
  }

  get(key: string): Value | undefined {
    return this.#bucket(bucketOf(key)).get(key)
  }

  has(key: string): boolean {
    return this.#bucket(bucketOf(key)).has(key)
  }

  with(changes: Iterable<readonly [string, Value | undefined]>): PersistentMap<Value> {
    const copies = new Map<number, Map<string, Value>>()
    let size = this.size
    for (const [key, value] of changes) {
      const index = bucketOf(key)
      let bucket = copies.get(index)
      if (bucket === undefined) {
        bucket = new Map(this.#bucket(index))
        copies.set(index, bucket)
      }
      const before = bucket.size
      if (value === undefined) bucket.delete(key)
      else bucket.set(key, value)
      size += bucket.size - before
    }
    if (copies.size === 0) return this
    const buckets = [...this.#buckets]
    for (const [index, bucket] of copies) buckets[index] = bucket
    return new BucketMap(buckets, size)
  }

  *changedKeys(newer: PersistentMap<Value>): Iterable<string> {
    if (!(newer instanceof BucketMap)) throw new Error('the two maps must be versions of one map')
    for (let index = 0; index < BUCKETS; index++) {
      const [from, to] = [this.#bucket(index), (newer as BucketMap<Value>).#bucket(index)]
      if (from === to) continue
      for (const [key, value] of from) if (to.get(key) !== value) yield key
      for (const key of to.keys()) if (!from.has(key)) yield key
    }
  }

  *entries(): MapIterator<[string, Value]> {
    for (const bucket of this.#buckets) yield* bucket
  }

  *keys(): MapIterator<string> {
    for (const bucket of this.#buckets) yield* bucket.keys()
  }

  *values(): MapIterator<Value> {
    for (const bucket of this.#buckets) yield* bucket.values()
  }

  [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.entries()
  }

  forEach(visit: (value: Value, key: string, map: ReadonlyMap<string, Value>) => void): void {
    for (const [key, value] of this.entries()) visit(value, key, this)
  }
}

const EMPTY: PersistentMap<never> = new BucketMap<never>(Array<Bucket<never>>(BUCKETS).fill(NOTHING), 0)

export const emptyMap = <Value>(): PersistentMap<Value> => EMPTY as PersistentMap<unknown> as PersistentMap<Value>

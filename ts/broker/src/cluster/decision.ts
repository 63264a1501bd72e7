/** What a pure function over the image returns: what to change, on what ground, and what to answer if it happens. */
import type { Change } from './records.ts'
import type { Compare } from './store/store.ts'

export interface Decision<Result> {
  readonly result: Result
  readonly changes: readonly Change[]
  /** What must still hold in the store; each change of an existing key should be guarded by one. */
  readonly compares?: readonly Compare[]
}

/** Answers without changing anything. */
export const unchanged = <Result>(result: Result): Decision<Result> => ({ result, changes: [] })

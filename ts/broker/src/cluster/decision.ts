/** What a pure function over the image returns: what to change, on what ground, and what to answer if it happens. */
import type { Change, RecordName } from './records.ts'

export interface Decision<Result> {
  readonly result: Result
  readonly changes: readonly Change[]
  /** What has to hold in the store besides what the decision saw: the ground of each change. */
  readonly guards: readonly Guard[]
}

/** `unchanged` is meant since the image of the decision. */
export interface Guard {
  readonly record: RecordName
  readonly is: 'absent' | 'unchanged'
}

/** Answers without changing anything. */
export const unchanged = <Result>(result: Result): Decision<Result> => ({ result, changes: [], guards: [] })

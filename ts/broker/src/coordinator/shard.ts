/**
 * What a state machine over one partition of an internal topic has to offer, and nothing about when or how it runs:
 * it decides, and it applies records. Deciding changes no recorded state; `apply` alone does, live, at replay and
 * when a failed append is taken back. Time and randomness come with the command.
 */
import type { ErrorCode } from '../base/error-codes.ts'

/** Stands for somebody who waits for a `Result`; may be kept in the state and answered by a later command. */
export interface Ticket<Result> {
  readonly id: number
  /** Never set: ties the type of the answer to the ticket. */
  readonly result?: Result
}

export type Answer =
  | { readonly ticket: Ticket<unknown>; readonly value: unknown }
  | { readonly ticket: Ticket<unknown>; readonly error: ErrorCode }

export type TimerChange<Command> =
  | { readonly key: string; readonly afterMs: number; readonly command: Command }
  | { readonly key: string; readonly cancel: true }

/** What is to be done once the records of a decision are stored, or could not be. */
export interface FollowUp<Command> {
  readonly stored: Command
  readonly failed: (error: ErrorCode) => Command
}

export interface Decision<Command, Rec> {
  readonly records: readonly Rec[]
  /** Given when the records are stored, and everything decided before them. */
  readonly answers: readonly Answer[]
  /** Take effect at once. */
  readonly timers: readonly TimerChange<Command>[]
  readonly followUp: FollowUp<Command> | null
}

export interface Shard<State, Command, Rec> {
  create(): State
  handle(state: State, command: Command, now: number): Decision<Command, Rec>
  /** Changes the state and returns the record that would change it back. */
  apply(state: State, record: Rec): Rec
  /** Two records with one key replace each other. */
  keyOf(record: Rec): string
  /** After replay: starts the timers of what was found. */
  loaded(state: State, now: number): Decision<Command, Rec>
  /** After a failed append was taken back: settles whatever was built on what is gone. */
  restored(state: State, error: ErrorCode): Decision<Command, Rec>
  readonly codec: RecordCodec<Rec>
}

export interface StoredRecord {
  readonly key: Buffer
  /** Null deletes the key. */
  readonly value: Buffer | null
}

export interface RecordCodec<Rec> {
  encode(record: Rec): StoredRecord
  /** Null for a record of a kind that this state machine does not know: it is skipped. */
  decode(stored: StoredRecord): Rec | null
}

/** Collects a decision while the parts of a state machine work on it. */
export class Draft<Command, Rec> implements Decision<Command, Rec> {
  readonly records: Rec[] = []
  readonly answers: Answer[] = []
  readonly timers: TimerChange<Command>[] = []
  followUp: FollowUp<Command> | null = null

  record(record: Rec): void {
    this.records.push(record)
  }

  answer<Result>(ticket: Ticket<Result>, value: Result): void {
    this.answers.push({ ticket, value })
  }

  fail(ticket: Ticket<unknown>, error: ErrorCode): void {
    this.answers.push({ ticket, error })
  }

  schedule(key: string, afterMs: number, command: Command): void {
    this.timers.push({ key, afterMs, command })
  }

  cancel(key: string): void {
    this.timers.push({ key, cancel: true })
  }
}

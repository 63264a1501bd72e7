/**
 * A search that goes on by itself, one slice after the other, until it has found as many messages as were wanted, is at its
 * end, is stopped or fails. The broker remembers nothing of it: whoever stops asks no more.
 */
import { ApiError } from 'millrace/admin/client.js'
import type { Output } from 'millrace/admin/contract.js'
import { useEffect, useState } from 'react'
import { forgetSession } from '../queries.ts'
import { call, isLoggedOut } from '../state/session.ts'
import type { Query } from './query.ts'

type Answer = Output<'messages'>
export type Message = Answer['items'][number]

/** Of one answer. */
const LIMIT_MAX = 500
/** Of a live read the newest stay. */
const LIVE_ROWS_MAX = 500
const LIVE_PAUSE_MS = 1000

export interface Run {
  /** What it belongs to. */
  readonly of: string
  readonly rows: readonly Message[]
  readonly progress: Answer['progress'] | null
  /** Undefined before the first answer, null at the end. */
  readonly cursor: Answer['cursor'] | undefined
  /** Rows that are enough. */
  readonly goal: number
  readonly isGoing: boolean
  /** Messages that the filter failed on, and how on the first. */
  readonly failed: number
  readonly failure: string | null
  readonly error: unknown
}

export interface Search extends Run {
  readonly stop: () => void
  readonly goOn: () => void
  readonly restart: () => void
}

/** `step` is how many messages are wanted at once. */
export const useSearch = (query: Query | null, step: number): Search => {
  const of = JSON.stringify([query, step])
  const [kept, setRun] = useState(() => begun(of, step))
  const run = kept.of === of ? kept : begun(of, step)
  if (kept !== run) setRun(run)
  useEffect(() => {
    if (!run.isGoing || query === null) return undefined
    let isOver = false
    const ask = async () => {
      const { cursor } = run
      const limit = query.from === 'live' ? LIMIT_MAX : Math.min(LIMIT_MAX, run.goal - run.rows.length)
      try {
        const answer = await call('messages', { ...query, limit, ...(cursor ? { cursor } : {}) })
        if (!isOver) setRun(query.from === 'live' ? withNewest(run, answer) : withMore(run, answer))
      } catch (error) {
        if (isLoggedOut(error)) await forgetSession()
        else if (!isOver) setRun({ ...run, isGoing: false, error })
      }
    }
    const isWaiting = query.from === 'live' && run.cursor !== undefined
    const timer = setTimeout(() => void ask(), isWaiting ? LIVE_PAUSE_MS : 0)
    return () => {
      isOver = true
      clearTimeout(timer)
    }
    // A query is the same as long as its text is, which the run has.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [run])
  return {
    ...run,
    stop: () => setRun({ ...run, isGoing: false }),
    goOn: () => setRun({ ...run, isGoing: true, goal: Math.max(run.goal, run.rows.length + step), error: null }),
    restart: () => setRun(begun(of, step)),
  }
}

/** What is wrong with the filter, and not with the search. */
export const isOfFilter = (error: unknown): error is ApiError =>
  error instanceof ApiError && (error.code === 'TOO_SLOW' || error.code === 'INVALID_FILTER')

const begun = (of: string, goal: number): Run => ({
  of,
  rows: [],
  progress: null,
  cursor: undefined,
  goal,
  isGoing: true,
  failed: 0,
  failure: null,
  error: null,
})

const answered = (run: Run, { cursor, progress, failed, failure }: Answer): Run => ({
  ...run,
  cursor,
  progress,
  failed: run.failed + failed,
  failure: run.failure ?? failure,
})

const withMore = (run: Run, answer: Answer): Run => {
  const rows = [...run.rows, ...answer.items]
  return { ...answered(run, answer), rows, isGoing: answer.cursor !== null && rows.length < run.goal }
}

/** The newest stand above. */
const withNewest = (run: Run, answer: Answer): Run => ({
  ...answered(run, answer),
  rows: [...answer.items.toReversed(), ...run.rows].slice(0, LIVE_ROWS_MAX),
})

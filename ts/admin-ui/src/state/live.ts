/** What the broker tells by itself: its stream sends all of it once, then what has changed, every two seconds. */
import type { QueryClient } from '@tanstack/react-query'
import type { Output } from 'millrace/admin/contract.js'
import type { StreamMessage } from 'millrace/admin/contract/live.js'
import { useSyncExternalStore } from 'react'

export type Live = Output<'live'>

/** A stream that is silent for so long has ended, whatever its connection says. */
const SILENCE_MS_MAX = 5000
const AGAIN_MS = 5000

let current: Live | null = null
const listeners = new Set<() => void>()

/** Null without a stream: then views ask as often as it would have told. */
export const live = (): Live | null => current

const onLive = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useLive = (): Live | null => useSyncExternalStore(onLive, live)

/** Keeps a stream open until the answer is called. What it says is no longer true is asked for anew. */
export const followLive = (queries: QueryClient): (() => void) => {
  let isOver = false
  let end: () => void

  const open = (): (() => void) => {
    const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/v1/stream`)
    const ended = new AbortController()
    const { signal } = ended
    let timer: ReturnType<typeof setTimeout> | undefined

    const leave = (): void => {
      clearTimeout(timer)
      ended.abort()
      socket.close()
      if (isOver) {
        current = null
      } else {
        become(null, queries)
        const again = setTimeout(() => (end = open()), AGAIN_MS)
        end = () => clearTimeout(again)
      }
    }
    const hear = ({ data }: MessageEvent<string>): void => {
      clearTimeout(timer)
      timer = setTimeout(leave, SILENCE_MS_MAX)
      const { type, live: told } = JSON.parse(data) as StreamMessage
      if (type === 'all') become(told as Live, queries)
      else if (current !== null) become({ ...current, ...told } as Live, queries)
    }
    socket.addEventListener('close', leave, { signal })
    socket.addEventListener('message', hear, { signal })
    return leave
  }

  end = open()
  return () => {
    isOver = true
    end()
  }
}

const become = (next: Live | null, queries: QueryClient): void => {
  const before = current
  current = next
  for (const tell of listeners) tell()
  for (const word of before === null ? [] : outdated(before, next)) void queries.invalidateQueries({ queryKey: [word] })
}

/** Lists that anybody may have changed. */
const CHANGEABLE = ['audit', 'accounts', 'filters', 'topics', 'topic', 'groups', 'group', 'brokers', 'cluster']

const COUNTS = ['topics', 'partitions', 'internalTopics', 'internalPartitions'] as const

/** What is not as it was, by the first words of its queries. */
const outdated = (before: Live, next: Live | null): ReadonlySet<string> => {
  // What it would have told from now on is asked for.
  if (next === null) return new Set([...CHANGEABLE, 'jobs', 'history'])
  const has = (...names: readonly (keyof Live)[]): boolean => names.some((name) => before[name] !== next[name])
  return new Set([
    ...(has('auditId') ? CHANGEABLE : []),
    ...(has('state', 'ok', 'brokers', ...COUNTS) ? ['cluster', 'brokers', 'health'] : []),
    ...(has('jobsRunning') ? ['jobs'] : []),
  ])
}

// Where reading begins and ends: `start`, `end`, `:end`, `7`, `+7`, `-7`, `3:9`, `@time`, `@time:time`, `@-1h:end`.
import { durationOf } from '../duration.ts'
import { Failure } from '../failure.ts'

export type Point =
  | { readonly kind: 'start'; readonly plus: number }
  | { readonly kind: 'end'; readonly minus: number }
  | { readonly kind: 'offset'; readonly offset: number }
  | { readonly kind: 'time'; readonly ms: number }

export interface Range {
  readonly from: Point
  /** Exclusive; null to follow what comes. */
  readonly to: Point | null
}

const START: Point = { kind: 'start', plus: 0 }
const END: Point = { kind: 'end', minus: 0 }
const TIME = String.raw`-?(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+|\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?|\d{13}|\d{10}`
const TIMES = new RegExp(`^@(${TIME})(?::(?:(end)|@?(${TIME})))?$`)

/** `now` is what `@-1h` is before; `utc` is for times without a zone. Throws a Failure of usage. */
export const parseRange = (text: string, now: number, utc: boolean): Range => {
  const range = rangeOf(text, now, utc)
  if (range !== null) return range
  throw new Failure('usage', `${text} says nowhere to read from`, {
    next: `one of start, end, :end, 7, +7, -7, 3:9, ${TIMES_SHOWN}, @-1h:end`,
  })
}

/** Where to go on from: a range without an end. */
export const parsePlace = (text: string, now: number, utc: boolean): Point => {
  const range = rangeOf(text, now, utc)
  if (range !== null && range.to === null) return range.from
  const why = range === null ? 'says nowhere to go on from' : 'has an end: a group goes on from one place'
  throw new Failure('usage', `${text} ${why}`, { next: `one of start, end, 7, +7, -7, ${TIMES_SHOWN}` })
}

const TIMES_SHOWN = '@2026-01-31T10:00:00Z, @-1h'

/** Null for what is none. */
const rangeOf = (text: string, now: number, utc: boolean): Range | null => {
  if (text === 'start' || text === 'beginning' || text === 'earliest') return { from: START, to: null }
  if (text === 'end' || text === 'latest') return { from: END, to: null }
  if (text === ':end') return { from: START, to: END }
  const times = TIMES.exec(text)
  if (times !== null) {
    const [, begin = '', end, stop] = times
    const from = timeOf(begin, now, utc)
    const to = stop === undefined ? END : timeOf(stop, now, utc)
    if (from === null || to === null) return null
    return { from, to: stop === undefined && end === undefined ? null : to }
  }
  const [, plus, minus] = /^(?:\+(\d+)|-(\d+))$/.exec(text) ?? []
  if (plus !== undefined) return { from: { kind: 'start', plus: Number(plus) }, to: null }
  if (minus !== undefined) return { from: { kind: 'end', minus: Number(minus) }, to: null }
  const [whole, from, separator, to] = /^(\d*)(:?)(\d+|end)?$/.exec(text) ?? []
  if (whole === undefined || text === '' || text === ':' || (separator === '' && from === '')) return null
  const stop: Point | null = to === undefined ? null : to === 'end' ? END : { kind: 'offset', offset: Number(to) }
  return { from: from === '' ? START : { kind: 'offset', offset: Number(from) }, to: stop }
}

const timeOf = (text: string, now: number, utc: boolean): Point | null => {
  if (/^\d{10}$/.test(text)) return { kind: 'time', ms: Number(text) * 1000 }
  if (/^\d{13}$/.test(text)) return { kind: 'time', ms: Number(text) }
  const before = durationOf(text.replace(/^-/, ''))
  const ms = before === null ? Date.parse(withZone(text, utc)) : now - before
  return Number.isNaN(ms) ? null : { kind: 'time', ms: Math.max(0, Math.round(ms)) }
}

/** A day alone is one of UTC to JavaScript, a day with a time one of this machine. */
const withZone = (text: string, utc: boolean): string => {
  const time = text.includes('T') ? text : `${text}T00:00`
  return utc && !/(?:Z|[+-]\d{2}:?\d{2})$/.test(time) ? `${time}Z` : time
}

// Moments for people: by the clock of this machine or in UTC, and how long ago they were.
import type { Cell } from './view.ts'

const MS_PER_MINUTE = 60_000
const MINUTES_PER_HOUR = 60
const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const

/** `2026-01-31T11:00:00.000+01:00`, and with `utc` `2026-01-31T10:00:00.000Z`. */
export const timeText = (time: Date, utc: boolean): string => {
  const east = utc ? 0 : -time.getTimezoneOffset()
  if (east === 0) return time.toISOString()
  const shifted = new Date(time.getTime() + east * MS_PER_MINUTE).toISOString()
  const [hours, minutes] = [Math.floor(Math.abs(east) / MINUTES_PER_HOUR), Math.abs(east) % MINUTES_PER_HOUR]
  return shifted.replace('Z', `${east < 0 ? '-' : '+'}${twoDigits(hours)}:${twoDigits(minutes)}`)
}

const twoDigits = (value: number): string => String(value).padStart(2, '0')

/** `2h ago`, `in 5m`, `now`. */
export const agoText = (time: Date, now: number): string => {
  const ms = now - time.getTime()
  const [name, size] = units.find(([, unit]) => Math.abs(ms) >= unit) ?? []
  if (name === undefined || size === undefined) return 'now'
  const count = `${Math.floor(Math.abs(ms) / size)}${name}`
  return ms > 0 ? `${count} ago` : `in ${count}`
}

/** A day before the last that JavaScript has, so that every zone has it. */
const LATEST_MS = 8_639_999_913_600_000

/** Milliseconds since 1970; what no calendar reaches stays a number. */
export const timeCell = (ms: number | bigint | null): Cell =>
  ms === null || Math.abs(Number(ms)) > LATEST_MS ? ms : new Date(Number(ms))

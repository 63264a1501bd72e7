// Durations as people write them.
import { Failure } from './failure.ts'

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** `500ms`, `10s`, `1h30m`; milliseconds. Null for what is none. */
export const durationOf = (text: string): number | null => {
  if (!/^(\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+$/.test(text)) return null
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g)) {
    total += Number(amount) * (units[unit ?? ''] ?? 0)
  }
  return total
}

/** Throws a Failure of usage. */
export const parseDuration = (text: string): number => {
  const found = durationOf(text)
  if (found === null)
    throw new Failure('usage', `${text} is no duration`, { next: 'write it as 500ms, 10s, 5m or 1h30m' })
  return found
}

/** Numbers, sizes and times for people. 64 bits come as decimal text and are never made a number before they are rounded. */

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const
const STEP = 1024

export const integer = (value: string | number, language: string): string =>
  (typeof value === 'number' ? value : BigInt(value)).toLocaleString(language)

/** Rounded to three digits; what it is exactly belongs into a title. */
export const bytes = (value: string | number, language: string): string => {
  let size = Number(value)
  let unit = 0
  while (Math.abs(size) >= STEP && unit < UNITS.length - 1) {
    size /= STEP
    unit += 1
  }
  const digits = unit === 0 || size >= 100 ? 0 : size >= 10 ? 1 : 2
  return `${size.toLocaleString(language, { maximumFractionDigits: digits })} ${UNITS[unit]}`
}

const LARGE = 10_000

/** A rate or a count where a glance is what is wanted: 12.3K. */
export const short = (value: number, language: string): string =>
  value.toLocaleString(
    language,
    Math.abs(value) < LARGE
      ? { maximumFractionDigits: Math.abs(value) < 10 ? 1 : 0 }
      : { notation: 'compact', maximumFractionDigits: 1 },
  )

/** Never rounded up to all of it: the last digit of an availability is what it is looked at for. */
export const availability = (share: number, language: string): string =>
  (Math.floor(share * 100_000) / 100_000).toLocaleString(language, { style: 'percent', maximumFractionDigits: 3 })

export const percent = (share: number, language: string): string =>
  share.toLocaleString(language, { style: 'percent', maximumFractionDigits: 0 })

export type Zone = 'local' | 'utc'

export const moment = (ms: string | number, language: string, zone: Zone): string =>
  new Date(Number(ms)).toLocaleString(language, {
    dateStyle: 'medium',
    timeStyle: 'medium',
    ...(zone === 'utc' ? { timeZone: 'UTC' } : {}),
  })

/** The hour and the minute of a moment. */
export const hour = (ms: number, language: string, zone: Zone): string =>
  new Date(ms).toLocaleTimeString(language, {
    hour: '2-digit',
    minute: '2-digit',
    ...(zone === 'utc' ? { timeZone: 'UTC' } : {}),
  })

const SPANS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

/** The two largest units of a length of time: 3 d 4 h. */
export const span = (ms: number, language: string): string => {
  const from = SPANS.findIndex(([, size]) => ms >= size)
  const [unit, size] = SPANS[from] ?? ['second', 1000]
  const next = SPANS[from + 1]
  const part = (value: number, of: (typeof SPANS)[number][0]) =>
    value.toLocaleString(language, { style: 'unit', unit: of, unitDisplay: 'narrow' })
  const large = part(Math.max(0, Math.floor(ms / size)), unit)
  if (from < 0 || next === undefined) return large
  const rest = Math.floor((ms % size) / next[1])
  return rest === 0 ? large : `${large} ${part(rest, next[0])}`
}

export const ago = (ms: number, now: number, language: string): string => {
  const past = now - ms
  const [unit, size] = SPANS.find(([, size]) => Math.abs(past) >= size) ?? ['second', 1000]
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-Math.round(past / size), unit)
}

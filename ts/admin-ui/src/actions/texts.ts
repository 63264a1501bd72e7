/** What people type, as the API takes it. */

/** A count; undefined where none was given, null for what is none. */
export const countIn = (text: string): number | undefined | null => {
  if (text.trim() === '') return undefined
  const count = Number(text)
  return Number.isSafeInteger(count) && count > 0 ? count : null
}

/** 64 bits; null for what are none. */
export const offsetIn = (text: string): string | null => (/^[+-]?\d{1,19}$/.test(text) ? String(BigInt(text)) : null)

/** A number of a partition; null for what is none. */
export const partitionIn = (text: string): number | null => (/^\d{1,9}$/.test(text) ? Number(text) : null)

/** Milliseconds since 1970 of what a field for dates holds; null for what is no time. */
export const timeIn = (text: string, isUtc: boolean): string | null => {
  const at = Date.parse(isUtc ? `${text}Z` : text)
  return Number.isNaN(at) ? null : String(at)
}

/** Offsets between two. */
export const between = (from: string, to: string): string => String(BigInt(to) - BigInt(from))

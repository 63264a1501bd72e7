// JSON in which a bigint is a number with all of its digits: 64-bit offsets and times stay exact.
export const toJson = (value: unknown, indent = 0): string => write(value, indent, '')

const write = (value: unknown, indent: number, margin: string): string => {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (value instanceof Date) return JSON.stringify(value)
  const inner = margin + ' '.repeat(indent)
  const isList = Array.isArray(value)
  const parts = isList
    ? value.map((element: unknown) => write(element ?? null, indent, inner))
    : Object.entries(value)
        .filter(([, part]) => part !== undefined)
        .map(([key, part]) => `${JSON.stringify(key)}:${indent > 0 ? ' ' : ''}${write(part, indent, inner)}`)
  const [open, close] = isList ? '[]' : '{}'
  if (parts.length === 0) return `${open}${close}`
  return indent === 0
    ? `${open}${parts.join(',')}${close}`
    : `${open}\n${parts.map((part) => inner + part).join(',\n')}\n${margin}${close}`
}

// A table for people: columns as wide as they must be, numbers to the right, the widest text cut where the terminal ends.
import { timeText } from './time.ts'
import type { Cell, Table } from './view.ts'

const GAP = '  '
const CUT = '...'
const COLUMN_WIDTH_MIN = 8

/** How a moment is shown. */
type Moment = (time: Date) => string

const inUtc: Moment = (time) => timeText(time, true)

/** Lines, the titles first. Where `width` is not null no line is longer, as far as text can be cut: titles, numbers and times stay whole. */
export const tableLines = (
  { columns, rows }: Table,
  isWide: boolean,
  width: number | null,
  moment = inUtc,
): readonly string[] => {
  const shown = columns.flatMap((column, at) => (column.wide === true && !isWide ? [] : [{ ...column, at }]))
  const texts = rows.map((row) => shown.map(({ at }) => cellText(row[at] ?? null, moment)))
  const titles = shown.map(({ title }) => title.toUpperCase())
  const widths = titles.map((title, at) =>
    Math.max(title.length, shown[at]?.width ?? 0, ...texts.map((row) => (row[at] ?? '').length)),
  )
  const least = titles.map((title, at) => {
    const isText = rows.some((row) => typeof row[shown[at]?.at ?? 0] === 'string')
    return isText ? Math.max(title.length, COLUMN_WIDTH_MIN) : Infinity
  })
  if (width !== null) shrink(widths, least, width)
  const isNumeric = shown.map(({ at }) => rows.length > 0 && rows.every((row) => isNumber(row[at] ?? null)))
  return [titles, ...texts].map((row) =>
    row
      .map((text, at) => {
        const size = widths[at] ?? 0
        const fitted = text.length > size ? `${text.slice(0, Math.max(size - CUT.length, 0))}${CUT}` : text
        return isNumeric[at] === true ? fitted.padStart(size) : fitted.padEnd(size)
      })
      .join(GAP)
      .trimEnd(),
  )
}

export const cellText = (cell: Cell, moment = inUtc): string => {
  if (cell === null) return '-'
  if (cell instanceof Date) return moment(cell)
  if (typeof cell === 'object') return sizeText(cell.bytes)
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no'
  return printable(String(cell))
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
const UNIT_STEP = 1024

/** `453 B`, `69.9 KiB`. */
export const sizeText = (bytes: number): string => {
  let [value, power] = [bytes, 0]
  // As it is shown: 1023.96 KiB is a MiB.
  while (Number(value.toFixed(1)) >= UNIT_STEP && power < UNITS.length - 1)
    [value, power] = [value / UNIT_STEP, power + 1]
  return `${value.toFixed(power === 0 ? 0 : 1)} ${UNITS[power]}`
}

/** What a terminal would act upon is shown, not sent. */
export const printable = (text: string): string =>
  text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, (found) => {
    const escape = JSON.stringify(found).slice(1, -1)
    return escape === found ? `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}` : escape
  })

const isNumber = (cell: Cell): boolean =>
  cell === null || typeof cell === 'number' || typeof cell === 'bigint' || (typeof cell === 'object' && 'bytes' in cell)

/** Of those above the least that they must have, the widest first. */
const shrink = (widths: number[], least: readonly number[], width: number): void => {
  const total = (): number => widths.reduce((sum, one) => sum + one, GAP.length * (widths.length - 1))
  while (total() > width) {
    const free = widths.map((one, at) => (one > (least[at] ?? one) ? one : 0))
    const widest = free.indexOf(Math.max(...free))
    const size = free[widest] ?? 0
    if (size === 0) return
    widths[widest] = Math.max(least[widest] ?? size, size - (total() - width))
  }
}

/** Sentences cut between words where the terminal ends; what is left of one goes on as far in as it began. */
export const wrapped = (lines: readonly string[], width: number | null): readonly string[] =>
  width === null ? lines : lines.flatMap((line) => wrap(line, width))

const wrap = (line: string, width: number): readonly string[] => {
  const margin = /^ */.exec(line)?.[0] ?? ''
  const [first = '', ...words] = line.trimStart().split(' ')
  const done: string[] = []
  let last = margin + first
  for (const word of words) {
    if (last.length + 1 + word.length <= width) last += ` ${word}`
    else {
      done.push(last)
      last = margin + word
    }
  }
  return [...done, last]
}

// A view in the form that was asked for. Everything goes to stdout; notes are no data and go elsewhere.
import type { Terminal } from '../terminal.ts'
import { toJson } from './json.ts'
import { cellText, tableLines, wrapped } from './table.ts'
import { agoText, timeText } from './time.ts'
import type { Cell, Form, Size, View } from './view.ts'

const INDENT = 2

/** The lines of a view; `width` is that of the terminal, null where there is none. */
export const render = async (view: View, { output, utc }: Form, width: number | null): Promise<readonly string[]> => {
  switch (output) {
    case 'table':
    case 'wide':
      if (view.text !== undefined) return view.wraps === true ? wrapped(view.text, width) : view.text
      return [
        ...factLines(view.facts ?? []),
        ...rowLines(view, output === 'wide', width, momentIn(output === 'wide', utc)),
      ]
    case 'json':
      return [toJson(view.value, INDENT)]
    case 'ndjson':
      return (Array.isArray(view.value) ? view.value : [view.value]).map((element) => toJson(element))
    case 'yaml': {
      const { stringify } = await import('yaml')
      return [stringify(view.value).trimEnd()]
    }
    case 'csv':
      return [view.table.columns.map(({ title }) => title), ...view.table.rows].map((row) => row.map(csvCell).join(','))
    case 'name':
      return view.names
  }
}

/** In a wide table with how long ago it was. */
export const momentIn =
  (isWide: boolean, utc: boolean) =>
  (time: Date): string =>
    isWide ? `${timeText(time, utc)} (${agoText(time, Date.now())})` : timeText(time, utc)

export const show = async (terminal: Terminal, view: View, form: Form): Promise<void> => {
  const lines = await render(view, form, terminal.columns())
  if (lines.length > 0) await terminal.write(`${lines.join('\n')}\n`)
}

/** Titles above nothing say nothing, where there are facts already. */
const rowLines = (
  { facts, table }: View,
  isWide: boolean,
  width: number | null,
  moment: (time: Date) => string,
): readonly string[] => {
  if (facts === undefined) return tableLines(table, isWide, width, moment)
  return table.rows.length === 0 ? [] : ['', ...tableLines(table, isWide, width, moment)]
}

const factLines = (facts: readonly (readonly [string, Cell])[]): readonly string[] => {
  if (facts.length === 0) return []
  const width = Math.max(...facts.map(([name]) => name.length))
  return facts.map(([name, value]) => `${name.padEnd(width)}  ${cellText(value)}`)
}

const exactText = (cell: Date | Size): string => (cell instanceof Date ? cell.toISOString() : String(cell.bytes))

/** RFC 4180; null is empty. */
export const csvCell = (cell: Cell): string => {
  if (cell === null) return ''
  const text = typeof cell === 'object' ? exactText(cell) : String(cell)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

// Rows in the form that was asked for, one by one as they come.
import type { Terminal } from '../terminal.ts'
import { csvCell, momentIn } from './formats.ts'
import { toJson } from './json.ts'
import { tableLines } from './table.ts'
import type { Cell, Column, Form } from './view.ts'

export interface RowWriter<Row> {
  begin(): Promise<void>
  write(row: Row): Promise<void>
  end(): Promise<void>
}

/** What comes later is not known: columns say how wide what they hold mostly is. */
export interface RowShape<Row> {
  readonly value: (row: Row) => unknown
  readonly columns: readonly Column[]
  readonly cells: (row: Row) => readonly Cell[]
  readonly name: (row: Row) => string
}

const nothing = (): Promise<void> => Promise.resolve()
export const plain = { begin: nothing, end: nothing }

export const rowWriter = async <Row>(
  terminal: Terminal,
  form: Form,
  { value, columns, cells, name }: RowShape<Row>,
): Promise<RowWriter<Row>> => {
  switch (form.output) {
    case 'json':
      return listWriter(terminal, value)
    case 'ndjson':
      return { ...plain, write: (row) => terminal.write(`${toJson(value(row))}\n`) }
    case 'yaml': {
      const { stringify } = await import('yaml')
      let isEmpty = true
      return {
        ...plain,
        write: (row) => {
          isEmpty = false
          return terminal.write(stringify([value(row)]))
        },
        end: () => (isEmpty ? terminal.write(stringify([])) : nothing()),
      }
    }
    case 'csv': {
      const line = (of: readonly Cell[]): Promise<void> => terminal.write(`${of.map(csvCell).join(',')}\n`)
      return {
        ...plain,
        begin: () => line(columns.map(({ title }) => title)),
        write: (row) => line(cells(row)),
      }
    }
    case 'name':
      return { ...plain, write: (row) => terminal.write(`${name(row)}\n`) }
    case 'table':
    case 'wide':
      return tableWriter(terminal, form, columns, cells)
  }
}

const listWriter = <Row>(terminal: Terminal, value: (row: Row) => unknown): RowWriter<Row> => {
  let separator = '\n'
  return {
    begin: () => terminal.write('['),
    write: (row) => {
      const before = separator
      separator = ',\n'
      return terminal.write(`${before}  ${toJson(value(row))}`)
    },
    end: () => terminal.write('\n]\n'),
  }
}

const tableWriter = <Row>(
  terminal: Terminal,
  { output, utc }: Form,
  columns: readonly Column[],
  cells: (row: Row) => readonly Cell[],
): RowWriter<Row> => {
  const isWide = output === 'wide'
  let isFirst = true
  return {
    ...plain,
    write: (row) => {
      // A line for each: a null is text there, to the left as the others.
      const table = { columns, rows: [cells(row).map((cell) => cell ?? '-')] }
      const lines = tableLines(table, isWide, terminal.columns(), momentIn(isWide, utc)).slice(isFirst ? 0 : 1)
      isFirst = false
      return terminal.write(`${lines.join('\n')}\n`)
    },
  }
}

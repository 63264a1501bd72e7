// What a command has to show, before anything is said about the form: values for machines, a table for people, names for `xargs`.
import type { Verdict } from './nagios.ts'

export const outputFormats = ['table', 'wide', 'json', 'ndjson', 'yaml', 'csv', 'name'] as const
export type OutputFormat = (typeof outputFormats)[number]

/** How an answer looks. */
export interface Form {
  readonly output: OutputFormat
  /** Of times in tables; machines are always told in UTC. */
  readonly utc: boolean
}

/** How large something is: a number for machines, `69.9 KiB` for people. */
export interface Size {
  readonly bytes: number
}

export type Cell = string | number | bigint | boolean | Date | Size | null

export const sizeCell = (bytes: number | null): Cell => (bytes === null ? null : { bytes })

export interface Column {
  readonly title: string
  /** Only in the wide table. */
  readonly wide?: boolean
  /** At least, where rows come one by one. */
  readonly width?: number
}

export interface Table {
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Cell[])[]
}

export interface View {
  /** json and yaml; ndjson has a line for each element of a list. */
  readonly value: unknown
  /** Above the table. */
  readonly facts?: readonly (readonly [string, Cell])[]
  /** For people, where sentences say it better than a table; empty where a note says it already. */
  readonly text?: readonly string[]
  /** Text of sentences, which go on in the next line where the terminal ends. */
  readonly wraps?: boolean
  /** table, wide and csv. */
  readonly table: Table
  /** name */
  readonly names: readonly string[]
  /** The exit code, where what is shown decides it. */
  readonly exit?: number
  /** Of a command that checks. */
  readonly verdict?: Verdict
}

/** Columns by their titles; those behind `wide` only in the wide table. */
export const columns = (titles: readonly string[], wide: readonly string[] = []): readonly Column[] => [
  ...titles.map((title) => ({ title })),
  ...wide.map((title) => ({ title, wide: true })),
]

/** A list of rows that are values themselves. */
export const listing = <Row>(
  rows: readonly Row[],
  shape: {
    readonly columns: readonly Column[]
    readonly cells: (row: Row) => readonly Cell[]
    readonly name: (row: Row) => string
  },
): View => ({
  value: rows,
  table: { columns: shape.columns, rows: rows.map(shape.cells) },
  names: rows.map(shape.name),
})

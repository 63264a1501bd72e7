/** A page of a list that lies in memory: searched, sorted and cut here, so that no client ever holds all of it. */
/** Of a list the first that differs decides. */
export type Cell = string | number | readonly number[]

export interface PageAsked<Column extends string> {
  readonly search: string
  readonly sort: Column
  readonly order: 'asc' | 'desc'
  readonly offset: number
  readonly limit: number
}

export interface Listing<Row, Column extends string> {
  readonly rows: readonly Row[]
  readonly name: (row: Row) => string
  readonly cell: (row: Row, column: Column) => Cell
}

export interface Page<Row> {
  readonly items: readonly Row[]
  readonly total: number
  readonly offset: number
  readonly limit: number
}

/** Where rows are equal in the column asked for, their names decide, so that pages never overlap. */
export const pageOf = <Row, Column extends string>(
  { rows, name, cell }: Listing<Row, Column>,
  { search, sort, order, offset, limit }: PageAsked<Column>,
): Page<Row> => {
  const part = search.toLowerCase()
  const found = part === '' ? rows : rows.filter((row) => name(row).toLowerCase().includes(part))
  const direction = order === 'asc' ? 1 : -1
  const keyed = found.map((row) => ({ row, key: cell(row, sort), name: name(row) }))
  keyed.sort((left, right) => direction * compare(left.key, right.key) || compare(left.name, right.name))
  return { items: keyed.slice(offset, offset + limit).map(({ row }) => row), total: found.length, offset, limit }
}

const compare = (left: Cell, right: Cell): number => {
  if (typeof left === 'object' && typeof right === 'object') {
    const at = left.findIndex((each, index) => each !== right[index])
    return at < 0 ? 0 : compare(left[at] ?? 0, right[at] ?? 0)
  }
  if (left === right) return 0
  return left < right ? -1 : 1
}

/** Rows under sortable heads. Numbers stand at the end of their column; columns that are `wide` give way on a phone. */
import type { ReactNode } from 'react'
import { Icon } from './icon.tsx'

export interface Column<Row> {
  readonly id: string
  readonly title: string
  readonly cell: (row: Row) => ReactNode
  readonly end?: boolean
  /** Texts begin with the first, numbers with the largest. */
  readonly sortable?: 'text' | 'number'
  readonly wide?: boolean
}

type Order = 'asc' | 'desc'

interface Sorting {
  readonly sort: string
  readonly order: Order
  readonly onSort: (id: string, order: Order) => void
}

interface TableProps<Row> {
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly rowKey: (row: Row) => string
  readonly sorting?: Sorting
  /** Said where there are no rows. */
  readonly empty: ReactNode
}

const classOf = ({ end, wide }: Pick<Column<never>, 'end' | 'wide'>): string =>
  [end === true ? 'end' : '', wide === true ? 'wide' : ''].join(' ').trim()

export const Table = <Row,>({ label, columns, rows, rowKey, sorting, empty }: TableProps<Row>) => (
  <section className="table-frame" aria-label={label} tabIndex={0}>
    <table>
      <thead>
        <tr>
          {columns.map((column) => (
            <Head key={column.id} column={column} sorting={sorting} />
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={rowKey(row)}>
            {columns.map((column) => (
              <td key={column.id} className={classOf(column)}>
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
    {rows.length === 0 && <div className="empty">{empty}</div>}
  </section>
)

interface HeadProps<Row> {
  readonly column: Column<Row>
  readonly sorting: Sorting | undefined
}

const Head = <Row,>({ column, sorting }: HeadProps<Row>) => {
  const { id, title, sortable } = column
  if (sorting === undefined || sortable === undefined) {
    return (
      <th scope="col" className={classOf(column)}>
        {title}
      </th>
    )
  }
  const isSorted = sorting.sort === id
  const order = sorting.order === 'asc' ? 'ascending' : 'descending'
  return (
    <th scope="col" className={classOf(column)} aria-sort={isSorted ? order : 'none'}>
      <button type="button" className="sort" onClick={() => sorting.onSort(id, nextOrder(sorting, id, sortable))}>
        <span>{title}</span>
        <span className={isSorted ? 'sort-mark' : 'sort-mark unsorted'}>
          <Icon name={isSorted && sorting.order === 'desc' ? 'down' : 'up'} />
        </span>
      </button>
    </th>
  )
}

/** A second press turns the order round. */
const nextOrder = (now: Sorting, id: string, kind: 'text' | 'number'): Order => {
  if (now.sort === id) return now.order === 'asc' ? 'desc' : 'asc'
  return kind === 'text' ? 'asc' : 'desc'
}

/** Rows under sortable heads. Numbers stand at the end of their column; columns that are `wide` give way on a phone. */
import type { ReactNode } from 'react'
import { Icon } from './icon.tsx'

export interface Column<Row> {
  readonly id: string
  readonly title: string
  readonly cell: (row: Row) => ReactNode
  readonly end?: boolean
  readonly sortable?: boolean
  readonly wide?: boolean
}

interface TableProps<Row> {
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly rowKey: (row: Row) => string
  readonly sorting?: { readonly sort: string; readonly order: 'asc' | 'desc'; readonly onSort: (id: string) => void }
  /** Said where there are no rows. */
  readonly empty: string
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
    {rows.length === 0 && <p className="empty">{empty}</p>}
  </section>
)

interface HeadProps<Row> {
  readonly column: Column<Row>
  readonly sorting: TableProps<Row>['sorting']
}

const Head = <Row,>({ column, sorting }: HeadProps<Row>) => {
  const { id, title, sortable } = column
  if (sorting === undefined || sortable !== true) {
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
      <button type="button" className="sort" onClick={() => sorting.onSort(id)}>
        <span>{title}</span>
        <span className={isSorted ? 'sort-mark' : 'sort-mark unsorted'}>
          <Icon name={isSorted && sorting.order === 'desc' ? 'down' : 'up'} />
        </span>
      </button>
    </th>
  )
}

/** A second press turns the order round; numbers begin with the largest. */
export const nextOrder = (
  now: { readonly sort: string; readonly order: 'asc' | 'desc' },
  id: string,
  isText: boolean,
): 'asc' | 'desc' => {
  if (now.sort === id) return now.order === 'asc' ? 'desc' : 'asc'
  return isText ? 'asc' : 'desc'
}

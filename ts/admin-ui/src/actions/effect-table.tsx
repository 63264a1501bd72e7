/** What would happen to each of many: the first of them, and how many more. */
import { useTranslation } from 'react-i18next'
import { type Column, Table } from '../parts/table.tsx'
import { useFormat } from '../parts/use-format.ts'

interface EffectTableProps<Row> {
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly rowKey: (row: Row) => string
}

const ROWS_MAX = 200

export const EffectTable = <Row,>({ columns, rows, rowKey }: EffectTableProps<Row>) => {
  const { t } = useTranslation()
  const { integer } = useFormat()
  const more = rows.length - ROWS_MAX
  return (
    <>
      <Table
        label={t('topics.partitions')}
        columns={columns}
        rows={rows.slice(0, ROWS_MAX)}
        rowKey={rowKey}
        empty={t('action.nothing')}
      />
      {more > 0 && <p className="quiet">{t('action.more', { more: integer(more) })}</p>}
    </>
  )
}

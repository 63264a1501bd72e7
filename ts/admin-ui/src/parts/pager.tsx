/** Which rows of how many, and the way to the others. */
import { useTranslation } from 'react-i18next'
import { PAGE_ROWS } from '../search.ts'
import { Icon } from './icon.tsx'
import { useFormat } from './use-format.ts'

interface PagerProps {
  readonly page: number
  readonly total: number
  readonly onPage: (page: number) => void
}

export const Pager = ({ page, total, onPage }: PagerProps) => {
  const { t } = useTranslation()
  const { integer } = useFormat()
  const pages = Math.max(1, Math.ceil(total / PAGE_ROWS))
  const first = Math.min(total, (page - 1) * PAGE_ROWS + 1)
  const last = Math.min(total, page * PAGE_ROWS)
  return (
    <nav className="pager" aria-label={t('common.pages')}>
      <span className="count">
        {t('common.rows', { first: integer(first), last: integer(last), total: integer(total) })}
      </span>
      {pages > 1 && (
        <>
          <button
            type="button"
            className="button square"
            disabled={page <= 1}
            onClick={() => onPage(Math.min(page - 1, pages))}
            aria-label={t('common.previousPage')}
          >
            <Icon name="previous" />
          </button>
          <button
            type="button"
            className="button square"
            disabled={page >= pages}
            onClick={() => onPage(page + 1)}
            aria-label={t('common.nextPage')}
          >
            <Icon name="next" />
          </button>
        </>
      )}
    </nav>
  )
}

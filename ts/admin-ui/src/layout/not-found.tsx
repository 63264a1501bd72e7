/** An address that leads nowhere. */
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Page } from '../parts/page.tsx'

export const NotFound = () => {
  const { t } = useTranslation()
  return (
    <Page title={t('notFound.title')}>
      <p className="empty">
        <Link to="/">{t('notFound.home')}</Link>
      </p>
    </Page>
  )
}

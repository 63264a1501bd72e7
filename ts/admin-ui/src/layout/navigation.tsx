/** The main places: at the side, and below on a phone. */
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Icon } from '../parts/icon.tsx'
import { places } from './places.ts'

export const Navigation = () => {
  const { t } = useTranslation()
  return (
    <nav className="navigation" aria-label={t('shell.navigation')}>
      {places.map(({ to, name, key }) => (
        <Link key={to} to={to} activeOptions={{ exact: to === '/', includeSearch: false }}>
          <Icon name={name} />
          <span>{t(`places.${name}`)}</span>
          <kbd aria-hidden="true">g {key}</kbd>
        </Link>
      ))}
    </nav>
  )
}

/** The main places: at the side, and below on a phone. */
import { Link, useMatchRoute } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Icon } from '../parts/icon.tsx'
import { places } from './places.ts'

export const Navigation = () => {
  const { t } = useTranslation()
  // They belong to health, which counts them and links to them.
  const isAtBadPartitions = useMatchRoute()({ to: '/partitions' }) !== false
  return (
    <nav className="navigation" aria-label={t('shell.navigation')}>
      {places.map(({ to, name, key }) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: to === '/', includeSearch: false }}
          aria-current={to === '/' && isAtBadPartitions ? 'page' : undefined}
        >
          <Icon name={name} />
          <span>{t(`places.${name}`)}</span>
          <kbd aria-hidden="true">g {key}</kbd>
        </Link>
      ))}
    </nav>
  )
}

/** What stands around every screen. */
import { useQuery } from '@tanstack/react-query'
import { Outlet } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { clusterQuery } from '../api.ts'
import { Icon } from '../parts/icon.tsx'
import { Connection } from './connection.tsx'
import { Navigation } from './navigation.tsx'
import { NoAnswer } from './no-answer.tsx'
import { useKeys } from './use-keys.ts'

const Palette = lazy(() => import('./palette.tsx').then(({ Palette: component }) => ({ default: component })))
const Settings = lazy(() => import('./settings.tsx').then(({ Settings: component }) => ({ default: component })))
const Help = lazy(() => import('./help.tsx').then(({ Help: component }) => ({ default: component })))

export const Shell = () => {
  const { t } = useTranslation()
  const [open, setOpen] = useState<'palette' | 'help' | 'settings' | null>(null)
  const cluster = useQuery(clusterQuery)
  useKeys({ onPalette: () => setOpen('palette'), onHelp: () => setOpen('help') })
  const onOpenChange = (isOpen: boolean) => setOpen(isOpen ? open : null)
  return (
    <div className="shell">
      <a className="skip" href="#main">
        {t('shell.skip')}
      </a>
      <aside className="sidebar">
        <div className="brand">
          <img src="/icon.svg" alt="" width="22" height="22" />
          <span>Millrace</span>
        </div>
        <button type="button" className="palette-button" onClick={() => setOpen('palette')}>
          <Icon name="search" />
          <span>{t('shell.jump')}</span>
          <kbd>{t('shell.paletteKey')}</kbd>
        </button>
        <Navigation />
        <div className="sidebar-foot">
          <Connection cluster={cluster} />
          <button
            type="button"
            className="button square bare"
            aria-label={t('shell.help')}
            onClick={() => setOpen('help')}
          >
            <Icon name="help" />
          </button>
          <button
            type="button"
            className="button square bare"
            aria-label={t('settings.title')}
            onClick={() => setOpen('settings')}
          >
            <Icon name="settings" />
          </button>
        </div>
      </aside>
      <main id="main" tabIndex={-1}>
        <NoAnswer />
        <Outlet />
      </main>
      <Suspense>
        {open === 'palette' && <Palette onOpenChange={onOpenChange} />}
        {open === 'help' && <Help onOpenChange={onOpenChange} />}
        {open === 'settings' && <Settings onOpenChange={onOpenChange} />}
      </Suspense>
    </div>
  )
}

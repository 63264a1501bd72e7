/** What stands around every screen. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Outlet } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { clusterQuery } from '../api.ts'
import { useActionWindow } from '../parts/actions.tsx'
import { Icon } from '../parts/icon.tsx'
import { PAGE_TITLE } from '../parts/page.tsx'
import { usePart } from '../parts/use-part.ts'
import { followLive } from '../state/live.ts'
import { Connection } from './connection.tsx'
import { Navigation } from './navigation.tsx'
import { NoAnswer } from './no-answer.tsx'
import { useArrival } from './use-arrival.ts'
import { useKeys } from './use-keys.ts'
import type * as Windows from './windows.ts'

const loadWindows = () => import('./windows.ts')

export const Shell = () => {
  const { t } = useTranslation()
  const [open, setOpen] = useState<keyof typeof Windows | null>(null)
  const queries = useQueryClient()
  const cluster = useQuery(clusterQuery)
  const { label = '' } = cluster.data ?? {}
  const action = useActionWindow()
  const main = useRef<HTMLElement>(null)
  useEffect(() => followLive(queries), [queries])
  useArrival(main)
  useKeys({ onPalette: () => setOpen('Palette'), onHelp: () => setOpen('Help') })
  // Behind the first answers, and before anybody asks: they open while the broker is away, too.
  const windows = usePart('windows', loadWindows, cluster.data !== undefined || open !== null)
  const Window = open === null ? undefined : windows?.[open]
  const onOpenChange = (isOpen: boolean) => setOpen(isOpen ? open : null)
  return (
    <div className="shell" data-color={cluster.data?.color}>
      <a className="skip" href="#main">
        {t('shell.skip')}
      </a>
      <aside className="sidebar">
        <div className="brand">
          <img src="/icon.svg" alt="" width="22" height="22" />
          <span className="product">Millrace</span>
          {label !== '' && <span className="cluster-label">{label}</span>}
        </div>
        <button type="button" className="palette-button" onClick={() => setOpen('Palette')}>
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
            onClick={() => setOpen('Help')}
          >
            <Icon name="help" />
          </button>
          <button
            type="button"
            className="button square bare"
            aria-label={t('settings.title')}
            onClick={() => setOpen('Settings')}
          >
            <Icon name="settings" />
          </button>
        </div>
      </aside>
      <main id="main" ref={main} tabIndex={-1} aria-labelledby={PAGE_TITLE}>
        <NoAnswer />
        <Outlet />
      </main>
      {Window !== undefined && <Window onOpenChange={onOpenChange} onAction={action.open} />}
      {action.window}
    </div>
  )
}

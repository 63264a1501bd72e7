/** Keys with value, default, source, meaning and what they were, narrowed by a search and to what was changed. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ConfigsOf } from '../actions/alter-config.tsx'
import type { Config } from '../api.ts'
import type { ConfigsSearch } from '../search.ts'
import { useRefusal } from '../state/may.ts'
import { useActionWindow } from './actions.tsx'
import { Badge } from './badge.tsx'
import { ConfigHistory } from './config-history.tsx'
import { SearchBox } from './search-box.tsx'
import { type Column, Table } from './table.tsx'
import { Toggle } from './toggle.tsx'
import { useChange } from './use-change.ts'
import { valueText } from './value-text.ts'

interface ConfigsProps extends ConfigsSearch {
  readonly of: ConfigsOf
  readonly configs: readonly Config[]
}

export const Configs = ({ of, configs, find, changed }: ConfigsProps) => {
  const { t } = useTranslation()
  const change = useChange<ConfigsSearch>()
  const refusal = useRefusal(of.route)
  const { open, window } = useActionWindow()
  const [past, setPast] = useState<string | null>(null)
  const alter = (config: Config) =>
    open(({ AlterConfig }, onClose) => <AlterConfig of={of} config={config} onClose={onClose} />)
  const wanted = find.toLowerCase()
  const rows = configs.filter(
    (config) =>
      (!changed || config.changed) && (config.name.includes(wanted) || config.doc.toLowerCase().includes(wanted)),
  )
  const columns: readonly Column<Config>[] = [
    { id: 'name', title: t('configs.key'), cell: (config) => <Key config={config} /> },
    { id: 'value', title: t('configs.value'), cell: (config) => <Value config={config} /> },
    {
      id: 'default',
      title: t('configs.default'),
      wide: true,
      cell: ({ default: value }) => <code className="quiet">{valueText(value)}</code>,
    },
    {
      id: 'source',
      title: t('configs.source'),
      wide: true,
      cell: ({ source, changed }) => <Badge tone={changed ? 'accent' : 'plain'}>{t(`configSource.${source}`)}</Badge>,
    },
    {
      id: 'history',
      title: t('configs.history'),
      cell: ({ name }) => (
        <button
          type="button"
          className="button bare"
          aria-haspopup="dialog"
          aria-label={t('configs.historyOf', { name })}
          onClick={() => setPast(name)}
        >
          {t('configs.history')}
        </button>
      ),
    },
    ...(refusal === null
      ? [
          {
            id: 'alter',
            title: t('action.change'),
            cell: (config: Config) => <Alter config={config} onAlter={alter} />,
          },
        ]
      : []),
  ]
  return (
    <>
      <div className="toolbar">
        <SearchBox
          value={find}
          label={t('configs.search')}
          onChange={(text) => change({ find: text }, { replace: true })}
        />
        <Toggle label={t('configs.changedOnly')} checked={changed} onChange={(only) => change({ changed: only })} />
        {refusal !== null && <span className="quiet">{refusal}</span>}
        <span className="count">{t('configs.count', { count: rows.length })}</span>
      </div>
      <Table
        label={t('configs.title')}
        columns={columns}
        rows={rows}
        rowKey={({ name }) => name}
        empty={changed ? t('configs.noneChanged') : t('common.nothingFound')}
      />
      {window}
      {past !== null && <ConfigHistory of={of} name={past} onClose={() => setPast(null)} />}
    </>
  )
}

const Key = ({ config: { name, doc, withoutEffect } }: { readonly config: Config }) => {
  const { t } = useTranslation()
  return (
    <div className="config-key">
      <code>{name}</code>
      {withoutEffect !== null && <Badge tone="warn">{t('configs.withoutEffect')}</Badge>}
      <p lang="en">{withoutEffect ?? doc}</p>
    </div>
  )
}

const Value = ({ config: { value, sensitive, changed } }: { readonly config: Config }) => {
  const { t } = useTranslation()
  if (sensitive) return <span className="quiet">{t('configs.hidden')}</span>
  return <code className={changed ? 'value changed' : 'value'}>{valueText(value)}</code>
}

interface AlterProps {
  readonly config: Config
  readonly onAlter: (config: Config) => void
}

const Alter = ({ config, onAlter }: AlterProps) => {
  const { t } = useTranslation()
  const { name, readOnly, sensitive } = config
  if (readOnly) return <span className="quiet">{t('configs.atStart')}</span>
  if (sensitive) return null
  return (
    <button
      type="button"
      className="button bare"
      aria-haspopup="dialog"
      aria-label={t('configs.alter', { name })}
      onClick={() => onAlter(config)}
    >
      {t('action.change')}
    </button>
  )
}

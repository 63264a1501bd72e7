/** Keys with value, default, source and meaning, narrowed by a search and to what was changed. */
import { useTranslation } from 'react-i18next'
import type { Config } from '../api.ts'
import type { ConfigsSearch } from '../search.ts'
import { Badge } from './badge.tsx'
import { SearchBox } from './search-box.tsx'
import { type Column, Table } from './table.tsx'
import { Toggle } from './toggle.tsx'
import { useChange } from './use-change.ts'

interface ConfigsProps extends ConfigsSearch {
  readonly configs: readonly Config[]
}

export const Configs = ({ configs, find, changed }: ConfigsProps) => {
  const { t } = useTranslation()
  const change = useChange<ConfigsSearch>()
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
      cell: ({ default: value }) => <code className="quiet">{value === '' ? '""' : (value ?? '-')}</code>,
    },
    {
      id: 'source',
      title: t('configs.source'),
      wide: true,
      cell: ({ source, changed }) => <Badge tone={changed ? 'accent' : 'plain'}>{t(`configSource.${source}`)}</Badge>,
    },
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
        <span className="count">{t('configs.count', { count: rows.length })}</span>
      </div>
      <Table
        label={t('configs.title')}
        columns={columns}
        rows={rows}
        rowKey={({ name }) => name}
        empty={changed ? t('configs.noneChanged') : t('common.nothingFound')}
      />
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
  return <code className={changed ? 'value changed' : 'value'}>{value === '' ? '""' : (value ?? '-')}</code>
}

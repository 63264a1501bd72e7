/** What a key was set to, when and by whom, as far back as the audit list. */
import { useQuery } from '@tanstack/react-query'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import type { ConfigsOf } from '../actions/alter-config.tsx'
import { type ConfigChange, configHistoryQuery } from '../api.ts'
import { Window } from './dialog.tsx'
import { Loaded } from './loaded.tsx'
import { type Column, Table } from './table.tsx'
import { valueText } from './value-text.ts'
import { When } from './when.tsx'

interface ConfigHistoryProps {
  readonly of: ConfigsOf
  /** Of the key. */
  readonly name: string
  readonly onClose: () => void
}

export const ConfigHistory = ({ of, name, onClose }: ConfigHistoryProps) => {
  const { t } = useTranslation()
  const title = t('configs.historyOf', { name })
  const query = useQuery(
    configHistoryQuery(
      of.route === 'alterTopicConfigs'
        ? { of: 'topic', name: of.topic, key: name }
        : { of: 'broker', name: String(of.broker), key: name },
    ),
  )
  return (
    <Window title={title} onOpenChange={onClose}>
      <Loaded query={query}>
        {({ items }) => (
          <Table
            label={title}
            columns={columnsOf(t)}
            rows={items}
            rowKey={({ id }) => String(id)}
            empty={t('configs.noHistory')}
          />
        )}
      </Loaded>
    </Window>
  )
}

const columnsOf = (t: TFunction): readonly Column<ConfigChange>[] => [
  { id: 'at', title: t('audit.at'), cell: ({ at }) => <When at={at} /> },
  { id: 'who', title: t('audit.who'), cell: ({ principal }) => principal ?? t('audit.broker') },
  { id: 'subject', title: t('audit.subject'), wide: true, cell: ({ subject }) => subject },
  {
    id: 'change',
    title: t('audit.change'),
    cell: ({ before, after }) => <code>{`${valueText(before)} \u2192 ${valueText(after)}`}</code>,
  },
]

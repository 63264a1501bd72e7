/** Records go from the beginning of partitions on, the topic stays. */
import type { Output } from 'millrace/admin/contract.js'
import type { TFunction } from 'i18next'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Count } from '../parts/size.tsx'
import type { Column } from '../parts/table.tsx'
import { ActionWindow } from './action-window.tsx'
import { useCommand } from './command.ts'
import { EffectTable } from './effect-table.tsx'
import { TextField } from './field.tsx'
import { between, offsetIn, partitionIn } from './texts.ts'

interface PurgeProps {
  readonly topic: string
  readonly onClose: () => void
}

type Cut = Output<'deleteRecords'>['items'][number]

export const Purge = ({ topic, onClose }: PurgeProps) => {
  const { t } = useTranslation()
  const command = useCommand()
  const [partition, setPartition] = useState('')
  const [before, setBefore] = useState('')
  const cuts = cutsIn(partition, before)
  const columns: readonly Column<Cut>[] = [
    { id: 'partition', title: t('partitions.index'), end: true, cell: (cut) => cut.partition },
    { id: 'first', title: t('partitions.first'), end: true, cell: ({ firstOffset }) => <Count value={firstOffset} /> },
    { id: 'new', title: t('purge.first'), end: true, cell: ({ newFirstOffset }) => <Count value={newFirstOffset} /> },
    {
      id: 'gone',
      title: t('purge.gone'),
      end: true,
      cell: ({ firstOffset, newFirstOffset }) => <Count value={between(firstOffset, newFirstOffset)} />,
    },
  ]
  return (
    <ActionWindow
      title={t('action.purge')}
      route="deleteRecords"
      input={cuts === null ? null : { topic, partitions: cuts }}
      command={command({
        words: 'topic purge',
        options: [
          ...(partition === '' ? [] : [['--partition', partition]]),
          ...(before === '' ? [] : [['--before', before]]),
        ],
        names: [topic],
      })}
      does={t('action.purge')}
      effect={({ items }) => (
        <EffectTable
          columns={columns}
          rows={items.filter(({ firstOffset, newFirstOffset }) => firstOffset !== newFirstOffset)}
          rowKey={(cut) => String(cut.partition)}
        />
      )}
      onClose={onClose}
    >
      <div className="fields">
        <TextField
          label={t('partitions.index')}
          kind="number"
          value={partition}
          placeholder={t('purge.everyPartition')}
          problem={partition !== '' && partitionIn(partition) === null ? t('problem.partition') : null}
          onChange={setPartition}
        />
        <TextField
          label={t('purge.before')}
          hint={t('purge.beforeHint')}
          problem={problemOf(t, partition, before)}
          kind="number"
          value={before}
          placeholder={t('purge.everyRecord')}
          onChange={setBefore}
        />
      </div>
    </ActionWindow>
  )
}

const problemOf = (t: TFunction, partition: string, before: string): string | null => {
  if (before === '') return null
  if (offsetIn(before) === null) return t('problem.offset')
  return partition === '' ? t('problem.ofPartition') : null
}

/** Undefined for all partitions. An offset says something of one partition alone. */
const cutsIn = (partition: string, before: string) => {
  if (partition === '') return before === '' ? undefined : null
  const offset = offsetIn(before)
  const index = partitionIn(partition)
  if (index === null || (before !== '' && offset === null)) return null
  return [{ partition: index, ...(offset === null ? {} : { before: offset }) }]
}

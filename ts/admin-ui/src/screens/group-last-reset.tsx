/** The last time that somebody moved the offsets of a group, by the audit list: what that did, and the way back. */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type LastReset, lastResetQuery } from '../api.ts'
import { Actions } from '../parts/actions.tsx'
import { Card } from '../parts/card.tsx'
import { Figure, Figures } from '../parts/figure.tsx'
import { useFormat } from '../parts/use-format.ts'
import { When } from '../parts/when.tsx'

/** Nothing for a group that nobody moved. */
export const GroupLastReset = ({ group }: { readonly group: string }) => {
  const { t } = useTranslation()
  const reset = useQuery(lastResetQuery(group)).data?.reset ?? null
  if (reset === null) return null
  const { at, principal, clientId, address, isUndo, positions } = reset
  const undo = (
    <Actions
      route="resetOffsets"
      actions={[
        {
          text: isUndo ? t('action.redo') : t('action.undo'),
          window: ({ UndoReset }, onClose) => <UndoReset group={group} reset={reset} onClose={onClose} />,
        },
      ]}
    />
  )
  return (
    <Card
      title={t('group.lastReset')}
      beside={positions.length > 0 ? undo : <span className="quiet">{t('lastReset.noUndo')}</span>}
    >
      <Figures>
        <Figure name={t('audit.action')} value={isUndo ? t('lastReset.undone') : t('lastReset.reset')} />
        <Moved reset={reset} />
        <Figure name={t('audit.at')} value={<When at={at} />} />
        <Figure name={t('audit.who')} value={principal ?? t('audit.broker')} />
        <Figure name={t('members.client')} value={clientId ?? '-'} />
        <Figure name={t('members.host')} value={address ?? '-'} />
      </Figures>
    </Card>
  )
}

/** What of the group it moved, and how far; from where to where if that is one partition. */
const Moved = ({ reset: { moved, cut } }: { readonly reset: LastReset }) => {
  const { t } = useTranslation()
  const { integer } = useFormat()
  if (moved === null) return null
  const { partitions, back, on, only } = moved
  const offset = (value: string | null) => (value === null ? '-' : integer(value))
  if (only !== null && cut === 0)
    return (
      <>
        <Figure name={t('offsets.partition')} value={`${only.topic}-${only.partition}`} />
        <Figure
          name={t('lastReset.moved')}
          value={t('lastReset.fromTo', { before: offset(only.before), after: offset(only.after) })}
        />
      </>
    )
  const parts = (['back', 'on'] as const).flatMap((way) => {
    const value = { back, on }[way]
    return value === '0' ? [] : [t(`lastReset.${way}`, { count: Number(value), value: integer(value) })]
  })
  const atLeast = (value: string) => (cut > 0 ? t('lastReset.atLeast', { value }) : value)
  return (
    <>
      <Figure name={t('topics.partitions')} value={atLeast(integer(partitions))} />
      <Figure name={t('lastReset.moved')} value={parts.length === 0 ? '-' : atLeast(parts.join(' / '))} />
    </>
  )
}

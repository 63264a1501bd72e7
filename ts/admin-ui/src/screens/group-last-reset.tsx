/** The last time that somebody moved the offsets of a group, by the audit list, and the way back. */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { lastResetQuery } from '../api.ts'
import { Actions } from '../parts/actions.tsx'
import { Card } from '../parts/card.tsx'
import { Figure, Figures } from '../parts/figure.tsx'
import { When } from '../parts/when.tsx'

/** Nothing for a group that nobody moved. */
export const GroupLastReset = ({ group }: { readonly group: string }) => {
  const { t } = useTranslation()
  const reset = useQuery(lastResetQuery(group)).data?.reset ?? null
  if (reset === null) return null
  const { at, principal, clientId, address, positions } = reset
  const undo = (
    <Actions
      route="resetOffsets"
      actions={[
        {
          text: t('action.undo'),
          window: ({ UndoReset }, onClose) => <UndoReset group={group} reset={reset} onClose={onClose} />,
        },
      ]}
    />
  )
  return (
    <Card
      title={t('group.lastReset')}
      beside={positions.length > 0 ? undo : <span className="quiet">{t('group.noUndo')}</span>}
    >
      <Figures>
        <Figure name={t('audit.at')} value={<When at={at} />} />
        <Figure name={t('audit.who')} value={principal ?? t('audit.broker')} />
        <Figure name={t('members.client')} value={clientId ?? '-'} />
        <Figure name={t('members.host')} value={address ?? '-'} />
      </Figures>
    </Card>
  )
}

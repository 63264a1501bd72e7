/** What can be done with a group. */
import { useQuery } from '@tanstack/react-query'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import type { Group } from '../api.ts'
import { type Action, Actions } from '../parts/actions.tsx'
import { undoQuery } from '../state/undo.ts'

export const GroupActions = ({ group }: { readonly group: Group }) => {
  const { t } = useTranslation()
  const { name } = group
  const { data: before = [] } = useQuery(undoQuery(name))
  const undo: Action = {
    text: t('action.undo'),
    window: ({ UndoReset }, onClose) => <UndoReset group={name} positions={before} onClose={onClose} />,
  }
  return <Actions route="resetOffsets" actions={[...(before.length > 0 ? [undo] : []), ...groupActions(t, group)]} />
}

export const groupActions = (t: TFunction, group: Group): readonly Action[] => [
  {
    text: t('action.reset'),
    window: ({ ResetOffsets }, onClose) => <ResetOffsets group={group} onClose={onClose} />,
  },
  {
    text: t('action.deleteGroup'),
    takesAway: true,
    window: ({ DeleteGroup }, onClose) => <DeleteGroup group={group.name} onClose={onClose} />,
  },
]

/** What can be done with a group. */
import type { TFunction } from 'i18next'
import type { Group } from '../api.ts'
import type { Action } from '../parts/actions.tsx'

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

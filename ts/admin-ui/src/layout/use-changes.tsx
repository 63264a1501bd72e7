/** What the palette changes: what can be made from anywhere, and what can be done with the topic or group on the screen. */
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { groupQuery, topicQuery } from '../api.ts'
import type { Action } from '../parts/actions.tsx'
import type { IconName } from '../parts/icon.tsx'
import { groupActions } from '../screens/group-actions.tsx'
import { topicActions } from '../screens/topic-actions.tsx'
import { rowsOf } from '../search.ts'
import { useRefusal } from '../state/may.ts'
import { useOwnPassword } from './own-password.tsx'

export interface Change extends Action {
  readonly icon: IconName
}

export const useChanges = (): readonly Change[] => {
  const { t } = useTranslation()
  const [topics, groups, accounts] = [useTopicChanges(), useGroupChanges(), useRefusal('createAccount')]
  const createTopic = useRefusal('createTopic')
  const password = useOwnPassword()
  return [
    ...topics,
    ...groups,
    ...(createTopic === null
      ? [
          {
            icon: 'topics' as const,
            text: t('action.createTopic'),
            window: (({ CreateTopic }, onClose) => <CreateTopic onClose={onClose} />) satisfies Action['window'],
          },
        ]
      : []),
    ...(accounts === null
      ? [
          {
            icon: 'accounts' as const,
            text: t('action.createAccount'),
            window: (({ CreateAccount }, onClose) => <CreateAccount onClose={onClose} />) satisfies Action['window'],
          },
        ]
      : []),
    ...(password === null ? [] : [{ icon: 'accounts' as const, ...password }]),
  ]
}

const useTopicChanges = (): readonly Change[] => {
  const { t } = useTranslation()
  const { topic: name = '' } = useParams({ strict: false })
  const { data } = useQuery({ ...topicQuery({ topic: name, ...rowsOf(1) }), enabled: name !== '' })
  if (useRefusal('deleteTopic') !== null || data === undefined) return []
  return topicActions(t, data).map((each) => ({ ...each, icon: 'topics', text: `${name}: ${each.text}` }))
}

const useGroupChanges = (): readonly Change[] => {
  const { t } = useTranslation()
  const { group: name = '' } = useParams({ strict: false })
  const { data } = useQuery({ ...groupQuery({ group: name, ...rowsOf(1) }), enabled: name !== '' })
  if (useRefusal('resetOffsets') !== null || data === undefined) return []
  return groupActions(t, data).map((each) => ({ ...each, icon: 'groups', text: `${name}: ${each.text}` }))
}

/** What can be done with a topic. */
import { useTranslation } from 'react-i18next'
import type { Topic } from '../api.ts'
import { Actions } from '../parts/actions.tsx'

export const TopicActions = ({ topic }: { readonly topic: Topic }) => {
  const { t } = useTranslation()
  const { name } = topic
  return (
    <Actions
      route="deleteTopic"
      actions={[
        {
          text: t('action.cloneTopic'),
          window: ({ CloneTopic }, onClose) => <CloneTopic topic={topic} onClose={onClose} />,
        },
        {
          text: t('action.addPartitions'),
          window: ({ AddPartitions }, onClose) => <AddPartitions topic={topic} onClose={onClose} />,
        },
        {
          text: t('action.purge'),
          takesAway: true,
          window: ({ Purge }, onClose) => <Purge topic={name} onClose={onClose} />,
        },
        {
          text: t('action.deleteTopic'),
          takesAway: true,
          window: ({ DeleteTopic }, onClose) => <DeleteTopic topic={name} onClose={onClose} />,
        },
      ]}
    />
  )
}

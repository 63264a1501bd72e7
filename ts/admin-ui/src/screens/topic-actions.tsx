/** What can be done with a topic. */
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import type { Topic } from '../api.ts'
import { type Action, Actions } from '../parts/actions.tsx'

export const TopicActions = ({ topic }: { readonly topic: Topic }) => {
  const { t } = useTranslation()
  return <Actions route="deleteTopic" actions={topicActions(t, topic)} />
}

export const topicActions = (t: TFunction, topic: Topic): readonly Action[] => {
  const { name, internal } = topic
  const produce: Action = {
    text: t('action.produce'),
    isMain: true,
    window: ({ Produce }, onClose) => <Produce topic={name} onClose={onClose} />,
  }
  const purge: Action = {
    text: t('action.purge'),
    takesAway: true,
    window: ({ Purge }, onClose) => <Purge topic={name} onClose={onClose} />,
  }
  // Records of internal topics come and go by brokers alone.
  return [
    ...(internal ? [] : [produce]),
    {
      text: t('action.cloneTopic'),
      window: ({ CloneTopic }, onClose) => <CloneTopic topic={topic} onClose={onClose} />,
    },
    {
      text: t('action.addPartitions'),
      window: ({ AddPartitions }, onClose) => <AddPartitions topic={topic} onClose={onClose} />,
    },
    ...(internal ? [] : [purge]),
    {
      text: t('action.deleteTopic'),
      takesAway: true,
      window: ({ DeleteTopic }, onClose) => <DeleteTopic topic={name} onClose={onClose} />,
    },
  ]
}

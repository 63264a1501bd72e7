/** The end of a topic. */
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Figure, Figures } from '../parts/figure.tsx'
import { Size } from '../parts/size.tsx'
import { useFormat } from '../parts/use-format.ts'
import { ActionWindow } from './action-window.tsx'
import { useCommand } from './command.ts'

interface DeleteTopicProps {
  readonly topic: string
  readonly onClose: () => void
}

export const DeleteTopic = ({ topic, onClose }: DeleteTopicProps) => {
  const { t } = useTranslation()
  const { integer } = useFormat()
  const navigate = useNavigate()
  const command = useCommand()
  return (
    <ActionWindow
      title={t('action.deleteTopic')}
      route="deleteTopic"
      input={{ topic }}
      command={command({ words: 'topic delete', names: [topic] })}
      does={t('action.delete')}
      effect={({ partitions, records, bytes, groups, everyOffset }) => (
        <>
          <p>{t('remove.topic', { topic })}</p>
          <Figures>
            <Figure name={t('topics.partitions')} value={integer(partitions)} />
            <Figure name={t('topics.records')} value={integer(records)} />
            <Figure name={t('topics.size')} value={<Size value={bytes} />} />
          </Figures>
          {groups.length > 0 && (
            <p>
              {everyOffset
                ? t('remove.everyOffset', { count: groups.length })
                : t('remove.groups', { count: groups.length })}{' '}
              <span className="name">{groups.join(', ')}</span>
            </p>
          )}
        </>
      )}
      onDone={() => navigate({ to: '/topics' })}
      onClose={onClose}
    />
  )
}

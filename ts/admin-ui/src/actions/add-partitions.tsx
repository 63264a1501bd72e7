/** More partitions for a topic. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { TopicRow } from '../api.ts'
import { useFormat } from '../parts/use-format.ts'
import { ActionWindow } from './action-window.tsx'
import { useCommand } from './command.ts'
import { TextField } from './field.tsx'
import { countIn } from './texts.ts'

interface AddPartitionsProps {
  readonly topic: TopicRow
  readonly onClose: () => void
}

export const AddPartitions = ({ topic, onClose }: AddPartitionsProps) => {
  const { t } = useTranslation()
  const { integer } = useFormat()
  const command = useCommand()
  const [typed, setTyped] = useState(String(topic.partitions + 1))
  const count = countIn(typed) ?? null
  return (
    <ActionWindow
      title={t('action.addPartitions')}
      route="addPartitions"
      input={count === null ? null : { topic: topic.name, count }}
      command={command({ words: 'topic alter', options: [['--partitions', typed]], names: [topic.name] })}
      does={t('action.addPartitions')}
      effect={({ before, after }) => (
        <>
          <p>{t('partitions.grow', { before: integer(before), after: integer(after) })}</p>
          <p className="quiet">{t('partitions.keysMove')}</p>
        </>
      )}
      onClose={onClose}
    >
      <TextField
        label={t('partitions.inAll')}
        kind="number"
        value={typed}
        problem={countIn(typed) === null ? t('problem.count') : null}
        onChange={setTyped}
      />
    </ActionWindow>
  )
}

/** A topic, new or as another one is. */
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { topicConfigsQuery, type TopicRow } from '../api.ts'
import { Figure, Figures } from '../parts/figure.tsx'
import { useFormat } from '../parts/use-format.ts'
import { ActionWindow } from './action-window.tsx'
import { useCommand } from './command.ts'
import { Field, TextField } from './field.tsx'
import { countIn } from './texts.ts'

interface Closing {
  readonly onClose: () => void
}

/** With the shape and the configs of another topic, without its records. */
export const CloneTopic = ({ topic, onClose }: Closing & { readonly topic: TopicRow }) => {
  const configs = useQuery(topicConfigsQuery(topic.name)).data?.items
  if (configs === undefined) return null
  const own = configs.filter(({ source, value }) => source === 'topic' && value !== null)
  const begin = {
    name: '',
    partitions: String(topic.partitions),
    replicas: String(topic.replicationFactor),
    configs: own.map(({ name, value }) => `${name}=${value}`).join('\n'),
  }
  return <CreateTopic begin={begin} onClose={onClose} />
}

const NOTHING = { name: '', partitions: '', replicas: '', configs: '' }

export const CreateTopic = ({ begin = NOTHING, onClose }: Closing & { readonly begin?: typeof NOTHING }) => {
  const { t } = useTranslation()
  const { integer } = useFormat()
  const navigate = useNavigate()
  const command = useCommand()
  const [wanted, setWanted] = useState(begin)
  const change = (changed: Partial<typeof NOTHING>) => setWanted({ ...wanted, ...changed })
  const partitions = countIn(wanted.partitions)
  const replicas = countIn(wanted.replicas)
  const { pairs: configs, badLine } = configsIn(wanted.configs)
  const isWhole = wanted.name !== '' && partitions !== null && replicas !== null && badLine === null
  return (
    <ActionWindow
      title={t('action.createTopic')}
      route="createTopic"
      input={
        isWhole
          ? { name: wanted.name, partitions, replicationFactor: replicas, configs: Object.fromEntries(configs) }
          : null
      }
      command={command({
        words: 'topic create',
        options: [
          ...(wanted.partitions === '' ? [] : [['--partitions', wanted.partitions]]),
          ...(wanted.replicas === '' ? [] : [['--replicas', wanted.replicas]]),
          ...configs.map(([key, value]) => ['--config', `${key}=${value}`]),
        ],
        names: [wanted.name],
      })}
      does={t('action.create')}
      effect={(made) => (
        <Figures>
          <Figure name={t('topics.partitions')} value={integer(made.partitions)} />
          <Figure name={t('topics.replicas')} value={integer(made.replicationFactor)} />
          <Figure name={t('create.configs')} value={integer(configs.length)} />
        </Figures>
      )}
      onDone={({ name }) => navigate({ to: '/topics/$topic', params: { topic: name } })}
      onClose={onClose}
    >
      <TextField label={t('topics.name')} value={wanted.name} onChange={(name) => change({ name })} />
      <div className="fields">
        <TextField
          label={t('topics.partitions')}
          kind="number"
          value={wanted.partitions}
          placeholder={t('create.ofBroker')}
          problem={partitions === null ? t('problem.count') : null}
          onChange={(count) => change({ partitions: count })}
        />
        <TextField
          label={t('topics.replicas')}
          kind="number"
          value={wanted.replicas}
          placeholder={t('create.ofBroker')}
          problem={replicas === null ? t('problem.count') : null}
          onChange={(count) => change({ replicas: count })}
        />
      </div>
      <Field
        label={t('create.configs')}
        hint={t('create.configsHint')}
        problem={badLine === null ? null : t('problem.configLine', { line: badLine })}
      >
        {(id, told) => (
          <textarea
            id={id}
            {...told}
            className="input"
            rows={3}
            value={wanted.configs}
            autoCapitalize="none"
            spellCheck={false}
            onChange={({ target }) => change({ configs: target.value })}
          />
        )}
      </Field>
    </ActionWindow>
  )
}

type Pair = readonly [key: string, value: string]

/** `key=value`; undefined for an empty line, null for something else. */
const pairIn = (line: string): Pair | undefined | null => {
  if (line.trim() === '') return undefined
  const at = line.indexOf('=')
  return at > 0 ? [line.slice(0, at).trim(), line.slice(at + 1).trim()] : null
}

interface Configs {
  readonly pairs: readonly Pair[]
  /** The first that cannot be read, counted from one; null where all can. */
  readonly badLine: number | null
}

const configsIn = (text: string): Configs => {
  const lines = text.split('\n').map(pairIn)
  const bad = lines.indexOf(null)
  return { pairs: lines.filter((pair) => pair !== null && pair !== undefined), badLine: bad < 0 ? null : bad + 1 }
}

/** Another value for a key of a topic or a broker, or the one that it has when nobody sets it. */
import type { Output } from 'millrace/admin/contract.js'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Config } from '../api.ts'
import { Toggle } from '../parts/toggle.tsx'
import { valueText } from '../parts/value-text.ts'
import { ActionWindow } from './action-window.tsx'
import { useCommand } from './command.ts'
import { Field, TextField } from './field.tsx'

export type ConfigsOf =
  | { readonly route: 'alterTopicConfigs'; readonly topic: string }
  | { readonly route: 'alterBrokerConfigs'; readonly broker: number }

interface AlterConfigProps {
  readonly of: ConfigsOf
  readonly config: Config
  readonly onClose: () => void
}

export const AlterConfig = ({ of, config, onClose }: AlterConfigProps) => {
  const { t } = useTranslation()
  const command = useCommand()
  const { name, doc, source, value: before } = config
  const [value, setValue] = useState(before ?? '')
  const [isReset, setIsReset] = useState(false)
  const edit = isReset ? { unset: [name] } : { set: { [name]: value } }
  const option = isReset ? ['--unset', name] : ['--set', `${name}=${value}`]
  const isSetHere = source === (of.route === 'alterTopicConfigs' ? 'topic' : 'dynamicBroker')
  const isChanged = isReset || value !== (before ?? '') || !isSetHere
  const common = {
    title: t('configs.alter', { name }),
    does: t('action.save'),
    effect: ({ items }: Output<'alterTopicConfigs'>) => items.map((item) => <Change key={item.name} {...item} />),
    onClose,
    children: (
      <>
        <p className="quiet" lang="en">
          {doc}
        </p>
        <dl className="facts">
          <dt>{t('configs.default')}</dt>
          <dd>
            <code>{valueText(config.default)}</code>
          </dd>
          <dt>{t('configs.source')}</dt>
          <dd>{t(`configSource.${source}`)}</dd>
        </dl>
        {!isReset && <Value config={config} value={value} onChange={setValue} />}
        {isSetHere && <Toggle label={t('configs.reset')} checked={isReset} onChange={setIsReset} />}
      </>
    ),
  }
  if (of.route === 'alterTopicConfigs') {
    const { route, topic } = of
    return (
      <ActionWindow
        {...common}
        route={route}
        input={isChanged ? { topic, ...edit } : null}
        command={command({ words: 'topic alter', options: [option], names: [topic] })}
      />
    )
  }
  const { route, broker } = of
  return (
    <ActionWindow
      {...common}
      route={route}
      input={isChanged ? { broker, ...edit } : null}
      command={command({ words: 'config alter', options: [option], names: [`broker/${broker}`] })}
    />
  )
}

const Change = ({ name, before, after }: Output<'alterTopicConfigs'>['items'][number]) => (
  <p>
    <code>{`${name}: ${valueText(before)} \u2192 ${valueText(after)}`}</code>
  </p>
)

interface ValueProps {
  readonly config: Config
  readonly value: string
  readonly onChange: (value: string) => void
}

const Value = ({ config: { type }, value, onChange }: ValueProps) => {
  const { t } = useTranslation()
  const label = t('configs.value')
  if (type !== 'boolean') return <TextField label={label} value={value} onChange={onChange} />
  return (
    <Field label={label}>
      {(id) => (
        <select id={id} className="select" value={value} onChange={({ target }) => onChange(target.value)}>
          <option>true</option>
          <option>false</option>
        </select>
      )}
    </Field>
  )
}

/** Filters of messages that all share. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { SavedFilter } from '../api.ts'
import { ActionWindow } from './action-window.tsx'
import { TextField } from './field.tsx'

interface FilterProps<What> {
  readonly filter: What
  readonly onClose: () => void
}

export const SaveFilter = ({ filter, onClose }: FilterProps<Omit<SavedFilter, 'name'>>) => {
  const { t } = useTranslation()
  const [typed, setName] = useState('')
  const name = typed.trim()
  return (
    <ActionWindow
      title={t('action.saveFilter')}
      route="saveFilter"
      input={name === '' ? null : { name, ...filter }}
      command={null}
      does={t('action.save')}
      effect={({ before }) => (
        <>
          <p>{before === null ? t('savedFilter.isNew', { name }) : t('savedFilter.replaces', { name })}</p>
          {before !== null && <code>{before.filter}</code>}
        </>
      )}
      onClose={onClose}
    >
      <code>{filter.filter}</code>
      <TextField label={t('savedFilter.name')} value={typed} onChange={setName} />
    </ActionWindow>
  )
}

export const ForgetFilter = ({ filter: { name }, onClose }: FilterProps<SavedFilter>) => {
  const { t } = useTranslation()
  return (
    <ActionWindow
      title={t('action.forgetFilter')}
      route="deleteFilter"
      input={{ name }}
      command={null}
      does={t('action.delete')}
      effect={() => <p>{t('savedFilter.gone', { name })}</p>}
      onClose={onClose}
    />
  )
}

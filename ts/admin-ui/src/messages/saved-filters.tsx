/** Filters that were given a name: one is chosen, the one that stands there is saved or forgotten. */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Field } from '../actions/field.tsx'
import { filtersQuery, type SavedFilter } from '../api.ts'
import { Actions } from '../parts/actions.tsx'
import { useRefusal } from '../state/may.ts'

interface SavedFiltersProps extends Omit<SavedFilter, 'name'> {
  readonly onChoose: (filter: Omit<SavedFilter, 'name'>) => void
}

export const SavedFilters = ({ language, filter, onChoose }: SavedFiltersProps) => {
  const { t } = useTranslation()
  const refusal = useRefusal('saveFilter')
  const saved = useQuery(filtersQuery).data?.items ?? []
  const chosen = saved.find((each) => each.filter === filter && each.language === language)
  const choose = (name: string) => {
    const wanted = saved.find((each) => each.name === name)
    if (wanted !== undefined) onChoose({ language: wanted.language, filter: wanted.filter })
  }
  return (
    <div className="saved-filters">
      <Field label={t('messages.saved')}>
        {(id) => (
          <select id={id} className="select" value={chosen?.name ?? ''} onChange={({ target }) => choose(target.value)}>
            <option value="">{saved.length === 0 ? t('messages.noneSaved') : t('messages.chooseSaved')}</option>
            {saved.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      {filter !== '' && refusal === null && (
        <Actions
          route="saveFilter"
          actions={[
            chosen === undefined
              ? {
                  text: t('action.saveFilter'),
                  window: ({ SaveFilter }, onClose) => <SaveFilter filter={{ language, filter }} onClose={onClose} />,
                }
              : {
                  text: t('action.forgetFilter'),
                  window: ({ ForgetFilter }, onClose) => <ForgetFilter filter={chosen} onClose={onClose} />,
                },
          ]}
        />
      )}
    </div>
  )
}

/** What is looked for, and from where on. It is asked when it is sent: then it stands in the address. */
import type { ApiError } from 'millrace/admin/client.js'
import { filterLanguages } from 'millrace/admin/contract/messages.js'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Field, TextField } from '../actions/field.tsx'
import { timeIn } from '../actions/texts.ts'
import { usePreferences, type Preferences } from '../state/preferences.ts'
import { COUNT_MAX, messageStarts, type MessagesSearch } from '../search.ts'
import { Choice } from './choice.tsx'
import { DecoderChoice } from './decoder-choice.tsx'
import { SavedFilters } from './saved-filters.tsx'

interface QueryFormProps {
  readonly search: MessagesSearch
  /** What is wrong with the filter. */
  readonly refusal: ApiError | null
  readonly onSearch: (search: MessagesSearch) => void
}

export const QueryForm = ({ search, refusal, onSearch }: QueryFormProps) => {
  const { t } = useTranslation()
  const { zone } = usePreferences()
  const of = JSON.stringify([search, zone])
  const [kept, setKept] = useState({ of, draft: draftOf(search, zone) })
  // The address was changed by something else: a link, or the way back.
  const { draft } = kept.of === of ? kept : { draft: draftOf(search, zone) }
  const change = (changed: Partial<Draft>) => setKept({ of, draft: { ...draft, ...changed } })
  return (
    <form
      className="query"
      onSubmit={(event) => {
        event.preventDefault()
        onSearch(searchOf(draft, zone))
      }}
    >
      <div className="fields">
        <Choice
          label={t('messages.from')}
          values={messageStarts}
          value={draft.from}
          text={(each) => t(`messagesFrom.${each}`)}
          onChange={(from) => change({ from })}
        />
        {draft.from === 'offset' && (
          <TextField
            label={t('reset.offset')}
            kind="number"
            value={draft.offset}
            onChange={(offset) => change({ offset })}
          />
        )}
        {draft.from === 'time' && (
          <TextField
            label={t(`zone.${zone}`)}
            kind="datetime-local"
            value={draft.time}
            onChange={(time) => change({ time })}
          />
        )}
        <TextField
          label={t('messages.count')}
          hint={t('messages.countHint', { max: COUNT_MAX })}
          kind="number"
          value={draft.count}
          onChange={(count) => change({ count })}
        />
        <TextField
          label={t('topics.partitions')}
          hint={t('messages.partitionsHint')}
          value={draft.partitions}
          placeholder={t('purge.everyPartition')}
          onChange={(partitions) => change({ partitions })}
        />
        <DecoderChoice label={t('messages.keyAs')} value={draft.keyAs} onChange={(keyAs) => change({ keyAs })} />
        <DecoderChoice
          label={t('messages.valueAs')}
          value={draft.valueAs}
          onChange={(valueAs) => change({ valueAs })}
        />
      </div>
      <div className="fields filter">
        <Choice
          label={t('messages.language')}
          values={filterLanguages}
          value={draft.language}
          text={(each) => t(`filterLanguage.${each}`)}
          onChange={(language) => change({ language })}
        />
        <FilterField
          draft={draft}
          refusal={refusal}
          isRefused={refusal !== null && draft.filter === search.filter && draft.language === search.language}
          onChange={(filter) => change({ filter })}
        />
        <button type="submit" className="button primary">
          {t('messages.search')}
        </button>
        <SavedFilters language={draft.language} filter={draft.filter} onChoose={change} />
      </div>
    </form>
  )
}

interface FilterFieldProps {
  readonly draft: Draft
  readonly refusal: ApiError | null
  /** As it stands there. */
  readonly isRefused: boolean
  readonly onChange: (filter: string) => void
}

const FilterField = ({ draft: { filter, language }, refusal, isRefused, onChange }: FilterFieldProps) => {
  const { t } = useTranslation()
  const said = useId()
  return (
    <Field label={t('messages.filter')}>
      {(id) => (
        <>
          <input
            id={id}
            className="input filter-text"
            data-search
            value={filter}
            placeholder={t(`filterExample.${language}`)}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            aria-invalid={isRefused}
            aria-describedby={said}
            onChange={({ target }) => onChange(target.value)}
          />
          <div id={said}>
            {isRefused && refusal !== null && (
              <p className="refusal" role="alert" lang="en">
                {refusal.message}
              </p>
            )}
            <p className="quiet">{t(`filterHint.${language}`)}</p>
          </div>
        </>
      )}
    </Field>
  )
}

/** As it is typed. */
type Draft = Omit<MessagesSearch, 'count'> & { readonly count: string }
type Zone = Preferences['zone']

const MINUTE_MS = 60_000

/** What a field for dates takes: to the second, without a zone. */
const fieldOf = (ms: string, zone: Zone): string => {
  const at = new Date(Number(ms))
  if (ms === '' || Number.isNaN(at.getTime())) return ''
  const shift = zone === 'utc' ? 0 : at.getTimezoneOffset() * MINUTE_MS
  return new Date(at.getTime() - shift).toISOString().replace(/Z$/, '')
}

const draftOf = (search: MessagesSearch, zone: Zone): Draft => ({
  ...search,
  count: String(search.count),
  time: fieldOf(search.time, zone),
})

const searchOf = (draft: Draft, zone: Zone): MessagesSearch => ({
  ...draft,
  count: Math.min(Math.max(1, Math.floor(Number(draft.count)) || 1), COUNT_MAX),
  partitions: draft.partitions
    .split(/[\s,]+/)
    .filter((part) => /^\d{1,9}$/.test(part))
    .join(','),
  offset: draft.from === 'offset' && /^\d{1,19}$/.test(draft.offset) ? draft.offset : '',
  time: draft.from === 'time' ? (timeIn(draft.time, zone === 'utc') ?? '') : '',
})

/** A key, a value or a header: what it is, and what is in it. */
import { useTranslation } from 'react-i18next'
import { contentKinds, type Draft } from './contents.ts'
import { Field } from './field.tsx'

interface ContentFieldProps {
  readonly label: string
  readonly rows: number
  readonly value: Draft
  /** Its window begins with it. */
  readonly begins?: boolean
  readonly onChange: (value: Draft) => void
}

export const ContentField = ({ label, rows, value: { kind, data }, begins, onChange }: ContentFieldProps) => {
  const { t } = useTranslation()
  return (
    <div className="content">
      <Field label={t('produce.kind', { of: label })}>
        {(id) => (
          <select
            id={id}
            className="select"
            value={kind}
            onChange={({ target }) => onChange({ kind: target.value as Draft['kind'], data })}
          >
            {contentKinds.map((each) => (
              <option key={each} value={each}>
                {t(`contentKind.${each}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {kind !== 'null' && (
        <textarea
          className="input"
          aria-label={label}
          rows={rows}
          value={data}
          data-begins={begins}
          autoCapitalize="none"
          spellCheck={false}
          onChange={({ target }) => onChange({ kind, data: target.value })}
        />
      )}
    </div>
  )
}

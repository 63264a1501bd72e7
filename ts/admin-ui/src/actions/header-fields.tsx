/** Headers of a message: names may come more than once, and their order stays. */
import { useTranslation } from 'react-i18next'
import { ContentField } from './content-field.tsx'
import { EMPTY, type HeaderDraft } from './contents.ts'
import { TextField } from './field.tsx'

interface HeaderFieldsProps {
  readonly headers: readonly HeaderDraft[]
  readonly onChange: (headers: readonly HeaderDraft[]) => void
}

export const HeaderFields = ({ headers, onChange }: HeaderFieldsProps) => {
  const { t } = useTranslation()
  const change = (at: number, changed: Partial<HeaderDraft>) =>
    onChange(headers.map((header, index) => (index === at ? { ...header, ...changed } : header)))
  return (
    <section className="field" aria-label={t('messages.headers')}>
      {headers.map((header, at) => (
        // oxlint-disable-next-line react/no-array-index-key -- fields hold nothing of their own
        <div className="fields" key={at}>
          <TextField
            label={t('produce.headerName', { at: at + 1 })}
            value={header.name}
            onChange={(name) => change(at, { name })}
          />
          <ContentField
            label={t('produce.headerValue', { at: at + 1 })}
            rows={1}
            value={header}
            onChange={(value) => change(at, value)}
          />
          <button
            type="button"
            className="button bare"
            aria-label={t('produce.removeHeader', { at: at + 1 })}
            onClick={() => onChange(headers.filter((_, index) => index !== at))}
          >
            {t('produce.remove')}
          </button>
        </div>
      ))}
      <div>
        <button type="button" className="button" onClick={() => onChange([...headers, { name: '', ...EMPTY }])}>
          {t('produce.addHeader')}
        </button>
      </div>
    </section>
  )
}

/** The same as a command, to be taken along. */
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { CopyButton } from '../parts/copy-button.tsx'

export const CopyCommand = ({ command }: { readonly command: string }) => {
  const { t } = useTranslation()
  const text = useRef<HTMLElement>(null)
  return (
    <section className="command" aria-label={t('action.command')}>
      <header>
        <h2>{t('action.command')}</h2>
        <CopyButton text={command} shown={text} />
      </header>
      <pre tabIndex={0}>
        <code ref={text}>{command}</code>
      </pre>
    </section>
  )
}

/** The same as a command, to be taken along. */
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

export const CopyCommand = ({ command }: { readonly command: string }) => {
  const { t } = useTranslation()
  const text = useRef<HTMLElement>(null)
  const [copied, setCopied] = useState('')
  const copy = async () => {
    if (text.current !== null) getSelection()?.selectAllChildren(text.current)
    try {
      await navigator.clipboard.writeText(command)
      setCopied(command)
    } catch {
      // Not without TLS, on another machine: it stands there selected.
    }
  }
  return (
    <section className="command" aria-label={t('action.command')}>
      <header>
        <h3>{t('action.command')}</h3>
        <button type="button" className="button bare" onClick={() => void copy()}>
          {copied === command ? t('action.copied') : t('action.copy')}
        </button>
      </header>
      <pre tabIndex={0}>
        <code ref={text}>{command}</code>
      </pre>
    </section>
  )
}

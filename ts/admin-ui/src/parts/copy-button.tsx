/** Takes a text along. */
import { type RefObject, useState } from 'react'
import { useTranslation } from 'react-i18next'

interface CopyButtonProps {
  readonly text: string
  /** Where it stands: it is selected, too. */
  readonly shown: RefObject<HTMLElement | null>
}

export const CopyButton = ({ text, shown }: CopyButtonProps) => {
  const { t } = useTranslation()
  const [copied, setCopied] = useState<string | null>(null)
  const copy = async () => {
    if (shown.current !== null) getSelection()?.selectAllChildren(shown.current)
    try {
      await navigator.clipboard.writeText(text)
      setCopied(text)
    } catch {
      // Not without TLS, on another machine: it stands there selected.
    }
  }
  return (
    <button type="button" className="button bare" onClick={() => void copy()}>
      {copied === text ? t('action.copied') : t('action.copy')}
    </button>
  )
}

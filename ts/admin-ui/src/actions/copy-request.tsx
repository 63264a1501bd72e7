/** The same as a request of the admin API, to be taken along. */
import type { Input, RouteName } from 'millrace/admin/contract.js'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { CopyButton } from '../parts/copy-button.tsx'
import { curlOf, TOKEN, TOKEN_LINE } from './curl.ts'

interface CopyRequestProps<Name extends RouteName> {
  readonly route: Name
  readonly input: Input<Name>
}

export const CopyRequest = <Name extends RouteName>({ route, input }: CopyRequestProps<Name>) => {
  const { t } = useTranslation()
  const text = useRef<HTMLElement>(null)
  const { line, secrets } = curlOf(location.origin, route, input)
  return (
    <details className="request">
      <summary>{t('action.request')}</summary>
      <pre tabIndex={0}>
        <code ref={text}>{line}</code>
      </pre>
      <CopyButton text={line} shown={text} />
      <p className="quiet">
        {t('action.requestToken', { token: TOKEN })} <code>{TOKEN_LINE}</code>
      </p>
      {secrets.length > 0 && <p className="quiet">{t('action.requestSecrets', { names: secrets.join(', ') })}</p>}
    </details>
  )
}

/** Why what was asked for was not done. Of what the broker says itself there is English alone. */
import { ApiError } from 'millrace/admin/client.js'
import { useTranslation } from 'react-i18next'

export const Refusal = ({ error }: { readonly error: Error }) => {
  const { t } = useTranslation()
  if (!(error instanceof ApiError)) {
    return (
      <p className="refusal" role="alert">
        {t('failure.unreachable')}
      </p>
    )
  }
  const isWrongPassword = error.code === 'WRONG_PASSWORD'
  return (
    <p className="refusal" role="alert" lang={isWrongPassword ? undefined : 'en'}>
      {isWrongPassword ? t('login.wrong') : error.message}
    </p>
  )
}

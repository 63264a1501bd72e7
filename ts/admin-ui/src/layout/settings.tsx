/** Theme, language, time zone and keys of the reader. */
import { useMutation, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Draw } from '../parts/actions.tsx'
import { Window } from '../parts/dialog.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { forgetSession } from '../queries.ts'
import {
  keysChoices,
  languages,
  prefer,
  type Preferences,
  themes,
  usePreferences,
  zones,
} from '../state/preferences.ts'
import { logOut, sessionQuery } from '../state/session.ts'
import { useOwnPassword } from './own-password.tsx'

interface SettingsProps {
  readonly onOpenChange: (isOpen: boolean) => void
  readonly onAction: (window: Draw) => void
}

export const Settings = ({ onOpenChange, onAction }: SettingsProps) => {
  const { t } = useTranslation()
  return (
    <Window title={t('settings.title')} onOpenChange={onOpenChange}>
      <Choice name="theme" label={t('settings.theme')} options={themes} text={(each) => t(`theme.${each}`)} />
      <Choice
        name="language"
        label={t('settings.language')}
        options={languages}
        text={(each) => <span lang={each}>{t(`language.${each}`)}</span>}
      />
      <Choice name="zone" label={t('settings.zone')} options={zones} text={(each) => t(`zone.${each}`)} />
      <Choice name="keys" label={t('settings.keys')} options={keysChoices} text={(each) => t(`keys.${each}`)} />
      <Account
        onAction={(window) => {
          onOpenChange(false)
          onAction(window)
        }}
      />
    </Window>
  )
}

const Account = ({ onAction }: Pick<SettingsProps, 'onAction'>) => {
  const { t } = useTranslation()
  const password = useOwnPassword()
  const session = useQuery(sessionQuery).data
  const leave = useMutation({ mutationFn: logOut, onSuccess: forgetSession })
  if (session === undefined) return null
  return (
    <section className="account" aria-label={t('settings.account')}>
      <span>{t('settings.who', { user: session.user, role: t(`role.${session.role}`) })}</span>
      {password !== null && (
        <button type="button" className="button" aria-haspopup="dialog" onClick={() => onAction(password.window)}>
          {password.text}
        </button>
      )}
      <button type="button" className="button" disabled={leave.isPending} onClick={() => leave.mutate()}>
        {t('settings.logOut')}
      </button>
      {leave.error !== null && <Refusal error={leave.error} />}
    </section>
  )
}

interface ChoiceProps<Name extends keyof Preferences> {
  readonly name: Name
  readonly label: string
  readonly options: readonly Preferences[Name][]
  readonly text: (option: Preferences[Name]) => ReactNode
}

const Choice = <Name extends keyof Preferences>({ name, label, options, text }: ChoiceProps<Name>) => {
  const chosen = usePreferences()[name]
  return (
    <fieldset className="choice">
      <legend>{label}</legend>
      {options.map((option) => (
        <label key={option}>
          <input
            type="radio"
            className="visually-hidden"
            name={name}
            checked={option === chosen}
            onChange={() => prefer({ [name]: option })}
          />
          {text(option)}
        </label>
      ))}
    </fieldset>
  )
}

/** Who are you. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Refusal } from '../parts/refusal.tsx'
import { languages, prefer, usePreferences } from '../state/preferences.ts'
import { logIn, sessionQuery } from '../state/session.ts'

export const Login = () => {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [user, setUser] = useState('admin')
  const [password, setPassword] = useState('')
  const typed = useRef<HTMLInputElement>(null)
  const login = useMutation({
    mutationFn: () => logIn(user, password),
    onSuccess: (session) => queries.setQueryData(sessionQuery.queryKey, session),
    // What is typed next takes its place.
    onError: () => {
      typed.current?.focus()
      typed.current?.select()
    },
  })
  useEffect(() => {
    document.title = `${t('login.title')} - Millrace`
  }, [t])
  return (
    <main className="login">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          login.mutate()
        }}
      >
        <img src="/icon.svg" alt="" width="40" height="40" />
        <h1>{t('login.title')}</h1>
        <label>
          {t('login.user')}
          <input
            className="input"
            autoComplete="username"
            autoCapitalize="none"
            required
            value={user}
            onChange={({ target }) => setUser(target.value)}
          />
        </label>
        <label>
          {t('login.password')}
          <input
            className="input"
            ref={typed}
            type="password"
            autoComplete="current-password"
            // The one thing to do here.
            // oxlint-disable-next-line jsx-a11y/no-autofocus
            autoFocus
            required
            value={password}
            onChange={({ target }) => setPassword(target.value)}
          />
        </label>
        {login.error !== null && <Refusal error={login.error} />}
        <button type="submit" className="button primary" disabled={login.isPending}>
          {t('login.enter')}
        </button>
        <p className="quiet">{t('login.hint')}</p>
        <LanguageChoice />
      </form>
    </main>
  )
}

const LanguageChoice = () => {
  const { t } = useTranslation()
  const { language } = usePreferences()
  const other = languages.find((each) => each !== language) ?? language
  return (
    <button type="button" className="button bare" lang={other} onClick={() => prefer({ language: other })}>
      {t(`language.${other}`)}
    </button>
  )
}

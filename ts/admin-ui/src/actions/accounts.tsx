/** Who may log in, and as what. */
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN, passwordProblem } from 'millrace/admin/contract/passwords.js'
import { type Role, roles } from 'millrace/admin/contract/roles.js'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Account } from '../api.ts'
import { ActionWindow } from './action-window.tsx'
import { commandLine } from './command.ts'
import { Field, TextField } from './field.tsx'

interface Closing {
  readonly onClose: () => void
}

interface OfAccount extends Closing {
  readonly account: Account
}

export const CreateAccount = ({ onClose }: Closing) => {
  const { t } = useTranslation()
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('viewer')
  const [password, setPassword] = useState('')
  const isWhole = name !== '' && passwordProblem(password) === null
  return (
    <ActionWindow
      title={t('action.createAccount')}
      route="createAccount"
      input={isWhole ? { name, role, password } : null}
      command={null}
      does={t('action.create')}
      effect={(made) => <p>{t('accounts.made', { name: made.name, may: t(`roleMay.${made.role}`) })}</p>}
      onClose={onClose}
    >
      <TextField label={t('accounts.name')} value={name} onChange={setName} />
      <RoleField role={role} onChange={setRole} />
      <NewPassword value={password} onChange={setPassword} />
    </ActionWindow>
  )
}

export const ChangeRole = ({ account: { name, role: before }, onClose }: OfAccount) => {
  const { t } = useTranslation()
  const [role, setRole] = useState<Role>(before)
  return (
    <ActionWindow
      title={t('accounts.changeRole', { name })}
      route="setRole"
      input={role === before ? null : { name, role }}
      command={null}
      does={t('action.save')}
      effect={(change) => (
        <>
          <p>{`${t(`role.${change.before}`)} \u2192 ${t(`role.${change.after}`)}`}</p>
          <p>{t('accounts.atOnce', { name, may: t(`roleMay.${change.after}`) })}</p>
        </>
      )}
      onClose={onClose}
    >
      <RoleField role={role} onChange={setRole} />
    </ActionWindow>
  )
}

/** One's own takes the one before, too. */
export const NewPasswordOf = ({ account: { name }, isOwn, onClose }: OfAccount & { readonly isOwn: boolean }) => {
  const { t } = useTranslation()
  const [current, setCurrent] = useState('')
  const [password, setPassword] = useState('')
  const isWhole = passwordProblem(password) === null && (!isOwn || current !== '')
  return (
    <ActionWindow
      title={t('accounts.newPasswordOf', { name })}
      route="setPassword"
      input={isWhole ? { name, password, ...(isOwn ? { current } : {}) } : null}
      command={commandLine({ words: 'admin reset-password', options: [['--user', name]], names: [] })}
      commandHint={t('accounts.commandHint')}
      does={t('action.save')}
      effect={() => <p>{t('accounts.sessionsEnd', { name })}</p>}
      onClose={onClose}
    >
      {isOwn && (
        <TextField label={t('accounts.current')} kind="current-password" value={current} onChange={setCurrent} />
      )}
      <NewPassword value={password} onChange={setPassword} />
    </ActionWindow>
  )
}

export const DeleteAccount = ({ account: { name }, onClose }: OfAccount) => {
  const { t } = useTranslation()
  return (
    <ActionWindow
      title={t('accounts.delete', { name })}
      route="deleteAccount"
      input={{ name }}
      command={null}
      does={t('action.delete')}
      effect={() => <p>{t('accounts.gone', { name })}</p>}
      onClose={onClose}
    />
  )
}

const RoleField = ({ role, onChange }: { readonly role: Role; readonly onChange: (role: Role) => void }) => {
  const { t } = useTranslation()
  return (
    <Field label={t('accounts.role')} hint={t(`roleMay.${role}`)}>
      {(id) => (
        <select id={id} className="select" value={role} onChange={({ target }) => onChange(target.value as Role)}>
          {roles.map((each) => (
            <option key={each} value={each}>
              {t(`role.${each}`)}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

const NewPassword = ({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) => {
  const { t } = useTranslation()
  const lengths = t('accounts.passwordLength', { least: PASSWORD_LENGTH_MIN, most: PASSWORD_LENGTH_MAX })
  const isBad = value !== '' && passwordProblem(value) !== null
  return (
    <TextField
      label={t('accounts.newPassword')}
      {...(isBad ? { problem: lengths } : { hint: lengths })}
      kind="new-password"
      value={value}
      onChange={onChange}
    />
  )
}

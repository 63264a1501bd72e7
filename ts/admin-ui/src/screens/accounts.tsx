/** Who may log in to the console, and as what. Shown to administrators; others read why not. */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type Account, accountsQuery } from '../api.ts'
import { Actions, type Draw, useActionWindow } from '../parts/actions.tsx'
import { Badge } from '../parts/badge.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { NameText } from '../parts/name-text.tsx'
import { Page } from '../parts/page.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { useRefusal } from '../state/may.ts'
import { sessionQuery } from '../state/session.ts'

export const AccountsScreen = () => {
  const { t } = useTranslation()
  const refusal = useRefusal('accounts')
  if (refusal !== null) {
    return (
      <Page title={t('accounts.title')}>
        <p className="empty">{refusal}</p>
      </Page>
    )
  }
  return (
    <Page
      title={t('accounts.title')}
      actions={
        <Actions
          route="createAccount"
          actions={[
            {
              text: t('action.createAccount'),
              window: ({ CreateAccount }, onClose) => <CreateAccount onClose={onClose} />,
            },
          ]}
        />
      }
    >
      <Accounts />
    </Page>
  )
}

const Accounts = () => {
  const { t } = useTranslation()
  const query = useQuery(accountsQuery)
  const own = useQuery(sessionQuery).data?.user
  const mayChange = useRefusal('createAccount') === null
  const { open, window } = useActionWindow()
  const columns: readonly Column<Account>[] = [
    {
      id: 'name',
      title: t('accounts.name'),
      cell: ({ name }) => (
        <span className="name">
          <NameText>{name}</NameText>
          {name === own && <Badge tone="accent">{t('accounts.you')}</Badge>}
        </span>
      ),
    },
    {
      id: 'role',
      title: t('accounts.role'),
      cell: ({ role }) => <span title={t(`roleMay.${role}`)}>{t(`role.${role}`)}</span>,
    },
    ...(mayChange
      ? [
          {
            id: 'change',
            title: t('action.change'),
            cell: (account: Account) => <Changes account={account} isOwn={account.name === own} open={open} />,
          },
        ]
      : []),
  ]
  return (
    <>
      <Loaded query={query}>
        {({ items }) => (
          <Table
            label={t('accounts.title')}
            columns={columns}
            rows={items}
            rowKey={({ name }) => name}
            empty={t('common.nothingFound')}
          />
        )}
      </Loaded>
      {window}
    </>
  )
}

interface ChangesProps {
  readonly account: Account
  readonly isOwn: boolean
  readonly open: (draw: Draw) => void
}

const Changes = ({ account, isOwn, open }: ChangesProps) => {
  const { t } = useTranslation()
  const { name } = account
  const changes: readonly { readonly text: string; readonly label: string; readonly window: Draw }[] = [
    {
      text: t('accounts.role'),
      label: t('accounts.changeRole', { name }),
      window: ({ ChangeRole }, onClose) => <ChangeRole account={account} onClose={onClose} />,
    },
    {
      text: t('accounts.newPassword'),
      label: t('accounts.newPasswordOf', { name }),
      window: ({ NewPasswordOf }, onClose) => <NewPasswordOf account={account} isOwn={isOwn} onClose={onClose} />,
    },
    {
      text: t('action.delete'),
      label: t('accounts.delete', { name }),
      window: ({ DeleteAccount }, onClose) => <DeleteAccount account={account} onClose={onClose} />,
    },
  ]
  return (
    <div className="actions">
      {changes.map(({ text, label, window }) => (
        <button
          key={text}
          type="button"
          className="button bare"
          aria-haspopup="dialog"
          aria-label={label}
          onClick={() => open(window)}
        >
          {text}
        </button>
      ))}
    </div>
  )
}

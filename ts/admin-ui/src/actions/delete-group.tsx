/** The end of a group and of its offsets. */
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { ActionWindow } from './action-window.tsx'
import { useCommand } from './command.ts'

interface DeleteGroupProps {
  readonly group: string
  readonly onClose: () => void
}

export const DeleteGroup = ({ group, onClose }: DeleteGroupProps) => {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const command = useCommand()
  return (
    <ActionWindow
      title={t('action.deleteGroup')}
      route="deleteGroup"
      input={{ group }}
      command={command({ words: 'group delete', names: [group] })}
      does={t('action.delete')}
      effect={({ offsets }) => <p>{t('remove.group', { group, count: offsets })}</p>}
      onDone={() => navigate({ to: '/groups' })}
      onClose={onClose}
    />
  )
}

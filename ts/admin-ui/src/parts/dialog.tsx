/** A window over the page; Escape or a press beside it closes it. */
import { Dialog } from '@base-ui/react/dialog'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from './icon.tsx'

interface WindowProps {
  readonly title: string
  readonly onOpenChange: (isOpen: boolean) => void
  /** The title is for screen readers alone, and there is no button to close it. */
  readonly bare?: boolean
  readonly children: ReactNode
}

export const Window = ({ title, onOpenChange, bare = false, children }: WindowProps) => {
  const { t } = useTranslation()
  return (
    <Dialog.Root open onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className={bare ? 'window bare' : 'window'}>
          <Dialog.Title className={bare ? 'visually-hidden' : 'window-title'}>{title}</Dialog.Title>
          {!bare && (
            <Dialog.Close className="button square bare window-close" aria-label={t('common.close')}>
              <Icon name="close" />
            </Dialog.Close>
          )}
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

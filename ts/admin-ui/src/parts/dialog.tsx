/** A window over the page; Escape or a press beside it closes it. Who has a keyboard can type at once. */
import { Dialog } from '@base-ui/react/dialog'
import { type ReactNode, type RefObject, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from './icon.tsx'

interface WindowProps {
  readonly title: string
  readonly onOpenChange: (isOpen: boolean) => void
  /** The title is for screen readers alone, and there is no button to close it. */
  readonly bare?: boolean
  /** Has the focus at first where there is no field. */
  readonly button?: RefObject<HTMLButtonElement | null>
  readonly children: ReactNode
}

/** Where one begins, if that is not the first field. */
const BEGINNING = '[data-begins]'
/** Of a choice Tab stops at what is chosen; a switch has a hidden twin. */
const FIELD = 'input:not([type=radio], [aria-hidden]), input[type=radio]:checked, select, textarea'

export const Window = ({ title, onOpenChange, bare = false, button, children }: WindowProps) => {
  const { t } = useTranslation()
  const popup = useRef<HTMLDivElement>(null)
  const begin = () => {
    const first = (of: string) => popup.current?.querySelector<HTMLElement>(of) ?? null
    const field = first(BEGINNING) ?? first(FIELD)
    // As Tab does: what is typed takes the place of what stands there.
    if (field instanceof HTMLInputElement) field.select()
    if (field !== null || button === undefined) return field
    return button.current?.disabled === false ? button.current : popup.current
  }
  return (
    <Dialog.Root open onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup ref={popup} initialFocus={begin} className={bare ? 'window bare' : 'window'}>
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

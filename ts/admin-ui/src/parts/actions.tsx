/** Buttons of what can be done here; for who may not, why. Each opens a window. */
import { type ReactNode, useState } from 'react'
import type { RouteName } from 'millrace/admin/contract.js'
import type * as Windows from '../actions/changes.ts'
import { useRefusal } from '../state/may.ts'
import { usePart } from './use-part.ts'

export type Draw = (windows: typeof Windows, onClose: () => void) => ReactNode

export interface Action {
  readonly text: string
  /** What most come for; one at most. */
  readonly isMain?: boolean
  readonly takesAway?: boolean
  readonly window: Draw
}

interface ActionsProps {
  /** All need the same role. */
  readonly route: RouteName
  readonly actions: readonly Action[]
}

export const Actions = ({ route, actions }: ActionsProps) => {
  const refusal = useRefusal(route)
  const { open, window } = useActionWindow()
  if (refusal !== null) return <span className="quiet">{refusal}</span>
  return (
    <div className="actions">
      {actions.map((action) => (
        <button
          key={action.text}
          type="button"
          className={classOf(action)}
          aria-haspopup="dialog"
          onClick={() => open(action.window)}
        >
          {action.text}
        </button>
      ))}
      {window}
    </div>
  )
}

const classOf = ({ isMain = false, takesAway = false }: Action): string =>
  ['button', isMain ? 'primary' : '', takesAway ? 'takes-away' : ''].join(' ').trim()

const loadWindows = () => import('../actions/changes.ts')

/** What opens, with the part of the console that it is in. */
export const useActionWindow = (): { readonly open: (draw: Draw) => void; readonly window: ReactNode } => {
  const [draw, setDraw] = useState<{ readonly it: Draw } | null>(null)
  const windows = usePart('actions', loadWindows, draw !== null)
  return {
    open: (it) => setDraw({ it }),
    window: draw === null || windows === undefined ? null : draw.it(windows, () => setDraw(null)),
  }
}

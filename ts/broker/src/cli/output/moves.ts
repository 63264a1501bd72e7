// Settings that change: what stood there, and what stands there then.
import { columns, listing, type View } from './view.ts'

export interface Move {
  readonly key: string
  /** Null where nothing is set. */
  readonly old: string | null
  readonly next: string | null
}

export const movesView = (moves: readonly Move[]): View => {
  const rows = moves.map(({ key, old, next }) => ({ key, old, new: next }))
  const view = listing(rows, {
    columns: columns(['key', 'old', 'new']),
    cells: ({ key, old, new: next }) => [key, old, next],
    name: ({ key }) => key,
  })
  return { ...view, text: moves.map(({ key, old, next }) => `${key}  ${old ?? '-'} -> ${next ?? '-'}`) }
}

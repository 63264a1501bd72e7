/** JSON that can be folded. What is folded is not drawn. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../parts/use-format.ts'
import type { Container, Entry, JsonNode } from './json-text.ts'

/** Levels that are open at first. */
const OPEN_LEVELS = 3
const ENTRIES_MAX = 500

export const JsonTree = ({ node }: { readonly node: JsonNode }) => (
  <ul className="json">
    <Line entry={{ name: null, node }} level={0} />
  </ul>
)

interface LineProps {
  readonly entry: Entry
  readonly level: number
}

const Line = ({ entry: { name, node }, level }: LineProps) => {
  const before = name === null ? '' : `${name}: `
  if ('text' in node) {
    return (
      <li>
        {before}
        <code>{node.text}</code>
      </li>
    )
  }
  return (
    <li>
      <Fold before={before} container={node} level={level} />
    </li>
  )
}

interface FoldProps {
  readonly before: string
  readonly container: Container
  readonly level: number
}

const Fold = ({ before, container: { brackets, entries }, level }: FoldProps) => {
  const { t } = useTranslation()
  const { integer } = useFormat()
  const [isOpen, setIsOpen] = useState(level < OPEN_LEVELS)
  const [first, last] = brackets
  const more = entries.length - ENTRIES_MAX
  return (
    <details open={isOpen} onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
      <summary>
        {before}
        {first} <span className="quiet">{integer(entries.length)}</span> {!isOpen && last}
      </summary>
      {isOpen && (
        <ul>
          {entries.slice(0, ENTRIES_MAX).map((entry, at) => (
            // oxlint-disable-next-line react/no-array-index-key -- they never move, and names may come twice
            <Line key={at} entry={entry} level={level + 1} />
          ))}
          {more > 0 && <li className="quiet">{t('action.more', { more: integer(more) })}</li>}
        </ul>
      )}
      {isOpen && last}
    </details>
  )
}

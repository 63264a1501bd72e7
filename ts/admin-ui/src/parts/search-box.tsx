/** A search that follows the typing, a moment behind it; `/` leads here. */
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { Icon } from './icon.tsx'

interface SearchBoxProps {
  readonly value: string
  readonly label: string
  readonly onChange: (value: string) => void
}

const PAUSE_MS = 200

export const SearchBox = ({ value, label, onChange }: SearchBoxProps) => {
  const [typed, setTyped] = useState(value)
  const told = useRef(value)
  const tell = useEffectEvent(onChange)
  useEffect(() => {
    // The address was changed by something else: a link, or the way back.
    if (value !== told.current) {
      told.current = value
      setTyped(value)
    }
  }, [value])
  useEffect(() => {
    if (typed === told.current) return
    const timer = setTimeout(() => {
      told.current = typed
      tell(typed)
    }, PAUSE_MS)
    return () => clearTimeout(timer)
  }, [typed])
  return (
    <label className="search-box">
      <Icon name="search" />
      <span className="visually-hidden">{label}</span>
      <input
        type="search"
        data-search
        value={typed}
        placeholder={label}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => setTyped(event.target.value)}
      />
      <kbd aria-hidden="true">/</kbd>
    </label>
  )
}

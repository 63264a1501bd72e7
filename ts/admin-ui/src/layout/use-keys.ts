/** Keys that work everywhere, except while something is typed or a window is open. Those without Ctrl can be turned off. */
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { preferences } from '../state/preferences.ts'
import { places } from './places.ts'

interface Keys {
  readonly onPalette: () => void
  readonly onHelp: () => void
}

/** How long `g` waits for the key behind it. */
const SECOND_KEY_MS = 1500

const isTyping = ({ target }: KeyboardEvent): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

export const useKeys = ({ onPalette, onHelp }: Keys): void => {
  const navigate = useNavigate()
  const waitsUntil = useRef(0)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        onPalette()
        return
      }
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event)) return
      if (preferences().keys === 'off' || document.querySelector('[role=dialog]') !== null) return
      const place = event.timeStamp < waitsUntil.current ? places.find(({ key }) => key === event.key) : undefined
      waitsUntil.current = place === undefined && event.key === 'g' ? event.timeStamp + SECOND_KEY_MS : 0
      if (place !== undefined) void navigate({ to: place.to })
      else if (event.key === '?') onHelp()
      else if (event.key === '/') {
        event.preventDefault()
        document.querySelector<HTMLInputElement>('[data-search]')?.focus()
      }
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [navigate, onPalette, onHelp])
}

/** What belongs to the reader and not to the view: kept in the browser. What a view shows stands in its address. */
import { useSyncExternalStore } from 'react'
import type { Zone } from '../format.ts'
import { oneOf } from '../one-of.ts'

export const themes = ['system', 'light', 'dark'] as const
export const languages = ['en', 'zh-CN'] as const
/** Keys that act alone, without Ctrl: who speaks to the machine turns them off. */
export const keysChoices = ['on', 'off'] as const
export const zones = ['local', 'utc'] as const satisfies readonly Zone[]

export type Theme = (typeof themes)[number]
export type Language = (typeof languages)[number]

export interface Preferences {
  readonly theme: Theme
  readonly language: Language
  readonly zone: Zone
  readonly keys: (typeof keysChoices)[number]
}

const STORED = 'millrace'

const ofBrowser = (): Language =>
  navigator.languages.find((tag) => /^(zh|en)\b/.test(tag))?.startsWith('zh') === true ? 'zh-CN' : 'en'

const read = (): Preferences => {
  let stored: Readonly<Record<string, unknown>> = {}
  try {
    stored = JSON.parse(localStorage.getItem(STORED) ?? '{}') as typeof stored
  } catch {
    // Storage may be forbidden, or hold what is not ours.
  }
  return {
    theme: oneOf(themes, stored['theme'], 'system'),
    language: oneOf(languages, stored['language'], ofBrowser()),
    zone: oneOf(zones, stored['zone'], 'local'),
    keys: oneOf(keysChoices, stored['keys'], 'on'),
  }
}

let current = read()
const listeners = new Set<() => void>()

export const preferences = (): Preferences => current

export const prefer = (change: Partial<Preferences>): void => {
  current = { ...current, ...change }
  try {
    localStorage.setItem(STORED, JSON.stringify(current))
  } catch {
    // It then lasts as long as the page.
  }
  for (const tell of listeners) tell()
}

export const onPreference = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const usePreferences = (): Preferences => useSyncExternalStore(onPreference, preferences)

/** The theme stands on the root element, where the tokens look for it. */
export const applyTheme = (): void => {
  const { theme } = current
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}

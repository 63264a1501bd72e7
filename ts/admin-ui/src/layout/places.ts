/** Where one can go, with the key that leads there behind `g`. */
import type { IconName } from '../parts/icon.tsx'

export const places = [
  { to: '/', name: 'health', key: 'h' },
  { to: '/topics', name: 'topics', key: 't' },
  { to: '/groups', name: 'groups', key: 'g' },
  { to: '/brokers', name: 'brokers', key: 'b' },
  { to: '/jobs', name: 'jobs', key: 'j' },
  { to: '/audit', name: 'audit', key: 'a' },
  { to: '/accounts', name: 'accounts', key: 'u' },
] as const satisfies readonly { readonly to: string; readonly name: IconName; readonly key: string }[]

/** What opens over a screen, loaded as one. */
export { Help } from './help.tsx'
export { Palette } from './palette.tsx'
export { Settings } from './settings.tsx'

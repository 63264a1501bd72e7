/** The part of the console that messages are read with. */
import { usePart } from '../parts/use-part.ts'

const load = () => import('../messages/browser.ts')

export const useBrowser = () => usePart('browser', load)

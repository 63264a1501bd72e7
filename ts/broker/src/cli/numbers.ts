// Whole numbers of the command line.
import { Failure } from './failure.ts'

/** Null for an option that was not given. Throws a Failure of usage for what is no whole number of at least `min`. */
export const parseCount = (option: string, text: string | undefined, min = 1): number | null => {
  if (text === undefined) return null
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < min || !Number.isSafeInteger(value))
    throw new Failure('usage', `${option} ${text}: a whole number of at least ${min} is expected`)
  return value
}

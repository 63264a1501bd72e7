/**
 * The file that lets programs of the same user call the admin API: where it is, the token of this start. It is there as long
 * as the broker runs.
 */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const NAME = 'admin.token'
const OWNER_ONLY = 0o600

export interface LocalAccess {
  readonly url: string
  readonly token: string
}

const pathIn = (directory: string): string => join(directory, NAME)

/** Throws what the system says. */
export const writeToken = (directory: string, access: LocalAccess): void => {
  removeToken(directory)
  // Made anew with its mode: nobody has the old file open, and nobody can read it for a moment.
  const file = openSync(pathIn(directory), 'wx', OWNER_ONLY)
  try {
    writeSync(file, `${JSON.stringify(access)}\n`)
  } finally {
    closeSync(file)
  }
}

export const removeToken = (directory: string): void => rmSync(pathIn(directory), { force: true })

/** Null where no broker runs on these directories, or another user's. */
export const readToken = (directories: readonly string[]): LocalAccess | null => {
  for (const directory of directories) {
    try {
      return JSON.parse(readFileSync(pathIn(directory), 'utf8')) as LocalAccess
    } catch {
      continue
    }
  }
  return null
}

// `millrace ui open`: the console of the broker on this machine.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { messageOf } from '../base/errors.ts'
import { exitCode } from './exit-codes.ts'
import { accessTo, type LocalOptions } from './local.ts'
import type { Terminal } from './terminal.ts'

export interface OpenOptions extends Pick<LocalOptions, 'config' | 'override'> {
  readonly print?: boolean
}

/** The address is data; whether a browser shows it is a note. */
export const open = async (terminal: Terminal, options: OpenOptions): Promise<number> => {
  const { url } = accessTo(terminal, options)
  terminal.print(url)
  if (options.print === true) return exitCode('ok')
  const browser = browserOf(terminal.environment)
  if (browser === null) {
    terminal.note('there is no screen here: open the address where there is one')
    return exitCode('ok')
  }
  const child = spawn(browser, [url], { detached: true, stdio: 'ignore' })
  try {
    await once(child, 'spawn')
    child.unref()
  } catch (error) {
    terminal.complain(`${browser} does not start: ${messageOf(error)}`)
  }
  return exitCode('ok')
}

const browserOf = (environment: Terminal['environment']): string | null => {
  const { BROWSER: chosen, DISPLAY: x11, WAYLAND_DISPLAY: wayland } = environment
  if (chosen !== undefined && chosen !== '') return chosen
  if (process.platform === 'darwin') return 'open'
  return x11 === undefined && wayland === undefined ? null : 'xdg-open'
}

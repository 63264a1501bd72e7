// A command that talks to a cluster: connects, works, closes; and one that only looks, once or again and again.
import { Client } from './client/client.ts'
import { parseDuration } from './duration.ts'
import { exitCode } from './exit-codes.ts'
import { render, show } from './output/formats.ts'
import { monitored, tell } from './output/nagios.ts'
import type { View } from './output/view.ts'
import { type ConnectOptions, resolveSettings, type Settings, type ShowOptions } from './settings.ts'
import type { Terminal } from './terminal.ts'
import { waitingOf } from './waiting.ts'

const WATCH_DEFAULT = '2s'
const CLEAR_SCREEN = '\u001B[H\u001B[2J\u001B[3J'

type Work<T> = (client: Client, settings: Settings) => Promise<T>

/** Connects, works, and closes whatever became of it. Throws a Failure. */
export const withClient = async <T>(terminal: Terminal, options: ConnectOptions, work: Work<T>): Promise<T> =>
  connected(terminal, await resolveSettings(terminal, options), work)

const connected = async <T>(terminal: Terminal, settings: Settings, work: Work<T>): Promise<T> => {
  const client = await Client.open({ ...settings, waiting: waitingOf(terminal) })
  try {
    return await work(client, settings)
  } finally {
    client.close()
  }
}

/** Shows what `look` finds in a cluster, to which it connects at each look anew: who was there at the last one may be gone. */
export const showing = (terminal: Terminal, options: ShowOptions, look: Work<View>): Promise<number> =>
  looking(terminal, options, (settings) => connected(terminal, settings, look))

/** Shows what `look` finds; with `watch` again and again, until Ctrl-C. Resolves with the exit code. */
export const looking = (
  terminal: Terminal,
  options: ShowOptions,
  look: (settings: Settings) => Promise<View>,
): Promise<number> =>
  monitored(terminal, options, async () => {
    const settings = await resolveSettings(terminal, options)
    if (options.watch !== undefined) return watching(terminal, options.watch, settings, () => look(settings))
    const view = await look(settings)
    if (options.nagios === true) return tell(terminal, view)
    await show(terminal, view, settings)
    return view.exit ?? exitCode('ok')
  })

const watching = async (
  terminal: Terminal,
  watch: string | true,
  form: Settings,
  look: () => Promise<View>,
): Promise<number> => {
  const intervalMs = parseDuration(watch === true ? WATCH_DEFAULT : watch)
  return interruptible(async ({ within }) => {
    for (;;) {
      const lines = await render(await look(), form, terminal.columns())
      const isScreen = terminal.interactive && (form.output === 'table' || form.output === 'wide')
      await terminal.write(`${isScreen ? CLEAR_SCREEN : ''}${lines.join('\n')}\n`)
      if (await within(intervalMs)) return exitCode('interrupted')
    }
  })
}

export interface Interruption {
  readonly signal: AbortSignal
  /** True as soon as there was a Ctrl-C, false once the time is over. */
  within(ms: number): Promise<boolean>
}

/** While `work` runs the first Ctrl-C or SIGTERM is told to it instead of ending the process; the second ends it. */
export const interruptible = async <T>(work: (interruption: Interruption) => Promise<T>): Promise<T> => {
  const controller = new AbortController()
  const { signal } = controller
  const heard = (): void => controller.abort()
  process.once('SIGINT', heard).once('SIGTERM', heard)
  try {
    return await work({ signal, within: (ms) => abortedWithin(signal, ms) })
  } finally {
    process.off('SIGINT', heard).off('SIGTERM', heard)
  }
}

const abortedWithin = (signal: AbortSignal, ms: number): Promise<boolean> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve(signal.aborted)
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })

// Before something is gone for good: its name has to be typed, or `--yes` given.
import { styleText } from 'node:util'
import { Failure } from './failure.ts'
import type { Settings } from './settings.ts'
import type { Terminal } from './terminal.ts'

export interface ConfirmOptions {
  readonly yes?: boolean
  readonly dryRun?: boolean
}

/** Throws a Failure unless the person means it. `names` are what will be gone. */
export const confirm = async (
  terminal: Terminal,
  { yes }: ConfirmOptions,
  { production }: Settings,
  what: string,
  names: readonly string[],
): Promise<void> => {
  if (yes === true) return
  const [only = ''] = names
  const expected = names.length === 1 ? only : String(names.length)
  const where = production ? `${red(terminal, 'PRODUCTION')} ` : ''
  const asked = names.length === 1 ? 'its name' : `how many that are (${names.join(', ')})`
  const reply = await terminal.ask(`${where}${what}. This cannot be undone; type ${asked} to go on: `)
  if (reply === 'nobody')
    throw new Failure('usage', `${what}: nobody is here to confirm it`, {
      next: 'give --yes, or see first with --dry-run',
    })
  if (reply !== 'interrupted' && reply !== 'left' && reply.text.trim() === expected) return
  throw new Failure(reply === 'interrupted' ? 'interrupted' : 'failure', 'not confirmed; nothing was changed')
}

/** Whoever is asked has a terminal in front of them, wherever stdout goes. */
export const red = (terminal: Terminal, text: string): string =>
  (terminal.environment['NO_COLOR'] ?? '') === '' ? styleText('red', text, { validateStream: false }) : text

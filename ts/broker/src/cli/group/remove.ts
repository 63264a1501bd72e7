// `millrace group delete`.
import { deleteGroup, describeGroup } from '../client/groups.ts'
import { confirm, type ConfirmOptions } from '../confirm.ts'
import { exitCode } from '../exit-codes.ts'
import { report } from '../report.ts'
import { withClient } from '../session.ts'
import type { ConnectOptions } from '../settings.ts'
import type { Terminal } from '../terminal.ts'

export interface DeleteGroupOptions extends ConnectOptions, ConfirmOptions {}

export const remove = (terminal: Terminal, names: readonly string[], options: DeleteGroupOptions): Promise<number> =>
  withClient(terminal, options, async (client, settings) => {
    if (options.dryRun === true || options.yes !== true) {
      for (const name of names) {
        const { state, members } = await describeGroup(client, name)
        terminal.note(`${name}: ${state}, ${members.length} member(s); its offsets will be gone`)
      }
    }
    if (options.dryRun === true) return exitCode('ok')
    await confirm(terminal, options, settings, `Deleting ${names.length} group(s)`, names)
    const done = []
    for (const name of names) done.push(await deleteGroup(client, name))
    return report(terminal, done, ({ subject }) => `deleted ${subject}`)
  })

// `millrace group delete`.
import { deleteGroup, describeGroup } from '../client/groups.ts'
import { confirm, type ConfirmOptions } from '../confirm.ts'
import { exitCode } from '../exit-codes.ts'
import { counted } from '../nouns.ts'
import { show } from '../output/formats.ts'
import { columns, listing } from '../output/view.ts'
import { report } from '../report.ts'
import { withClient } from '../session.ts'
import type { ShowOptions } from '../settings.ts'
import type { Terminal } from '../terminal.ts'

export interface DeleteGroupOptions extends ShowOptions, ConfirmOptions {}

export const remove = (terminal: Terminal, names: readonly string[], options: DeleteGroupOptions): Promise<number> =>
  withClient(terminal, options, async (client, settings) => {
    const isDry = options.dryRun === true
    if (isDry || options.yes !== true) {
      const found = []
      for (const name of names) found.push(await describeGroup(client, name))
      const plans = found.map(({ group, state, members }) => ({ group, state, members: members.length }))
      const text = plans.map(
        ({ group, state, members }) => `${group}: ${state}, ${counted(members, 'member')}; its offsets will be gone`,
      )
      const view = listing(plans, {
        columns: columns(['group', 'state', 'members']),
        cells: ({ group, state, members }) => [group, state, members],
        name: ({ group }) => group,
      })
      if (isDry) {
        await show(terminal, { ...view, text }, settings)
        return exitCode('ok')
      }
      text.forEach(terminal.note)
    }
    await confirm(terminal, options, settings, `Deleting ${counted(names.length, 'group')}`, names)
    const done = []
    for (const name of names) done.push(await deleteGroup(client, name))
    return report(terminal, settings, done, {
      kind: 'group',
      word: () => 'deleted',
      note: ({ subject }) => `deleted ${subject}`,
    })
  })

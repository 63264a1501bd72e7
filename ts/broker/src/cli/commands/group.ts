// `millrace group`.
import type { Command } from 'commander'
import type { ListGroupsOptions } from '../group/look.ts'
import type { DeleteGroupOptions } from '../group/remove.ts'
import type { ResetOptions } from '../group/reset.ts'
import type { ShowOptions } from '../settings.ts'
import { collect, connecting, type Declaring, destroying, formed, showingOptions, timed } from './declare.ts'

export const declareGroup = (program: Command, { terminal, act }: Declaring): void => {
  const group = program.command('group').description('consumer groups: see them, move them, remove them')

  showingOptions(group.command('list'))
    .description('what groups there are')
    .argument('[pattern]', 'a part of the name')
    .option('--state <state>', 'only those in this state, say Empty')
    .action(
      act(async (pattern: string | undefined, options: ListGroupsOptions) =>
        (await import('../group/look.ts')).list(terminal, pattern, options),
      ),
    )

  showingOptions(group.command('describe'))
    .description('state, offsets and lag')
    .argument('<group>')
    .action(
      act(async (name: string, options: ShowOptions) =>
        (await import('../group/look.ts')).describe(terminal, name, options),
      ),
    )

  showingOptions(group.command('members'))
    .description('who is in it, and what each was given')
    .argument('<group>')
    .action(
      act(async (name: string, options: ShowOptions) =>
        (await import('../group/look.ts')).members(terminal, name, options),
      ),
    )

  formed(connecting(group.command('export')))
    .description('its offsets as CSV, for group reset --from-file')
    .argument('<group>')
    .action(
      act(async (name: string, options: ShowOptions) =>
        (await import('../group/look.ts')).exportOffsets(terminal, name, options),
      ),
    )

  timed(formed(connecting(group.command('reset'))))
    .description('say where a group would go on reading; with --execute make it so')
    .argument('<group>')
    .option('-t, --topic <name>', 'only this one; may be given more than once (default: all it committed)', collect, [])
    .option('--to <where>', 'start, end, 7, +7, -7 or @time, as for consume')
    .option('--shift <number>', 'so many records on, or back: -10')
    .option('--from-file <path>', 'what group export wrote')
    .option('--execute', 'do it')
    .option('--undo <path>', 'where to keep what stood before (default: a new file here)')
    .action(
      act(async (name: string, options: ResetOptions) =>
        (await import('../group/reset.ts')).reset(terminal, name, options),
      ),
    )

  destroying(group.command('delete'))
    .description('remove groups without members, and their offsets')
    .argument('<group...>')
    .action(
      act(async (names: string[], options: DeleteGroupOptions) =>
        (await import('../group/remove.ts')).remove(terminal, names, options),
      ),
    )
}

// `millrace group`.
import type { Command } from 'commander'
import type { ListGroupsOptions } from '../group/look.ts'
import type { DeleteGroupOptions } from '../group/remove.ts'
import type { ResetOptions } from '../group/reset.ts'
import type { ShowOptions } from '../settings.ts'
import { connecting, type Declaring, destroying, formed, repeated, showingOptions, timed } from './declare.ts'

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
    .argument('<group>', 'one without members: they would commit over it')
    .addOption(
      repeated(
        '-t, --topic <name>',
        'all partitions of this topic; may be given more than once',
        'the partitions that it has committed',
      ),
    )
    .option('--to <where>', 'to this place, see below')
    .option('--shift <number>', 'on by so many records, as 10, or back, as -10')
    .option('--from-file <path>', 'to the offsets in a file that group export has written')
    .option('--execute', 'do it: without this the plan is shown, and nothing is changed')
    .option('--undo-file <path>', 'keep what stood before in this file too, for --from-file')
    .addHelpText('after', RESET_HELP)
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

const RESET_HELP = `
One of --to, --shift and --from-file says where to:
  --to start, --to end        the first record there is; only new ones
  --to 7, +7, -7              offset 7; 7 behind the first; 7 before the end
  --to @2026-01-31T10:00:00   the first record since a time, with Z in UTC; @-1h since an hour ago
  --to and --shift go no further back than the first record there is, and no further on than the end.

What stood before is in the audit list of a broker of Millrace: the page of the group in its console undoes the reset. A broker without that
list, as of Apache Kafka, leaves it to you: a file is written for it, <group>-offsets-<time>.csv here, or where --undo-file says.

Examples:
  millrace group reset billing --to @-1h                        see the plan
  millrace group reset billing --to @-1h --execute              do it
  millrace group reset billing -t orders --to start --execute   for one topic, also where it has committed nothing`

// `millrace config`.
import type { Command } from 'commander'
import type { AlterConfigOptions, DescribeOptions, KeysOptions } from '../cluster/settings.ts'
import type { CheckOptions } from '../config.ts'
import type { ShowOptions } from '../settings.ts'
import { OVERRIDE } from './broker.ts'
import { connecting, type Declaring, formed, repeated, showingOptions } from './declare.ts'

export const declareConfig = (program: Command, { terminal, act }: Declaring): void => {
  const config = program.command('config').description('settings: what they mean, what is in force, changing them')

  formed(config.command('explain'))
    .description('say what a key means')
    .argument('<key>')
    .action(
      act(async (key: string, options: ShowOptions) => (await import('../config.ts')).explain(terminal, key, options)),
    )

  formed(config.command('check'))
    .description('say whether a broker would start with a configuration')
    .argument('[server.properties]')
    .addOption(OVERRIDE)
    .action(
      act(async (path: string | undefined, options: CheckOptions) =>
        (await import('../config.ts')).check(terminal, path, options),
      ),
    )

  formed(config.command('list'))
    .description('the keys there are; no broker is asked')
    .argument('[pattern]', 'a part of the key')
    .option('--scope <scope>', 'broker, topic or group')
    .action(
      act(async (pattern: string | undefined, options: KeysOptions) =>
        (await import('../cluster/settings.ts')).keys(terminal, pattern, options),
      ),
    )

  showingOptions(config.command('describe'))
    .description('what is set, and where; the defaults too with --all')
    .argument('<resource>', 'topic/<name>, broker/<id>, broker for all of them, group/<name>')
    .option('--all', 'what is left at its default too')
    .action(
      act(async (resource: string, options: DescribeOptions) =>
        (await import('../cluster/settings.ts')).describe(terminal, resource, options),
      ),
    )

  formed(connecting(config.command('alter')))
    .description('change settings while running')
    .argument('<resource>', 'topic/<name>, broker/<id>, broker for all of them, group/<name>')
    .addOption(repeated('-s, --set <key=value>', 'may be given more than once'))
    .addOption(repeated('-u, --unset <key>', 'back to the default; may be given more than once'))
    .addOption(repeated('--append <key=value>', 'add to a list'))
    .addOption(repeated('--subtract <key=value>', 'take from a list'))
    .option('--dry-run', 'let the broker check it, and change nothing')
    .action(
      act(async (resource: string, options: AlterConfigOptions) =>
        (await import('../cluster/settings.ts')).alter(terminal, resource, options),
      ),
    )
}

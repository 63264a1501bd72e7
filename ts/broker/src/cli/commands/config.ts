// `millrace config`.
import type { Command } from 'commander'
import { OVERRIDE } from './broker.ts'
import type { Declaring } from './declare.ts'

export const declareConfig = (program: Command, { terminal, act }: Declaring): void => {
  const config = program.command('config').description('settings: what they mean, what is in force, changing them')

  config
    .command('explain')
    .description('say what a key means')
    .argument('<key>')
    .action(act(async (key: string) => (await import('../config.ts')).explain(terminal, key)))

  config
    .command('check')
    .description('say whether a broker would start with a configuration')
    .argument('[server.properties]')
    .option(...OVERRIDE)
    .action(
      act(async (path: string | undefined, { override }: { override: string[] }) =>
        (await import('../config.ts')).check(terminal, path, override),
      ),
    )
}

// `millrace admin`.
import type { Command } from 'commander'
import { OVERRIDE } from './broker.ts'
import type { ResetOptions } from '../admin.ts'
import { type Declaring, formed } from './declare.ts'

export const declareAdmin = (program: Command, { terminal, act }: Declaring): void => {
  const admin = program.command('admin').description('look after the console')

  formed(admin.command('reset-password'))
    .description('give an account a new password and print it; MILLRACE_ADMIN_PASSWORD chooses it')
    .argument('[server.properties]', 'configuration of the broker, running or stopped')
    .addOption(OVERRIDE)
    .option('--user <name>', 'whose', 'admin')
    .action(
      act(async (path: string | undefined, options: ResetOptions) =>
        (await import('../admin.ts')).resetPassword(terminal, path, options),
      ),
    )
}

// What explains, and who one is: errors, cheat, version, help, profile.
import { Argument, type Command } from 'commander'
import type { PromptShell } from '../manual/profile.ts'
import type { ShowOptions } from '../settings.ts'
import { type Declaring, formed } from './declare.ts'

export const declareManual = (program: Command, { terminal, act }: Declaring): void => {
  formed(program.command('errors'))
    .description('what an error of the protocol means')
    .argument('[code]', 'its number, its name, or a part of it')
    .action(
      act(async (code: string | undefined, options: ShowOptions) =>
        (await import('../manual/errors.ts')).explainErrors(terminal, code, options),
      ),
    )

  formed(program.command('cheat'))
    .description('examples to copy')
    .argument('[sheet]', 'topics, produce, consume, filters, groups, scripts, config, files or speed')
    .action(
      act(async (sheet: string | undefined, options: ShowOptions) =>
        (await import('../manual/cheat.ts')).cheat(terminal, sheet, options),
      ),
    )

  formed(program.command('version'))
    .description('which versions run here')
    .action(act(async (options: ShowOptions) => (await import('../manual/version.ts')).version(terminal, options)))

  program
    .command('help')
    .description('help for a command, on exit-codes, or on output: the forms of an answer')
    .argument('[command...]')
    .action(
      act(async (words: string[]) => {
        if (words[0] === 'exit-codes') return (await import('../manual/version.ts')).exitCodesHelp(terminal)
        if (words[0] === 'output') return (await import('../manual/output.ts')).outputHelp(terminal)
        let about = program
        for (const word of words) about = about.commands.find((command) => command.name() === word) ?? about
        about.outputHelp()
        return 0
      }),
    )
}

export const declareProfile = (program: Command, { terminal, act }: Declaring): void => {
  const profile = program.command('profile').description('named clusters, kept for you')

  formed(profile.command('list'))
    .description('what profiles there are')
    .action(act(async (options: ShowOptions) => (await import('../manual/profile.ts')).list(terminal, options)))

  formed(profile.command('set'))
    .description('make or change one: bootstrap, timeout, output, production')
    .argument('<name>')
    .argument('<key=value...>', 'an empty value takes the key away')
    .action(
      act(async (name: string, assignments: string[], options: ShowOptions) =>
        (await import('../manual/profile.ts')).set(terminal, name, assignments, options),
      ),
    )

  formed(profile.command('use'))
    .description('the one that commands go to where nothing else is said')
    .argument('<name>')
    .action(
      act(async (name: string, options: ShowOptions) =>
        (await import('../manual/profile.ts')).use(terminal, name, options),
      ),
    )

  profile
    .command('prompt')
    .description('the one in use, for the prompt of a shell; red where it is one of production')
    .addArgument(new Argument('[shell]', 'whose prompt is measured right').choices(['bash', 'zsh', 'fish', 'pwsh']))
    .action(
      act(async (shell: PromptShell | undefined) => (await import('../manual/profile.ts')).prompt(terminal, shell)),
    )

  formed(profile.command('delete'))
    .description('forget one')
    .argument('<name>')
    .action(
      act(async (name: string, options: ShowOptions) =>
        (await import('../manual/profile.ts')).remove(terminal, name, options),
      ),
    )
}

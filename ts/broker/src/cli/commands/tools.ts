// What helps to run it: doctor, bench, completion.
import { Argument, type Command, Option } from 'commander'
import type { BenchOptions } from '../bench/bench.ts'
import type { EndToEndOptions } from '../bench/e2e.ts'
import type { Shell } from '../completion/complete.ts'
import type { DoctorOptions } from '../doctor/doctor.ts'
import { OVERRIDE } from './broker.ts'
import { acks, compression } from './records.ts'
import { checking, connecting, type Declaring, formed, showingOptions } from './declare.ts'

export const declareTools = (program: Command, { terminal, act }: Declaring): void => {
  checking(showingOptions(program.command('doctor')))
    .description('look at this machine, the configuration and the cluster, and say what to mend')
    .argument('[server.properties]', 'the configuration that a broker would start with')
    .addOption(OVERRIDE)
    .action(
      act(async (path: string | undefined, options: DoctorOptions) =>
        (await import('../doctor/doctor.ts')).doctor(terminal, path, options),
      ),
    )

  const bench = program.command('bench').description('how fast this cluster is, seen from here')

  formed(connecting(bench.command('produce')))
    .description('write records of random bytes; makes the topic if it does not exist')
    .argument('<topic>')
    .option('-n, --records <number>', 'how many', '100000')
    .option('-s, --size <bytes>', 'bytes of each', '100')
    .option('--batch <number>', 'records of one request', '500')
    .option('--in-flight <number>', 'requests under way at once', '4')
    .addOption(compression())
    .addOption(acks())
    .action(
      act(async (topic: string, options: BenchOptions) =>
        (await import('../bench/bench.ts')).produce(terminal, topic, options),
      ),
    )

  formed(connecting(bench.command('consume')))
    .description('read what lies in a topic, from the start')
    .argument('<topic>')
    .option('-n, --records <number>', 'at most so many', '1000000000')
    .action(
      act(async (topic: string, options: BenchOptions) =>
        (await import('../bench/bench.ts')).consume(terminal, topic, options),
      ),
    )

  formed(connecting(bench.command('e2e')))
    .description('how long records take from sending to having been read; exits with 1 when some do not come back')
    .argument('[topic]', 'made if it does not exist (default: one of its own, removed afterwards)')
    .option('-n, --records <number>', 'how many (default: 10000, or as many as the time allows)')
    .option('--for <duration>', 'at most so long')
    .option('-r, --rate <number>', 'so many a second, each timed from when it was due (default: one at a time)')
    .option('-s, --size <bytes>', 'bytes of each', '100')
    .addOption(new Option('--acks <acks>', 'who has to have it').choices(['all', '1']).default('all'))
    .action(
      act(async (topic: string | undefined, options: EndToEndOptions) =>
        (await import('../bench/e2e.ts')).e2e(terminal, topic, options),
      ),
    )

  program
    .command('completion')
    .description('a script that completes commands and live names in a shell')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish', 'pwsh']))
    .action(act(async (shell: Shell) => (await import('../completion/complete.ts')).script(terminal, shell)))

  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .action(
      act(async (words: string[]) => (await import('../completion/complete.ts')).complete(terminal, program, words)),
    )
}

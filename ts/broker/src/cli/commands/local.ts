// What the broker on this machine tells whoever may read its data directory: ready, audit, jobs, canary, metrics.
import type { Command } from 'commander'
import type { BundleOptions } from '../bundle/bundle.ts'
import type { RunOptions } from '../canary/run.ts'
import type { AuditOptions, LocalOptions } from '../local.ts'
import type { OpenOptions } from '../ui.ts'
import { OVERRIDE } from './broker.ts'
import { checking, connecting, type Declaring, formed, timed, watchable } from './declare.ts'

/** Of `canary run`: a topic like any other, which says whose it is. */
const CANARY_TOPIC = 'millrace-canary'

const located = (command: Command): Command =>
  command.option('--config <server.properties>', 'configuration of the broker that runs here').addOption(OVERRIDE)

const local = (command: Command): Command => formed(located(command))

export const declareLocal = (program: Command, { terminal, act, run }: Declaring): void => {
  checking(local(program.command('ready')))
    .description('whether the broker of this machine serves clients; exits with 10 when it does not')
    .action(act(async (options: LocalOptions) => (await import('../local.ts')).ready(terminal, options)))

  timed(watchable(local(program.command('audit'))))
    .description('who changed what, on the broker of this machine')
    .option('--search <text>', 'only what contains this')
    .option('-n, --num <number>', 'at most so many', '50')
    .action(act(async (options: AuditOptions) => (await import('../local.ts')).audit(terminal, options)))

  timed(watchable(local(program.command('jobs'))))
    .description('what the broker of this machine does in the background')
    .action(act(async (options: LocalOptions) => (await import('../local.ts')).jobs(terminal, options)))

  const canary = program
    .command('canary')
    .description('what becomes of records that are sent to be read back: by the broker of this machine, or by you')

  checking(watchable(local(canary.command('show', { isDefault: true }))))
    .description('what the records met that the broker of this machine sends through itself')
    .action(act(async (options: LocalOptions) => (await import('../local.ts')).canary(terminal, options)))

  checking(timed(formed(connecting(canary.command('run')))))
    .description('send records through any cluster and back until Ctrl-C; exits with 10 when it is not well then')
    .argument('[topic]', 'made if it does not exist, with a partition for each broker', CANARY_TOPIC)
    .option('--every <duration>', 'between two records', '1s')
    .option('--for <duration>', 'end after so long')
    .option('-n, --count <number>', 'end after so many')
    .action(
      act(async (topic: string, options: RunOptions) =>
        (await import('../canary/run.ts')).run(terminal, topic, options),
      ),
    )

  watchable(local(program.command('metrics')))
    .description('what the broker of this machine measures, as Prometheus reads it')
    .argument('[pattern]', 'a part of the name')
    .action(
      act(async (pattern: string | undefined, options: LocalOptions) =>
        (await import('../local.ts')).metrics(terminal, pattern, options),
      ),
    )

  located(program.command('ui').description('the console').command('open'))
    .description('print the address of the console, and open it in a browser where there is one')
    .option('--print', 'only print it')
    .action(act(async (options: OpenOptions) => (await import('../ui.ts')).open(terminal, options)))

  connecting(local(program.command('bundle')))
    .description(
      'an archive for whoever helps: versions, configuration without secrets, status, metrics, names of topics',
    )
    .argument('[file.tar.gz]', 'where to; it must not be there yet')
    .action(
      act(async (path: string | undefined, options: BundleOptions) =>
        (await import('../bundle/bundle.ts')).bundle(terminal, run, path, options),
      ),
    )
}

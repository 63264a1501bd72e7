// `millrace cluster` and `millrace status`.
import type { Command } from 'commander'
import type { PartitionsOptions } from '../cluster/look.ts'
import type { ShowOptions } from '../settings.ts'
import { checking, type Declaring, showingOptions } from './declare.ts'

export const declareCluster = (program: Command, { terminal, act }: Declaring): void => {
  checking(showingOptions(program.command('status')))
    .description('the cluster at a glance; exits with 10 when it is not well')
    .action(act(async (options: ShowOptions) => (await import('../cluster/look.ts')).status(terminal, options)))

  const cluster = program.command('cluster').description('brokers, partitions, health')

  checking(showingOptions(cluster.command('health')))
    .description('what is wrong; exits with 10 when something is')
    .action(act(async (options: ShowOptions) => (await import('../cluster/look.ts')).health(terminal, options)))

  showingOptions(cluster.command('info'))
    .description('who is in it, and how much lies where')
    .action(act(async (options: ShowOptions) => (await import('../cluster/look.ts')).info(terminal, options)))

  showingOptions(cluster.command('partitions'))
    .description('every partition with leader and replicas')
    .option('--leaderless', 'only those that nobody leads')
    .option('--under-replicated', 'only those with replicas out of sync')
    .option('--offline', 'only those with replicas that are offline')
    .action(
      act(async (options: PartitionsOptions) => (await import('../cluster/look.ts')).partitions(terminal, options)),
    )
}

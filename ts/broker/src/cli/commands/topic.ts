// `millrace topic`.
import type { Command } from 'commander'
import { connecting, type Declaring, destroying, formed, repeated, showingOptions, timed } from './declare.ts'
import type { AnalyzeOptions } from '../topic/analyze.ts'
import type { AlterOptions, CloneOptions, CreateOptions, DeleteOptions, PurgeOptions } from '../topic/change.ts'
import type { ListOptions } from '../topic/look.ts'
import type { TailOptions } from '../records/consume.ts'
import { filtering, showingRecords } from './records.ts'
import type { ShowOptions } from '../settings.ts'

export const declareTopic = (program: Command, { terminal, act }: Declaring): void => {
  const topic = program.command('topic').description('topics: see, make, change and remove them')

  showingOptions(topic.command('list'))
    .description('what topics there are')
    .argument('[pattern]', 'a part of the name, or a pattern with *')
    .option('--internal', 'those of the broker too')
    .action(
      act(async (pattern: string | undefined, options: ListOptions) =>
        (await import('../topic/look.ts')).list(terminal, pattern, options),
      ),
    )

  showingOptions(topic.command('describe'))
    .description('partitions with leaders, offsets and sizes, and what is set')
    .argument('<topic...>')
    .action(
      act(async (names: string[], options: ShowOptions) =>
        (await import('../topic/look.ts')).describe(terminal, names, options),
      ),
    )

  timed(showingOptions(topic.command('analyze')))
    .description('what its records are like: sizes, keys, tombstones, rate, compression; reads them all')
    .argument('<topic>')
    .option('--offset <range>', 'where to begin and end, as of millrace consume (default: start)')
    .addOption(repeated('--partition <numbers>', 'only these, as 0,2; may be given more than once', 'all'))
    .action(
      act(async (name: string, options: AnalyzeOptions) =>
        (await import('../topic/analyze.ts')).analyze(terminal, name, options),
      ),
    )

  timed(showingRecords(filtering(connecting(topic.command('tail'))), 'see millrace consume --help'))
    .description('the last records, and those that come')
    .argument('<topic...>')
    .option('-n, --num <number>', 'of each partition so many to begin with', '10')
    .addOption(repeated('-p, --partition <numbers>', 'only these, as 0,2; may be given more than once', 'all'))
    .action(
      act(async (names: string[], options: TailOptions) =>
        (await import('../records/consume.ts')).tail(terminal, names, options),
      ),
    )

  formed(connecting(topic.command('create')))
    .description('make topics')
    .argument('<topic...>')
    .option('-p, --partitions <number>', 'default: that of the cluster')
    .option('-r, --replicas <number>', 'default: that of the cluster')
    .addOption(repeated('-c, --config <key=value>', 'a setting; may be given more than once'))
    .option('--if-not-exists', 'one that exists is good too')
    .option('--dry-run', 'let the broker check it, and make nothing')
    .action(
      act(async (names: string[], options: CreateOptions) =>
        (await import('../topic/change.ts')).create(terminal, names, options),
      ),
    )

  formed(connecting(topic.command('alter')))
    .description('give a topic more partitions or other settings')
    .argument('<topic>')
    .option('-p, --partitions <number>', 'as many as it is to have')
    .addOption(repeated('-s, --set <key=value>', 'may be given more than once'))
    .addOption(repeated('-u, --unset <key>', 'back to the default; may be given more than once'))
    .option('--dry-run', 'let the broker check it, and change nothing')
    .action(
      act(async (name: string, options: AlterOptions) =>
        (await import('../topic/change.ts')).alter(terminal, name, options),
      ),
    )

  formed(connecting(topic.command('clone')))
    .description('make a topic with the partitions and settings of another, without its records')
    .argument('<from>')
    .argument('<to>')
    .option('--dry-run', 'let the broker check it, and make nothing')
    .action(
      act(async (from: string, to: string, options: CloneOptions) =>
        (await import('../topic/change.ts')).clone(terminal, from, to, options),
      ),
    )

  destroying(topic.command('delete'))
    .description('remove topics and their records')
    .argument('<topic...>')
    .option('--if-exists', 'one that does not exist is good too')
    .action(
      act(async (names: string[], options: DeleteOptions) =>
        (await import('../topic/change.ts')).remove(terminal, names, options),
      ),
    )

  destroying(topic.command('purge'))
    .description('remove the records of a topic, and keep the topic')
    .argument('<topic>')
    .option('--before <offset>', 'only records before this offset')
    .option('--partition <number>', 'only this partition')
    .action(
      act(async (name: string, options: PurgeOptions) =>
        (await import('../topic/change.ts')).purge(terminal, name, options),
      ),
    )
}

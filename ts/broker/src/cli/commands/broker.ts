// `millrace start` and `stop`, and `millrace log` for the data of a broker that is stopped.
import { type Command, Option } from 'commander'
import { type Declaring, formed, repeated, timed } from './declare.ts'
import type { DumpOptions } from '../dump/dump.ts'
import type { ImportOptions } from '../import.ts'
import type { LogOptions, RepairOptions } from '../log.ts'
import type { StopOptions } from '../stop.ts'

export const OVERRIDE = repeated('--override <key=value>', 'a key of server.properties; may be given more than once')

const DATA_DIR = repeated(
  '--data-dir <dir>',
  'a data directory; may be given more than once',
  'those of the configuration',
)

export const declareStart = (program: Command, { terminal, act }: Declaring): void => {
  program
    .command('start')
    .description('run a broker until it is told to stop')
    .argument('[server.properties]', "configuration with Kafka's own keys")
    .addOption(OVERRIDE)
    .action(
      act(async (path: string | undefined, { override }: { override: string[] }) =>
        (await import('../start.ts')).start(terminal, path, override),
      ),
    )

  program
    .command('stop')
    .description('stop the broker on this machine in order, and wait until it has')
    .argument('[server.properties]', 'the configuration it was started with')
    .addOption(OVERRIDE)
    .option('--timeout <duration>', 'how long to wait', '3m')
    .action(
      act(async (path: string | undefined, options: StopOptions) =>
        (await import('../stop.ts')).stop(terminal, path, options),
      ),
    )
}

export const declareLog = (program: Command, { terminal, act }: Declaring): void => {
  const log = program.command('log').description('look after data directories that no broker has open')
  formed(log.command('verify'))
    .description('read everything and say what is good and what is damaged; exits with 1 on damage')
    .argument('[topic-partition...]', 'only these partitions, or all of a topic')
    .addOption(DATA_DIR)
    .action(
      act(async (selected: string[], options: LogOptions) =>
        (await import('../log.ts')).verify(terminal, selected, options),
      ),
    )
  timed(formed(log.command('dump')))
    .description('the batches of data files, or the entries of indexes and snapshots; exits with 1 on damage')
    .argument('<path...>', 'files of one kind, or the directory of a partition for its data files')
    .option('--records', 'the records of each batch as well')
    .option('--hex', 'keys, values and headers in hexadecimal; without it only what is no text')
    .action(
      act(async (paths: string[], options: DumpOptions) =>
        (await import('../dump/dump.ts')).dump(terminal, paths, options),
      ),
    )
  formed(log.command('repair'))
    .description('take damaged ranges out of partitions; the other records keep their offsets')
    .argument('<topic-partition...>', 'these partitions, or all of a topic')
    .addOption(DATA_DIR)
    .option('--accept-loss', 'do it; without it only what would be lost is shown')
    .action(
      act(async (selected: string[], options: RepairOptions) =>
        (await import('../log.ts')).repair(terminal, selected, options),
      ),
    )
  formed(log.command('import'))
    .description('bring topics in from data directories of Apache Kafka, or of another broker')
    .argument('<directory...>', 'data directories of one broker; it is stopped, too')
    .option('--into <server.properties>', 'configuration of the broker that gets them')
    .addOption(OVERRIDE)
    .addOption(repeated('--topic <name>', 'only this topic; may be given more than once', 'all'))
    .addOption(new Option('--link', 'share what nobody writes any more; both on one file system').conflicts('move'))
    .option('--move', 'the same, and remove the partitions where they were')
    .action(
      act(async (sources: string[], options: ImportOptions) =>
        (await import('../import.ts')).importData(terminal, sources, options),
      ),
    )
}

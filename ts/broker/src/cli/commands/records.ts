// `millrace produce` and `millrace consume`.
import { type Command, Option } from 'commander'
import { wishes } from '../../browse/wishes.ts'
import { connecting, type Declaring, formed, repeated, timed } from './declare.ts'
import type { ConsumeOptions } from '../records/consume.ts'
import type { ProduceOptions } from '../records/produce.ts'
import { recordForms } from '../records/forms.ts'

export const declareRecords = (program: Command, { terminal, act }: Declaring): void => {
  formed(connecting(program.command('produce')))
    .description('write records: one for each line of stdin, or of files')
    .argument('<topic>')
    .addOption(repeated('-f, --file <path>', 'read the lines of this; may be given more than once', 'stdin'))
    .option('-k, --key <key>', 'the key of every record')
    .option('-K, --key-separator <text>', 'a line has a key in front, and this between key and value: say : or \\t')
    .addOption(repeated('-H, --header <name=value>', 'a header of every record; may be given more than once'))
    .option('-p, --partition <number>', 'into this partition (default: by the key)')
    .addOption(compression())
    .addOption(
      new Option('--format <format>', 'what a line is: a value, or a record as consume --output ndjson writes it')
        .choices(['lines', 'json'])
        .default('lines'),
    )
    .addOption(acks())
    .option('--null <text>', 'a line, or a value behind its key, that reads like this is null: a tombstone')
    .option('--create', 'make the topic if it does not exist')
    .action(
      act(async (topic: string, options: ProduceOptions) =>
        (await import('../records/produce.ts')).produce(terminal, topic, options),
      ),
    )

  timed(showingRecords(filtering(connecting(program.command('consume'))), 'see below'))
    .description('read records, and wait for more')
    .argument('<topic...>')
    .option('-o, --offset <where>', 'where to begin and end, see below; with --group start or end (default: start)')
    .option('-n, --num <number>', 'end after showing this many records')
    .addOption(
      new Option('--last <number>', 'show this many, the newest of all partitions, newest first; then end').conflicts([
        'offset',
        'num',
        'group',
      ]),
    )
    .option('-e, --exit', 'end where the topics end now, and wait for nothing')
    .addOption(repeated('-p, --partition <numbers>', 'only these, as 0,2; may be given more than once', 'all'))
    .option(
      '-g, --group <name>',
      'as a member of this group: share partitions, go on where it committed, commit what was shown',
    )
    .addHelpText('after', CONSUME_HELP)
    .action(
      act(async (names: string[], options: ConsumeOptions) =>
        (await import('../records/consume.ts')).consume(terminal, names, options),
      ),
    )
}

export const compression = (): Option =>
  new Option('-z, --compression <codec>', 'how batches are compressed')
    .choices(['none', 'gzip', 'snappy', 'lz4'])
    .default('none')

export const acks = (): Option =>
  new Option('--acks <acks>', 'who must have a record before it counts: all replicas in sync, the leader, nobody')
    .choices(['all', '1', '0'])
    .default('all')

/** How a record looks; `where` is said more of formats. */
export const showingRecords = (command: Command, where: string): Command =>
  command
    .option('-f, --format <format>', `how a record is printed as text: say '%o %k %v\\n', ${where} (default: %v\\n)`)
    .addOption(
      new Option('--output <form>', 'text, or records with all their fields').choices(recordForms).default('text'),
    )

/** Which records are shown. */
export const filtering = (command: Command): Command =>
  command
    .addOption(
      new Option('--contains <text>', 'show only records with this text, in any case of letters').conflicts([
        'match',
        'where',
      ]),
    )
    .addOption(
      new Option('--match <regex>', 'show only records in which this regular expression (RE2) is found').conflicts(
        'where',
      ),
    )
    .option('--where <expression>', "show only records this CEL expression is true of, as 'value.amount > 100'")
    .addOption(
      new Option('--key-as <form>', 'how a filter reads keys (default: auto, by what they look like)').choices(wishes),
    )
    .addOption(
      new Option('--value-as <form>', 'how a filter reads values (default: auto, by what they look like)').choices(
        wishes,
      ),
    )

const CONSUME_HELP = `
Where:
  start  end  :end            from the first record on; only new ones; all there are now
  7  +7  -7  3:9              from offset 7 on; from 7 behind the first on; the last 7 of each partition; offsets 3 to 8
  @2026-01-31T10:00:00        from a time on, with Z in UTC; @-1h from an hour ago on, @-2h:-1h and @-1h:end between two
  A group goes on where it committed; start and end are for what it has committed nothing for.

Filters, as in the console; they run here, so that all records come to this machine:
  --contains, --match         look in keys, values and headers; (?i) makes --match take any case of letters
  --where                     sees key, value, headers, partition, offset, timestamp and size; JSON and MessagePack have fields
  What a filter leaves out does not count for --num and --last; a group commits it like what is shown.

Format:
  %t topic  %p partition  %o offset  %e leader epoch  %d time (ms since 1970), %d{iso} in UTC, %d{local}  %a compression
  %k key  %v value  %h headers  each as it is, or with {hex}, {base64} or {json}, as %v{hex}
  %K bytes of the key  %V bytes of the value, -1 for null  %n or \\n a new line  \\t \\x00 %%
  A format ends with \\n where each record is to have a line.

Examples:
  millrace consume orders --exit                             all records there are now
  millrace consume orders --last 5 -f '%d{local} %k %v\\n'    the newest five, with time and key
  millrace consume orders -g billing                         as a group, until Ctrl-C
  millrace cheat filters                                     more of filters`

// `millrace produce` and `millrace consume`.
import { type Command, Option } from 'commander'
import { wishes } from '../../browse/wishes.ts'
import { collect, connecting, type Declaring, formed, timed } from './declare.ts'
import type { ConsumeOptions } from '../records/consume.ts'
import type { ProduceOptions } from '../records/produce.ts'
import { recordForms } from '../records/forms.ts'

export const declareRecords = (program: Command, { terminal, act }: Declaring): void => {
  formed(connecting(program.command('produce')))
    .description('write records: one for each line of stdin, or of files')
    .argument('<topic>')
    .option('-f, --file <path>', 'read this instead of stdin; may be given more than once', collect, [])
    .option('-k, --key <key>', 'the key of every record')
    .option('-K, --key-separator <text>', 'what stands between key and value in a line, say : or \\t')
    .option('-H, --header <name=value>', 'a header of every record; may be given more than once', collect, [])
    .option('-p, --partition <number>', 'into this partition (default: by the key)')
    .addOption(new Option('-z, --compression <codec>').choices(['none', 'gzip', 'snappy', 'lz4']).default('none'))
    .addOption(
      new Option('--format <format>', 'what a line is; json as consume writes it')
        .choices(['lines', 'json'])
        .default('lines'),
    )
    .addOption(new Option('--acks <acks>', 'who has to have it').choices(['all', '1', '0']).default('all'))
    .option('--null <text>', 'a value that reads like this is null')
    .option('--create', 'make the topic if it does not exist')
    .action(
      act(async (topic: string, options: ProduceOptions) =>
        (await import('../records/produce.ts')).produce(terminal, topic, options),
      ),
    )

  timed(showingRecords(filtering(connecting(program.command('consume')))))
    .description('read records, and wait for more')
    .argument('<topic...>')
    .option('-o, --offset <where>', 'where to begin and end, see below (default: start)')
    .option('-n, --num <number>', 'end after showing this many records')
    .addOption(
      new Option('--last <number>', 'the newest so many of all partitions, newest first; then end').conflicts([
        'offset',
        'num',
        'group',
      ]),
    )
    .option('-e, --exit', 'end at the end, as it is now')
    .option('-p, --partition <numbers>', 'only these; commas between, or more than once', collect, [])
    .option('-g, --group <name>', 'as a member of this group: share partitions, commit what was shown')
    .addHelpText('after', CONSUME_HELP)
    .action(
      act(async (names: string[], options: ConsumeOptions) =>
        (await import('../records/consume.ts')).consume(terminal, names, options),
      ),
    )
}

/** How a record looks. */
export const showingRecords = (command: Command): Command =>
  command
    .option('-f, --format <format>', 'a record as text, as of millrace consume (default: %v\\n)')
    .addOption(new Option('--output <form>', 'form of the answer').choices(recordForms).default('text'))

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
      new Option('--match <regex>', 'show only those this regular expression (RE2) matches').conflicts('where'),
    )
    .option('--where <expression>', "show only those this CEL expression holds for, as 'value.amount > 100'")
    .addOption(new Option('--key-as <form>', 'what a filter reads keys as (default: auto)').choices(wishes))
    .addOption(new Option('--value-as <form>', 'what a filter reads values as (default: auto)').choices(wishes))

const CONSUME_HELP = `
Where:
  start  end  :end            from the first record; only new ones; all there are now
  7  +7  -7  3:9              from offset 7; 7 after the start; the last 7 of each partition; offsets 3 to 8
  @2026-01-31T10:00:00        from a time on, with Z in UTC; @-1h from an hour ago on, @-2h:-1h and @-1h:end between two

Filters, as in the console; they run here, so that all records come to this machine:
  --contains, --match         look in keys, values and headers; (?i) makes --match take any case of letters
  --where                     sees key, value, headers, partition, offset, timestamp and size; JSON and MessagePack have fields
  What a filter leaves out does not count for --num and --last; a group commits it like what is shown.

Format:
  %t topic  %p partition  %o offset  %e leader epoch  %d time (ms)  %d{iso} in UTC, %d{local}  %a compression
  %k key  %v value  %h headers, each with {hex}, {base64} or {json}  %K %V their bytes  %n a new line  \\n \\t \\x00 %%`

import type { Promised } from './promise.ts'

const answers = 'test/integration/command-line/answers.test.ts'
const cluster = 'test/integration/command-line/cluster.test.ts'
const dump = 'test/integration/command-line/log-dump.test.ts'
const groupCommands = 'test/integration/command-line/groups.test.ts'
const nagios = 'test/integration/command-line/nagios.test.ts'
const records = 'test/integration/command-line/records.test.ts'
const roundTrips = 'test/integration/command-line/round-trips.test.ts'
const support = 'test/integration/command-line/support.test.ts'
const tools = 'test/integration/command-line/tools.test.ts'
const topics = 'test/integration/command-line/topics.test.ts'
const canary = 'test/integration/admin/canary.test.ts'
const ahead = 'ts/broker/src/cli/records/ahead.test.ts'
const answer = 'ts/broker/src/admin/answer.test.ts'
const hosts = 'ts/broker/src/cli/doctor/hosts.test.ts'
const logs = 'test/integration/log-commands.test.ts'
const candidates = 'ts/broker/src/cli/completion/candidates.test.ts'
const clusterLook = 'ts/broker/src/cli/cluster/look.test.ts'
const confirm = 'ts/broker/src/cli/confirm.test.ts'
const failure = 'ts/broker/src/cli/failure.test.ts'
const formats = 'ts/broker/src/cli/output/formats.test.ts'
const loudness = 'ts/broker/src/cli/loudness.test.ts'
const machine = 'ts/broker/src/cli/doctor/machine.test.ts'
const manual = 'ts/broker/src/cli/manual.test.ts'
const offline = 'ts/broker/src/cli/index.test.ts'
const report = 'ts/broker/src/cli/report.test.ts'
const recordForms = 'ts/broker/src/cli/records/writer.test.ts'
const shapes = 'ts/broker/src/cli/answers/help.test.ts'
const times = 'ts/broker/src/cli/output/time.test.ts'
const waiting = 'ts/broker/src/cli/waiting.test.ts'
const progress = 'ts/broker/src/cli/progress.test.ts'
const scripts = 'ts/broker/src/cli/completion/scripts.test.ts'

const oneBroker = 'There is one broker so far.'

const tree: readonly Promised[] = [
  {
    what: '`start`',
    tests: [
      [
        'test/integration/lifecycle.test.ts',
        'one line says where it serves; the data stays in ./data and the cluster keeps its id',
      ],
      [offline, 'a bad value stops the start with key, value and what is allowed'],
    ],
  },
  {
    what: '`stop`',
    tests: [
      [
        'test/integration/lifecycle.test.ts',
        'millrace stop ends the broker of a directory in order, and waits for it: admin.listener=%s',
      ],
      ['ts/broker/src/cli/stop.test.ts', 'who has the data open and is no broker that serves is named, and left alone'],
      ['ts/broker/src/cli/stop.test.ts', 'one that did not stop in order, or not in time, is told of'],
      ['ts/broker/src/cli/stop.test.ts', 'a process that only has the number of a broker is left alone'],
    ],
  },
  {
    what: '`status`',
    tests: [
      [cluster, 'a cluster that is well, and its brokers'],
      [cluster, 'status counts the topics and partitions of users, and not those of the broker'],
    ],
  },
  {
    what: '`config check`',
    tests: [
      [offline, 'a check gives the reason for what has no effect'],
      [offline, 'the three sources in order'],
    ],
  },
  { what: '`config explain`', tests: [[offline, 'explaining keys']] },
  {
    what: '`topic list`, `describe`, `create`, `delete`',
    tests: [[topics, 'topics are made, listed, described and deleted']],
  },
  { what: '`topic alter`, `clone`', tests: [[topics, 'a topic grows, changes its settings, and is cloned']] },
  { what: '`topic purge`', tests: [[topics, 'a topic is purged up to an offset, or whole']] },
  {
    what: 'before the topic goes that keeps the offsets of groups, it is said how many lose theirs',
    tests: [[topics, 'before the offsets of all groups go, it is said whose']],
  },
  {
    what: '`topic analyze`',
    tests: [
      [records, 'a topic is analyzed: sizes, keys, tombstones, compression, by partition'],
      [tools, 'an analysis is a table in a terminal'],
    ],
  },
  { what: '`topic tail`', tests: [[tools, 'topic tail shows the last records, and those that come']] },
  {
    what: '`produce`, and what it writes comes out of `consume`',
    tests: [
      [records, 'keys, headers, tombstones and other bytes survive the way out and in again'],
      [records, 'a topic that does not exist is not made by accident'],
    ],
  },
  {
    what: '`consume` from and to any place',
    tests: [
      [records, 'consume --offset -2'],
      [records, 'consume --offset 1:3'],
      [records, 'consume --offset @-1h:end'],
      [records, 'a format, a number of records, a partition'],
    ],
  },
  { what: '`consume` as a member of a group', tests: [[records, 'a group goes on where it stopped']] },
  {
    what: '`consume` with the filters of the console: text, RE2, CEL',
    tests: [
      [records, 'consume --contains cancelled'],
      [records, 'consume --match ^o-[03]$'],
      [records, 'consume --where partition==1||offset>0'],
      [records, 'consume --value-as hex --contains 6e6f204a534f4e'],
      [records, 'consume --where value.amount=100 is a mistake'],
      [
        'ts/broker/src/cli/records/filter.test.ts',
        'an expression that is none is refused before anybody is asked: where, why, and what to do',
      ],
      [records, 'a record that an expression fails on is left out and told of, in every form'],
      [records, 'what a filter keeps counts for a limit, and nothing else does'],
      [records, 'what a filter leaves out is committed like what is shown'],
      [tools, 'a filter draws how far it is while it finds nothing, and says at the end what it found'],
    ],
  },
  {
    what: '`consume --last`, the newest of all partitions',
    tests: [[records, 'the last ones are the newest of all partitions, newest first']],
  },
  {
    what: '`group list`, `describe`, `export`',
    tests: [
      [groupCommands, 'groups are listed and described with their lag'],
      [groupCommands, 'partitions that a group reads without an offset are listed and counted, and not in its lag'],
    ],
  },
  {
    what: '`group members`',
    tests: [
      [
        'ts/broker/src/cli/group/look.test.ts',
        'members of a group are shown with client, host and what each was given',
      ],
    ],
  },
  {
    what: '`group members` of a group of the newer protocol of consumers',
    absent: 'Our broker has no such groups yet; in another cluster such a group is shown without its members.',
  },
  {
    what: '`group members` with the version of a client',
    absent: 'The protocol has no field for it; the console shows it, and the admin API.',
  },
  {
    what: '`group reset`',
    tests: [[groupCommands, 'a reset is a plan until it is executed, and is undone by the file that was asked for']],
  },
  {
    what: '`group delete`',
    tests: [[groupCommands, 'a group that never read is put somewhere, forgotten again, and deleted']],
  },
  {
    what: '`acl list`, `grant`, `revoke`',
    absent: 'The broker has no rules yet on who may do what over the protocol.',
  },
  { what: '`user list`, `create`, `rotate`, `delete`', absent: 'Clients of the protocol do not log in yet.' },
  { what: '`quota`', absent: 'The broker has no quotas yet.' },
  {
    what: '`cluster health`, `info`, `partitions`',
    tests: [
      [cluster, 'a cluster that is well, and its brokers'],
      [clusterLook, 'partitions are listed by what is wrong with them'],
    ],
  },
  { what: '`cluster reassign`', absent: oneBroker },
  { what: '`cluster transfer-leader`', absent: oneBroker },
  { what: '`cluster maintenance`', absent: oneBroker },
  { what: '`txn list`, `describe`, `abort`', absent: 'The broker has no transactions yet.' },
  {
    what: '`log dump` of data, indexes and snapshots',
    tests: [
      [dump, 'batches, and the records in them, of a directory and of a file'],
      [dump, 'indexes, entry by entry, up to the first that does not follow'],
      [dump, 'damage is told with its place, and what is good behind it is shown'],
      [
        'test/integration/kafka-files/ours-to-kafka.test.ts',
        'log dump finds what DumpLogSegments finds: the same batches in the same places',
      ],
    ],
  },
  {
    what: '`log dump` of aborted transactions',
    tests: [[dump, 'aborted transactions, entry by entry, up to the first that does not follow']],
  },
  {
    what: '`log dump` of `.retries` files',
    tests: [[dump, 'the older batches of producers, which stand beside a snapshot']],
  },
  { what: '`log verify`', tests: [[logs, 'damage is found, shown, given up, and the rest is served']] },
  { what: '`log repair`', tests: [[logs, 'damage is found, shown, given up, and the rest is served']] },
  {
    what: '`bench produce`, `consume`',
    tests: [
      [tools, 'bench says how fast it was'],
      [tools, 'a long step draws its progress, and Ctrl-C ends it with what was done'],
    ],
  },
  {
    what: '`bench e2e`',
    tests: [
      [roundTrips, 'bench e2e says how long records took, and that each came back; its topic is gone then'],
      [roundTrips, 'bench e2e sends at a rate, to all partitions of a topic that was there'],
      [roundTrips, 'bench e2e of which a record does not come back has lost it'],
      [roundTrips, 'Ctrl-C ends bench e2e with what came back, and removes its topic'],
    ],
  },
  { what: '`canary`', tests: [[canary, 'the command line shows them']] },
  {
    what: '`canary run` against any cluster',
    tests: [
      [roundTrips, 'canary run sends records into a topic that it makes, and tells of each round'],
      [roundTrips, 'canary run outlives a broker that is killed, and a topic that is deleted'],
      [roundTrips, 'Ctrl-C ends canary run'],
    ],
  },
  {
    what: '`doctor`',
    tests: [[tools, 'doctor looks at the machine, the configuration and the cluster']],
  },
  {
    what: '`profile`',
    tests: [[manual, 'a profile is made, chosen, wins over the default, loses to the environment and to a flag']],
  },
  {
    what: '`ui open`',
    tests: [[support, 'the address of the console is printed, and opened where there is a browser']],
  },
  { what: '`metrics`', tests: [[cluster, 'the broker of this machine tells of changes, jobs and metrics']] },
  {
    what: '`bundle`, without secrets',
    tests: [
      [support, 'a bundle holds what our commands answer, no records and no secrets'],
      [support, 'a bundle of what does not answer says so in its place'],
    ],
  },
  { what: '`version`', tests: [[manual, 'version -o json']] },
  { what: '`cheat`', tests: [[manual, 'cheat groups']] },
  {
    what: '`errors`',
    tests: [
      [manual, 'errors 3'],
      [manual, 'errors not-enough -o name'],
    ],
  },
  { what: 'every command says how it is used', tests: [[manual, 'the help of every command']] },
]

const output: readonly Promised[] = [
  {
    what: 'one answer in every form: tables, lines of JSON, CSV, names',
    tests: [
      [formats, 'table'],
      [formats, 'wide'],
      [formats, 'ndjson'],
      [formats, 'csv'],
      [formats, 'name'],
      [formats, 'CSV quotes what has to be quoted'],
    ],
  },
  { what: 'JSON and YAML with all digits', tests: [[formats, 'json and yaml keep all digits']] },
  {
    what: 'the shape of an answer in the help',
    tests: [
      [manual, 'the help of every command that answers has the shape of its answer, and no shape is left over'],
      [shapes, 'what may be null'],
      [answers, 'topics'],
      [answers, 'nothing in the help is left that no command answered'],
      [answers, 'a field that is left out is not as the help says'],
      [answers, 'another type is not as the help says'],
    ],
  },
  {
    what: 'the same forms everywhere',
    tests: [
      [manual, 'every command answers in every form, but for those that answer nothing or one word'],
      [topics, 'what was changed is data where that is asked for'],
      [report, 'what became of each is data where that is asked for'],
      [recordForms, 'records as a table, line by line'],
      [recordForms, 'records as csv'],
      [logs, 'damage is found, shown, given up, and the rest is served'],
    ],
  },
  {
    what: 'a table fits the terminal',
    tests: [
      [formats, 'text is cut, the widest first, and never a title, a number or a time'],
      ['ts/broker/src/cli/terminal.test.ts', 'a terminal that tells no size has none'],
      [formats, 'a size is text for people and a number for machines, and stands to the right'],
      [cluster, 'sizes are for people in a table, and numbers elsewhere'],
      [formats, 'a table fits the terminal, and sends it nothing to act upon'],
    ],
  },
  {
    what: 'data on stdout, notes on stderr',
    tests: [
      [topics, 'topics are made, listed, described and deleted'],
      [records, 'keys, headers, tombstones and other bytes survive the way out and in again'],
    ],
  },
  {
    what: 'no bar where nobody looks',
    tests: [['ts/broker/src/cli/terminal.test.ts', 'progress is drawn where a person looks, and nowhere else']],
  },
  {
    what: 'no colour where none is wanted',
    tests: [[confirm, 'a cluster of production is named in red, and without colour where none is wanted']],
  },
  {
    what: '`--quiet` and `-v`',
    tests: [
      [loudness, '--quiet leaves what went wrong, and takes away what was done'],
      [loudness, 'topic list -b 127.0.0.1:1 -v says what was asked of whom, and where it failed'],
      [loudness, 'every command takes both'],
    ],
  },
  { what: '`--watch` until Ctrl-C', tests: [[tools, 'Ctrl-C ends what follows a topic, and what watches']] },
  {
    what: '`--watch` wherever another look may differ',
    tests: [
      [manual, 'what may have changed at the next look can be watched, and nothing else'],
      [tools, 'doctor --watch looks again'],
    ],
  },
  {
    what: '`--watch` shows what has changed since',
    tests: [[clusterLook, '--watch shows what has changed since the last look, until Ctrl-C']],
  },
  {
    what: '`--watch` sees brokers that join and leave',
    tests: [[clusterLook, '--watch sees brokers that join, and misses those that leave']],
  },
  {
    what: 'times as ISO 8601, to machines in UTC',
    tests: [[dump, 'batches, and the records in them, of a directory and of a file']],
  },
  {
    what: 'times by the clock of the machine, relative to now, and `--utc`',
    tests: [
      [times, 'a time as wide, in UTC: false'],
      [times, 'a time as table, in UTC: true'],
      [times, '@-125m is the same moment, in UTC: false'],
      [times, '--utc has a variable'],
    ],
  },
]

const endings: readonly Promised[] = [
  {
    what: 'one table of exit codes, printed by `help exit-codes`',
    tests: [[manual, 'every exit code stands in one table']],
  },
  {
    what: 'a script tells success from failure',
    tests: [[topics, 'what cannot be done has an exit code of its own, the reason and the next step']],
  },
  { what: 'a wrong command line has a code of its own', tests: [[manual, 'topic list --watsch fails']] },
  {
    what: 'what does not exist, and what exists already',
    tests: [[topics, 'what cannot be done has an exit code of its own, the reason and the next step']],
  },
  {
    what: 'what is not allowed',
    tests: [
      [records, 'nobody but a broker writes to an internal topic: produce%s'],
      [failure, 'what a broker refuses with TOPIC_AUTHORIZATION_FAILED ends as denied, with the next step'],
    ],
  },
  {
    what: 'a cluster that does not answer',
    tests: [[topics, 'what cannot be done has an exit code of its own, the reason and the next step']],
  },
  {
    what: 'some of several failed, with a list of them',
    tests: [
      [report, 'where some of several failed each of them is listed, and the exit code says so'],
      [topics, 'what cannot be done has an exit code of its own, the reason and the next step'],
    ],
  },
  {
    what: 'a canary that fails has the code of what is unhealthy',
    tests: [
      [canary, 'what clients would meet is told, and stops nothing'],
      [roundTrips, 'canary run of which nothing comes back is unhealthy at its end'],
    ],
  },
  {
    what: '`status` and `cluster health` have the code of what is unhealthy',
    tests: [
      [clusterLook, 'status of a cluster that is ill says what is wrong, and its exit code too'],
      [clusterLook, 'cluster health of a cluster that is ill says what is wrong, and its exit code too'],
    ],
  },
  { what: 'what is not safe now has a code of its own', absent: 'No command has anything to wait for yet.' },
  {
    what: 'Ctrl-C',
    tests: [
      [tools, '%s at the question changes nothing, and says so below it'],
      [tools, 'Ctrl-C ends what is typed with the records that were produced'],
      [tools, 'a long step draws its progress, and Ctrl-C ends it with what was done'],
      [tools, 'Ctrl-C ends what follows a topic, and what watches'],
    ],
  },
  {
    what: '`--nagios` of `status`, `cluster health`, `doctor` and `canary`',
    tests: [
      [nagios, 'a cluster that is well is OK, with what was measured behind a bar'],
      [nagios, 'a cluster that does not answer is CRITICAL, and nothing to look at is UNKNOWN'],
      [nagios, 'the worst finding of doctor is the verdict'],
      [canary, 'what clients would meet is told, and stops nothing'],
      [roundTrips, 'canary run for a monitor is one line, and has an end'],
    ],
  },
]

const safety: readonly Promised[] = [
  {
    what: 'what destroys asks for the name',
    tests: [
      [tools, 'deleting in a terminal asks for the name, and takes no other answer'],
      [confirm, 'of several things their number is asked for'],
    ],
  },
  {
    what: '`--yes`, and nothing without it where nobody can be asked',
    tests: [[topics, 'nothing is deleted where nobody confirms it']],
  },
  {
    what: '`--dry-run` shows old and new',
    tests: [
      [topics, 'a topic grows, changes its settings, and is cloned'],
      [cluster, 'settings are shown with where they come from, and changed'],
    ],
  },
  {
    what: '`--dry-run` says what would be gone',
    tests: [
      [topics, 'nothing is deleted where nobody confirms it'],
      [topics, 'a topic is purged up to an offset, or whole'],
    ],
  },
  {
    what: '`--dry-run` answers with the plan, in every form',
    tests: [
      [topics, 'a plan is the answer, in every form and with --quiet'],
      [report, 'what would become of each is the answer where nothing is done'],
    ],
  },
  {
    what: 'a reset is undone: by the audit list of our broker, by a file where there is none',
    tests: [
      [groupCommands, 'a reset of our broker is in its audit list, and leaves no file'],
      [groupCommands, 'where the audit list cannot undo a reset, a file does'],
      [groupCommands, 'a reset of Apache Kafka leaves the file that undoes it'],
      [
        'ts/broker/src/handlers/audited.test.ts',
        'what the command line commits from outside is noted, wherever it goes, and nothing where it moves nothing',
      ],
    ],
  },
]

const long: readonly Promised[] = [
  {
    what: 'a bar with rate and time left, after a second',
    tests: [
      [progress, 'a bar with rate and time left where the total is known, a count where it is not'],
      [
        progress,
        'nothing is drawn for the first second, then no more often than can be read, and what is drawn goes away',
      ],
      [tools, 'a long step draws its progress, and Ctrl-C ends it with what was done'],
    ],
  },
  {
    what: 'what waits for an answer says so, after a second',
    tests: [
      [tools, 'whoever waits for records is told once, and Ctrl-C takes it away'],
      [waiting, 'what is waited for is drawn after a second, goes away, and is told with -v'],
    ],
  },
  {
    what: 'a bar for `log verify`, `dump` and `import`',
    untested: 'They draw the one that `produce` and `bench` draw; a test would need data that takes seconds to read.',
  },
  {
    what: 'a bar for each partition of a scan',
    tests: [
      [ahead, 'a bar for each partition that is not read to its end, from whichever side it is read'],
      [tools, 'a scan of several partitions draws a bar for each, which data takes away'],
    ],
  },
]

const completion: readonly Promised[] = [
  {
    what: 'bash completes commands, and names that the cluster has',
    tests: [[tools, 'a shell completes commands, and names that the cluster has']],
  },
  {
    what: 'topics, groups, keys and profiles are completed where they belong',
    tests: [
      [candidates, 'topic describe a'],
      [candidates, 'group describe '],
      [candidates, 'config alter topic/x --set a'],
      [candidates, 'topic list --profile a'],
    ],
  },
  {
    what: 'completion asks the cluster that the line names',
    tests: [
      [candidates, 'names are those of the cluster of topic describe --profile live o'],
      [tools, 'a shell completes commands, and names that the cluster has'],
    ],
  },
  {
    what: 'zsh and fish complete',
    tests: [
      [scripts, 'zsh asks for what is typed, and takes a candidate from each line'],
      [scripts, 'fish asks for what is typed, and takes a candidate from each line'],
      [scripts, 'what is asked for stands on a line for each candidate, and an option that is typed is one'],
    ],
  },
  { what: 'PowerShell completes', untested: 'There is a script for it; no test runs one.' },
]

const profiles: readonly Promised[] = [
  {
    what: 'named clusters in a file of the person',
    tests: [[manual, 'a profile is made, chosen, wins over the default, loses to the environment and to a flag']],
  },
  {
    what: 'a file of the project, up to the root of its repository',
    tests: [
      [manual, 'the file of a project serves its folders, and none outside its repository'],
      [cluster, 'the file of a project says where commands go'],
    ],
  },
  {
    what: '`--profile`',
    tests: [[manual, 'a profile is made, chosen, wins over the default, loses to the environment and to a flag']],
  },
  { what: 'a variable for every setting of a command', tests: [[manual, 'every setting of a command has a variable']] },
  {
    what: '`profile prompt`',
    tests: [[manual, 'the prompt of a shell names the profile, one of production in red']],
  },
  {
    what: 'clusters of production are marked',
    tests: [
      [manual, 'the file of a project can say that its cluster is one of production'],
      [confirm, 'a cluster of production is named in red, and without colour where none is wanted'],
    ],
  },
]

const doctor: readonly Promised[] = [
  {
    what: 'doctor: open files, memory maps, swap, huge pages, runtime and C library',
    tests: [[machine, 'every part of the machine is judged, with what to do where it is not well']],
  },
  {
    what: 'doctor: room of a disk, and how long a sync takes',
    tests: [[machine, 'of a data directory the room and the time of a sync are told, and nothing stays there']],
  },
  {
    what: 'doctor: brokers answer where they say they are',
    tests: [[tools, 'doctor looks at the machine, the configuration and the cluster']],
  },
  {
    what: 'doctor: keys that are none, with the nearest that is one',
    tests: [
      [
        'ts/broker/src/configs/start-up.test.ts',
        'unknown keys warn with the nearest match, keys without effect are counted and named',
      ],
    ],
  },
  {
    what: 'doctor: each line with what to do, JSON, and an exit code',
    tests: [
      [formats, 'sentences go on in the next line, as far in as they began'],
      [tools, 'doctor looks at the machine, the configuration and the cluster'],
    ],
  },
  {
    what: 'doctor: the scheduler of a disk',
    tests: [[machine, 'the scheduler of a disk that says [bfq] mq-deadline none']],
  },
  { what: 'doctor: clocks of other brokers', absent: oneBroker },
  {
    what: 'doctor: names of hosts',
    tests: [
      [hosts, 'each name is looked up once, and addresses are not'],
      [hosts, 'a name that leads nowhere fails, with what to do'],
    ],
  },
  { what: 'doctor: certificates', absent: 'The broker has no TLS yet.' },
  {
    what: 'doctor: limits that systemd gives the broker',
    tests: [[machine, 'a broker that may open 65536 files']],
  },
  {
    what: 'doctor: the version of the engine',
    tests: [[tools, 'doctor looks at the machine, the configuration and the cluster']],
  },
  { what: 'doctor: io_uring', absent: 'The engine does not use it.' },
]

const others: readonly Promised[] = [
  {
    what: "commands under the names of Kafka's scripts",
    absent: "Kafka's own scripts work against the broker; there are none of ours with their names.",
  },
  {
    what: 'an error says what failed, why, and the next command',
    tests: [
      [topics, 'a topic that is mistyped is guessed: %s'],
      ['ts/broker/src/cli/records/range.test.ts', 'a place is a range without an end, and only such ones are advised'],
      [topics, 'what cannot be done has an exit code of its own, the reason and the next step'],
      [failure, 'what a broker refuses with TOPIC_ALREADY_EXISTS ends as conflict, with the next step'],
      [groupCommands, 'a group whose next record was deleted is told how to go on'],
    ],
  },
  {
    what: 'no stack trace unless it is asked for',
    tests: [
      [records, 'what is thrown where nobody waits for it ends a command like any failure'],
      [manual, 'a defect is told without where it is, unless that is asked for'],
    ],
  },
  {
    what: 'an error of the admin API has the id of its request',
    tests: [
      [answer, 'a refusal has the id of its request, by which the log tells of it where it tells much'],
      [answer, 'a defect is in the log, with the id that was answered'],
    ],
  },
  {
    what: 'an error of the protocol has the id of its request',
    absent: 'Brokers log no requests of clients one by one, so that none could be found again.',
  },
]

export const commandLinePromises = [
  ...tree,
  ...output,
  ...endings,
  ...safety,
  ...long,
  ...completion,
  ...profiles,
  ...doctor,
  ...others,
]

import type { Promised } from './promise.ts'

const actions = 'test/console/actions.test.ts'
const accounts = 'test/console/accounts.test.ts'
const firstScreen = 'test/console/first-screen.test.ts'
const healthScreen = 'test/console/health.test.ts'
const keyboard = 'test/console/keyboard.test.ts'
const live = 'test/console/live.test.ts'
const messages = 'test/console/messages.test.ts'
const past = 'test/console/past.test.ts'
const phone = 'test/console/phone.test.ts'
const reader = 'test/console/reader.test.ts'
const requests = 'test/console/requests.test.ts'
const screens = 'test/console/screens.test.ts'
const apiChanges = 'test/integration/admin/changes.test.ts'
const apiMessages = 'test/integration/admin/messages.test.ts'
const apiReading = 'test/integration/admin/reading.test.ts'
const apiLive = 'test/integration/admin/live.test.ts'
const safety = 'test/integration/admin/safety.test.ts'
const password = 'test/integration/admin/password.test.ts'
const lastReset = 'ts/broker/src/audit/last-reset.test.ts'
const filter = 'ts/broker/src/browse/filter.test.ts'
const problems = 'ts/broker/src/admin/problems.test.ts'
const payload = 'ts/broker/src/browse/payload.test.ts'
const history = 'ts/broker/src/history/history.test.ts'
const traffic = 'ts/broker/src/history/traffic.test.ts'

const health: readonly Promised[] = [
  {
    what: 'what is wrong with the broker, by name',
    tests: [['ts/broker/src/admin/health.test.ts', 'is unhealthy for each of what can be wrong, and names it']],
  },
  {
    what: 'a broker that does not answer is told of on every screen',
    tests: [
      ['test/console/away.test.ts', 'one that was killed is told of, and its console still leads to every screen'],
      ['test/console/away.test.ts', 'one that is frozen is told of, and no longer once it goes on'],
    ],
  },
  {
    what: 'how many brokers are up',
    tests: [[firstScreen, 'says how many brokers are up, and how many partitions have no leader or too few replicas']],
  },
  {
    what: 'how many topics and partitions there are, apart from those of the broker itself',
    tests: [
      [problems, 'topics of users are counted apart from those of the broker, whose partitions can be bad as well'],
      [firstScreen, 'counts the topics that its users have, and beside them those of the broker'],
    ],
  },
  {
    what: 'how many partitions have no leader, or too few replicas',
    tests: [
      [problems, 'partitions without a leader or with too few replicas are counted, and those are listed'],
      [firstScreen, 'says how many brokers are up, and how many partitions have no leader or too few replicas'],
      [healthScreen, 'leads from a count to the partitions that are bad, in en, light'],
    ],
  },
  {
    what: 'replicas that are offline, counted on the first screen',
    tests: [
      [problems, 'replicas of brokers that are not there are offline, and those of directories that failed'],
      [healthScreen, 'leads from a count to the partitions that are bad, in en, light'],
    ],
  },
  {
    what: 'a count of bad partitions leads to the list of them',
    tests: [
      [healthScreen, 'leads from a count to the partitions that are bad, in en, light'],
      [healthScreen, 'leads from a count to the partitions that are bad, in zh-CN, dark'],
    ],
  },
  {
    what: 'the broker tells of bytes in and out, now and over the last hour',
    tests: [
      [history, 'rates are those of the last two seconds, and of each ten seconds of the last hour'],
      [apiLive, 'all of it first, then what has changed'],
      [apiLive, 'rates and lag of the last hour; the lag in seconds'],
    ],
  },
  {
    what: 'charts of the last hour on the first screen',
    tests: [[firstScreen, 'draws the last hour of bytes, messages and requests, in and out']],
  },
  {
    what: 'messages in and out',
    tests: [
      [apiLive, 'what a group is moved over was not read by it'],
      [traffic, 'all topics together, over the last hour, but not those of the broker itself'],
      [apiLive, 'the topics with most traffic come first, by what goes in and what groups have read'],
      [healthScreen, 'shows messages in and out beside bytes'],
    ],
  },
  { what: 'the largest topics on the first screen', tests: [[screens, 'every screen in en, light']] },
  {
    what: 'the topics with most traffic on the first screen',
    tests: [
      [traffic, 'messages of a topic go in by the ends of its logs, and out by what groups commit'],
      [traffic, 'a look asks so many partitions and no more, and all of them in turn'],
      [apiLive, 'the topics with most traffic come first, by what goes in and what groups have read'],
      [healthScreen, 'shows the topics with most traffic, in en, light'],
    ],
  },
  {
    what: 'the groups that are most behind on the first screen',
    tests: [
      [healthScreen, 'shows the groups that are most behind, in en, light'],
      [healthScreen, 'shows the groups that are most behind, in zh-CN, dark'],
    ],
  },
  {
    what: 'groups in the order of their lag in seconds',
    tests: [
      [apiLive, 'groups are in the order of their lag in seconds, and of messages where that is the same'],
      ['ts/broker/src/admin/pages.test.ts', 'of cells that are lists the first that differs decides'],
    ],
  },
  {
    what: 'days until a disk is full',
    tests: [
      [history, 'a disk is full in what is free of it, less what producers may not use, at the pace of the last day'],
      [history, 'a disk that does not fill has no end, and one that is full has it now'],
      [healthScreen, 'tells when a disk will be full, in en, light'],
    ],
  },
  {
    what: 'what clients would meet, by records that the broker sends through itself',
    tests: [
      [screens, 'every screen in en, light'],
      ['test/integration/admin/canary.test.ts', 'records come back, none is lost or doubled'],
    ],
  },
]

const browser: readonly Promised[] = [
  {
    what: 'messages from the earliest on',
    tests: [
      [messages, 'all partitions are merged by time, and the cursor goes on'],
      [apiMessages, 'the earliest, all partitions merged by time'],
    ],
  },
  {
    what: 'messages from the latest back',
    tests: [
      [messages, 'a filter finds, and one that is none says why and what to do'],
      [apiMessages, 'the newest first, as many as are asked for, and from there back'],
    ],
  },
  { what: 'messages from an offset on', tests: [[messages, 'offset, time and partitions stand in the address']] },
  { what: 'messages from a time on', tests: [[messages, 'offset, time and partitions stand in the address']] },
  {
    what: 'as many of the last messages as asked for',
    tests: [[messages, 'all partitions are merged by time, and the cursor goes on']],
  },
  {
    what: 'messages as they come',
    tests: [
      [messages, 'what comes is shown live'],
      [apiMessages, 'now: what comes later is read later'],
    ],
  },
  {
    what: 'all partitions of a topic in one list, by time',
    tests: [
      [messages, 'all partitions are merged by time, and the cursor goes on'],
      ['ts/broker/src/browse/slice.test.ts', 'partitions are merged by time, forward and back'],
    ],
  },
  {
    what: 'a text found in value, key and headers',
    tests: [[filter, 'text is found in value, key and headers, in any case of letters']],
  },
  {
    what: 'regular expressions that end in time',
    tests: [
      [filter, 'regular expressions are those of RE2'],
      [filter, 'what makes other engines hang is answered'],
      [messages, 'a filter finds, and one that is none says why and what to do'],
    ],
  },
  {
    what: 'expressions over the fields of a message',
    tests: [
      [filter, 'a tombstone is null to CEL'],
      [messages, 'a filter finds, and one that is none says why and what to do'],
    ],
  },
  {
    what: 'filters run beside the log, with how far they are',
    tests: [
      [apiMessages, 'finds one message with text, and says how far it is'],
      [apiMessages, 'finds one message with regex, and says how far it is'],
      [apiMessages, 'finds one message with cel, and says how far it is'],
      [
        'test/integration/admin/search-threads.test.ts',
        'a search that does not end costs its thread, and the next one has another',
      ],
    ],
  },
  {
    what: 'a search is stopped, and goes on where it was',
    tests: [[messages, 'a search is stopped under way, and goes on from there']],
  },
  {
    what: 'JSON is recognised by itself',
    tests: [
      [payload, 'an object is shown as it was written'],
      [apiMessages, 'payloads are made readable, with exact numbers'],
    ],
  },
  { what: 'text of any script is recognised by itself', tests: [[payload, 'text of any script is text']] },
  { what: 'integers are recognised by themselves', tests: [[payload, 'integers are found by their size']] },
  {
    what: 'MessagePack is recognised by itself',
    tests: [[payload, 'MessagePack is found where a container fills all of it']],
  },
  { what: 'gzip within a message is opened', tests: [[payload, 'gzip is opened, whatever lies in it']] },
  {
    what: 'records of internal topics are shown with their fields',
    tests: [
      [payload, 'records of groups are shown with their fields'],
      [apiMessages, 'committed offsets are records that can be read'],
    ],
  },
  {
    what: 'the page of an internal topic says what it is for',
    tests: [[screens, 'the page of __consumer_offsets says what it is for, and who writes']],
  },
  {
    what: 'what nothing knows is shown as bytes',
    tests: [
      [payload, 'what nothing knows is hexadecimal'],
      [messages, 'a message is opened with all digits, as bytes, and with its neighbours'],
    ],
  },
  {
    what: 'another reading of a message than the one that was found',
    tests: [[payload, 'what is asked for is done, or said to be something else']],
  },
  {
    what: 'why a message is read as it is',
    tests: [[messages, 'a message is opened with all digits, as bytes, and with its neighbours']],
  },
  {
    what: 'JSON as a tree that folds, with all digits',
    tests: [[messages, 'a message is opened with all digits, as bytes, and with its neighbours']],
  },
  {
    what: 'the content of a message is copied',
    tests: [[messages, 'a message is opened with all digits, as bytes, and with its neighbours']],
  },
  {
    what: 'an address for every message',
    tests: [[messages, 'a message is opened with all digits, as bytes, and with its neighbours']],
  },
  {
    what: 'a topic without messages says so, and leads to the first one',
    tests: [
      [messages, 'a topic without messages says so and no more, in en, light'],
      [messages, 'a topic without messages says so and no more, in zh-CN, dark'],
    ],
  },
  {
    what: 'a message is produced from every part of its topic',
    tests: [[messages, 'what is written by hand goes from every part of a topic, but not of one of the broker']],
  },
  {
    what: 'a message is produced again, and as a tombstone',
    tests: [
      [messages, 'a message is produced and seen, again, and as a tombstone'],
      [apiMessages, 'is produced again as it was, and as a tombstone'],
      [messages, 'of a message without a key there is no tombstone'],
    ],
  },
  {
    what: 'what a query finds as lines of JSON',
    tests: [
      [messages, 'the query is taken away as a file, as a command and as a request'],
      [apiMessages, 'of lines of JSON has all messages, digit by digit'],
    ],
  },
  {
    what: 'what a query finds as CSV',
    tests: [
      [messages, 'the query is taken away as a file, as a command and as a request'],
      [apiMessages, 'of a table has a head, and quotes where they are needed'],
    ],
  },
]

const groups: readonly Promised[] = [
  { what: 'the state of a group', tests: [[apiReading, 'groups: found by any name, with lag for each partition']] },
  { what: 'members of a group with their hosts', tests: [[screens, 'every screen in en, light']] },
  {
    what: 'members of a group with their client ids',
    tests: [[screens, 'a member of a group stands there with its client id, its host and its software']],
  },
  {
    what: 'which version of a client a member is',
    tests: [
      [screens, 'a member of a group stands there with its client id, its host and its software'],
      ['test/integration/admin/software.test.ts', 'a member of a group is known by what its client says that it is'],
    ],
  },
  {
    what: 'lag in messages for each partition',
    tests: [[apiReading, 'groups: found by any name, with lag for each partition']],
  },
  {
    what: 'partitions that a group reads without an offset, beside its lag',
    tests: [
      [apiReading, 'groups: what they read without an offset is counted and listed, and no lag is made up for it'],
      ['test/console/lag.test.ts', 'in en, light'],
      ['test/console/lag.test.ts', 'in zh-CN, dark'],
    ],
  },
  {
    what: 'lag in seconds for each partition',
    tests: [
      [history, 'lag in seconds is the time since the log went past what was committed'],
      [history, 'what the log went past before it was watched is as old as the record there'],
      [apiLive, 'a group that is set back is as far behind as the record that it goes on with is old'],
      [apiLive, 'rates and lag of the last hour; the lag in seconds'],
    ],
  },
  {
    what: 'the lag of the last hour as a chart and as a table',
    tests: [
      ['test/console/lag.test.ts', 'in en, light'],
      ['test/console/lag.test.ts', 'in zh-CN, dark'],
      ['test/console/lag.test.ts', 'a time at the end of the chart is written out, in en, light'],
      ['test/console/lag.test.ts', 'a time at the end of the chart is written out, in zh-CN, dark'],
      ['test/console/lag.test.ts', 'says now what it is now, however long the next value takes'],
    ],
  },
  {
    what: 'a reset is shown partition by partition before it is done',
    tests: [
      [actions, 'a group is moved, shown first, and put back'],
      [apiChanges, 'a group goes back and forth: shown, done, undone'],
    ],
  },
  { what: 'a reset is undone', tests: [[actions, 'a group is moved, shown first, and put back']] },
  {
    what: 'an undo that would move nothing is not offered',
    tests: [[actions, 'a reset that the group has read its way back from leaves nothing to undo']],
  },
  {
    what: 'the last reset says what it moved, and whether it was an undo, which can be undone as well',
    tests: [
      [lastReset, 'what puts back all that the one before it replaced is an undo, and what puts back an undo is none'],
      [apiChanges, 'the last reset of a group, whichever way it was made, with what undoes it'],
      [actions, 'a group is moved, shown first, and put back'],
    ],
  },
  {
    what: 'a reset can still be undone once the page was loaded anew',
    tests: [
      [actions, 'a group is moved, shown first, and put back'],
      [actions, 'a reset is undone in another browser, whoever made it; what is gone since is told'],
      [actions, 'of a reset too large for the audit list the undo says how much it leaves'],
      [apiChanges, 'the last reset of a group, whichever way it was made, with what undoes it'],
      [apiChanges, 'a reset of the API is undone to the last partition'],
      [apiChanges, 'a reset of the protocol is undone to the last partition'],
    ],
  },
  {
    what: 'a group at work is not moved, with the way out',
    tests: [
      [actions, 'a group at work is left alone, and the way out is told'],
      [apiChanges, 'a group with members is left alone'],
    ],
  },
]

const configs: readonly Promised[] = [
  {
    what: 'values of keys are shown and changed',
    tests: [
      [actions, 'a config is set and set back at /brokers/1'],
      [actions, 'a config is set and set back at /topics/customers.by-id?tab=configs'],
    ],
  },
  {
    what: 'the default of a key beside its value',
    tests: [[screens, 'a key has its default beside its value, and those that were changed stand alone']],
  },
  {
    what: 'where a value comes from',
    tests: [
      [apiReading, 'a topic: partitions with offsets, and every config with its source'],
      [apiReading, 'the cluster and its broker'],
      [
        'ts/broker/src/handlers/configs.test.ts',
        'shows a topic, with where each value comes from, most specific first',
      ],
    ],
  },
  {
    what: 'only the keys that were changed',
    tests: [[screens, 'a key has its default beside its value, and those that were changed stand alone']],
  },
  {
    what: 'a sentence for every key',
    tests: [
      ['ts/broker/src/configs/definitions.test.ts', 'every key says in a sentence what it is'],
      [apiReading, 'a topic: partitions with offsets, and every config with its source'],
    ],
  },
  {
    what: 'what a key was before, and by whom',
    tests: [
      [live, 'knows what a key was, by whom, since the topic was made'],
      [apiChanges, 'what a key was set to, whichever way, since the topic is what it is'],
    ],
  },
]

const jobs: readonly Promised[] = [
  {
    what: 'compaction is a job, with how far it is',
    tests: [['ts/broker/src/engine/jobs.test.ts', 'shows rounds of compaction as jobs']],
  },
  {
    what: 'recovery, removals and deleted topics are jobs',
    tests: [['ts/broker/src/engine/jobs.test.ts', 'shows removals, deletions of topics and the recovery at the start']],
  },
  { what: 'a screen of jobs', tests: [[screens, 'every screen in en, light']] },
  { what: 'moving replicas as a job', absent: 'There is one broker so far, and nowhere to move them.' },
  { what: 'a reset of offsets as a job', absent: 'It is over at once, and stands in the audit list instead.' },
  {
    what: 'a job is called off',
    absent: 'What compaction leaves undone it takes up again, and what is removed has lost its name already (D45).',
  },
]

const reaching: readonly Promised[] = [
  {
    what: 'a palette that finds topics and actions',
    tests: [
      [screens, 'keys, palette and settings'],
      [actions, 'the palette changes what is on the screen, and makes new things from anywhere'],
    ],
  },
  {
    what: 'a palette that finds groups',
    tests: [[keyboard, 'the palette finds a group, which is moved, put back and deleted']],
  },
  {
    what: 'keys that lead to places',
    tests: [
      [screens, 'keys, palette and settings'],
      [accounts, 'one is made, and changed in role and password, and deleted'],
    ],
  },
  { what: 'a key that shows the keys', tests: [[screens, 'keys, palette and settings']] },
  { what: 'a key that leads to the search', tests: [[screens, 'keys, palette and settings']] },
  {
    what: 'who opens a window can type at once',
    tests: [
      [
        keyboard,
        'a window begins with its first field or the one that matters, or without one with a button that does no harm',
      ],
    ],
  },
  {
    what: 'every action by keyboard alone',
    tests: [
      [keyboard, 'a topic is made, written to, emptied and deleted'],
      [keyboard, 'the palette finds a group, which is moved, put back and deleted'],
      [screens, 'every screen in en, light'],
      [actions, 'every window on a phone, in Chinese and in the dark'],
      [accounts, 'every window on a phone, in Chinese and in the dark'],
    ],
  },
  {
    what: 'axe finds nothing, on screens and in windows',
    tests: [
      [screens, 'every screen in en, light'],
      [actions, 'every window on a phone, in Chinese and in the dark'],
      [accounts, 'every window on a phone, in Chinese and in the dark'],
      [messages, 'the browser and its window on a phone, in Chinese and in the dark'],
    ],
  },
]

const looks: readonly Promised[] = [
  {
    what: 'every screen on a phone',
    tests: [
      [screens, 'every screen in zh-CN, dark'],
      [phone, 'a short screen begins at the top, and names break where they have a joint'],
      [phone, 'a name without a joint breaks where it must, and takes no screen with it'],
      [phone, 'an offset of a message stands with its partition'],
    ],
  },
  {
    what: 'figures of the last hour say of how much of it they are',
    tests: [
      [past, 'the availability is that of the time since the start, as long as that is less'],
      [past, 'so is the lag of a group, over its chart and in what is read out of it'],
    ],
  },
  {
    what: 'what was typed and cannot be read is told at its field',
    tests: [[actions, 'what cannot be read is told at its field']],
  },
  {
    what: 'the way on from what is not there, or not yet',
    tests: [
      [screens, 'what is not there leads to the list of what is, at /groups/not.there'],
      [firstScreen, 'a cluster without topics offers the first one, wherever it would stand'],
    ],
  },
  {
    what: 'the whole view stands in the address',
    tests: [
      [messages, 'offset, time and partitions stand in the address'],
      [messages, 'a filter finds, and one that is none says why and what to do'],
      [screens, 'a wrong password is told so, a right one shows what was asked for'],
    ],
  },
  {
    what: 'times in the zone that was chosen',
    tests: [[reader, 'chooses the zone of times, of those that are typed as well']],
  },
  {
    what: 'how long ago, with the moment behind it',
    tests: [[reader, 'is told how long ago something was, with the moment behind it']],
  },
  {
    what: 'every screen in English and in Chinese',
    tests: [
      [screens, 'every screen in en, light'],
      [screens, 'every screen in zh-CN, dark'],
      ['test/console/build.test.ts', 'both languages have the same keys, and each counts as its grammar does'],
    ],
  },
  {
    what: 'another language from the settings',
    tests: [[reader, 'chooses another language than that of the browser, which stays']],
  },
  { what: 'a theme from the settings', tests: [[screens, 'keys, palette and settings']] },
  {
    what: 'light and dark as the system is',
    tests: [[reader, 'has it light or dark as the system is, and otherwise as was chosen']],
  },
  {
    what: 'a colour and a name for each cluster',
    tests: [[live, 'bears the name and the colour of its cluster, and offers no file where there is none']],
  },
]

const access: readonly Promised[] = [
  {
    what: 'a login from the first start, with a password that is shown once',
    tests: [
      [password, 'it is shown once, and a command makes another, for a broker that runs and for one that is stopped'],
      [safety, 'without a login there is nothing but probes, version and metrics'],
    ],
  },
  { what: 'a login by OpenID Connect', absent: 'Whoever logs in has an account of the broker.' },
  {
    what: 'viewers, who may only look, and administrators',
    tests: [
      [safety, 'roles: who may look may not change, and who is deleted is out'],
      [safety, 'accounts: what would be is said first, and a role counts at once'],
      [actions, 'who may only look is told why there is nothing to press'],
      [accounts, 'one is made, and changed in role and password, and deleted'],
    ],
  },
  {
    what: 'operators, who change topics and groups, and neither brokers nor accounts',
    tests: [
      [safety, 'an operator changes topics and groups, and neither brokers nor accounts'],
      [actions, 'an operator changes topics and groups, and is told why neither brokers nor accounts'],
    ],
  },
  {
    what: 'every change in a list, with before and after',
    tests: [
      [apiChanges, 'configs of a broker that change while it runs'],
      [apiChanges, 'what clients of the protocol change is in the list too'],
      ['test/integration/admin/audit.test.ts', 'who changed what is still there after a restart'],
      [screens, 'every screen in en, light'],
    ],
  },
  {
    what: 'nobody takes that list away while it is kept',
    tests: [
      ['test/integration/admin/audit.test.ts', 'nobody takes the list away, whichever way they ask'],
      ['test/integration/admin/audit.test.ts', 'a list that is not kept any more may be deleted'],
    ],
  },
  {
    what: 'a broker whose console only reads',
    tests: [
      [password, 'a broker that only reads refuses changes, and lets people log in'],
      [actions, 'it says so, and offers no change'],
      [messages, 'they are looked through, and none is produced'],
    ],
  },
  {
    what: 'fields that nobody sees',
    tests: [
      [apiMessages, 'what is masked is seen by nobody: in no list, no message, no file, and by no filter'],
      [
        'ts/broker/src/browse/masks.test.ts',
        'fields are masked at any depth, through lists, and all other digits stay',
      ],
    ],
  },
  {
    what: 'downloads are switched off',
    tests: [[live, 'bears the name and the colour of its cluster, and offers no file where there is none']],
  },
]

const commands: readonly Promised[] = [
  {
    what: 'changes of topics, as a command to copy',
    tests: [
      [actions, 'a topic is created, once the broker said what it would be'],
      [actions, 'a topic is given more partitions, and never fewer'],
      [actions, 'records are deleted once the name of their topic is typed'],
      [actions, 'a topic is deleted once its name is typed'],
      [actions, 'of the topic that keeps the offsets it is said whose are lost'],
    ],
  },
  {
    what: 'changes of keys, as a command to copy',
    tests: [[actions, 'a config is set and set back at /brokers/1']],
  },
  {
    what: 'changes of groups, as a command to copy',
    tests: [
      [actions, 'a group is moved, shown first, and put back'],
      [actions, 'a group is deleted with its offsets'],
    ],
  },
  {
    what: 'a query and a message, as a command to copy',
    tests: [
      [messages, 'the query is taken away as a file, as a command and as a request'],
      [messages, 'a message is produced and seen, again, and as a tombstone'],
    ],
  },
  {
    what: 'a filter of messages, as a command to copy',
    tests: [[messages, 'the command finds what a filter by %s finds, %s']],
  },
  {
    what: 'accounts and saved filters, as a command to copy',
    absent: 'The command line resets a password and leaves the rest to the console, which says so.',
  },
  {
    what: 'an action as a request of the API',
    tests: [
      [
        requests,
        'a message with everything that a shell might take for its own is the same by the line and by the button',
      ],
      [requests, 'it is refused without the token, and holds none'],
      [requests, 'it takes away once the name is typed, and not before'],
      [requests, 'a group with any name is moved, and moved back from the page'],
      [requests, 'a password is a variable, as JSON writes it, and never in the line'],
      [messages, 'the request answers the messages that the page shows, from latest'],
      [actions, 'every window on a phone, in Chinese and in the dark'],
      [accounts, 'every window on a phone, in Chinese and in the dark'],
    ],
  },
]

export const consolePromises = [
  ...health,
  ...browser,
  ...groups,
  ...configs,
  ...jobs,
  ...reaching,
  ...looks,
  ...access,
  ...commands,
]

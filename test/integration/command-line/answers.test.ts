// Every command that answers, on data that leaves no field empty: the harness holds each answer to the shape in the help of its command,
// and what was never answered fails at the end.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { produce } from 'millrace/messages/00-produce.js'
import { joinGroup } from 'millrace/messages/11-join-group.js'
import { syncGroup } from 'millrace/messages/14-sync-group.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { holdToShape, unmet } from '../../harness/answers.ts'
import { batch, HEADER_BYTES } from '../../harness/batch.ts'
import { type Broker, startBroker, targetName } from '../../harness/broker.ts'
import { removeDirectory, temporaryDirectory } from '../../harness/cleanup.ts'
import { eventually } from '../../harness/eventually.ts'
import { type Ended, millrace, type MillraceOptions } from '../../harness/millrace.ts'
import { program } from '../../harness/paths.ts'
import { Peer } from '../../harness/peer.ts'
import { start } from '../../harness/process.ts'
import { readyCoordinator } from '../../harness/ready-coordinator.ts'

/** Places where one broker that works has nothing to say. */
const NOWHERE_HERE: readonly string[] = [
  'topic describe[].partitions[].offline[]',
  // The only one that fails is no answer.
  'topic clone[].error',
  'cluster info.brokers[].directories[].error',
  'cluster partitions[].offline[]',
  // A checkpoint is good or not, as a whole; in partitions the same fields have values.
  ...['log verify[]', 'log repair(otherwise, as of log verify)[]'].flatMap((one) =>
    ['fromByte', 'toByte', 'fromOffset', 'toOffset'].map((name) => `${one}.findings[].${name}`),
  ),
  'jobs[].why',
]

const TRANSACTIONAL = 0x10
const CONTROL = 0x20
const CANARY = '__millrace_canary'
const work = temporaryDirectory('answers')
let broker: Broker

const cli = (args: string, { environment = {}, ...options }: MillraceOptions = {}): Promise<Ended> => {
  const here = { MILLRACE_BOOTSTRAP: broker.bootstrap, MILLRACE_TIMEOUT: '30s', XDG_CONFIG_HOME: work }
  return millrace(args.split(' '), { ...options, environment: { ...here, ...environment } })
}

/** Answers what it said; `code` is the one that it has to end with. */
const answer = async (args: string, code = 0, options: MillraceOptions = {}): Promise<string> => {
  const form = /^(consume|topic tail) /.test(args) ? '--output json' : '-o json'
  const ended = await cli(`${args} ${form}`, options)
  expect(ended, ended.complained).toMatchObject({ code })
  return ended.said
}

const here = (): string => `--override log.dirs=${broker.dataDirectory}`

test.each<[string, readonly string[], unknown, string]>([
  ['a field that is left out', ['cheat'], [{ sheet: 'a' }], 'cheat[].text: is not there'],
  ['a field too many', ['version'], { millrace: '', node: '', platform: '', os: '' }, 'version.os: stands in no help'],
  ['another type', ['produce'], { topic: 'a', records: '1' }, 'produce.records: whole number, and not "1"'],
  ['null', ['produce'], { topic: null, records: 1 }, 'produce.topic: text, and not null'],
  ['a fraction', ['produce'], { topic: 'a', records: 1.5 }, 'produce.records: whole number, and not 1.5'],
  ['no list', ['cheat'], { sheet: 'a', text: 'b' }, 'cheat: a list, and not'],
  [
    'another word',
    ['doctor'],
    [{ check: '', result: 'bad', what: '', fix: '' }],
    'doctor[].result: ok or warn or fail',
  ],
  ['no time', ['canary run'], [{ time: '1' }], 'canary run[].time: time, and not "1"'],
  ['a header of its own', ['consume'], [{ headers: [['a']] }], 'consume[].headers[]: a pair, and not ["a"]'],
  [
    'a plan that was not asked for',
    ['topic delete'],
    [{ name: '', partitions: 1, records: 1 }],
    '.name: stands in no help',
  ],
  [
    'a plan that was',
    ['topic delete', '--dry-run'],
    [{ topic: '', result: 'deleted', error: null }],
    '.topic: stands in',
  ],
])('%s is not as the help says', (_, [command = '', ...flags], value, complaint) => {
  const args = [...command.split(' '), ...flags]
  expect(() => holdToShape({ command, args, form: 'json', said: JSON.stringify(value) })).toThrow(complaint)
})

describe.skipIf(targetName !== 'millrace')('as the help says', () => {
  beforeAll(async () => {
    const overrides = {
      'auto.create.topics.enable': 'false',
      'broker.rack': 'north',
      'canary.enable': 'true',
      'log.cleaner.backoff.ms': '50',
      'log.index.interval.bytes': '1',
    }
    broker = await startBroker({ overrides })
  })
  afterAll(async () => {
    await broker.stop()
    removeDirectory(work)
  })

  test('topics', async () => {
    await answer('topic create orders taken --config retention.ms=60000')
    await answer('topic create taken fresh', 7)
    await answer('topic create planned --dry-run')
    await answer('topic clone orders copy')
    await answer('topic alter copy --partitions 2 --set retention.ms=5')
    await answer('produce orders -K : -H kind=test', 0, { input: 'k:one\n' })
    await answer('produce orders', 0, { input: Buffer.from([0xff, 0x00, 0x0a]) })
    await answer('topic list')
    await answer('topic describe orders copy')
    await answer('topic analyze orders')
    await answer('consume orders --exit')
    const args = ['topic', 'tail', 'orders', '--output', 'ndjson', '-b', broker.bootstrap]
    const tail = start({ command: process.execPath, args: [program, ...args] })
    await tail.line('a record', (line) => (line.includes('"k"') ? true : undefined))
    tail.signal('SIGTERM')
    expect(await tail.exited).toBe(130)
    holdToShape({ command: 'topic tail', args, form: 'ndjson', said: tail.lines.join('\n') })
    await answer('topic purge copy --dry-run')
    await answer('topic delete copy --dry-run')
    await answer('topic delete copy nowhere --yes', 7)
  })

  test('groups', async () => {
    await cli('consume orders --group readers -n 1')
    const peer = await Peer.open(broker.port)
    await readyCoordinator(peer, 'readers')
    const joined = await peer.call(joinGroup, 5, {
      groupId: 'readers',
      sessionTimeoutMs: 60_000,
      rebalanceTimeoutMs: 60_000,
      memberId: '',
      groupInstanceId: 'desk',
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) }],
    })
    const { memberId, generationId } = joined
    const assignment = Buffer.concat([
      Buffer.from([0, 0, 0, 0, 0, 1, 0, 6]),
      Buffer.from('orders'),
      Buffer.from([0, 0, 0, 1, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]),
    ])
    const synced = await peer.call(syncGroup, 3, {
      groupId: 'readers',
      generationId,
      memberId,
      groupInstanceId: 'desk',
      assignments: [{ memberId, assignment }],
    })
    expect(synced.errorCode).toBe(0)
    const listed = JSON.parse(await answer('group list')) as unknown
    expect(listed).toMatchObject([{ group: 'readers', members: 1, lag: 1, partitionsWithoutOffset: 0 }])
    await answer('group describe readers')
    await answer('group members readers')
    await answer('group export readers')
    const planned = await cli('group reset readers --to start')
    expect(planned).toMatchObject({ code: 0 })
    expect(planned.complained).toMatch(/--execute does it, once nobody is in the group\ngroup readers has members \(/)
    const refused = await cli('group reset readers --to start --execute')
    expect(refused).toMatchObject({ code: 4 })
    expect(refused.complained).toContain('next:  end the programs that are in it first; millrace group members readers')
    await answer('topic delete __consumer_offsets --dry-run')
    await answer('group reset readers --to start')
    peer.close()
    await cli(`group reset moved --topic orders --to 1 --execute --undo-file ${join(work, 'undo.csv')}`)
    await answer('group delete moved --dry-run')
    await answer('group delete moved nobody --yes', 7)
  })

  test('the cluster and its settings', async () => {
    await answer('cluster info')
    await answer('cluster partitions')
    await answer('config describe topic/orders --all')
    await answer('config alter topic/orders --set retention.ms=70000')
    await answer('config list retention')
    await answer('config explain retention.ms')
    await answer('config explain metric.reporters')
    const path = join(work, 'server.properties')
    writeFileSync(path, 'num.io.threads=4\nnobody.knows=this\n')
    await answer(`config check ${path}`)
  })

  test('a cluster that is not well', async () => {
    const lost = await startBroker({ overrides: { 'advertised.listeners': 'PLAINTEXT://127.0.0.1:1' } })
    try {
      const environment = { MILLRACE_BOOTSTRAP: lost.bootstrap }
      await answer('status', 10, { environment })
      await answer('cluster health', 10, { environment })
      await answer('cluster info', 0, { environment })
    } finally {
      await lost.stop()
    }
    await answer('status')
  })

  test('the broker of this machine', async () => {
    await answer(`ready ${here()}`)
    await answer(`audit ${here()}`)
    await cli('topic create latest -c cleanup.policy=compact -c min.cleanable.dirty.ratio=0.01 -c segment.ms=1')
    for (const value of ['old', 'new', 'newest']) await cli('produce latest -K :', { input: `key:${value}\n` })
    await eventually('a compaction', async () => /"done"/.exec(await answer(`jobs ${here()}`)) ?? undefined)
    await answer(`metrics millrace_ ${here()}`)
    await answer(`bundle ${join(work, 'bundle.tar.gz')} ${here()}`)
    await answer(`admin reset-password ${here()}`)
    await eventually('a record of the canary', async () =>
      /"availability": 1/.test((await cli(`canary -o json ${here()}`)).said) ? true : undefined,
    )
    await answer(`config alter topic/${CANARY} --set max.message.bytes=1`)
    await eventually('a canary that fails', async () =>
      (await cli(`canary show -o json ${here()}`)).code === 10 ? true : undefined,
    )
  })

  test('what is measured', async () => {
    const doctor = await cli(`doctor ${here()} -o json`)
    expect(doctor.said).toContain('"result": "ok"')
    await answer('bench produce speed -n 100')
    await answer('bench consume speed')
    await answer('bench e2e -n 10')
    await answer('canary run --count 2 --every 50ms')
    await cli('config alter topic/millrace-canary --set max.message.bytes=1')
    await answer('canary run --count 2 --every 50ms', 10)
  })

  test('what explains, and profiles', async () => {
    await answer('errors')
    await answer('cheat')
    await answer('version')
    await answer('profile set dev bootstrap=127.0.0.1:1 timeout=7s output=table production=true')
    await answer('profile set bare bootstrap=127.0.0.1:1')
    await answer('profile list')
    await answer('profile use bare')
    await answer('profile delete bare')
    await answer('profile delete dev')
  })

  test('files of a log', async () => {
    const peer = await Peer.open(broker.port)
    for (const baseSequence of [0, 1]) {
      const records = batch([{ key: 'k', value: 'v' }], { producerId: 7, producerEpoch: 0, baseSequence })
      const partitionData = [{ index: 0, records }]
      const { responses } = await peer.call(produce, 9, {
        acks: -1,
        timeoutMs: 10_000,
        topicData: [{ name: 'orders', partitionData }],
      })
      expect(responses[0]?.partitionResponses[0]?.errorCode).toBe(0)
    }
    peer.close()
    expect(await broker.halt()).toBe(0)

    const orders = join(broker.dataDirectory, 'orders-0')
    const files = readdirSync(orders).map((name) => join(orders, name))
    for (const ending of ['.log', '.index', '.timeindex', '.snapshot', '.retries'])
      await answer(`log dump ${files.find((file) => file.endsWith(ending))}`)
    const marker = batch([{ key: '\0\0\0\u0001', value: Buffer.alloc(6) }], { attributes: TRANSACTIONAL | CONTROL })
    const odd = join(work, '00000000000000000000.log')
    writeFileSync(odd, Buffer.concat([marker, Buffer.from('no batch')]))
    await answer(`log dump ${odd} --records`, 1)
    await answer(`log dump ${orders} --records`)
    // As org.apache.kafka.storage.internals.log.TransactionIndex of Apache Kafka 4.3 writes it.
    const aborted = join(work, '00000000000000000000.txnindex')
    writeFileSync(aborted, Buffer.from('00000000000000000fa10000000000000065000000000000006d0000000000000068', 'hex'))
    await answer(`log dump ${aborted}`)
  })

  test('data directories', async () => {
    const data = `--data-dir ${broker.dataDirectory}`
    await answer(`log import ${broker.dataDirectory} --override log.dirs=${join(work, 'imported')} --topic orders`)
    const path = join(broker.dataDirectory, 'orders-0', '00000000000000000000.log')
    const bytes = readFileSync(path)
    bytes[HEADER_BYTES + 4] = (bytes[HEADER_BYTES + 4] ?? 0) ^ 1
    writeFileSync(path, bytes)
    // Of the directory and of no partition.
    writeFileSync(join(broker.dataDirectory, 'replication-offset-checkpoint'), 'nonsense')
    await answer(`log verify ${data}`, 1)
    await answer(`log repair orders-0 ${data}`, 1)
    await answer(`log repair orders-0 --accept-loss ${data}`)
    await answer(`log repair orders-0 --accept-loss ${data}`)
  })

  test('nothing in the help is left that no command answered', () => {
    expect(unmet()).toEqual(NOWHERE_HERE)
  })
})

// Ten partitions, several producers, a group of consumers: a million trades (ten with MILLRACE_FULL=1), none lost, none twice, order
// kept for each key.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { fileBroker } from '../harness/file-broker.ts'
import { removeDirectory, temporaryDirectory } from '../harness/cleanup.ts'
import { missingClients, script } from '../harness/clients.ts'
import { eventually } from '../harness/eventually.ts'
import { run, type Running, start } from '../harness/process.ts'

const PARTITIONS = 10
const PRODUCERS = 4
const CONSUMERS = 3
const TRADES = process.env['MILLRACE_FULL'] === '1' ? 10_000_000 : 1_000_000
const TRADES_PER_PRODUCER = TRADES / PRODUCERS
const TIMEOUT_MS = TRADES / 10

const missing = await missingClients('python')

const broker = fileBroker()
const directory = temporaryDirectory('trades')
afterAll(() => removeDirectory(directory))

const output = (consumer: number): string => join(directory, `seen-${consumer}`)

const seen = ({ lines }: Running): number =>
  Number(lines.findLast((line) => line.startsWith('seen '))?.slice('seen '.length) ?? 0)

const assigned = ({ lines }: Running): number =>
  lines.findLast((line) => line.startsWith('assigned '))?.match(/\d+/g)?.length ?? 0

test.skipIf(missing !== undefined)(
  `${TRADES} trades through ${PARTITIONS} partitions`,
  async () => {
    // The topic is there before the group, whose members would else find it at different times and rebalance under load.
    await run(script.python('create_topic.py', broker().bootstrap, 'trades', String(PARTITIONS)))
    const group = Array.from({ length: CONSUMERS }, (_, at) =>
      start(
        script.python(
          'trades_consumer.py',
          broker().bootstrap,
          'desk',
          String(PRODUCERS),
          String(TRADES_PER_PRODUCER),
          output(at),
        ),
      ),
    )
    await eventually('the members share the partitions', () =>
      group.every((member) => assigned(member) >= Math.floor(PARTITIONS / CONSUMERS)) &&
      group.reduce((sum, member) => sum + assigned(member), 0) === PARTITIONS
        ? true
        : undefined,
    )
    await Promise.all(
      Array.from({ length: PRODUCERS }, (_, at) =>
        run(script.python('trades_producer.py', broker().bootstrap, String(at), String(TRADES_PER_PRODUCER)), {
          timeoutMs: TIMEOUT_MS,
        }),
      ),
    )
    await eventually(
      'the group has seen them all',
      () => {
        const total = group.reduce((sum, member) => sum + seen(member), 0)
        if (total >= TRADES) return true
        throw new Error(`${total} of ${TRADES}`)
      },
      { timeoutMs: TIMEOUT_MS, intervalMs: 200 },
    )
    for (const member of group) {
      member.end()
      expect(await member.exited, member.stderr()).toBe(0)
    }
    const files = group.map((_, at) => readFileSync(output(at)))
    const times = Uint8Array.from({ length: TRADES }, (_, trade) =>
      files.reduce((sum, file) => sum + (file[trade] ?? 0), 0),
    )
    expect(
      times.reduce((lost, count) => lost + (count === 0 ? 1 : 0), 0),
      'lost',
    ).toBe(0)
    expect(
      times.reduce((twice, count) => twice + (count > 1 ? 1 : 0), 0),
      'twice',
    ).toBe(0)
  },
  TIMEOUT_MS * 2 + 60_000,
)

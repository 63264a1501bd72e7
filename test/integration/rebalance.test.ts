// Two members of a group share a topic; a third joins, one is killed: each time the partitions are shared out anew, and in the end
// every record was received. One group for each client, all at once, because a session takes six seconds to run out.
import { beforeAll, expect, test } from 'vitest'
import { fileBroker } from '../harness/file-broker.ts'
import { missingClients } from '../harness/clients.ts'
import { eventually } from '../harness/eventually.ts'
import { run, type Running, start } from '../harness/process.ts'
import { startJavaTools } from '../harness/java-tools.ts'
import { memberClients } from './member-clients.ts'

const TOPIC = 'shared'
const PARTITIONS = 6
const PATIENCE = { timeoutMs: 60_000 }

const missing: string[] = []
for (const { kind } of memberClients) {
  if ((await missingClients(kind)) !== undefined) missing.push(kind)
}

const broker = fileBroker({ overrides: { 'num.partitions': String(PARTITIONS) } })
beforeAll(async () => {
  if (!missing.includes('java')) {
    const tools = startJavaTools()
    const create = ['--create', '--topic', TOPIC, '--partitions', String(PARTITIONS)]
    const { code, stdout, stderr } = await tools.run('topics', ['--bootstrap-server', broker().bootstrap, ...create])
    await tools.stop()
    expect(code, stdout + stderr).toBe(0)
  }
})

/** The partitions of the last assignment that a member printed; kcat prints its own to standard error. */
const assignment = (member: Running): readonly number[] => {
  const own = member.lines.findLast((line) => line.startsWith('assigned '))
  const kcat = member
    .stderr()
    .match(/assigned: (?:\w+ \[\d+\](?:, )?)+/g)
    ?.at(-1)
  const partitions = own === undefined ? (kcat ?? '').matchAll(/\[(\d+)\]/g) : own.matchAll(/(\d+)/g)
  return [...partitions].map(([, partition]) => Number(partition))
}

const shared = (group: readonly Running[]): Promise<true> =>
  eventually(
    `${group.length} members share ${PARTITIONS} partitions`,
    () => {
      const assigned = group.map(assignment)
      const complete =
        assigned
          .flat()
          .toSorted((a, b) => a - b)
          .join() === [...everyPartition].join()
      if (complete && assigned.every(({ length }) => length === PARTITIONS / group.length)) return true
      throw new Error(assigned.map((partitions) => `[${partitions.join()}]`).join(' '))
    },
    PATIENCE,
  )

const everyPartition = Array.from({ length: PARTITIONS }, (_, partition) => partition)

const receivedBy = (group: readonly Running[]): Set<string> =>
  new Set(group.flatMap(({ lines }) => lines.filter((line) => line.startsWith('record '))))

/** One record into each partition. */
const RECORDS_PER_ROUND = 20
const produce = async (): Promise<void> => {
  for (const partition of everyPartition) {
    const lines = Array.from({ length: RECORDS_PER_ROUND }, (_, at) => `record ${at}\n`).join('')
    await run(
      { command: 'kcat', args: ['-P', '-b', broker().bootstrap, '-t', TOPIC, '-p', String(partition)] },
      { input: lines },
    )
  }
}

test.skipIf(missing.length > 0)('groups share out the partitions when members come and go', async () => {
  const groups = memberClients.map(({ name, program }) => {
    const join = (): Running => start(program(broker().bootstrap, `group-of-${name}`, TOPIC))
    return { name, join }
  })
  await produce()
  let rounds = 1
  const all = await Promise.all(
    groups.map(async ({ name, join }) => {
      const [first, second] = [join(), join()]
      await shared([first, second]).catch(named(name))
      return { name, join, first, second }
    }),
  )
  await produce()
  rounds += 1
  const three = await Promise.all(
    all.map(async ({ name, join, first, second }) => {
      const group = [first, second, join()] as const
      await shared(group).catch(named(name))
      return { name, group }
    }),
  )
  await produce()
  rounds += 1
  await Promise.all(three.map(({ group: [first] }) => first.kill()))
  await Promise.all(three.map(({ name, group: [, second, third] }) => shared([second, third]).catch(named(name))))
  await produce()
  rounds += 1
  const wanted = rounds * PARTITIONS * RECORDS_PER_ROUND
  for (const { name, group } of three) {
    await eventually(
      `all records at ${name}`,
      () => {
        const { size } = receivedBy(group)
        if (size === wanted) return true
        throw new Error(`${size} of ${wanted}`)
      },
      PATIENCE,
    )
    await Promise.all(group.map((member) => member.kill()))
  }
})

const named = (name: string) => (cause: unknown) => {
  throw new Error(`group of ${name}: ${String(cause)}`, { cause })
}

// SIGKILL while producers, a group and an administrator are at work, again and again: what was acknowledged is there afterwards, once.
//
// A killed process keeps what it wrote in the page cache, so this proves the order of writes and what a restart makes of them; what a
// power failure leaves is another test's.
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { removeDirectory, temporaryDirectory } from '../harness/cleanup.ts'
import { missingClients, script } from '../harness/clients.ts'
import { eventually, GiveUp } from '../harness/eventually.ts'
import { fileBroker } from '../harness/file-broker.ts'
import { run, type Running, start } from '../harness/process.ts'
import { random } from '../harness/seed.ts'
import { Administrator } from './administrator.ts'

const ROUNDS = process.env['MILLRACE_FULL'] === '1' ? 60 : 5
const PRODUCERS = 3
const PARTITIONS = 6
/** Between a restart and the next kill, beside the time that all of them take to work again. */
const WORK_MS_MAX = 1000
const SEED = Number(process.env['MILLRACE_SEED'] ?? Date.now() % 1_000_000)
const TIMEOUT_MS = 60_000 + ROUNDS * 10_000

const missing = await missingClients('python')

const broker = fileBroker({
  overrides: {
    // Short segments, so that kills meet rolls; checkpoints and retention within each life.
    'log.roll.ms': '300',
    'log.index.interval.bytes': '1000',
    'log.flush.offset.checkpoint.interval.ms': '700',
    'log.retention.check.interval.ms': '500',
    'file.delete.delay.ms': '100',
  },
})
const directory = temporaryDirectory('crash')
afterAll(() => removeDirectory(directory))

const told = ({ lines }: Running, word: string): number =>
  Number(
    lines
      .findLast((line) => line.startsWith(`${word} `))
      ?.split(' ')
      .at(-1) ?? 0,
  )

test.skipIf(missing !== undefined)(
  `${ROUNDS} kills under load, seed ${SEED}`,
  async () => {
    const chance = random(SEED)
    const files = Array.from({ length: PRODUCERS }, (_, at) => join(directory, `acked-${at}`))
    const { bootstrap, port } = broker()
    await run(script.python('create_topic.py', bootstrap, 'work', String(PARTITIONS)))
    const producers = files.map((file, at) =>
      start(script.python('crash_producer.py', bootstrap, 'work', `p${at}`, file)),
    )
    const consumer = start(script.python('crash_consumer.py', bootstrap, 'work', 'crew'))
    const workers = [...producers, consumer]
    const ended: Running[] = []
    for (const worker of workers) void worker.exited.then(() => ended.push(worker))
    const administrator = new Administrator(port, chance)
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        const before = progress(producers, consumer)
        await eventually(
          `all work in round ${round}`,
          () => {
            if (ended[0] !== undefined) throw new GiveUp(ended[0].stderr())
            return progress(producers, consumer).every((done, at) => done > (before[at] ?? 0)) ? true : undefined
          },
          { timeoutMs: 60_000 },
        )
        await new Promise((resolve) => setTimeout(resolve, chance() * WORK_MS_MAX))
        await administrator.changeSomething()
        await broker().kill()
        await broker().restart()
        await administrator.expectAll()
      }
      for (const worker of workers) worker.end()
      for (const worker of workers) expect(await worker.exited, worker.stderr()).toBe(0)
    } finally {
      await Promise.all(workers.map(async (worker) => worker.kill()))
    }
    const verified = await run(script.python('crash_verify.py', bootstrap, 'work', ...files), { timeoutMs: 120_000 })
    const [, records, acked] = /records (\d+) acked (\d+)/.exec(verified.stdout.toString()) ?? []
    expect(Number(acked)).toBeGreaterThan(ROUNDS * PRODUCERS * 100)
    // Whatever was not acknowledged at once was retried until it was, so there is nothing else.
    expect(records).toBe(acked)
  },
  TIMEOUT_MS,
)

const progress = (producers: readonly Running[], consumer: Running): readonly number[] => [
  ...producers.map((producer) => told(producer, 'acked')),
  told(consumer, 'committed'),
]

// SIGKILL while producers, a group and an administrator are at work, again and again: what was acknowledged is there afterwards, once.
//
// A killed process keeps what it wrote in the page cache, so this proves the order of writes and what a restart makes of them; what a
// power failure leaves is another test's.
import { afterAll, expect, test } from 'vitest'
import { removeDirectory, temporaryDirectory } from '../harness/cleanup.ts'
import { missingClients, script } from '../harness/clients.ts'
import { eventually, GiveUp } from '../harness/eventually.ts'
import { fileBroker } from '../harness/file-broker.ts'
import { start } from '../harness/process.ts'
import { random } from '../harness/seed.ts'
import { Administrator } from './administrator.ts'
import { createWork, Producers, told } from './producers.ts'

const FULL = process.env['MILLRACE_FULL'] === '1'
const ROUNDS = FULL ? 1000 : 5
const PRODUCERS = 3
const PARTITIONS = 6
/** Between a restart and the next kill, beside the time that all of them take to work again. */
const WORK_MS_MAX = FULL ? 200 : 1000
/** Topics stay: one more for each of these rounds. */
const ROUNDS_PER_CHANGE = FULL ? 10 : 1
const SEED = Number(process.env['MILLRACE_SEED'] ?? Date.now() % 1_000_000)
const TIMEOUT_MS = 60_000 + ROUNDS * 10_000

const missing = await missingClients('python')

const broker = fileBroker({
  overrides: {
    // Short segments, so that kills meet rolls, and retention within each life; each begins with a checkpoint.
    'log.roll.ms': '300',
    'log.index.interval.bytes': '1000',
    'log.retention.check.interval.ms': '500',
    'log.segment.delete.delay.ms': '100',
  },
})
const directory = temporaryDirectory('crash')
afterAll(() => removeDirectory(directory))

test.skipIf(missing !== undefined)(
  `${ROUNDS} kills under load, seed ${SEED}`,
  async () => {
    const chance = random(SEED)
    const { bootstrap, port } = broker()
    await createWork(bootstrap, PARTITIONS)
    const producers = new Producers(bootstrap, directory, PRODUCERS)
    const consumer = start(script.python('crash_consumer.py', bootstrap, 'work', 'crew'))
    const progress = (): readonly number[] => [...producers.acked(), told(consumer, 'committed')]
    let consumerEnded = false
    void consumer.exited.then(() => (consumerEnded = true))
    const administrator = new Administrator(port, chance)
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        const before = progress()
        await eventually(
          `all work in round ${round}`,
          () => {
            producers.expectAlive()
            if (consumerEnded) throw new GiveUp(consumer.stderr())
            return progress().every((done, at) => done > (before[at] ?? 0)) ? true : undefined
          },
          { timeoutMs: 60_000 },
        )
        await new Promise((resolve) => setTimeout(resolve, chance() * WORK_MS_MAX))
        if (round % ROUNDS_PER_CHANGE === 0) await administrator.changeSomething()
        await broker().kill()
        await broker().restart()
        await administrator.expectAll()
      }
      consumer.end()
      expect(await consumer.exited, consumer.stderr()).toBe(0)
      await producers.end()
    } finally {
      await Promise.all([producers.kill(), consumer.kill()])
    }
    const acked = await producers.verify()
    console.log(`${ROUNDS} kills, ${acked} records acknowledged`)
    expect(acked).toBeGreaterThan(ROUNDS * PRODUCERS * 100)
  },
  TIMEOUT_MS,
)

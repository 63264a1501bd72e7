// Power failures on a real file system, under producers: ext4 in a file of its own, shut down by its own ioctl without a last write to the
// journal. What was acknowledged is there after the journal was replayed, once, in order.
//
// Every sync commits the whole journal of ext4, so a directory that was not synced is seldom noticed here: the crash states on the
// simulated disk (crates/logstore/tests/crash_states) are what finds those. Mounts need root; they are made in the mount namespace that the
// project is run in, and go with it.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Broker, startBroker } from '../harness/broker.ts'
import { removeDirectory, temporaryDirectory } from '../harness/cleanup.ts'
import { missingClients } from '../harness/clients.ts'
import { eventually } from '../harness/eventually.ts'
import { run } from '../harness/process.ts'
import { random } from '../harness/seed.ts'
import { createWork, Producers } from '../crash/producers.ts'

const CYCLES = 200
const PRODUCERS = 3
const PARTITIONS = 6
const WORK_MS_MAX = 500
const IMAGE_BYTES = 2 * 1024 ** 3
const SEED = Number(process.env['MILLRACE_SEED'] ?? Date.now() % 1_000_000)
const TIMEOUT_MS = 60_000 + CYCLES * 20_000

const directory = temporaryDirectory('power')
const [image, mountPoint] = [join(directory, 'image'), join(directory, 'disk')]

const command = (name: string, ...args: readonly string[]) => run({ command: name, args, cwd: directory })
const mount = () => command('mount', '-o', 'loop', image, mountPoint)
const unmount = () => command('umount', mountPoint)

let broker: Broker

beforeAll(async () => {
  expect(await missingClients('python')).toBeUndefined()
  await command('truncate', '-s', String(IMAGE_BYTES), image)
  await command('mkfs.ext4', '-q', image)
  await command('mkdir', mountPoint)
  await mount()
  broker = await startBroker({
    overrides: {
      'log.dirs': join(mountPoint, 'data'),
      'log.roll.ms': '300',
      'log.index.interval.bytes': '1000',
    },
  })
})

afterAll(async () => {
  await broker.stop()
  await unmount()
  removeDirectory(directory)
})

const failPower = async (): Promise<void> => {
  await command('python3', join(import.meta.dirname, 'shutdown.py'), mountPoint)
  await broker.kill()
  await unmount()
  // Replays the journal, and has nothing else to repair.
  await command('e2fsck', '-p', image)
  await mount()
  await broker.restart()
}

test(
  `${CYCLES} power failures under load, seed ${SEED}`,
  async () => {
    const chance = random(SEED)
    await createWork(broker.bootstrap, PARTITIONS)
    const producers = new Producers(broker.bootstrap, directory, PRODUCERS)
    try {
      for (let cycle = 0; cycle < CYCLES; cycle += 1) {
        const before = producers.acked()
        await eventually(
          `all produce in cycle ${cycle}`,
          () => {
            producers.expectAlive()
            return producers.acked().every((acked, at) => acked > (before[at] ?? 0)) ? true : undefined
          },
          { timeoutMs: 60_000 },
        )
        await new Promise((resolve) => setTimeout(resolve, chance() * WORK_MS_MAX))
        await failPower()
      }
      await producers.end()
    } finally {
      await producers.kill()
    }
    const acked = await producers.verify()
    console.log(`${CYCLES} power failures, ${acked} records acknowledged`)
    expect(acked).toBeGreaterThan(CYCLES * PRODUCERS * 100)
  },
  TIMEOUT_MS,
)

import { expect, it, vi } from 'vitest'
import { brokerId } from '../base/ids.ts'
import { silentLogger } from '../base/logger.ts'
import { startController } from './controller.ts'
import type { Decision } from './decision.ts'
import { claimClusterId } from './identity.ts'
import type { ClusterImage } from './image.ts'
import { startTestCluster } from './scenario.ts'

/** When every promise that could go on has done so. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const nextBlock = (image: ClusterImage): Decision<number> => ({
  result: image.nextProducerId,
  changes: [{ kind: 'producer-ids', record: { next: image.nextProducerId + 1_000 } }],
  guards: image.nextProducerId === 0 ? [] : [{ record: { kind: 'producer-ids' }, is: 'unchanged' }],
})

it('decides one after the other, each on what the one before made', async () => {
  const cluster = await startTestCluster()
  expect(await Promise.all([cluster.run(nextBlock), cluster.run(nextBlock), cluster.run(nextBlock)])).toEqual([
    0, 1_000, 2_000,
  ])
})

it('answers after the image that holds the changes was published', async () => {
  const published: ClusterImage[] = []
  const cluster = await startTestCluster((_, next) => published.push(next))
  await cluster.run(nextBlock)
  expect(published.at(-1)?.nextProducerId).toBe(1_000)
  expect(cluster.image()).toBe(published.at(-1))
})

it('publishes every image from the one it followed on', async () => {
  const pairs: [ClusterImage, ClusterImage][] = []
  const cluster = await startTestCluster((before, next) => pairs.push([before, next]))
  await cluster.run(nextBlock)
  await cluster.run(nextBlock)
  expect(pairs.slice(1).every(([before], at) => before === pairs[at]?.[1])).toBe(true)
})

it('decides again when another broker was faster', async () => {
  const cluster = await startTestCluster()
  const other = await startController({
    store: cluster.store,
    brokerId: brokerId(2),
    publish: () => undefined,
    logger: silentLogger,
  })
  await cluster.run(nextBlock)
  const blocks = await Promise.all([cluster.run(nextBlock), other.run(nextBlock), cluster.run(nextBlock)])
  expect(new Set(blocks)).toEqual(new Set([1_000, 2_000, 3_000]))
})

it('commits nothing when there is nothing to change', async () => {
  const cluster = await startTestCluster()
  const { revision } = cluster.image()
  expect(await cluster.run(() => ({ result: 'seen', changes: [], guards: [] }))).toBe('seen')
  expect(cluster.image().revision).toBe(revision)
})

it('says when what was changed cannot be served, and goes on', async () => {
  let refuses = false
  const cluster = await startTestCluster(() => {
    if (refuses) throw new Error('no')
  })
  refuses = true
  await expect(cluster.run(nextBlock)).rejects.toMatchObject({ code: 'UNKNOWN_SERVER_ERROR' })
  refuses = false
  expect(await cluster.run(nextBlock)).toBe(1_000)
})

it('goes on after a decision that throws', async () => {
  const cluster = await startTestCluster()
  await expect(
    cluster.run(() => {
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  expect(await cluster.run(nextBlock)).toBe(0)
})

it('takes nothing more once it stops', async () => {
  const cluster = await startTestCluster()
  const last = cluster.run(nextBlock)
  const stopped = cluster.stop()
  await expect(cluster.run(nextBlock)).rejects.toMatchObject({ code: 'NOT_CONTROLLER' })
  expect(await last).toBe(0)
  await stopped
})

it('starts again from a snapshot when it fell behind', async () => {
  const publish = vi.fn()
  const cluster = await startTestCluster(publish)
  const { store } = cluster
  let compacted: (() => void) | undefined
  const behind = await startController({
    store: {
      ...store,
      watch: (from, watcher) => {
        compacted ??= () => watcher.compacted()
        return store.watch(from, watcher)
      },
    },
    brokerId: brokerId(2),
    publish,
    logger: silentLogger,
  })
  await cluster.run(nextBlock)
  compacted?.()
  await vi.waitFor(() => expect(behind.image().nextProducerId).toBe(1_000))
})

it('has one cluster id for good', async () => {
  const cluster = await startTestCluster()
  await cluster.run(claimClusterId('first'))
  await cluster.run(claimClusterId('first'))
  expect(cluster.image().clusterId).toBe('first')
  await expect(cluster.run(claimClusterId('second'))).rejects.toMatchObject({ code: 'INCONSISTENT_CLUSTER_ID' })
})

it('shows the broker while its session lasts', async () => {
  const cluster = await startTestCluster()
  expect([...cluster.image().brokers.keys()]).toEqual([1])
  for (let round = 0; round < 10; round++) {
    cluster.clock.advance(1_600)
    await settled()
  }
  expect([...cluster.image().brokers.keys()]).toEqual([1])
  await cluster.session.end()
  expect([...cluster.image().brokers.keys()]).toEqual([])
})

it('registers again after a lapse of its session', async () => {
  const cluster = await startTestCluster()
  cluster.clock.advance(30_000) // No promise runs meanwhile, as when the process stands still.
  await settled()
  expect([...cluster.image().brokers.keys()]).toEqual([])
  cluster.clock.advance(1_600)
  await settled()
  expect([...cluster.image().brokers.keys()]).toEqual([1])
})

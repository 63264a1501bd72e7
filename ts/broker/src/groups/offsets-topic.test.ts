import { expect, test } from 'vitest'
import { brokerId, partitionIndex, type TopicId } from '../base/ids.ts'
import { silentLogger } from '../base/logger.ts'
import { applyChanges } from '../cluster/apply.ts'
import type { ClusterImage } from '../cluster/image.ts'
import { withBrokers } from '../cluster/scenario.ts'
import { OFFSETS_TOPIC, OffsetsTopic } from './offsets-topic.ts'

const topic = 'AQEBAQEBAQEBAQEBAQEBAQ' as TopicId
const PARTITIONS = 50

const withTopic: ClusterImage = applyChanges(withBrokers(1), 2, [
  { kind: 'topic', topic, record: { name: OFFSETS_TOPIC } },
  ...Array.from({ length: PARTITIONS }, (_, index) => ({
    kind: 'partition' as const,
    topic,
    index: partitionIndex(index),
    record: { leader: 1, leaderEpoch: 0, partitionEpoch: 0, replicas: [1], isr: [1], elr: [] },
  })),
])

const setUp = () => {
  let image = withTopic
  const loads: (() => void)[] = []
  const loaded = new Set<number>()
  const offsets = new OffsetsTopic({
    brokerId: brokerId(1),
    image: () => image,
    ensureTopic: async () => undefined,
    shards: {
      get partitions() {
        return [...loaded]
      },
      load: (partition) => {
        loaded.add(partition)
        return new Promise((resolve) => loads.push(resolve))
      },
      unload: (partition) => void loaded.delete(partition),
    },
    logger: silentLogger,
  })
  const finishLoads = async (): Promise<void> => {
    for (let load = loads.shift(); load !== undefined; load = loads.shift()) {
      load()
      await Promise.resolve()
      await Promise.resolve()
    }
  }
  return { offsets, loaded, finishLoads, move: (next: ClusterImage) => (image = next) }
}

test('every partition is loaded, a few at a time', async () => {
  const { offsets, loaded, finishLoads } = setUp()
  const refreshed = offsets.refresh()
  expect(loaded.size).toBeLessThan(PARTITIONS)
  await finishLoads()
  await refreshed
  expect(loaded.size).toBe(PARTITIONS)
})

// A broker that was stopped while it loaded went on, with an engine that was closed, and left timers behind.
test('nothing is loaded after a stop', async () => {
  const { offsets, loaded, finishLoads } = setUp()
  const refreshed = offsets.refresh()
  offsets.stop()
  await finishLoads()
  await refreshed
  expect([...loaded]).toEqual([])
})

test('nothing is loaded of a topic that is gone', async () => {
  const { offsets, loaded, finishLoads, move } = setUp()
  const refreshed = offsets.refresh()
  move(applyChanges(withTopic, 3, [{ kind: 'topic', topic, record: null }]))
  await offsets.refresh()
  await finishLoads()
  await refreshed
  expect([...loaded]).toEqual([])
})

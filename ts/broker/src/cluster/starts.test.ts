import { expect, it } from 'vitest'
import { brokerId, partitionIndex, type TopicId } from '../base/ids.ts'
import { silentLogger } from '../base/logger.ts'
import { manualClock } from '../base/clock.ts'
import { applyChanges, applyCommit, loadImage } from './apply.ts'
import type { ClusterImage } from './image.ts'
import { newPartition } from './leaders.ts'
import { encodeRecord, keyOf, type Change } from './records.ts'
import { withBrokers } from './scenario.ts'
import { countStart } from './starts.ts'
import { createMemoryStore } from './store/memory.ts'
import type { MetadataStore } from './store/store.ts'

const broker = brokerId(1)
const topic = 'AQEBAQEBAQEBAQEBAQEBAQ' as TopicId

const commit = async (store: MetadataStore, changes: readonly Change[]): Promise<void> => {
  const keyed = changes.map((change) => ({ key: keyOf(change), value: encodeRecord(change) }))
  await store.commit([], keyed)
}

const start = async (store: MetadataStore): Promise<ClusterImage> =>
  loadImage(await countStart(store, broker, silentLogger))

const partitionAt = (image: ClusterImage, index: number): Change => {
  const starts = { ...image, brokers: withBrokers(1, 2).brokers }
  return { kind: 'partition', topic, index: partitionIndex(index), record: newPartition(starts, [broker]) }
}

const epochs = (image: ClusterImage): readonly number[] =>
  image.topicsById.get(topic)?.partitions.map(({ leaderEpoch }) => leaderEpoch) ?? []

it('leads two epochs later with each start, counted from where a partition was made', async () => {
  const store = createMemoryStore(manualClock())
  const first = await start(store)
  await commit(store, [{ kind: 'topic', topic, record: { name: 'a' } }, partitionAt(first, 0)])
  expect(epochs(loadImage(await store.snapshot()))).toEqual([0])
  const second = await start(store)
  expect(epochs(second)).toEqual([2])
  await commit(store, [partitionAt(second, 1)])
  expect(epochs(await start(store))).toEqual([4, 2])
})

it('tells those who watch what they would find in a snapshot', async () => {
  const store = createMemoryStore(manualClock())
  let image = await start(store)
  store.watch(image.revision, {
    commit: (seen) => {
      image = applyCommit(image, seen)
    },
    compacted: () => undefined,
  })
  const other: Change = { ...partitionAt(image, 1), record: newPartition(withBrokers(2), [brokerId(2)]) } as Change
  await commit(store, [{ kind: 'topic', topic, record: { name: 'a' } }, partitionAt(image, 0), other])
  const loaded = await start(store)
  expect(epochs(loaded)).toEqual([2, 0])
  expect(epochs(image)).toEqual(epochs(loaded))
  expect(applyChanges(image, image.revision, []).starts).toEqual(loaded.starts)
})

it('starts without, where nothing can be stored', async () => {
  const store = createMemoryStore(manualClock())
  await start(store)
  const full: MetadataStore = { ...store, commit: () => Promise.reject(new Error('no room')) }
  const before = await store.snapshot()
  expect(await countStart(full, broker, silentLogger)).toEqual(before)
})

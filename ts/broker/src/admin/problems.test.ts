import { expect, it } from 'vitest'
import { brokerId, partitionIndex, type TopicId } from '../base/ids.ts'
import { applyChanges } from '../cluster/apply.ts'
import type { Change } from '../cluster/records.ts'
import { withBrokers } from '../cluster/scenario.ts'
import { OFFSETS_TOPIC } from '../groups/offsets-topic.ts'
import { countOffline, countPartitions, findLost, type LostLogs, partitionsWith } from './problems.ts'

const topic = (at: number, name: string): Change => ({
  kind: 'topic',
  topic: `${at}QEBAQEBAQEBAQEBAQEBAQ` as TopicId,
  record: { name },
})

const partition = (at: number, index: number, leader: number, isr: readonly number[]): Change => ({
  kind: 'partition',
  topic: `${at}QEBAQEBAQEBAQEBAQEBAQ` as TopicId,
  index: partitionIndex(index),
  record: { leader, leaderEpoch: 4, partitionEpoch: 0, replicas: [1, 2], isr, elr: [] },
})

const cluster = withBrokers(1, 2)
const image = applyChanges(cluster, cluster.revision + 1, [
  topic(1, 'well'),
  partition(1, 0, 1, [1, 2]),
  topic(2, 'ill'),
  partition(2, 0, 1, [1, 2]),
  partition(2, 1, -1, []),
  partition(2, 2, 2, [2]),
])

const nothing: LostLogs = { broker: brokerId(1), logs: new Set() }

const listed = (problem: Parameters<typeof partitionsWith>[0], lost = nothing): readonly string[] =>
  partitionsWith(problem, image, lost).map(({ topic: name, partition: { index } }) => `${name}/${index}`)

it('partitions without a leader or with too few replicas are counted, and those are listed', () => {
  expect(countPartitions(image)).toMatchObject({ partitions: 4, leaderless: 1, underReplicated: 2 })
  expect(listed('leaderless')).toEqual(['ill/1'])
  expect(listed('underReplicated')).toEqual(['ill/1', 'ill/2'])
})

it('topics of users are counted apart from those of the broker, whose partitions can be bad as well', () => {
  const counted = { topics: 2, partitions: 4, internalTopics: 0, internalPartitions: 0 }
  expect(countPartitions(image)).toMatchObject(counted)
  const withInternal = applyChanges(image, image.revision + 1, [
    topic(3, OFFSETS_TOPIC),
    partition(3, 0, 1, [1, 2]),
    partition(3, 1, -1, [1]),
  ])
  const ill = { leaderless: 2, underReplicated: 3 }
  expect(countPartitions(withInternal)).toEqual({ ...counted, internalTopics: 1, internalPartitions: 2, ...ill })
})

it('replicas of brokers that are not there are offline, and those of directories that failed', async () => {
  expect(countOffline(image, nothing)).toEqual({ replicas: 0, own: 0 })
  expect(listed('offline')).toEqual([])

  const logs = (...of: readonly [at: number, index: number][]) =>
    of.map(([at, index]) => ({ topicId: `${at}QEBAQEBAQEBAQEBAQEBAQ`, partition: index, size: 0 }))
  const directory = { path: '/a', totalBytes: 1, usableBytes: 1, failed: false, logs: logs([1, 0], [2, 0]) }
  const engine = (failures: readonly { readonly path: string; readonly why: string }[]) => ({
    failures: () => failures,
    queries: {
      logDirs: () =>
        Promise.resolve([directory, { ...directory, path: '/b', failed: true, logs: logs([2, 1], [2, 2], [9, 0]) }]),
    },
  })
  expect(await findLost(engine([]), brokerId(1))).toEqual(nothing)
  const lost = await findLost(engine([{ path: '/b', why: 'it broke' }]), brokerId(1))
  expect(countOffline(image, lost)).toEqual({ replicas: 2, own: 2 })
  expect(listed('offline', lost)).toEqual(['ill/1', 'ill/2'])
  expect(partitionsWith('leaderless', image, lost)).toMatchObject([{ topic: 'ill', offline: [1] }])

  const alone = applyChanges(image, image.revision + 1, [{ kind: 'broker', broker: brokerId(2), record: null }])
  expect(countOffline(alone, nothing)).toEqual({ replicas: 4, own: 0 })
  expect(countOffline(alone, lost)).toEqual({ replicas: 6, own: 2 })
})

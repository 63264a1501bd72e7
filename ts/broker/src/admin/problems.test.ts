import { expect, it } from 'vitest'
import { partitionIndex, type TopicId } from '../base/ids.ts'
import { applyChanges } from '../cluster/apply.ts'
import type { Change } from '../cluster/records.ts'
import { withBrokers } from '../cluster/scenario.ts'
import { countPartitions, partitionsWith } from './problems.ts'

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

const listed = (problem: Parameters<typeof partitionsWith>[0]): readonly string[] =>
  partitionsWith(problem, image).map(({ topic: name, partition: { index } }) => `${name}/${index}`)

it('partitions without a leader or with too few replicas are counted, and those are listed', () => {
  expect(countPartitions(image)).toEqual({ partitions: 4, leaderless: 1, underReplicated: 2 })
  expect(listed('leaderless')).toEqual(['ill/1'])
  expect(listed('underReplicated')).toEqual(['ill/1', 'ill/2'])
})

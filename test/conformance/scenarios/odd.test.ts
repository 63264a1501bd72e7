// Requests that no client sends: the same thing twice, nothing at all, numbers out of range.
import { produce } from 'millrace/messages/00-produce.js'
import { fetch } from 'millrace/messages/01-fetch.js'
import { listOffsets } from 'millrace/messages/02-list-offsets.js'
import { deleteRecords } from 'millrace/messages/21-delete-records.js'
import { offsetForLeaderEpoch } from 'millrace/messages/23-offset-for-leader-epoch.js'
import { createPartitions } from 'millrace/messages/37-create-partitions.js'
import { describeProducers } from 'millrace/messages/61-describe-producers.js'
import { fetchFrom, fetchRequest, type TopicRef, write } from './requests.ts'
import { scenarios, type Stage } from './scenario.ts'

const scenario = scenarios('odd')

const filled = async (stage: Stage, name: string, partitions = 1): Promise<TopicRef> => {
  const ref = { name, id: await stage.topic(name, { partitions }) }
  const on = await stage.peer()
  for (let index = 0; index < partitions; index += 1) await write(on, ref, [{ value: 'a' }], {}, index)
  return ref
}

scenario('the same partition twice', { rows: [24, 32] }, async (stage) => {
  const { transcript, peer } = stage
  const ref = await filled(stage, 'doubled')
  const on = await peer()
  const epochs = [0, 7].map((leaderEpoch) => ({ partition: 0, leaderEpoch, currentLeaderEpoch: -1 }))
  await transcript.versions(on, 'epochs', offsetForLeaderEpoch, () => ({
    topics: [{ topic: ref.name, partitions: epochs }],
  }))
  const offsets = [0, 1].map((offset) => ({ partitionIndex: 0, offset }))
  await transcript.versions(on, 'records', deleteRecords, () => ({
    topics: [{ name: ref.name, partitions: offsets }],
    timeoutMs: 5000,
  }))
  const grown = { name: ref.name, count: 5, assignments: null }
  await transcript.versions(on, 'partitions', createPartitions, () => ({
    topics: [grown, grown],
    timeoutMs: 5000,
    validateOnly: false,
  }))
  await transcript.call(on, 'producers', describeProducers, 0, {
    topics: [{ name: ref.name, partitionIndexes: [0, 0] }],
  })
})

scenario('nothing at all', { rows: [8, 21, 25] }, async (stage) => {
  const { transcript, peer } = stage
  const ref = await filled(stage, 'something')
  const on = await peer()
  for (const acks of [-1, 1]) {
    const asked = { transactionalId: null, acks, timeoutMs: 5000 }
    await transcript.versions(on, 'no topics', produce, () => ({ ...asked, topicData: [] }))
    const topicData = [{ name: ref.name, topicId: ref.id, partitionData: [] }]
    await transcript.versions(on, 'no partitions', produce, () => ({ ...asked, topicData }))
  }
  await transcript.versions(on, 'no partitions', fetch, () => fetchRequest([{ topic: ref, partitions: [] }]))
  await transcript.versions(on, 'no topics', listOffsets, () => ({ replicaId: -1, topics: [], timeoutMs: 5000 }))
  await transcript.versions(on, 'no partitions', listOffsets, () => ({
    replicaId: -1,
    topics: [{ name: ref.name, partitions: [] }],
    timeoutMs: 5000,
  }))
  await transcript.versions(on, 'no partitions', offsetForLeaderEpoch, () => ({
    topics: [{ topic: ref.name, partitions: [] }],
  }))
  await transcript.versions(on, 'no partitions', deleteRecords, () => ({
    topics: [{ name: ref.name, partitions: [] }],
    timeoutMs: 5000,
  }))
  await transcript.call(on, 'no partitions', describeProducers, 0, {
    topics: [{ name: ref.name, partitionIndexes: [] }],
  })
  await transcript.versions(on, 'no topics', deleteRecords, () => ({ topics: [], timeoutMs: 5000 }))
})

scenario('numbers out of range', { rows: [18, 25] }, async (stage) => {
  const { transcript, peer } = stage
  const ref = await filled(stage, 'ranged')
  const on = await peer()
  const asked: readonly (readonly [string, ReturnType<typeof fetchFrom>])[] = [
    ['a partition below zero', fetchFrom(ref, { partition: -1 })],
    ['a minimum below zero', fetchFrom(ref, { fetchOffset: 1 }, { minBytes: -1 })],
    ['the largest offset', fetchFrom(ref, { fetchOffset: Number.MAX_SAFE_INTEGER })],
  ]
  for (const [what, request] of asked) await transcript.versions(on, what, fetch, () => request)
  const offset = (partitionIndex: number) => ({
    replicaId: -1,
    topics: [{ name: ref.name, partitions: [{ partitionIndex, timestamp: -1 }] }],
    timeoutMs: 5000,
  })
  await transcript.versions(on, 'a partition below zero', listOffsets, () => offset(-1))
  const before = (partitionIndex: number) => ({
    topics: [{ name: ref.name, partitions: [{ partitionIndex, offset: 0 }] }],
    timeoutMs: 5000,
  })
  await transcript.versions(on, 'a partition below zero', deleteRecords, () => before(-1))
  for (const isolationLevel of [2, -1]) {
    const what = `isolation ${isolationLevel}`
    await transcript.versions(on, what, fetch, () => fetchFrom(ref, {}, { isolationLevel }))
    await transcript.versions(on, what, listOffsets, () => ({ ...offset(0), isolationLevel }), { from: 2 })
  }
})

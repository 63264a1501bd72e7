// ListOffsets and OffsetForLeaderEpoch at every version.
import { listOffsets } from 'millrace/messages/02-list-offsets.js'
import { deleteRecords } from 'millrace/messages/21-delete-records.js'
import { offsetForLeaderEpoch } from 'millrace/messages/23-offset-for-leader-epoch.js'
import { write } from './requests.ts'
import { scenarios, type Stage } from './scenario.ts'

const scenario = scenarios('list-offsets')

const asked = (
  name: string,
  timestamp: number,
  { partition = 0, currentLeaderEpoch = -1, isolationLevel = 0, replicaId = -1 } = {},
) => ({
  replicaId,
  isolationLevel,
  topics: [{ name, partitions: [{ partitionIndex: partition, currentLeaderEpoch, timestamp }] }],
  timeoutMs: 5000,
})

const filled = async (stage: Stage, name: string) => {
  const topic = { name, id: await stage.topic(name) }
  const on = await stage.peer()
  for (const [baseTimestamp, records] of [
    [1000, 2],
    [3000, 1],
    [2000, 2],
  ] as const) {
    await write(
      on,
      topic,
      Array.from({ length: records }, () => ({ value: 'v' })),
      { baseTimestamp },
    )
  }
  return { topic, on }
}

scenario('times', { rows: [25] }, async (stage) => {
  const { on } = await filled(stage, 'times')
  for (const timestamp of [0, 1000, 1001, 2000, 2500, 3000, 3001]) {
    await stage.transcript.versions(on, `at ${timestamp}`, listOffsets, () => asked('times', timestamp))
  }
  await stage.transcript.versions(on, 'committed', listOffsets, () => asked('times', 1001, { isolationLevel: 1 }))
})

scenario('special times', { rows: [25] }, async (stage) => {
  const { on } = await filled(stage, 'special')
  await stage.topic('empty')
  for (const timestamp of [-1, -2, -3, -4, -5, -6, -7, -100]) {
    await stage.transcript.versions(on, `at ${timestamp}`, listOffsets, () => asked('special', timestamp))
    await stage.transcript.versions(on, `empty, at ${timestamp}`, listOffsets, () => asked('empty', timestamp))
    await stage.transcript.versions(on, `committed, at ${timestamp}`, listOffsets, () =>
      asked('special', timestamp, { isolationLevel: 1 }),
    )
  }
  await stage.transcript.versions(on, 'a time in an empty one', listOffsets, () => asked('empty', 5))
})

scenario('after records were deleted', { rows: [25] }, async (stage) => {
  const { on } = await filled(stage, 'deleted')
  const topics = [{ name: 'deleted', partitions: [{ partitionIndex: 0, offset: 2 }] }]
  await stage.transcript.versions(on, 'to 2', deleteRecords, () => ({ topics, timeoutMs: 5000 }))
  for (const timestamp of [-2, -1, -3, -4, 0, 1000]) {
    await stage.transcript.versions(on, `at ${timestamp}`, listOffsets, () => asked('deleted', timestamp))
  }
  const all = [{ name: 'deleted', partitions: [{ partitionIndex: 0, offset: -1 }] }]
  await stage.transcript.versions(on, 'all', deleteRecords, () => ({ topics: all, timeoutMs: 5000 }))
  for (const timestamp of [-2, -1, 0]) {
    await stage.transcript.versions(on, `all, at ${timestamp}`, listOffsets, () => asked('deleted', timestamp))
  }
})

scenario('what is wrong', { rows: [23, 25] }, async (stage) => {
  const { on } = await filled(stage, 'wrong')
  const { transcript } = stage
  await transcript.versions(on, 'topic', listOffsets, () => asked('no-such-topic', -1))
  await transcript.versions(on, 'partition', listOffsets, () => asked('wrong', -1, { partition: 4 }))
  await transcript.versions(on, 'older epoch', listOffsets, () => asked('wrong', -1, { currentLeaderEpoch: -2 }))
  await transcript.versions(on, 'newer epoch', listOffsets, () => asked('wrong', -1, { currentLeaderEpoch: 4 }))
  await transcript.versions(on, 'this epoch', listOffsets, () => asked('wrong', -1, { currentLeaderEpoch: 0 }))
  await transcript.versions(on, 'debugging', listOffsets, () => asked('wrong', -1, { replicaId: -2 }))
  await transcript.versions(on, 'a partition twice', listOffsets, () => {
    const partitions = [-1, -2].map((timestamp) => ({ partitionIndex: 0, timestamp }))
    return { replicaId: -1, topics: [{ name: 'wrong', partitions }], timeoutMs: 5000 }
  })
})

scenario('where epochs end', { rows: [23, 24] }, async (stage) => {
  const { on } = await filled(stage, 'ended')
  await stage.topic('nothing')
  const ask =
    (topic: string, leaderEpoch: number, currentLeaderEpoch = -1, partition = 0) =>
    () => ({
      replicaId: -2,
      topics: [{ topic, partitions: [{ partition, currentLeaderEpoch, leaderEpoch }] }],
    })
  for (const epoch of [0, 1, -1, 7]) {
    await stage.transcript.versions(on, `epoch ${epoch}`, offsetForLeaderEpoch, ask('ended', epoch))
    await stage.transcript.versions(on, `nothing, epoch ${epoch}`, offsetForLeaderEpoch, ask('nothing', epoch))
  }
  await stage.transcript.versions(on, 'an older current epoch', offsetForLeaderEpoch, ask('ended', 0, -2))
  await stage.transcript.versions(on, 'a newer current epoch', offsetForLeaderEpoch, ask('ended', 0, 3))
  await stage.transcript.versions(on, 'this current epoch', offsetForLeaderEpoch, ask('ended', 0, 0))
  await stage.transcript.versions(on, 'no topic', offsetForLeaderEpoch, ask('no-such-topic', 0))
  await stage.transcript.versions(on, 'no partition', offsetForLeaderEpoch, ask('ended', 0, -1, 8))
})

// Fetch at every version: what is read, from where, how much, and when an answer waits.
import { produce } from 'millrace/messages/00-produce.js'
import { fetch } from 'millrace/messages/01-fetch.js'
import { createTopics } from 'millrace/messages/19-create-topics.js'
import { deleteTopics } from 'millrace/messages/20-delete-topics.js'
import { deleteRecords } from 'millrace/messages/21-delete-records.js'
import { expect } from 'vitest'
import { batch } from '../../harness/batch.ts'
import { eventually } from '../../harness/eventually.ts'
import { fetchFrom, fetchRequest, produceTo, type TopicRef, UNKNOWN_ID, write } from './requests.ts'
import { scenarios, type Stage } from './scenario.ts'

const scenario = scenarios('fetch')

/** Long enough to be told from an answer at once. */
const WAIT_MS = 150

const filled = async (stage: Stage, name: string, batches = 3): Promise<TopicRef> => {
  const topic = { name, id: await stage.topic(name) }
  const on = await stage.peer()
  for (let count = 0; count < batches; count += 1) await write(on, topic, [{ value: 'one' }, { value: 'two' }])
  return topic
}

scenario('from the start, the middle of a batch, the end and beyond', { rows: [17, 19, 20] }, async (stage) => {
  const topic = await filled(stage, 'read')
  const on = await stage.peer()
  for (const fetchOffset of [0, 3, 6, 7, -1]) {
    await stage.transcript.versions(on, `offset ${fetchOffset}`, fetch, () => fetchFrom(topic, { fetchOffset }))
  }
  await stage.transcript.versions(on, 'committed', fetch, () => fetchFrom(topic, {}, { isolationLevel: 1 }))
})

scenario('unknown topics and partitions', { rows: [27] }, async (stage) => {
  const topic = await filled(stage, 'known')
  const on = await stage.peer()
  const unknown = { name: 'no-such-topic', id: UNKNOWN_ID }
  await stage.transcript.versions(on, 'a topic', fetch, () => fetchFrom(unknown))
  await stage.transcript.versions(on, 'a partition', fetch, () => fetchFrom(topic, { partition: 5 }))
  await stage.transcript.versions(on, 'committed', fetch, () =>
    fetchFrom(topic, { partition: 5 }, { isolationLevel: 1 }),
  )
})

scenario('limits never cut the first batch', { rows: [18] }, async (stage) => {
  const topic = { name: 'limits', id: await stage.topic('limits', { partitions: 2 }) }
  const on = await stage.peer()
  for (const index of [0, 1]) {
    for (let count = 0; count < 3; count += 1) await write(on, topic, [{ value: 'x'.repeat(100) }], {}, index)
  }
  const both = (partitionMaxBytes: number) => [
    { topic, partitions: [1, 0].map((partition) => ({ partition, partitionMaxBytes })) },
  ]
  const asked: readonly [string, number, number][] = [
    ['one byte of a partition', 1, 1 << 20],
    ['one byte in all', 1 << 20, 1],
    ['one byte of both', 1, 1],
    ['one batch and a half', 270, 1 << 20],
    ['two batches in all', 1 << 20, 360],
    ['nothing', 0, 0],
  ]
  for (const [what, each, all] of asked) {
    await stage.transcript.versions(on, what, fetch, () => fetchRequest(both(each), { maxBytes: all }))
  }
})

scenario('leader epochs', { rows: [23] }, async (stage) => {
  const topic = await filled(stage, 'epochs')
  const on = await stage.peer()
  for (const currentLeaderEpoch of [-2, 0, 1]) {
    const asked = { currentLeaderEpoch }
    await stage.transcript.versions(on, `current ${currentLeaderEpoch}`, fetch, () => fetchFrom(topic, asked))
  }
  for (const lastFetchedEpoch of [0, 1]) {
    const asked = { lastFetchedEpoch, fetchOffset: 2 }
    await stage.transcript.versions(on, `fetched ${lastFetchedEpoch}`, fetch, () => fetchFrom(topic, asked), {
      from: 12,
    })
  }
})

scenario('the start moves when records are deleted', { rows: [20, 32] }, async (stage) => {
  const topic = await filled(stage, 'trimmed')
  const on = await stage.peer()
  const before = [{ name: topic.name, partitions: [{ partitionIndex: 0, offset: 3 }] }]
  await stage.transcript.versions(on, 'to 3', deleteRecords, () => ({ topics: before, timeoutMs: 5000 }))
  await stage.transcript.versions(on, 'below the start', fetch, () => fetchFrom(topic, { fetchOffset: 2 }))
  await stage.transcript.versions(on, 'at the start', fetch, () => fetchFrom(topic, { fetchOffset: 3 }))
})

const timed = async (what: string, ask: () => Promise<unknown>, atLeast: number, atMost: number): Promise<void> => {
  const began = performance.now()
  await ask()
  const took = performance.now() - began
  expect(took, what).toBeGreaterThanOrEqual(atLeast)
  expect(took, what).toBeLessThan(atMost)
}

scenario('waiting', { rows: [21] }, async (stage) => {
  const topic = await filled(stage, 'waiting', 1)
  const on = await stage.peer()
  const writer = await stage.peer()
  const late = { fetchOffset: 2 }
  const call = (what: string, version: number, partition: object, options: object) => () =>
    stage.transcript.call(on, what, fetch, version, fetchFrom(topic, partition, options))
  for (const version of [4, 11, 12, 18]) {
    const nothing = { maxWaitMs: WAIT_MS }
    await timed('in vain', call('in vain', version, late, nothing), WAIT_MS - 10, 4000)
    const patient = { maxWaitMs: 5000 }
    await timed('an error', call('an error', version, { fetchOffset: 99 }, patient), 0, 4000)
    await timed('no minimum', call('no minimum', version, late, { ...patient, minBytes: 0 }), 0, 4000)
    const impatient = { maxWaitMs: -1 }
    await timed('a negative time', call('a negative time', version, late, impatient), 0, 4000)
    await timed('enough', call('enough', version, { fetchOffset: 0 }, patient), 0, 4000)
    await timed(
      'too little',
      call('too little', version, {}, { maxWaitMs: WAIT_MS, minBytes: 100_000 }),
      WAIT_MS - 10,
      4000,
    )
  }
  const woken = stage.transcript.call(on, 'woken', fetch, 18, fetchFrom(topic, late, { maxWaitMs: 10_000 }))
  await timed('woken', async () => [await write(writer, topic, [{ value: 'three' }]), await woken], 0, 5000)
  const patient = fetchFrom(topic, { fetchOffset: 3 }, { maxWaitMs: 10_000, minBytes: 200 })
  const filledUp = stage.transcript.call(on, 'woken by the third', fetch, 18, patient)
  for (let count = 0; count < 3; count += 1) await write(writer, topic, [{ value: 'four' }])
  await filledUp
})

scenario('what ends the wait', { rows: [21] }, async (stage) => {
  const topic = { name: 'ended', id: await stage.topic('ended', { partitions: 2 }) }
  const other = await filled(stage, 'ended-too', 1)
  const on = await stage.peer()
  const helper = await stage.peer()
  const patient = { maxWaitMs: 10_000 }
  const asked = (what: string, version: number, request: ReturnType<typeof fetchRequest>) =>
    stage.transcript.call(on, what, fetch, version, request)
  const quick = (what: string, version: number, request: ReturnType<typeof fetchRequest>, act?: () => unknown) =>
    timed(what, () => Promise.all([asked(what, version, request), act?.()]), 0, 5000)
  const idle = [{ topic, partitions: [{ partition: 0 }, { partition: 1 }] }]
  for (const version of [4, 12, 18]) {
    await quick('no partitions', version, fetchRequest([], patient))
    const outOfRange = { topic: other, partitions: [{ fetchOffset: 9 }] }
    await quick('one is out of range', version, fetchRequest([...idle, outOfRange], patient))
    const unknown = { topic: other, partitions: [{ partition: 8 }] }
    const short = fetchRequest([...idle, unknown], { maxWaitMs: WAIT_MS })
    // Kafka waits for the others, if there are some.
    await timed('one is unknown', () => asked('one is unknown', version, short), WAIT_MS - 10, 5000)
    await quick('all are unknown', version, fetchRequest([unknown], patient))
  }
  await quick('another epoch', 18, fetchFrom(other, { fetchOffset: 2, lastFetchedEpoch: 7 }, patient))
  await quick('another leader', 18, fetchFrom(other, { fetchOffset: 2, currentLeaderEpoch: 7 }, patient))
  await quick('the second has news', 18, fetchRequest(idle, patient), () =>
    write(helper, topic, [{ value: 'news' }], {}, 1),
  )
  const deleted = timed(
    'it is deleted',
    async () => {
      const { responses } = await on.call(fetch, 18, fetchFrom(topic, {}, patient))
      stage.transcript.note('it is deleted', responses[0]?.partitions[0]?.errorCode)
    },
    0,
    5000,
  )
  await helper.call(deleteTopics, 5, { topicNames: [topic.name], timeoutMs: 5000 })
  await deleted
})

scenario('a topic that was deleted and made again', { rows: [27] }, async (stage) => {
  const old = await filled(stage, 'again')
  const on = await stage.peer()
  await stage.transcript.call(on, 'the old one', deleteTopics, 6, {
    topics: [{ name: null, topicId: old.id }],
    timeoutMs: 5000,
  })
  await eventually('it is gone', async () => {
    const answer = await on.call(fetch, 18, fetchFrom(old))
    return answer.responses[0]?.partitions[0]?.errorCode === 100 ? true : undefined
  })
  await stage.transcript.versions(on, 'while it is gone', fetch, () => fetchFrom(old))
  const request = { name: 'again', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }
  const created = await eventually('it is made again', async () => {
    const answer = await on.call(createTopics, 7, { topics: [request], timeoutMs: 5000 })
    return answer.topics[0]?.errorCode === 0 ? answer.topics[0].topicId : undefined
  })
  stage.transcript.name(created, 'new id')
  const fresh = { name: 'again', id: created }
  await eventually('it can be written', () => write(on, fresh, [{ value: 'new' }]))
  await stage.transcript.versions(on, 'by the old id', fetch, () => fetchFrom(old), { from: 13 })
  await stage.transcript.call(on, 'written by the old id', produce, 13, produceTo(old, batch([{ value: 'old' }])))
  await stage.transcript.versions(on, 'by the new id', fetch, () => fetchFrom(fresh))
})

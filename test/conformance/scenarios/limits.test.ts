// Limits, on a broker where some are small.
import { ZERO_TOPIC_ID } from 'millrace/base/ids.js'
import { produce } from 'millrace/messages/00-produce.js'
import { fetch } from 'millrace/messages/01-fetch.js'
import { metadata } from 'millrace/messages/03-metadata.js'
import { createTopics } from 'millrace/messages/19-create-topics.js'
import { deleteTopics } from 'millrace/messages/20-delete-topics.js'
import { describeProducers } from 'millrace/messages/61-describe-producers.js'
import { batch } from '../../harness/batch.ts'
import { eventually } from '../../harness/eventually.ts'
import { byName, fetchFrom, fetchRequest, newProducer, produceTo, write } from './requests.ts'
import { scenarios } from './scenario.ts'

const scenario = scenarios('limits', {
  'default.replication.factor': '2',
  'delete.topic.enable': 'false',
  'fetch.max.bytes': '1024',
  'producer.id.expiration.ms': '500',
  // How often Kafka looks, and how often Millrace does.
  'producer.id.expiration.check.interval.ms': '100',
  'log.retention.check.interval.ms': '100',
})

scenario('a Fetch gets no more than the broker allows', { rows: [18] }, async ({ transcript, topic, peer }) => {
  const ref = { name: 'much', id: await topic('much', { partitions: 3 }) }
  const on = await peer()
  for (const index of [0, 1, 2]) {
    for (let count = 0; count < 3; count += 1) await write(on, ref, [{ value: 'x'.repeat(230) }], {}, index)
  }
  const large = { name: 'large', id: await topic('large') }
  await write(on, large, [{ value: 'x'.repeat(3000) }])
  const partitions = [2, 0, 1].map((partition) => ({ partition, fetchOffset: partition }))
  await transcript.versions(on, 'all', fetch, () => fetchRequest([{ topic: ref, partitions }]))
  await transcript.versions(on, 'beyond it', fetch, () => fetchFrom(large))
})

scenario('a producer that was idle too long is forgotten', { rows: [11] }, async ({ transcript, topic, peer }) => {
  const ref = { name: 'idle', id: await topic('idle') }
  const on = await peer()
  const producerId = await newProducer(on)
  const send = (what: string, baseSequence: number) =>
    transcript.call(
      on,
      what,
      produce,
      13,
      produceTo(ref, batch([{ value: 'a' }], { producerId, producerEpoch: 3, baseSequence })),
    )
  await send('the first', 0)
  await send('a gap', 7)
  await eventually('it is forgotten', async () => {
    const { topics } = await on.call(describeProducers, 0, { topics: [{ name: 'idle', partitionIndexes: [0] }] })
    return topics[0]?.partitions[0]?.activeProducers.length === 0 ? true : undefined
  })
  await send('in the middle', 9)
  await send('the next', 10)
})

scenario('no more than a thousand sessions', { rows: [22] }, async ({ transcript, topic, peer }) => {
  const ref = { name: 'sessions', id: await topic('sessions') }
  const on = await peer()
  let given = 0
  // Kafka spreads them by chance over eight parts: some more make sure that all are full.
  for (let count = 0; count < 1600; count += 1) {
    const { sessionId } = await on.call(fetch, 18, fetchFrom(ref, {}, { sessionEpoch: 0 }))
    if (sessionId !== 0) given += 1
  }
  transcript.note('sessions given', given)
  await transcript.versions(on, 'one more', fetch, () => fetchFrom(ref, {}, { sessionEpoch: 0 }), { from: 7 })
})

scenario('a topic that cannot be made by itself', { rows: [26, 29] }, async ({ transcript, topic, peer }) => {
  await topic('there')
  const on = await peer()
  for (let version = 0; version <= 13; version += 1) {
    const names = [{ name: 'too-many-replicas' }, { name: 'there' }]
    const { topics } = await on.call(metadata, version, { topics: names, allowAutoTopicCreation: true })
    transcript.note(`asked for, v${version}`, topics.toSorted(byName))
  }
  const request = { name: 'x', numPartitions: -1, replicationFactor: -1, assignments: [], configs: [] }
  await transcript.versions(on, 'created', createTopics, () => ({ topics: [request], timeoutMs: 5000 }))
})

scenario('topics that nobody may delete', { rows: [27] }, async ({ transcript, topic, peer }) => {
  const topicId = await topic('kept')
  const on = await peer()
  const topics = [{ name: 'kept', topicId: ZERO_TOPIC_ID }]
  const asked = { topics, topicNames: ['kept'], timeoutMs: 5000 }
  await transcript.versions(on, 'by name', deleteTopics, () => asked)
  const byId = { topics: [{ name: null, topicId }], timeoutMs: 5000 }
  await transcript.versions(on, 'by id', deleteTopics, () => byId, { from: 6 })
})

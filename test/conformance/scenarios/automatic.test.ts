// Topics that come into being because a client names them.
import { produce } from 'millrace/messages/00-produce.js'
import { listOffsets } from 'millrace/messages/02-list-offsets.js'
import { metadata } from 'millrace/messages/03-metadata.js'
import { batch } from '../../harness/batch.ts'
import { eventually } from '../../harness/eventually.ts'
import type { Peer } from '../../harness/peer.ts'
import { byName, produceTo, UNKNOWN_ID } from './requests.ts'
import { scenarios } from './scenario.ts'

const scenario = scenarios('automatic', { 'num.partitions': '2' })

const asking = (name: string, allowAutoTopicCreation = true) => ({ topics: [{ name }], allowAutoTopicCreation })

const exists = async (on: Peer, name: string): Promise<boolean> => {
  const { topics } = await on.call(metadata, 12, asking(name, false))
  return topics[0]?.errorCode === 0
}

scenario('a topic that is asked for', { rows: [26] }, async ({ transcript, peer }) => {
  const on = await peer()
  for (let version = 0; version <= 13; version += 1) {
    const name = `asked-${version}`
    await transcript.call(on, 'asked for', metadata, version, asking(name))
    await eventually(`${name} is there`, async () => ((await exists(on, name)) ? true : undefined))
    const { topics } = await on.call(metadata, version, asking(name))
    for (const { topicId } of topics) transcript.name(topicId, 'its id')
    await transcript.call(on, 'then', metadata, version, asking(name))
  }
})

scenario('what does not create a topic', { rows: [26, 28] }, async ({ transcript, topic, peer }) => {
  await topic('taken.name')
  const on = await peer()
  await transcript.versions(on, 'not allowed to', metadata, () => asking('forbidden', false), { from: 4 })
  for (const name of ['a b', '.', 'n'.repeat(250), 'taken_name']) {
    await transcript.versions(on, name.slice(0, 10), metadata, () => asking(name))
  }
  await transcript.versions(on, 'by id', metadata, () => ({ topics: [{ topicId: UNKNOWN_ID, name: null }] }), {
    from: 12,
  })
  const ref = { name: 'produced', id: UNKNOWN_ID }
  await transcript.versions(on, 'a Produce', produce, () => produceTo(ref, batch([{ value: 'a' }])), { to: 12 })
  const offsets = [{ name: 'listed', partitions: [{ partitionIndex: 0, timestamp: -1 }] }]
  await transcript.versions(on, 'ListOffsets', listOffsets, () => ({ replicaId: -1, topics: offsets, timeoutMs: 5000 }))
  const names = ['forbidden', 'produced', 'listed'].map((name) => ({ name }))
  await transcript.call(on, 'nothing was created', metadata, 12, { topics: names, allowAutoTopicCreation: false })
})

scenario('several topics, some of which cannot be', { rows: [26] }, async ({ transcript, topic, peer }) => {
  await topic('there')
  const on = await peer()
  const topics = [{ name: 'new' }, { name: 'a b' }, { name: 'there' }, { name: '' }]
  const answer = await on.call(metadata, 12, { topics, allowAutoTopicCreation: true })
  // Kafka puts those that it knows first.
  transcript.note('all', answer.topics.toSorted(byName))
  await eventually('the new one is there', async () => ((await exists(on, 'new')) ? true : undefined))
})

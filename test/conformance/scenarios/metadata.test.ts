// Metadata, ApiVersions and DescribeCluster at every version.
import { metadata } from 'millrace/messages/03-metadata.js'
import { describeCluster } from 'millrace/messages/60-describe-cluster.js'
import { byName, UNKNOWN_ID } from './requests.ts'
import { scenarios } from './scenario.ts'

const scenario = scenarios('metadata', { 'auto.create.topics.enable': 'false' })

const named = (...names: readonly string[]) => ({ topics: names.map((name) => ({ name })) })

scenario('topics by name', { rows: [26] }, async ({ transcript, topic, peer }) => {
  const on = await peer()
  await transcript.versions(on, 'no topics at all', metadata, () => ({ topics: [] }))
  await topic('first', { partitions: 3 })
  await topic('second')
  await transcript.versions(on, 'both in their order', metadata, () => named('second', 'first'))
  await transcript.versions(on, 'unknown', metadata, () => named('no-such-topic'))
  for (const name of ['__consumer_offsets', '__transaction_state', '__share_group_state', '__other']) {
    await transcript.versions(on, name, metadata, () => named(name))
  }
  await transcript.versions(on, 'impossible', metadata, () => named('a b'))
  await transcript.versions(on, 'empty', metadata, () => named(''))
  const operations = { includeTopicAuthorizedOperations: true, includeClusterAuthorizedOperations: true }
  await transcript.versions(on, 'operations', metadata, () => ({ ...named('first'), ...operations }), { from: 8 })
})

scenario('all topics', { rows: [26] }, async ({ transcript, topic, peer }) => {
  for (const name of ['all-b', 'all-a']) await topic(name, { partitions: 2 })
  const on = await peer()
  for (let version = 0; version <= 13; version += 1) {
    const asked = { topics: version === 0 ? [] : null, allowAutoTopicCreation: true }
    const { topics } = await on.call(metadata, version, asked)
    const ours = topics.filter(({ name }) => name?.startsWith('all-'))
    transcript.note(`v${version}`, ours.toSorted(byName))
  }
  await transcript.versions(on, 'one of them twice', metadata, () => named('all-a', 'all-b', 'all-a'))
})

scenario('topics by id', { rows: [26] }, async ({ transcript, topic, peer }) => {
  const topicId = await topic('by-id')
  const on = await peer()
  const from = { from: 12 }
  await transcript.versions(on, 'known', metadata, () => ({ topics: [{ topicId, name: null }] }), from)
  await transcript.versions(on, 'unknown', metadata, () => ({ topics: [{ topicId: UNKNOWN_ID, name: null }] }), from)
  const other = await topic('by-name')
  const both = { topicId, name: 'by-name' }
  await transcript.versions(on, 'an id and the name of another', metadata, () => ({ topics: [both] }), from)
  const mixed = [{ name: 'by-name' }, { topicId, name: null }]
  await transcript.versions(on, 'one by name and one by id', metadata, () => ({ topics: mixed }), from)
  const twice = [{ topicId: other, name: null }, both, { topicId: other, name: null }]
  await transcript.versions(on, 'one of them twice', metadata, () => ({ topics: twice }), from)
  const early = { from: 10, to: 11 }
  await transcript.versions(on, 'before ids may be used', metadata, () => ({ topics: [both] }), early)
  const nameless = () => ({ topics: [{ topicId, name: null }] })
  await transcript.versions(on, 'before names may be null', metadata, nameless, early)
})

scenario('the cluster', { rows: [26] }, async ({ transcript, peer }) => {
  const on = await peer()
  await transcript.versions(on, 'brokers', describeCluster, () => ({ includeClusterAuthorizedOperations: false }))
  await transcript.versions(on, 'operations', describeCluster, () => ({ includeClusterAuthorizedOperations: true }))
  const fenced = { includeClusterAuthorizedOperations: false, includeFencedBrokers: true }
  await transcript.versions(on, 'fenced brokers', describeCluster, () => fenced, { from: 2 })
  const unknown = { includeClusterAuthorizedOperations: false, endpointType: 9 }
  await transcript.versions(on, 'an unknown kind of endpoint', describeCluster, () => unknown, { from: 1 })
  const controllers = { includeClusterAuthorizedOperations: false, endpointType: 2 }
  await transcript.versions(on, 'controllers', describeCluster, () => controllers, { from: 1 })
})

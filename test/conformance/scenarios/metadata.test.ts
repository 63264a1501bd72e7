// Metadata, ApiVersions and DescribeCluster at every version.
import { metadata } from 'millrace/messages/03-metadata.js'
import { describeCluster } from 'millrace/messages/60-describe-cluster.js'
import { UNKNOWN_ID } from './requests.ts'
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
  await transcript.versions(on, 'impossible', metadata, () => named('a b'))
  await transcript.versions(on, 'empty', metadata, () => named(''))
  const operations = { includeTopicAuthorizedOperations: true, includeClusterAuthorizedOperations: true }
  await transcript.versions(on, 'operations', metadata, () => ({ ...named('first'), ...operations }), { from: 8 })
})

scenario('topics by id', { rows: [26] }, async ({ transcript, topic, peer }) => {
  const topicId = await topic('by-id')
  const on = await peer()
  const from = { from: 12 }
  await transcript.versions(on, 'known', metadata, () => ({ topics: [{ topicId, name: null }] }), from)
  await transcript.versions(on, 'unknown', metadata, () => ({ topics: [{ topicId: UNKNOWN_ID, name: null }] }), from)
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

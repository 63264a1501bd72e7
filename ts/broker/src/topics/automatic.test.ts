import { expect, test } from 'vitest'
import { brokerId, randomTopicId } from '../base/ids.ts'
import { createBrokerConfigs } from '../cluster/broker-configs.ts'
import { logConfig } from '../cluster/log-config.ts'
import { startTestCluster } from '../cluster/scenario.ts'
import { ensureInternalTopic } from './automatic.ts'

// The broker's key has no lower bound, the topic's is 1 MiB: no group could be used with less.
test.each(['1000', '104857600'])('the topic of offsets is made with segments of %s bytes', async (bytes) => {
  const cluster = await startTestCluster(undefined, brokerId(1))
  const configs = createBrokerConfigs(brokerId(1), new Map([['offsets.topic.segment.bytes', bytes]]))
  await ensureInternalTopic(cluster, configs, randomTopicId, '__consumer_offsets')
  const image = cluster.image()
  const topic = image.topicsByName.get('__consumer_offsets')
  expect(topic?.partitions).toHaveLength(50)
  expect(logConfig(configs.topic(image, topic?.configs ?? new Map())).segmentBytes).toBe(Number(bytes))
})

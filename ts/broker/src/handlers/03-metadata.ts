/**
 * Metadata, as far as the engine does not answer it: a topic is named that may have to be created. A topic created
 * here is answered with UNKNOWN_TOPIC_OR_PARTITION once, as Kafka does; clients come back for it.
 *
 * Version 0 takes an empty list for all topics, later ones null; 4 says whether to create; before 6 a client does not
 * know LISTENER_NOT_FOUND; 8 to 10 operations on the cluster, from 8 on topics; from 12 on a topic may be asked for
 * by id, and then only ids count; 10 and 11 carry the id but may not use it.
 */
import { BrokerError } from '../base/errors.ts'
import { ZERO_TOPIC_ID, type TopicId } from '../base/ids.ts'
import type { Actor } from '../cluster/actor.ts'
import { NO_LEADER, type ClusterImage, type PartitionImage, type TopicImage } from '../cluster/image.ts'
import { isInternalTopic } from '../cluster/topic-names.ts'
import { actorOf, type Handler, type RequestContext } from '../dispatch/context.ts'
import type { MetadataRequest, MetadataResponse } from '../messages/03-metadata.ts'
import { automaticSpec, createRules } from '../topics/automatic.ts'
import { createTopics } from '../topics/create.ts'
import { describePartition, reachableBrokers } from '../topics/describe.ts'
import { isValidName } from '../topics/names.ts'
import { errorCode } from '../wire/errors.ts'
import { CLUSTER_OPERATIONS, TOPIC_OPERATIONS } from './operations.ts'
import type { Services } from './services.ts'

const FIRST_WITH_LISTENER_NOT_FOUND = 6
const FIRST_BY_ID = 12
const OPERATIONS_NOT_ASKED = -2147483648

type Topic = MetadataResponse['topics'][number]
type Used = Pick<Services, 'cluster' | 'configs' | 'newTopicId' | 'logger'>

export const handleMetadata =
  (services: Used): Handler<MetadataRequest, MetadataResponse> =>
  async (context, request) => {
    checkReferences(context, request)
    const describe = (image: ClusterImage, topic: TopicImage): Topic => describeTopic(image, topic, context, request)
    const topics = await topicsFor(services, context, request, describe)
    const image = services.cluster.image()
    return {
      brokers: reachableBrokers(image, context.listener).map(({ id, ...where }) => ({ nodeId: id, ...where })),
      clusterId: image.clusterId,
      controllerId: image.controllerId,
      topics,
      clusterAuthorizedOperations: request.includeClusterAuthorizedOperations
        ? CLUSTER_OPERATIONS
        : OPERATIONS_NOT_ASKED,
    }
  }

const checkReferences = ({ apiVersion }: RequestContext, { topics }: MetadataRequest): void => {
  if (apiVersion >= FIRST_BY_ID) return
  for (const { name, topicId } of topics ?? []) {
    if (name === null) {
      throw new BrokerError('INVALID_REQUEST', `Topic name can not be null for version ${apiVersion}`)
    }
    if (topicId !== ZERO_TOPIC_ID) {
      throw new BrokerError('INVALID_REQUEST', `Topic IDs are not supported in requests for version ${apiVersion}`)
    }
  }
}

const topicsFor = async (
  services: Used,
  context: RequestContext,
  { topics, allowAutoTopicCreation }: MetadataRequest,
  describe: (image: ClusterImage, topic: TopicImage) => Topic,
): Promise<readonly Topic[]> => {
  const { cluster, configs } = services
  const image = cluster.image()
  if (topics === null || (context.apiVersion === 0 && topics.length === 0)) {
    return [...image.topicsByName.values()].map((topic) => describe(image, topic))
  }
  const ids = new Set(topics.map(({ topicId }) => topicId).filter((id) => id !== ZERO_TOPIC_ID))
  if (ids.size > 0) return [...ids].map((id) => describeOr(image, image.topicsById.get(id), describe, unknownId(id)))

  const names = new Set(topics.flatMap(({ name }) => name ?? []))
  const mayCreate = allowAutoTopicCreation && configs.values(image)['auto.create.topics.enable']
  const missing = [...names].filter((name) => !image.topicsByName.has(name))
  if (mayCreate) await create(services, missing, actorOf(context))
  return [...names].map((name) => describeOr(image, image.topicsByName.get(name), describe, unknownName(name)))
}

const describeOr = (
  image: ClusterImage,
  topic: TopicImage | undefined,
  describe: (image: ClusterImage, topic: TopicImage) => Topic,
  unknown: Topic,
): Topic => (topic === undefined ? unknown : describe(image, topic))

const unknownId = (topicId: TopicId): Topic => ({
  errorCode: errorCode('UNKNOWN_TOPIC_ID'),
  name: null,
  topicId,
  partitions: [],
})

const unknownName = (name: string): Topic => ({
  errorCode: errorCode(isValidName(name) ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'INVALID_TOPIC_EXCEPTION'),
  name,
  isInternal: isInternalTopic(name),
  partitions: [],
})

/** Whatever becomes of it, the answer tells of the other topics: a client that waits for this one asks again. */
const create = async (
  { cluster, configs, newTopicId, logger }: Used,
  missing: readonly string[],
  actor: Actor,
): Promise<void> => {
  const names = missing.filter(isValidName)
  if (names.length === 0) return
  try {
    const results = await cluster.run((image) => {
      const values = configs.values(image)
      const specs = names.map((name) => automaticSpec(image, name, values))
      return createTopics(image, specs, createRules(values, newTopicId))
    }, actor)
    for (const result of results) {
      if ('error' in result && result.error.code !== 'TOPIC_ALREADY_EXISTS') {
        logger.warn({ topic: result.name, err: result.error }, 'a topic that a client asked for cannot be created')
      }
    }
  } catch (thrown) {
    const error = BrokerError.from(thrown)
    logger.warn({ topics: names.length, err: error }, 'topics that a client asked for could not be created')
  }
}

const describeTopic = (
  image: ClusterImage,
  topic: TopicImage,
  context: RequestContext,
  { includeTopicAuthorizedOperations }: MetadataRequest,
): Topic => ({
  errorCode: 0,
  name: topic.name,
  topicId: topic.id,
  isInternal: topic.internal,
  partitions: topic.partitions.map((partition) => partitionReply(image, partition, context)),
  topicAuthorizedOperations: includeTopicAuthorizedOperations ? TOPIC_OPERATIONS : OPERATIONS_NOT_ASKED,
})

const partitionReply = (
  image: ClusterImage,
  partition: PartitionImage,
  { apiVersion, listener }: RequestContext,
): Topic['partitions'][number] => {
  const described = describePartition(image, partition, listener)
  const error =
    described.error === 'LISTENER_NOT_FOUND' && apiVersion < FIRST_WITH_LISTENER_NOT_FOUND
      ? 'LEADER_NOT_AVAILABLE'
      : described.error
  return {
    errorCode: errorCode(error),
    partitionIndex: described.index,
    leaderId: error === 'NONE' ? described.leader : NO_LEADER,
    leaderEpoch: described.leaderEpoch,
    replicaNodes: described.replicas,
    isrNodes: described.isr,
    offlineReplicas: described.offline,
  }
}

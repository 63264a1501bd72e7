// Every API at every version: one conversation that gives each of them a meaningful answer.
import { randomTopicId, type TopicId, ZERO_TOPIC_ID } from 'millrace/base/ids.js'
import { type ApiName, apiName } from 'millrace/messages/index.js'
import { batch } from '../../harness/batch.ts'
import { eventually } from '../../harness/eventually.ts'
import type { Conversation } from './conversation.ts'

export type Versions = ReadonlyMap<ApiName, readonly [number, number]>

export type Part = (talk: Conversation, versions: Versions) => Promise<void>

const each = async (versions: Versions, name: ApiName, ask: (version: number) => Promise<unknown>): Promise<void> => {
  const [first, last] = versions.get(name) ?? [0, -1]
  for (let version = first; version <= last; version += 1) await ask(version)
}

/** The versions that a broker advertises. One of an API that we do not know could not be compared. */
export const advertised = async (talk: Conversation): Promise<Versions> => {
  const { apiKeys } = await talk.quietly('apiVersions', 0, {})
  return new Map(
    apiKeys.map(({ apiKey, minVersion, maxVersion }) => {
      const name = apiName(apiKey)
      if (name === undefined) throw new Error(`key ${apiKey} is advertised, and nothing describes it`)
      return [name, [name === 'produce' ? PRODUCE_SERVED_FROM : minVersion, maxVersion]]
    }),
  )
}

/** Kafka lists Produce from 0 on for the sake of old clients and refuses 0 to 2, as we do (KAFKA-18659). */
const PRODUCE_SERVED_FROM = 3

const NEW_TOPIC = { numPartitions: 2, replicationFactor: 1, assignments: [], configs: [] }
const NO_ID = ZERO_TOPIC_ID
const UNKNOWN_ID = randomTopicId()

const createTopic = async (talk: Conversation, name: string): Promise<TopicId> => {
  const { topics } = await talk.quietly('createTopics', 7, { topics: [{ ...NEW_TOPIC, name }] })
  const id = topics[0]?.topicId ?? ZERO_TOPIC_ID
  // Kafka shows a new topic some milliseconds before it takes records.
  await eventually(`${name} takes records`, async () => {
    const { responses } = await talk.quietly('produce', 9, produceRequest(name, 0))
    return responses[0]?.partitionResponses[0]?.errorCode === 0 ? true : undefined
  })
  return id
}

const TIME = 1_700_000_000_000

const produceRequest = (name: string, index: number, topicId: TopicId = NO_ID) => ({
  acks: -1,
  timeoutMs: 5000,
  topicData: [
    {
      name,
      topicId,
      partitionData: [
        { index, records: batch([{ key: 'key', value: 'value' }], { baseTimestamp: TIME, maxTimestamp: TIME }) },
      ],
    },
  ],
})

const produceAndFetch: Part = async (talk, versions) => {
  const topicId = await createTopic(talk, 'records')
  await each(versions, 'produce', async (version) => {
    await talk.ask('produce', version, produceRequest('records', 0, topicId))
    await talk.ask('produce', version, produceRequest('nowhere', 0, NO_ID), 'to an unknown topic')
    await talk.ask('produce', version, produceRequest('records', 9, topicId), 'to an unknown partition')
  })
  const doubledId = await createTopic(talk, 'doubled')
  await each(versions, 'produce', async (version) => {
    const { topicData, ...rest } = produceRequest('doubled', 0, doubledId)
    const twice = topicData.map((topic) => ({
      ...topic,
      partitionData: [topic.partitionData, topic.partitionData].flat(),
    }))
    await talk.ask('produce', version, { ...rest, topicData: twice }, 'twice to the same partition')
  })
  await each(versions, 'fetch', async (version) => {
    const ask = (name: string, id: TopicId, partition: number, fetchOffset: number, note: string): Promise<unknown> =>
      talk.ask(
        'fetch',
        version,
        {
          maxWaitMs: 0,
          minBytes: 1,
          topics: [{ topic: name, topicId: id, partitions: [{ partition, fetchOffset, partitionMaxBytes: 152 }] }],
          forgottenTopicsData: [],
        },
        note,
      )
    await ask('records', topicId, 0, 1, 'records')
    await ask('records', topicId, 0, 1000, 'beyond the end')
    await ask('records', topicId, 9, 0, 'of an unknown partition')
    await ask('nowhere', UNKNOWN_ID, 0, 0, 'of an unknown topic')
  })
}

const offsets: Part = async (talk, versions) => {
  await createTopic(talk, 'offsets')
  await each(versions, 'listOffsets', async (version) => {
    for (const timestamp of [-1, -2, -3, -4, -5, -6, 0, 4_000_000_000_000]) {
      const partitions = [
        { partitionIndex: 0, timestamp },
        { partitionIndex: 9, timestamp },
      ]
      const topics = [
        { name: 'offsets', partitions },
        { name: 'nowhere', partitions },
      ]
      await talk.ask('listOffsets', version, { replicaId: -1, topics }, `at ${timestamp}`)
    }
  })
  await each(versions, 'offsetForLeaderEpoch', async (version) => {
    for (const leaderEpoch of [0, 1, -1]) {
      const partitions = [
        { partition: 0, leaderEpoch },
        { partition: 1, leaderEpoch },
        { partition: 9, leaderEpoch },
        { partition: 0, leaderEpoch, currentLeaderEpoch: 5 },
      ]
      await talk.ask(
        'offsetForLeaderEpoch',
        version,
        { replicaId: -1, topics: [{ topic: 'offsets', partitions }] },
        `${leaderEpoch}`,
      )
    }
  })
  await each(versions, 'deleteRecords', (version) =>
    talk.ask('deleteRecords', version, {
      timeoutMs: 5000,
      topics: [
        {
          name: 'offsets',
          partitions: [
            { partitionIndex: 0, offset: 1 },
            { partitionIndex: 1, offset: 7 },
            { partitionIndex: 9, offset: 0 },
          ],
        },
        { name: 'nowhere', partitions: [{ partitionIndex: 0, offset: 0 }] },
      ],
    }),
  )
  await each(versions, 'describeProducers', (version) =>
    talk.ask('describeProducers', version, {
      topics: [
        { name: 'offsets', partitionIndexes: [0, 9] },
        { name: 'nowhere', partitionIndexes: [0] },
      ],
    }),
  )
  await eventually('producer ids are given out', async () => {
    const { errorCode } = await talk.quietly('initProducerId', 4, { transactionalId: null, transactionTimeoutMs: 1000 })
    return errorCode === 0 ? true : undefined
  })
  await each(versions, 'initProducerId', (version) =>
    talk.ask('initProducerId', version, { transactionalId: null, transactionTimeoutMs: 60_000 }),
  )
}

const topics: Part = async (talk, versions) => {
  await each(versions, 'createTopics', async (version) => {
    const created = { topics: [{ ...NEW_TOPIC, name: `created-${version}` }], validateOnly: false }
    await talk.ask('createTopics', version, created, 'a topic')
    await talk.ask('createTopics', version, created, 'a topic, again')
    await talk.ask(
      'createTopics',
      version,
      { topics: [{ ...NEW_TOPIC, name: 'only-valid' }], validateOnly: true },
      'validate',
    )
    for (const name of ['', '.', 'a b', 'x'.repeat(250)]) {
      await talk.ask('createTopics', version, { topics: [{ ...NEW_TOPIC, name }] }, `named "${name.slice(0, 5)}"`)
    }
    const wrong = [
      { ...NEW_TOPIC, name: 'none', numPartitions: 0 },
      { ...NEW_TOPIC, name: 'far', replicationFactor: 3 },
      { ...NEW_TOPIC, name: 'bad-config', configs: [{ name: 'retention.ms', value: 'soon' }] },
      { ...NEW_TOPIC, name: 'no-config', configs: [{ name: 'no.such.key', value: '1' }] },
      { ...NEW_TOPIC, name: 'twice' },
      { ...NEW_TOPIC, name: 'twice' },
      {
        ...NEW_TOPIC,
        name: 'assigned',
        numPartitions: -1,
        replicationFactor: -1,
        assignments: [{ partitionIndex: 0, brokerIds: [77] }],
      },
      { ...NEW_TOPIC, name: 'both', assignments: [{ partitionIndex: 0, brokerIds: [1] }] },
    ]
    await talk.ask('createTopics', version, { topics: wrong }, 'wrong ones')
  })
  await each(versions, 'createPartitions', async (version) => {
    const name = `grows-${version}`
    await createTopic(talk, name)
    const grow = (count: number, topic = name, validateOnly = false) =>
      talk.ask(
        'createPartitions',
        version,
        { timeoutMs: 5000, validateOnly, topics: [{ name: topic, count, assignments: null }] },
        `to ${count}`,
      )
    await grow(4, name, true)
    await grow(4)
    await grow(4)
    await grow(1)
    await grow(5, 'nowhere')
  })
  await each(versions, 'metadata', async (version) => {
    const id = await createTopic(talk, `shown-${version}`)
    const request = { allowAutoTopicCreation: false }
    await talk.ask('metadata', version, { ...request, topics: [{ name: `shown-${version}` }] })
    await talk.ask('metadata', version, { ...request, topics: [{ name: 'nowhere' }, { name: 'bad name' }] }, 'unknown')
    if (version >= 1) await talk.ask('metadata', version, { ...request, topics: [] }, 'of no topic')
    if (version >= 12) {
      await talk.ask('metadata', version, { ...request, topics: [{ name: null, topicId: id }] }, 'by id')
      const unknown = { name: null, topicId: UNKNOWN_ID }
      await talk.ask('metadata', version, { ...request, topics: [unknown] }, 'by unknown id')
    }
    if (version >= 8) {
      const authorized = { includeTopicAuthorizedOperations: true, topics: [{ name: `shown-${version}` }] }
      await talk.ask('metadata', version, { ...request, ...authorized }, 'with operations')
    }
  })
  await each(versions, 'deleteTopics', async (version) => {
    const id = await createTopic(talk, `goes-${version}`)
    const wanted = {
      topics: [
        { name: null, topicId: id },
        { name: 'nowhere', topicId: NO_ID },
        { name: null, topicId: UNKNOWN_ID },
      ],
      topicNames: [`goes-${version}`, 'nowhere'],
    }
    await talk.ask('deleteTopics', version, { ...wanted, timeoutMs: 5000 })
  })
}

const TOPIC = 2
const BROKER = 4

const configs: Part = async (talk, versions) => {
  await createTopic(talk, 'configured')
  const resource = { resourceType: TOPIC, resourceName: 'configured' }
  await each(versions, 'incrementalAlterConfigs', async (version) => {
    const alter = (name: string, configOperation: number, value: string | null, note: string) =>
      talk.ask(
        'incrementalAlterConfigs',
        version,
        { resources: [{ ...resource, configs: [{ name, configOperation, value }] }], validateOnly: false },
        note,
      )
    await alter('retention.ms', 0, '1000', 'set')
    await alter('retention.ms', 0, 'x', 'set badly')
    await alter('retention.ms', 0, null, 'set to null')
    await alter('no.such.key', 0, '1', 'set unknown')
    await alter('cleanup.policy', 2, 'compact', 'append')
    await alter('cleanup.policy', 3, 'delete', 'subtract')
    await alter('retention.ms', 2, '5', 'append to no list')
    await alter('retention.ms', 9, '5', 'unknown operation')
    await alter('max.message.bytes', 1, null, 'delete')
    const unknown = { resourceType: TOPIC, resourceName: 'nowhere', configs: [] }
    await talk.ask('incrementalAlterConfigs', version, { resources: [unknown], validateOnly: false }, 'of nowhere')
  })
  await each(versions, 'describeConfigs', async (version) => {
    const keys = [
      'retention.ms',
      'cleanup.policy',
      'max.message.bytes',
      'segment.bytes',
      'min.insync.replicas',
      'no.such.key',
    ]
    const described = { ...resource, configurationKeys: keys }
    await talk.ask('describeConfigs', version, { resources: [described] })
    await talk.ask('describeConfigs', version, { resources: [described], includeSynonyms: true }, 'with synonyms')
    const nowhere = { resourceType: TOPIC, resourceName: 'nowhere', configurationKeys: null }
    await talk.ask('describeConfigs', version, { resources: [nowhere] }, 'of nowhere')
    const brokerKeys = ['log.retention.ms', 'num.partitions', 'auto.create.topics.enable', 'log.cleaner.threads']
    const broker = { resourceType: BROKER, resourceName: '1', configurationKeys: brokerKeys }
    await talk.ask('describeConfigs', version, { resources: [broker], includeSynonyms: true }, 'of the broker')
    const other = { resourceType: BROKER, resourceName: '7', configurationKeys: null }
    await talk.ask('describeConfigs', version, { resources: [other] }, 'of another broker')
    const all = { ...resource, configurationKeys: null }
    await talk.ask('describeConfigs', version, { resources: [all], includeSynonyms: true }, 'all of a topic')
  })
  await each(versions, 'alterConfigs', async (version) => {
    const entries = [{ name: 'segment.bytes', value: '2000000' }]
    await talk.ask('alterConfigs', version, { resources: [{ ...resource, configs: entries }], validateOnly: false })
    const unknown = { ...resource, resourceName: 'nowhere', configs: entries }
    await talk.ask('alterConfigs', version, { resources: [unknown], validateOnly: false }, 'of nowhere')
    const wrong = { ...resource, configs: [{ name: 'segment.bytes', value: '1' }] }
    await talk.ask('alterConfigs', version, { resources: [wrong], validateOnly: false }, 'badly')
  })
  await each(versions, 'listConfigResources', async (version) => {
    for (const resourceTypes of [[], [BROKER], [TOPIC, BROKER], [77]]) {
      // Version 0 asks for nothing in particular.
      const asked = version === 0 ? {} : { resourceTypes }
      await talk.ask('listConfigResources', version, asked, `of kinds ${resourceTypes.join(' and ')}`)
    }
  })
}

const PROTOCOLS = [{ name: 'range', metadata: Buffer.from('000100000001000670617274730000000000000000', 'hex') }]

/** The coordinator of a group may have to load what is stored first. */
const coordinated = (talk: Conversation, groupId: string): Promise<true> =>
  eventually(`the coordinator of ${groupId} is there`, async () => {
    await talk.quietly('findCoordinator', 4, { coordinatorKeys: [groupId] })
    const { errorCode } = await talk.quietly('heartbeat', 3, { groupId, generationId: 1, memberId: 'who' })
    return [14, 15, 16].includes(errorCode) ? undefined : true
  })

const groups: Part = async (talk, versions) => {
  const topicId = await createTopic(talk, 'grouped')
  const fetched = (name: string) => [{ name, partitionIndexes: [0, 1, 9] }]
  await coordinated(talk, 'g')
  await each(versions, 'findCoordinator', async (version) => {
    await talk.ask('findCoordinator', version, { key: 'g', coordinatorKeys: ['g', 'h'] })
    if (version >= 1) {
      const wrong = { keyType: 9, key: 'g', coordinatorKeys: ['g'] }
      await talk.ask('findCoordinator', version, wrong, 'of an unknown kind')
    }
  })
  await each(versions, 'joinGroup', async (version) => {
    const groupId = `joins-${version}`
    for (const group of [groupId, 'nobody', '']) await coordinated(talk, group)
    const request = { groupId, sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 10_000, protocolType: 'consumer' }
    await talk.ask(
      'joinGroup',
      version,
      { ...request, groupId: '', memberId: '', protocols: PROTOCOLS },
      'without a name',
    )
    await talk.ask('joinGroup', version, { ...request, memberId: 'who', protocols: PROTOCOLS }, 'as a stranger')
    const short = { ...request, sessionTimeoutMs: 1, memberId: '', protocols: PROTOCOLS }
    await talk.ask('joinGroup', version, short, 'with a short session')
    await talk.ask('joinGroup', version, { ...request, memberId: '', protocols: [] }, 'without a protocol')
    const first = await talk.quietly('joinGroup', version, { ...request, memberId: '', protocols: PROTOCOLS })
    const { memberId } = first
    const joined = await talk.ask('joinGroup', version, { ...request, memberId, protocols: PROTOCOLS })
    const { generationId } = joined
    const other = { ...request, memberId, protocolType: 'other', protocols: PROTOCOLS }
    await talk.ask('joinGroup', version, other, 'with another type')
    const sync = versions.get('syncGroup')?.[1] ?? 0
    const member = { groupId, generationId, memberId }
    const assignments = [{ memberId, assignment: Buffer.from('00010000', 'hex') }]
    for (let syncVersion = 0; syncVersion <= sync; syncVersion += 1) {
      const named = { protocolType: 'consumer', protocolName: 'range' }
      await talk.ask('syncGroup', syncVersion, { ...member, ...named, assignments })
      await talk.ask('syncGroup', syncVersion, { ...member, ...named, generationId: 77, assignments: [] }, 'late')
    }
    await each(versions, 'heartbeat', async (beat) => {
      await talk.ask('heartbeat', beat, member)
      await talk.ask('heartbeat', beat, { ...member, generationId: 77 }, 'of another generation')
      await talk.ask('heartbeat', beat, { ...member, memberId: 'who' }, 'of a stranger')
      await talk.ask('heartbeat', beat, { ...member, groupId: 'nobody' }, 'of no group')
    })
    await each(versions, 'offsetCommit', async (commit) => {
      const topics = [
        {
          name: 'grouped',
          topicId,
          partitions: [
            { partitionIndex: 0, committedOffset: commit, committedMetadata: `m${commit}` },
            { partitionIndex: 9, committedOffset: 1, committedMetadata: null },
          ],
        },
      ]
      const identity = { groupId, memberId, generationIdOrMemberEpoch: generationId }
      await talk.ask('offsetCommit', commit, { ...identity, topics })
      await talk.ask('offsetCommit', commit, { ...identity, generationIdOrMemberEpoch: 77, topics }, 'late')
      const nowhere = topics.map((topic) => ({ ...topic, name: 'nowhere', topicId: UNKNOWN_ID }))
      await talk.ask('offsetCommit', commit, { ...identity, topics: nowhere }, 'of nowhere')
    })
    await each(versions, 'offsetFetch', async (fetch) => {
      const one = (group: string, topics: ReturnType<typeof fetched> | null) => ({
        groupId: group,
        topics,
        groups: [{ groupId: group, topics: topics?.map((topic) => ({ ...topic, topicId })) ?? null }],
      })
      await talk.ask('offsetFetch', fetch, one(groupId, fetched('grouped')))
      if (fetch >= 2) await talk.ask('offsetFetch', fetch, one(groupId, null), 'all')
      await talk.ask('offsetFetch', fetch, one('nobody', fetched('grouped')), 'of no group')
    })
    await each(versions, 'describeGroups', async (describe) => {
      await talk.ask('describeGroups', describe, { groups: [groupId, 'nobody'] })
    })
    await each(versions, 'listGroups', async (list) => {
      await talk.ask('listGroups', list, { statesFilter: ['Stable'], typesFilter: ['classic'] })
    })
    await each(versions, 'offsetDelete', async (forget) => {
      const partitions = [{ partitionIndex: 0 }, { partitionIndex: 9 }]
      await talk.ask('offsetDelete', forget, { groupId, topics: [{ name: 'grouped', partitions }] })
      await talk.ask(
        'offsetDelete',
        forget,
        { groupId: 'nobody', topics: [{ name: 'grouped', partitions }] },
        'of no group',
      )
    })
    await each(versions, 'deleteGroups', (remove) =>
      talk.ask('deleteGroups', remove, { groupsNames: [groupId, 'nobody'] }, 'with a member'),
    )
    const leave = Math.min(version, versions.get('leaveGroup')?.[1] ?? 0)
    const leaver = { memberId, members: [{ memberId }, { memberId: 'who' }] }
    await talk.ask('leaveGroup', leave, { groupId, ...leaver })
    await talk.ask('leaveGroup', leave, { groupId, ...leaver }, 'again')
    await talk.ask('describeGroups', 5, { groups: [groupId] }, 'when empty')
    const remove = Math.min(version, versions.get('deleteGroups')?.[1] ?? 0)
    await talk.ask('deleteGroups', remove, { groupsNames: [groupId] })
    await talk.ask('describeGroups', 6, { groups: [groupId] }, 'when gone')
  })
}

const cluster: Part = async (talk, versions) => {
  await each(versions, 'apiVersions', async (version) => {
    const software = { clientSoftwareName: 'conformance', clientSoftwareVersion: '1.0' }
    await talk.ask('apiVersions', version, software)
    await talk.ask('apiVersions', version, { ...software, clientSoftwareName: 'with a blank' }, 'with a bad name')
  })
  await each(versions, 'describeCluster', async (version) => {
    await talk.ask('describeCluster', version, { includeClusterAuthorizedOperations: false })
    await talk.ask('describeCluster', version, { includeClusterAuthorizedOperations: true }, 'with operations')
  })
  await createTopic(talk, 'sized')
  await each(versions, 'describeLogDirs', async (version) => {
    await talk.ask('describeLogDirs', version, { topics: [{ topic: 'sized', partitions: [0, 1] }] })
    await talk.ask('describeLogDirs', version, { topics: [{ topic: 'nowhere', partitions: [0] }] }, 'of nowhere')
  })
}

export const parts: Readonly<Record<string, Part>> = { produceAndFetch, offsets, topics, configs, groups, cluster }

// Topics and the cluster: Metadata, CreateTopics, DeleteTopics, CreatePartitions, DescribeLogDirs, DescribeCluster, ApiVersions.
import { ZERO_TOPIC_ID as NO_ID } from 'millrace/base/ids.js'
import type { Dice } from '../dice.ts'
import type { World } from '../world.ts'
import { somePartitions, someTopic, someTopics } from './choices.ts'
import { someTopicConfig } from './configs.ts'
import { type Maker, maker } from './maker.ts'

const TIMEOUT_MS = 10_000

const METADATA_IDS_FROM = 12
const PARTITIONS_MAX = 6

const metadata = {
  api: 'metadata',
  weight: 8,
  make: (dice, world, version) => ({
    topics: dice.chance(0.1)
      ? version === 0
        ? []
        : null
      : someTopics(dice, world).map(({ name, id }) =>
          version >= METADATA_IDS_FROM && dice.chance(0.4) ? { name: null, topicId: id } : { name },
        ),
    allowAutoTopicCreation: false,
    includeClusterAuthorizedOperations: dice.chance(0.2),
    includeTopicAuthorizedOperations: dice.chance(0.2),
  }),
} satisfies Maker<'metadata'>

const newTopicName = (dice: Dice, world: World): string => {
  switch (dice.weighted({ fresh: 12, known: 2, gone: 2, wrong: 2, colliding: 1 })) {
    case 'fresh':
      return world.newName('topic.')
    case 'known':
      return someTopic(dice, world).name
    case 'gone':
      return world.gone.length === 0 ? 'nowhere.again' : dice.of(world.gone).name
    case 'wrong':
      return dice.of(['', '.', '..', 'a b', 'x'.repeat(250), '\u00e9'])
    case 'colliding':
      return someTopic(dice, world).name.replace('.', '_')
  }
}

const newTopic = (dice: Dice, world: World) => {
  const name = newTopicName(dice, world)
  const configs = dice.chance(0.4) ? dice.times(1, 2, () => someTopicConfig(dice)) : []
  if (dice.chance(0.15)) {
    const assignments = dice.times(1, 3, (at) => ({
      partitionIndex: dice.chance(0.9) ? at : dice.of([at + 1, -1, 0]),
      brokerIds: dice.chance(0.8) ? [1] : dice.of([[], [1, 1], [7], [1, 7], [-1]]),
    }))
    const counts = dice.chance(0.8) ? -1 : 1
    return { name, numPartitions: counts, replicationFactor: counts, assignments, configs }
  }
  return {
    name,
    numPartitions: dice.chance(0.9) ? dice.int(1, 4) : dice.of([-1, 0, -2, 20_000]),
    replicationFactor: dice.chance(0.9) ? dice.of([1, 1, -1]) : dice.of([0, 2, -2]),
    assignments: [],
    configs,
  }
}

const createTopics = {
  api: 'createTopics',
  weight: 4,
  make: (dice, world) => ({
    topics: dice.times(1, dice.chance(0.2) ? 3 : 1, () => newTopic(dice, world)),
    timeoutMs: TIMEOUT_MS,
    validateOnly: world.isFull || dice.chance(0.1),
  }),
} satisfies Maker<'createTopics'>

const deleteTopics = {
  api: 'deleteTopics',
  weight: 2,
  make: (dice, world) => {
    const chosen = world.wantsTopics ? [] : someTopics(dice, world)
    return {
      topics: chosen.map(({ name, id }) => (dice.chance(0.5) ? { name, topicId: NO_ID } : { name: null, topicId: id })),
      topicNames: chosen.map(({ name }) => name),
      timeoutMs: TIMEOUT_MS,
    }
  },
} satisfies Maker<'deleteTopics'>

const createPartitions = {
  api: 'createPartitions',
  weight: 2,
  make: (dice, world) => ({
    topics: someTopics(dice, world).map(({ name, partitions }) => {
      const count = dice.chance(0.6) && partitions < PARTITIONS_MAX ? partitions + 1 : dice.of([partitions, 1, 0, -1])
      const assigned = dice.chance(0.2)
        ? dice.times(0, 2, () => ({ brokerIds: dice.of([[1], [1], [7], [], [1, 1]]) }))
        : null
      return { name, count, assignments: assigned }
    }),
    timeoutMs: TIMEOUT_MS,
    validateOnly: dice.chance(0.2),
  }),
} satisfies Maker<'createPartitions'>

const describeLogDirs = {
  api: 'describeLogDirs',
  weight: 3,
  make: (dice, world) => ({
    topics: dice.chance(0.1)
      ? null
      : someTopics(dice, world).map((topic) => ({ topic: topic.name, partitions: somePartitions(dice, topic) })),
  }),
} satisfies Maker<'describeLogDirs'>

const describeCluster = {
  api: 'describeCluster',
  weight: 2,
  make: (dice) => ({
    includeClusterAuthorizedOperations: dice.chance(0.5),
    endpointType: dice.chance(0.9) ? 1 : dice.of([0, 3]),
    includeFencedBrokers: dice.chance(0.3),
  }),
} satisfies Maker<'describeCluster'>

const apiVersions = {
  api: 'apiVersions',
  weight: 2,
  make: (dice) => ({
    clientSoftwareName: dice.chance(0.8) ? 'client' : dice.of(['', '-', 'a b', 'a.b-c', '.']),
    clientSoftwareVersion: dice.chance(0.8) ? '1.2.3' : dice.of(['', '-1', '1-']),
  }),
} satisfies Maker<'apiVersions'>

export const topicMakers: readonly Maker[] = [
  maker(metadata),
  maker(createTopics),
  maker(deleteTopics),
  maker(createPartitions),
  maker(describeLogDirs),
  maker(describeCluster),
  maker(apiVersions),
]

// Configs of topics and brokers: DescribeConfigs, AlterConfigs, IncrementalAlterConfigs.
import { list } from '../../comparison/explained.ts'
import type { Dice } from '../dice.ts'
import type { World } from '../world.ts'
import { someTopic } from './choices.ts'
import { type Maker, maker } from './maker.ts'

const TOPIC = 2
const BROKER = 4

/** Values that a topic may have, and values that it may not. What hides records by and by is not among them. */
const topicValues: Readonly<Record<string, readonly (string | null)[]>> = {
  'cleanup.policy': ['delete', 'compact', 'compact,delete', ' delete, compact', '', 'shred'],
  'compression.type': ['producer', 'none'],
  'max.message.bytes': ['1048588', '120', '0', '-1', 'many'],
  'message.timestamp.type': ['CreateTime', 'LogAppendTime', 'createtime'],
  'message.timestamp.before.max.ms': ['9223372036854775807', '3600000', '-1'],
  'message.timestamp.after.max.ms': ['3600000', '9223372036854775807', 'x'],
  'min.insync.replicas': ['1', '01', '2', '0'],
  'retention.ms': ['604800000', ' 604800000 ', '-1', '-2', '1e9'],
  'retention.bytes': ['-1', '1000000000', '1.5'],
  'segment.bytes': ['1073741824', '1048576', '1000', '4294967296'],
  // What is received next to what is from an earlier year would not be in one segment.
  'segment.ms': ['9223372036854775807', '0'],
  'min.cleanable.dirty.ratio': ['0.5', '1', '.25', '1.1'],
  preallocate: ['false', 'TRUE', 'maybe'],
  'unclean.leader.election.enable': ['false', 'true'],
  'remote.storage.enable': ['false'],
  'follower.replication.throttled.replicas': ['', '*', '0:1', 'x'],
  'leader.replication.throttled.replicas': ['*', '0:1,1:1'],
  'delete.retention.ms': ['86400000', '0', null],
  'no.such.key': ['1'],
  '': ['1'],
}

export const someTopicConfig = (dice: Dice): { readonly name: string; readonly value: string | null } => {
  const [name, values] = dice.of(Object.entries(topicValues))
  return { name, value: dice.chance(0.7) ? (values[0] ?? null) : dice.of(values) }
}

/** A change of the cleaner's would start its threads anew, and those look for work at once. */
export const brokerValues: Readonly<Record<string, readonly (string | null)[]>> = {
  'log.retention.ms': ['-1', '9000000000', 'x'],
  'message.max.bytes': ['1048588', '2000000', ' 2000000', '-5'],
  'log.segment.bytes': ['1073741824', '1000'],
  'background.threads': ['10', '11', '30', '0'],
  'compression.type': ['producer', 'wrong'],
  'broker.id': ['1', '2'],
  'no.such.key': ['1'],
}

const someBrokerConfig = (dice: Dice): { readonly name: string; readonly value: string | null } => {
  const [name, values] = dice.of(Object.entries(brokerValues))
  return { name, value: dice.of(values) }
}

const BROKER_SHARE = 0.15

const someResource = (dice: Dice, world: World) => {
  if (dice.chance(0.03)) return { resourceType: dice.of([0, 1, 3, 99]), resourceName: dice.of(['', '1', 'nowhere']) }
  return dice.chance(BROKER_SHARE)
    ? { resourceType: BROKER, resourceName: dice.of(['1', '1', '', '7', 'x']) }
    : { resourceType: TOPIC, resourceName: someTopic(dice, world).name }
}

const describeConfigs = {
  api: 'describeConfigs',
  weight: 4,
  make: (dice, world) => ({
    resources: dice.times(1, dice.chance(0.2) ? 3 : 1, () => {
      const resource = someResource(dice, world)
      const keys = Object.keys(resource.resourceType === BROKER ? brokerValues : topicValues)
      const all = resource.resourceType !== BROKER && dice.chance(0.1)
      return { ...resource, configurationKeys: all ? null : dice.some(keys, 1, 4) }
    }),
    includeSynonyms: dice.chance(0.5),
    includeDocumentation: dice.chance(0.2),
  }),
  // All that a broker has is compared by config-listing.test.ts.
  isAnswered: (_, { resources }) =>
    list(resources).every(
      ({ resourceType, configurationKeys }) => resourceType !== BROKER || list(configurationKeys).length > 0,
    ),
} satisfies Maker<'describeConfigs'>

const alterConfigs = {
  api: 'alterConfigs',
  weight: 2,
  make: (dice, world) => ({
    resources: dice.times(1, dice.chance(0.2) ? 2 : 1, () => {
      const resource = someResource(dice, world)
      const some = resource.resourceType === BROKER ? someBrokerConfig : someTopicConfig
      return { ...resource, configs: dice.times(0, 3, () => some(dice)) }
    }),
    validateOnly: dice.chance(0.2),
  }),
} satisfies Maker<'alterConfigs'>

const SET = 0
const DELETE = 1
const APPEND = 2
const SUBTRACT = 3

const incrementalAlterConfigs = {
  api: 'incrementalAlterConfigs',
  weight: 3,
  make: (dice, world) => ({
    resources: dice.times(1, dice.chance(0.2) ? 2 : 1, () => {
      const resource = someResource(dice, world)
      const some = resource.resourceType === BROKER ? someBrokerConfig : someTopicConfig
      return {
        ...resource,
        configs: dice.times(0, 3, () => ({
          ...some(dice),
          configOperation: dice.of([SET, SET, SET, DELETE, APPEND, SUBTRACT, dice.chance(0.2) ? 9 : SET]),
        })),
      }
    }),
    validateOnly: dice.chance(0.2),
  }),
} satisfies Maker<'incrementalAlterConfigs'>

const listConfigResources = {
  api: 'listConfigResources',
  weight: 1,
  make: (dice) => ({ resourceTypes: dice.chance(0.3) ? [] : dice.some([TOPIC, BROKER, 8, 16, 32, 1, 99], 1, 3) }),
} satisfies Maker<'listConfigResources'>

export const configMakers: readonly Maker[] = [
  maker(describeConfigs),
  maker(alterConfigs),
  maker(incrementalAlterConfigs),
  maker(listConfigResources),
]

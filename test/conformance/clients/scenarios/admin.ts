// Administration: the client does it, the broker is asked whether it was done; or the other way round.
import { expect } from 'vitest'
import { eventually } from '../../../harness/eventually.ts'
import { commitOffsets, groupOf, partitionCount, startOffset, topicConfig } from '../cluster.ts'
import type { Scenario } from '../stage.ts'

const create: Scenario = {
  name: 'create a topic',
  play: async ({ driver, peer, name }) => {
    const topic = name('created')
    await driver.call('createTopic', { topic, partitions: 3, configs: { 'retention.ms': '123456' } })
    await eventually('the topic is there', async () => ((await partitionCount(peer, topic)) === 3 ? true : undefined))
    expect(await topicConfig(peer, topic, 'retention.ms')).toBe('123456')
  },
}

const describe: Scenario = {
  name: 'describe a topic',
  play: async (stage) => {
    const topic = await stage.topic(2)
    const { partitions } = await stage.driver.call('describeTopic', { topic })
    expect(partitions.toSorted((a, b) => a.partition - b.partition)).toEqual([
      { partition: 0, leader: 1, replicas: [1], isr: [1] },
      { partition: 1, leader: 1, replicas: [1], isr: [1] },
    ])
  },
}

const describeConfigs: Scenario = {
  name: 'describe configs',
  play: async (stage) => {
    const topic = await stage.topic(1, { 'retention.ms': '654321' })
    const { configs } = await stage.driver.call('describeConfigs', { topic })
    expect(configs).toMatchObject({
      'retention.ms': '654321',
      'cleanup.policy': 'delete',
      'segment.bytes': '1073741824',
    })
  },
}

const alterConfigs: Scenario = {
  name: 'alter configs',
  play: async (stage) => {
    const topic = await stage.topic()
    await stage.driver.call('alterConfigs', {
      topic,
      configs: { 'retention.ms': '99000', 'cleanup.policy': 'compact' },
    })
    await eventually('the new value', async () =>
      (await topicConfig(stage.peer, topic, 'retention.ms')) === '99000' ? true : undefined,
    )
    expect(await topicConfig(stage.peer, topic, 'cleanup.policy')).toBe('compact')
  },
}

const addPartitions: Scenario = {
  name: 'add partitions',
  play: async (stage) => {
    const topic = await stage.topic(1)
    await stage.driver.call('createPartitions', { topic, total: 4 })
    await eventually('four', async () => ((await partitionCount(stage.peer, topic)) === 4 ? true : undefined))
  },
}

const deleteRecords: Scenario = {
  name: 'delete records',
  play: async (stage) => {
    const topic = await stage.topic()
    await stage.append(topic, ['zero', 'one', 'two'])
    expect(await stage.driver.call('deleteRecords', { topic, partition: 0, before: 2 })).toEqual({ lowWatermark: 2 })
    expect(await startOffset(stage.peer, topic)).toBe(2)
  },
}

const deleteTopic: Scenario = {
  name: 'delete a topic',
  play: async (stage) => {
    const topic = await stage.topic()
    await stage.driver.call('deleteTopic', { topic })
    await eventually('it is gone', async () =>
      (await partitionCount(stage.peer, topic)) === undefined ? true : undefined,
    )
  },
}

const listGroups: Scenario = {
  name: 'list groups',
  play: async (stage) => {
    const topic = await stage.topic()
    await stage.append(topic, ['one'])
    const group = stage.name('group')
    const member = await stage.join({ group, topics: [topic] })
    await member.take(1)
    expect((await stage.driver.call('listGroups', {})).groups).toContain(group)
  },
}

const describeGroup: Scenario = {
  name: 'describe a group',
  play: async (stage) => {
    const topic = await stage.topic(2)
    await stage.append(topic, ['one'])
    const group = stage.name('group')
    const member = await stage.join({ group, topics: [topic] })
    await member.take(1)
    const { state, members } = await stage.driver.call('describeGroup', { group })
    expect(state).toBe('Stable')
    const { clientId } = (await groupOf(stage.peer, group)).members[0] ?? {}
    const assignment = [
      [topic, 0],
      [topic, 1],
    ]
    expect(members).toEqual([{ clientId, instanceId: null, assignment }])
  },
}

const deleteGroup: Scenario = {
  name: 'delete a group',
  play: async (stage) => {
    const topic = await stage.topic()
    const group = stage.name('group')
    await commitOffsets(stage.peer, group, topic, [0])
    expect((await groupOf(stage.peer, group)).groupState).toBe('Empty')
    await stage.driver.call('deleteGroup', { group })
    expect((await groupOf(stage.peer, group)).groupState).toBe('Dead')
  },
}

const lag: Scenario = {
  name: 'lag',
  play: async (stage) => {
    const topic = await stage.topic(2)
    await stage.append(topic, ['0', '1', '2', '3', '4', '5'])
    await stage.append(topic, ['0', '1', '2'], { partition: 1 })
    const group = stage.name('group')
    await commitOffsets(stage.peer, group, topic, [2, 3])
    expect(await stage.driver.call('lag', { group, topic })).toEqual({ partitions: { '0': 4, '1': 0 } })
  },
}

export const adminScenarios: readonly Scenario[] = [
  create,
  describe,
  describeConfigs,
  alterConfigs,
  addPartitions,
  deleteRecords,
  deleteTopic,
  listGroups,
  describeGroup,
  deleteGroup,
  lag,
]

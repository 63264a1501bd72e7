// Where reading starts, and how it is moved and held.
import { expect } from 'vitest'
import { eventually } from '../../../harness/eventually.ts'
import { commitOffsets, committedOffset } from '../cluster.ts'
import { type Scenario, shared, values } from '../stage.ts'

const texts = ['zero', 'one', 'two', 'three', 'four', 'five']

const earliest: Scenario = {
  name: 'from earliest',
  play: async (stage) => {
    const topic = await stage.topic()
    await stage.append(topic, texts)
    const reader = await stage.open(topic, { at: 'earliest' })
    expect(values(await reader.take(texts.length))).toEqual(texts)
  },
}

const latest: Scenario = {
  name: 'from latest',
  play: async (stage) => {
    const topic = await stage.topic()
    await stage.append(topic, texts)
    const reader = await stage.open(topic, { at: 'latest' })
    await stage.append(topic, ['new'])
    const [received] = await reader.take(1)
    expect(received).toMatchObject({ value: 'new', offset: texts.length, partition: 0, topic })
  },
}

const offset: Scenario = {
  name: 'from an offset',
  play: async (stage) => {
    const topic = await stage.topic()
    await stage.append(topic, texts)
    const reader = await stage.open(topic, { offset: 4 })
    expect(values(await reader.take(2))).toEqual(['four', 'five'])
  },
}

const timestamp: Scenario = {
  name: 'from a time',
  play: async (stage) => {
    const topic = await stage.topic()
    const base = Date.now() - 60_000
    for (const [at, text] of texts.entries()) await stage.append(topic, [text], { time: base + at * 1000 })
    const reader = await stage.open(topic, { timestamp: base + 2500 })
    const received = await reader.take(3)
    expect(values(received)).toEqual(['three', 'four', 'five'])
    expect(received.map((record) => record.timestamp)).toEqual([3, 4, 5].map((at) => base + at * 1000))
  },
}

const commit: Scenario = {
  name: 'commit and resume',
  play: async (stage) => {
    const topic = await stage.topic()
    await stage.append(topic, texts)
    const group = stage.name('group')
    const first = await stage.join({ group, topics: [topic] })
    expect(values(await first.take(2))).toEqual(['zero', 'one'])
    await first.commit()
    expect(await committedOffset(stage.peer, group, topic)).toBe(2)
    expect(values(await first.take(1))).toEqual(['two'])
    await first.close()
    const second = await stage.join({ group, topics: [topic] })
    expect(values(await second.take(4))).toEqual(texts.slice(2))
    expect(await committedOffset(stage.peer, group, topic)).toBe(2)
  },
}

const committed: Scenario = {
  name: 'committed offset',
  play: async (stage) => {
    const topic = await stage.topic(2)
    await stage.append(topic, texts)
    const group = stage.name('group')
    await commitOffsets(stage.peer, group, topic, [5])
    expect(await stage.driver.call('committed', { group, topic, partition: 0 })).toEqual({ offset: 5 })
    expect(await stage.driver.call('committed', { group, topic, partition: 1 })).toEqual({ offset: -1 })
  },
}

const seek: Scenario = {
  name: 'seek',
  play: async (stage) => {
    const topic = await stage.topic()
    await stage.append(topic, texts)
    const reader = await stage.open(topic, { at: 'earliest' })
    expect(values(await reader.take(5))).toEqual(texts.slice(0, 5))
    await reader.seek(topic, 0, 1)
    expect(values(await reader.take(2))).toEqual(['one', 'two'])
    await reader.seek(topic, 0, 5)
    expect(values(await reader.take(1))).toEqual(['five'])
  },
}

const pause: Scenario = {
  name: 'pause and resume',
  play: async (stage) => {
    const topic = await stage.topic(2)
    const member = await stage.join({ group: stage.name('group'), topics: [topic] })
    await shared([member], 2)
    await stage.append(topic, ['before'])
    expect(values(await member.take(1))).toEqual(['before'])
    await member.pause(topic, 0)
    await stage.append(topic, ['held'])
    await stage.append(topic, ['other'], { partition: 1 })
    expect(values(await member.take(1))).toEqual(['other'])
    await stage.append(topic, ['more'], { partition: 1 })
    expect(values(await member.take(1))).toEqual(['more'])
    await member.resume(topic, 0)
    await eventually('what was held', async () =>
      values(await member.poll(1, 1000)).includes('held') ? true : undefined,
    )
  },
}

export const consumeScenarios: readonly Scenario[] = [
  earliest,
  latest,
  offset,
  timestamp,
  commit,
  committed,
  seek,
  pause,
]

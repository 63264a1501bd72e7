// Producing: what arrives in the log is what was asked for, and the client reads it back.
import { expect } from 'vitest'
import { batches } from '../cluster.ts'
import type { Codec, Request } from '../driver.ts'
import { message, type Scenario, type Stage, values } from '../stage.ts'

const texts = Array.from({ length: 20 }, (_, at) => `record ${at} ${'.'.repeat(40)}`)
const offsets = texts.map((_, at) => at)

type Options = Partial<Pick<Request<'produce'>, 'codec' | 'acks' | 'idempotent'>>

const produceAndRead = async (stage: Stage, options: Options) => {
  const topic = await stage.topic()
  const records = texts.map((text, at) => message(text, { key: `key ${at}` }))
  const request = { topic, partition: 0, codec: 'none', acks: -1, idempotent: false, records, ...options } as const
  const told = (await stage.driver.call('produce', request)).offsets
  const reader = await stage.open(topic, { at: 'earliest' })
  const received = await reader.take(texts.length)
  expect(values(received)).toEqual(texts)
  expect(received.map(({ key }) => key)).toEqual(records.map(({ key }) => key))
  expect(received.map(({ offset }) => offset)).toEqual(offsets)
  return { told: told.filter((offset) => offset >= 0), batches: await batches(stage.peer, topic) }
}

const codec = (name: Codec): Scenario => ({
  name: `produce ${name}`,
  play: async (stage) => {
    const stored = await produceAndRead(stage, { codec: name })
    // The client may leave out what it does not know of, never invent it.
    expect(offsets).toEqual(expect.arrayContaining(stored.told))
    expect(new Set(stored.batches.map((batch) => batch.codec))).toEqual(new Set([name]))
  },
})

const acks = (number: -1 | 0 | 1): Scenario => ({
  name: `acks ${number === -1 ? 'all' : number}`,
  play: async (stage) => {
    const { told } = await produceAndRead(stage, { acks: number })
    if (number === 0) expect(told).toEqual([])
    else expect(offsets).toEqual(expect.arrayContaining(told))
  },
})

const idempotent: Scenario = {
  name: 'idempotent',
  play: async (stage) => {
    const stored = await produceAndRead(stage, { idempotent: true })
    expect(stored.batches.every(({ producerId }) => producerId >= 0n)).toBe(true)
  },
}

const keys = Array.from({ length: 12 }, (_, at) => `key ${at}`)

const partitioner: Scenario = {
  name: 'partition by key',
  play: async (stage) => {
    const topic = await stage.topic(3)
    const records = [...keys, ...keys].map((key) => message(key, { key }))
    const request = { topic, partition: null, codec: 'none', acks: -1, idempotent: false, records } as const
    await stage.driver.call('produce', request)
    const group = stage.name('group')
    const received = await (await stage.join({ group, topics: [topic] })).take(records.length)
    const partitionsOf = keys.map((key) => new Set(received.filter((each) => each.key === key).map((r) => r.partition)))
    expect(partitionsOf.map(({ size }) => size)).toEqual(keys.map(() => 1))
    expect(new Set(received.map(({ partition }) => partition)).size).toBeGreaterThan(1)
  },
}

const times: Scenario = {
  name: 'time of a record',
  play: async (stage) => {
    const topic = await stage.topic()
    const sent = [0, 250, 1000].map((later) => Date.now() - 60_000 + later)
    const records = sent.map((timestamp) => message('timed', { timestamp }))
    const request = { topic, partition: 0, codec: 'none', acks: -1, idempotent: false, records } as const
    await stage.driver.call('produce', request)
    const received = await (await stage.open(topic, { at: 'earliest' })).take(sent.length)
    expect(received.map(({ timestamp }) => timestamp)).toEqual(sent)
  },
}

const headers: Scenario = {
  name: 'headers',
  play: async (stage) => {
    const topic = await stage.topic()
    const sent = [
      [
        ['a', '1'],
        ['b', 'gr\u00fc\u00df'],
      ],
      [
        ['same', 'first'],
        ['same', 'second'],
      ],
      [['empty', '']],
    ] as const
    const records = sent.map((each, at) => message(`${at}`, { headers: each }))
    const request = { topic, partition: 0, codec: 'none', acks: -1, idempotent: false, records } as const
    await stage.driver.call('produce', request)
    const received = await (await stage.open(topic, { at: 'earliest' })).take(sent.length)
    expect(received.map((record) => record.headers)).toEqual(sent)
  },
}

const keysAndValues = (
  name: string,
  sent: readonly { readonly key: string | null; readonly value: string | null }[],
): Scenario => ({
  name,
  play: async (stage) => {
    const topic = await stage.topic()
    const records = sent.map(({ key, value }) => message(value, { key }))
    const request = { topic, partition: 0, codec: 'none', acks: -1, idempotent: false, records } as const
    await stage.driver.call('produce', request)
    const received = await (await stage.open(topic, { at: 'earliest' })).take(sent.length)
    expect(received.map(({ key, value }) => ({ key, value }))).toEqual(sent)
  },
})

const nulls = keysAndValues('null is null', [
  { key: null, value: 'no key' },
  { key: 'tombstone', value: null },
])

const empty = keysAndValues('empty is not null', [
  { key: 'empty', value: '' },
  { key: '', value: 'empty key' },
])

const codecs: readonly Codec[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

export const produceScenarios: readonly Scenario[] = [
  ...codecs.map(codec),
  acks(0),
  acks(1),
  acks(-1),
  idempotent,
  partitioner,
  times,
  headers,
  nulls,
  empty,
]

/** A message that is written by hand. It goes the way of the broker's own records, held to what producers are held to. */
import { BrokerError } from '../../base/errors.ts'
import { partitionOfKey } from '../../browse/murmur2.ts'
import { encodeRecord } from '../../browse/records.ts'
import { ledPartition } from '../../cluster/leadership.ts'
import { actorOf } from '../actor.ts'
import type { Checked } from '../contract.ts'
import { AdminError } from '../failure.ts'
import type { RouteContext } from './context.ts'
import type { RoutesOf } from './table.ts'

type Content = NonNullable<Checked<'produce'>['value']>

export const messageChanges = ({
  services: { cluster, configs, engine, audit, clock },
}: RouteContext): RoutesOf<'produce'> => ({
  produce: async ({ topic: name, partition: asked, key, value, headers, dryRun }, exchange) => {
    const image = cluster.image()
    const topic = image.topicsByName.get(name)
    if (topic === undefined) throw new BrokerError('UNKNOWN_TOPIC_OR_PARTITION', `There is no topic ${name}.`)
    if (topic.internal) throw new BrokerError('INVALID_TOPIC_EXCEPTION', `${name} belongs to the broker.`)
    const record = {
      key: bytesOf('key', key),
      value: bytesOf('value', value),
      headers: headers.map((header) => ({ name: header.name, value: bytesOf(`header ${header.name}`, header.value) })),
    }
    const { key: keyBytes } = record
    const count = topic.partitions.length
    const chosen = asked ?? (keyBytes === null ? Math.floor(Math.random() * count) : partitionOfKey(keyBytes, count))
    const led = ledPartition(image, cluster.brokerId, name, chosen)
    const limits = configs.topic(image, topic.configs)
    if (keyBytes === null && limits['cleanup.policy'].includes('compact')) {
      throw new BrokerError('INVALID_RECORD', 'A compacted topic takes no record without a key.')
    }
    const batch = encodeRecord(record, clock.now())
    if (batch.length > limits['max.message.bytes']) {
      throw new BrokerError(
        'MESSAGE_TOO_LARGE',
        `The batch has ${batch.length} bytes; max.message.bytes of ${name} is ${limits['max.message.bytes']}.`,
      )
    }
    const produced = { partition: chosen, offset: null, bytes: batch.length }
    if (dryRun) return produced
    // Producers are refused, and this is one.
    if (engine.rooms().some(({ isFull }) => isFull)) throw new BrokerError('KAFKA_STORAGE_ERROR', 'The disk is full.')
    const offset = await engine.append(topic.id, chosen, led.partition.leaderEpoch, batch)
    const after = { partition: chosen, offset, bytes: batch.length, tombstone: value === null }
    audit.note({ action: 'records.produce', subject: name, before: null, after }, actorOf(exchange))
    return { ...produced, offset: String(offset) }
  },
})

const bytesOf = (what: string, content: Content | null): Buffer | null => {
  if (content === null) return null
  const bytes = encoders[content.encoding](content.data)
  if (bytes === null) throw new AdminError('INVALID_INPUT', `${what}: this is no ${content.encoding}.`)
  return bytes
}

/** Null for what is not of the encoding. */
const encoders: Readonly<Record<Content['encoding'], (data: string) => Buffer | null>> = {
  text: (data) => Buffer.from(data),
  json: (data) => (isJson(data) ? Buffer.from(data) : null),
  base64: (data) => (/^[A-Za-z0-9+/]*={0,2}$/.test(data) && data.length % 4 === 0 ? Buffer.from(data, 'base64') : null),
  hex: (data) => (/^([0-9a-fA-F]{2})*$/.test(data) ? Buffer.from(data, 'hex') : null),
  int32: (data) => integer(data, 32),
  int64: (data) => integer(data, 64),
}

const isJson = (data: string): boolean => {
  try {
    JSON.parse(data)
    return true
  } catch {
    return false
  }
}

const integer = (data: string, bits: 32 | 64): Buffer | null => {
  if (!/^-?\d{1,19}$/.test(data)) return null
  const value = BigInt(data)
  if (BigInt.asIntN(bits, value) !== value) return null
  const bytes = Buffer.alloc(bits / 8)
  if (bits === 32) bytes.writeInt32BE(Number(value))
  else bytes.writeBigInt64BE(value)
  return bytes
}

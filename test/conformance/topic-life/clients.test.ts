// Real clients that know a topic by its old id or from their cached metadata when it is deleted and made again: their producers get
// through to the new topic, and their consumers go over to it.
import { expect, test } from 'vitest'
import { missingClients } from '../../harness/clients.ts'
import { eventually } from '../../harness/eventually.ts'
import { fileBroker } from '../../harness/file-broker.ts'
import { Peer } from '../../harness/peer.ts'
import { matrixClients, nameOf } from '../clients/clients.ts'
import { type Driver, startDriver } from '../clients/driver.ts'
import { message } from '../clients/stage.ts'
import { dropTopic, isFull, makeTopic, quickRemoval, readAll } from './topics.ts'

const broker = fileBroker({ overrides: { ...quickRemoval, 'auto.create.topics.enable': 'false' } })
const ATTEMPT_MS = 500
const PATIENCE = { timeoutMs: 60_000 }

/** These do not come over from the old topic, on Kafka neither; they have to be started again. */
const stuck: ReadonlySet<string> = new Set([
  'kafka-python 3.0.12', // its consumer
  '@platformatic/kafka 1.35.0', // its consumer
  'franz-go 1.22.2', // its producer keeps to the id
])

/** Those that have an idempotent producer, and live on between two operations. */
const played = matrixClients.filter(
  (client) =>
    (client.quick || isFull) &&
    client.library !== 'kcat' &&
    !('idempotent' in client.without) &&
    !stuck.has(nameOf(client)),
)

const produce = async (driver: Driver, topic: string, text: string): Promise<void> => {
  const records = [message(text)]
  await driver.call('produce', { topic, partition: 0, codec: 'none', acks: -1, idempotent: true, records })
}

for (const client of played) {
  const missing = await missingClients(client.kind)
  test.skipIf(missing !== undefined)(nameOf(client), async () => {
    const on = await Peer.open(broker().port)
    const driver = startDriver(client.driver(broker().bootstrap))
    const name = `known-to-${nameOf(client).replaceAll(/[^\w.-]+/g, '-')}`
    const consumer = 'reader'
    try {
      const old = await makeTopic(on, name)
      const group = { group: name, topics: [name], assignor: null, instanceId: null, sessionMs: 10_000 }
      await driver.call('join', { consumer, ...group, reset: 'earliest' })
      for (const text of ['old 0', 'old 1', 'old 2']) await produce(driver, name, text)
      const first = await driver.call('poll', { consumer, count: 3, timeoutMs: 20_000 })
      expect(first.records.map(({ value }) => value)).toEqual(['old 0', 'old 1', 'old 2'])

      await dropTopic(on, old)
      const next = await makeTopic(on, name)
      let sent = 0
      await eventually(
        'the producer gets through',
        () => produce(driver, name, `new ${sent++}`).then(() => true),
        PATIENCE,
      )
      await produce(driver, name, 'last')
      const written = (await readAll(on, next)).map(({ offset, value }) => `${offset} ${value.toString()}`)
      expect(
        written.every((record, offset) => record.startsWith(`${offset} new `) || record === `${offset} last`),
      ).toBe(true)
      expect(written.at(-1)).toBe(`${written.length - 1} last`)

      const read: (string | null)[] = []
      await eventually(
        'the consumer reads the new topic',
        async () => {
          const { records } = await driver.call('poll', { consumer, count: 1, timeoutMs: ATTEMPT_MS })
          read.push(...records.map(({ value }) => value))
          return read.includes('last') ? true : undefined
        },
        PATIENCE,
      )
      expect(read.filter((value) => value?.startsWith('old'))).toEqual([])
      await driver.call('close', { consumer })
      await driver.stop()
      await dropTopic(on, next)
    } finally {
      if (driver.usable()) await driver.kill()
      on.close()
    }
  })
}

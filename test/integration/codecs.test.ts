// Every client sends the same records with every codec it has; every client reads what all of them sent. Null and empty keys and
// values, headers, binary data and a record of 900 KB arrive as they were sent.
import { afterAll, describe, expect, test } from 'vitest'
import { fileBroker } from '../harness/file-broker.ts'
import { missingClients } from '../harness/clients.ts'
import { removeDirectory, temporaryDirectory } from '../harness/cleanup.ts'
import { codecClients, type CodecClient } from './codec-clients.ts'
import { expected } from './codec-records.ts'

const clients: CodecClient[] = []
for (const client of codecClients) {
  if ((await missingClients(client.kind)) === undefined) clients.push(client)
}

const broker = fileBroker()
const directory = temporaryDirectory('codecs')
afterAll(() => removeDirectory(directory))

const topicPrefix = (client: CodecClient): string => `from-${client.name}`

const withClient = (client: CodecClient) => test.skipIf(!clients.includes(client))

describe('sent by', () => {
  for (const client of codecClients)
    withClient(client)(client.name, () => client.produce(broker().bootstrap, topicPrefix(client), directory))
})

describe('received by', () => {
  for (const reader of codecClients)
    withClient(reader)(reader.name, async () => {
      const readable = clients.flatMap((sender) =>
        sender.codecs
          .filter((codec) => reader.codecs.includes(codec) && !reader.cannotRead.includes(`${sender.name}-${codec}`))
          .map((codec) => ({ topic: `${topicPrefix(sender)}-${codec}`, sends: sender.sends })),
      )
      const count = readable.reduce((sum, { sends }) => sum + sends.length, 0)
      const topics = readable.map(({ topic }) => topic)
      const received = await reader.consume(broker().bootstrap, count, topics)
      for (const { topic, sends } of readable) {
        const got = received.get(topic) ?? []
        // A time that the client gave is not known here.
        const comparable = got.map((record, at) =>
          sends[at]?.timestamp === null ? { ...record, timestamp: null } : record,
        )
        expect(comparable, topic).toEqual(sends.map(expected))
      }
    })
})

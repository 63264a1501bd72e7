// Real producers that are at work while their topic is deleted and made again: they go on in the new one, in order and without doubles.
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { removeDirectory, temporaryDirectory } from '../../harness/cleanup.ts'
import { missingClients, script } from '../../harness/clients.ts'
import { eventually, GiveUp } from '../../harness/eventually.ts'
import { fileBroker } from '../../harness/file-broker.ts'
import { Peer } from '../../harness/peer.ts'
import { start } from '../../harness/process.ts'
import { dropTopic, expectNothingLeft, isFull, makeTopic, quickRemoval, readAll } from './topics.ts'

const missing = await missingClients('python')
const broker = fileBroker({ overrides: { ...quickRemoval, 'auto.create.topics.enable': 'false' } })
const directory = temporaryDirectory('recreation')
afterAll(() => removeDirectory(directory))

const ROUNDS = isFull ? 20 : 3
const RECORDS_A_ROUND = 100
const PARTITIONS = [0, 1]

test.skipIf(missing !== undefined)(
  `an idempotent producer of librdkafka through ${ROUNDS} re-creations`,
  { timeout: 300_000 },
  async () => {
    const on = await Peer.open(broker().port)
    let topic = await makeTopic(on, 'followed', { partitions: PARTITIONS.length })
    const { bootstrap } = broker()
    const producer = start(script.python('crash_producer.py', bootstrap, topic.name, 'p', join(directory, 'acked')))
    try {
      for (let round = 0; ; round += 1) {
        const current = topic
        await eventually(
          `records in round ${round}`,
          async () => {
            if (producer.lines.some((line) => line.startsWith('sent'))) throw new GiveUp(producer.stderr())
            for (const index of PARTITIONS)
              if ((await readAll(on, current, index)).length < RECORDS_A_ROUND) return undefined
            return true
          },
          { timeoutMs: 60_000, intervalMs: 100 },
        )
        if (round === ROUNDS) break
        await dropTopic(on, topic)
        topic = await makeTopic(on, 'followed', { partitions: PARTITIONS.length })
      }
      producer.end()
      expect(await producer.exited, producer.stderr()).toBe(0)
    } finally {
      await producer.kill()
    }
    for (const index of PARTITIONS) {
      const numbers = new Map<string, number>()
      for (const { offset, value } of await readAll(on, topic, index)) {
        const [key = '', number = ''] = value.toString().split(' ')
        expect(Number(number), `${key} at ${offset}`).toBeGreaterThan(numbers.get(key) ?? -1)
        numbers.set(key, Number(number))
      }
      expect(numbers.size).toBeGreaterThan(0)
    }
    await dropTopic(on, topic)
    await expectNothingLeft(broker(), 'followed')
    on.close()
  },
)

// Row 18: killed under load, and how soon it serves again.
import { eventually } from '@millrace/test/harness/eventually.js'
import { setTimeout as sleep } from 'node:timers/promises'
import { produce } from 'millrace/messages/00-produce.js'
import { batch } from '../../client.ts'
import type { Case } from '../case.ts'
import { columns } from '../columns.ts'
import { fill, measure, verify } from '../generator.ts'
import { ask, type Topic, withTopic } from '../topics.ts'
import { lower, part } from './measures.ts'
import { ownBroker, timed, withoutLoad } from './own.ts'

const PARTITIONS = 10
const BATCH = { records: 1000, recordBytes: 1000 }
/** Half a gigabyte for each second of a measurement: 5 GB in a full run. */
const REQUESTS_PER_SECOND = 500
const LOAD = { connections: 16, depth: 5, records: 16, recordBytes: 1024 }
/** The load goes on for longer than it can. */
const LOAD_SECONDS = 60
const KILL_AFTER_MS = 2000
const RETRY_MS = 2

/** Until a record is acknowledged. */
const accepts = (port: number, { topic }: Topic): Promise<true> =>
  eventually(
    'a record is acknowledged',
    async () => {
      const topicData = [{ name: topic, partitionData: [{ index: 0, records: batch(100) }] }]
      const request = { transactionalId: null, acks: 1, timeoutMs: 30_000, topicData }
      const { responses } = await ask(port, produce, 9, request)
      return responses[0]?.partitionResponses[0]?.errorCode === 0 ? true : undefined
    },
    { timeoutMs: 300_000, intervalMs: RETRY_MS },
  )

const killed: Case = {
  rows: [
    {
      row: 18,
      id: 'killed',
      title: 'Killed under load',
      measures: [lower('start to produce accepted', 'ms', part(1 / 30)), lower('everything readable', 'ms')],
    },
  ],
  what: 'Half a GB for each second of a measurement in 10 partitions, then 16 producers at full speed for 2 seconds, then SIGKILL; from the start of the new process to the first acknowledged record; everything that was acknowledged must be readable.',
  columns: [columns.millrace, columns.kafka, columns.tuned],
  isShort: false,
  take: async (setting) => {
    const broker = await ownBroker(setting)
    try {
      return await withTopic(broker, PARTITIONS, setting.column.topic, async (topic) =>
        withoutLoad(async () => {
          const requests = Math.ceil(setting.seconds * REQUESTS_PER_SECOND)
          const filled = await fill({ ...BATCH, ...topic, requests })
          const kill = async (): Promise<void> => {
            await sleep(KILL_AFTER_MS)
            await broker.kill()
          }
          const load = { ...LOAD, ...topic, untilGone: true, warmUp: 0, seconds: LOAD_SECONDS }
          const [{ acknowledged }] = await Promise.all([measure('produce', load), kill()])
          const from = performance.now()
          const accepted = await timed(async () => {
            await broker.restart()
            await accepts(broker.port, topic)
          })
          const { records } = await verify({ ...topic })
          const values = { 'start to produce accepted': accepted, 'everything readable': performance.now() - from }
          // What was in flight may be there, too.
          const wanted = filled.acknowledged + acknowledged
          const voidBecause = `${wanted} records were acknowledged and ${records} are readable`
          return records > wanted ? { values } : { values, voidBecause }
        }),
      )
    } finally {
      await broker.stop()
    }
  },
}

export const recoveryCases: readonly Case[] = [killed]

// Row 16: from the start of the process to the first right answer.
import { type Case, type Setting, type Taken } from '../case.ts'
import { columns } from '../columns.ts'
import type { BrokerServer } from '../server.ts'
import { createTopic, untilLed } from '../topics.ts'
import { lower, part } from './measures.ts'
import { ownBroker, timed, withoutLoad } from './own.ts'

const { kafka, millrace } = columns

/** Apache Kafka closes thousands of partitions one after the other. */
const HALT_MS = 300_000

/** Ends it in order. Throws when it had to be killed: the next start would be one after a kill. */
const halt = async (broker: BrokerServer): Promise<void> => {
  if ((await broker.halt(HALT_MS)) === null) throw new Error('the broker did not end in order')
}

const empty: Case = {
  rows: [{ row: 16, id: 'start', title: 'Start, empty', measures: [lower('start', 'ms', part(1 / 20))] }],
  what: 'From the start of the process, on a directory it has used before, to the first answer to Metadata that lists the broker; asked every 2 ms.',
  columns: [millrace, kafka],
  isShort: true,
  take: async (setting) => {
    const broker = await ownBroker(setting)
    try {
      return await withoutLoad(async () => {
        await halt(broker)
        return { values: { start: await timed(broker.restart) } }
      })
    } finally {
      await broker.stop()
    }
  },
}

const TOPIC = 'many'

/** Starts with many partitions: brokers are filled once, and stand stopped between their measurements. */
const filled = (partitions: number): Case => {
  const brokers = new Map<string, BrokerServer>()
  const create = async (setting: Setting): Promise<BrokerServer> => {
    const broker = await ownBroker(setting)
    brokers.set(setting.column.name, broker)
    await createTopic(broker.port, TOPIC, partitions, {})
    await untilLed(broker.port, TOPIC, partitions)
    await halt(broker)
    return broker
  }
  const remove = async (column: string): Promise<void> => {
    await brokers.get(column)?.stop()
    brokers.delete(column)
  }
  const take = async (setting: Setting): Promise<Taken> => {
    setting.lab.quiet()
    try {
      return await startTwice(brokers.get(setting.column.name) ?? (await create(setting)))
    } catch (error) {
      // Nobody knows in which state it is: the next measurement fills another.
      await remove(setting.column.name)
      throw error
    }
  }
  const startTwice = (broker: BrokerServer): Promise<Taken> =>
    withoutLoad(async () => {
      const serve = async (): Promise<void> => {
        await broker.restart()
        await untilLed(broker.port, TOPIC, partitions)
      }
      const start = await timed(serve)
      await broker.kill()
      const killed = await timed(serve)
      await halt(broker)
      return { values: { start, 'start after a kill': killed } }
    })
  return {
    rows: [
      {
        row: 16,
        id: `start-${partitions}`,
        title: `Start with ${partitions} partitions`,
        measures: [lower('start', 'ms', part(1 / 80)), lower('start after a kill', 'ms', part(1 / 80))],
      },
    ],
    what: `From the start of the process to the first answer to Metadata in which all ${partitions} partitions of a topic have a leader: after an end in order, and after SIGKILL.`,
    columns: [millrace, kafka],
    isShort: false,
    take,
    finish: async () => {
      for (const column of [...brokers.keys()]) await remove(column)
    },
  }
}

export const startCases: readonly Case[] = [empty, filled(10_000)]

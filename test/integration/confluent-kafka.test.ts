// Python with confluent-kafka: a sensor, and a consumer whose group goes on where it was after the consumer is killed.
import { expect, test } from 'vitest'
import { fileBroker } from '../harness/file-broker.ts'
import { missingClients, script } from '../harness/clients.ts'
import { eventually } from '../harness/eventually.ts'
import { run, start } from '../harness/process.ts'

const missing = await missingClients('python')

const broker = fileBroker()

/** The offsets that the delivery reports name. */
const produce = async (count: number): Promise<readonly number[]> => {
  const { stdout } = await run(script.python('iot_producer.py', broker().bootstrap, String(count)))
  const reports = stdout.toString().trim().split('\n')
  return reports.map((report) => Number(/^delivered iot-data 0 (\d+)$/.exec(report)?.[1] ?? Number.NaN))
}

/** Offset and value of each reading that a consumer printed. */
const readings = (lines: readonly string[]): readonly (readonly [number, number])[] =>
  lines.flatMap((line) => {
    const [, offset, value] = /^received 0 (\d+) 1 ([\d.]+)$/.exec(line) ?? []
    return offset === undefined ? [] : [[Number(offset), Number(value)] as const]
  })

test.skipIf(missing !== undefined)(
  'readings arrive, and a killed consumer resumes from its committed offset',
  async () => {
    // The first record makes the topic; a consumer that starts at the end never sees it.
    expect(await produce(1)).toEqual([0])

    const first = start(script.python('iot_consumer.py', broker().bootstrap))
    await first.line('its assignment', (line) => (line === 'assigned 0' ? true : undefined))
    // Where "latest" is for it, is seen only by what it receives.
    await eventually('it receives', async () => {
      await produce(1)
      return readings(first.lines).length > 0 ? true : undefined
    })
    const [offset = 0] = await produce(3)
    const three = await eventually('three readings', () => {
      const seen = readings(first.lines).filter(([at]) => at >= offset)
      return seen.length >= 3 ? seen : undefined
    })
    expect(three).toEqual([0, 1, 2].map((number) => [offset + number, 23.5 + number]))
    expect(readings(first.lines).some(([at]) => at === 0)).toBe(false)
    await committed(offset + 3)
    await first.kill()

    await produce(2)
    const second = start(script.python('iot_consumer.py', broker().bootstrap))
    const two = await eventually('two more', () => {
      const seen = readings(second.lines)
      return seen.length >= 2 ? seen : undefined
    })
    expect(two).toEqual([3, 4].map((number) => [offset + number, 20.5 + number]))
    await second.stop()
  },
)

const committed = async (offset: number): Promise<void> => {
  await run(script.python('committed.py', broker().bootstrap, 'mygroup', 'iot-data', '0', String(offset)))
}

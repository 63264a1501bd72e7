// What a broker says of its recovery after it was killed, and that it is no different after it was stopped in order.
import { expect, test } from 'vitest'
import { startBroker } from '../harness/broker.ts'
import { missingClients } from '../harness/clients.ts'
import { eventually } from '../harness/eventually.ts'
import { run } from '../harness/process.ts'

const without = await missingClients('kcat')
const RECORDS = 5000

interface Line {
  readonly msg?: string
  readonly [field: string]: unknown
}

const linesOf = (logs: string): Line[] =>
  logs
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line)

test.skipIf(without !== undefined)('a killed broker says what it recovered, a stopped one nothing', async () => {
  const broker = await startBroker({ target: 'millrace' })
  const recovered = (): Line | undefined => linesOf(broker.logs()).find(({ msg }) => msg === 'recovered')
  try {
    const values = Array.from({ length: RECORDS }, (_, n) => `value ${n}\n`).join('')
    const produce = ['-q', '-b', broker.bootstrap, '-P', '-t', 'trades', '-p', '0']
    await run({ command: 'kcat', args: produce }, { input: values })
    const directories = async (): Promise<true | undefined> =>
      (await run({ command: 'ls', args: [broker.dataDirectory] })).stdout.includes('trades-0') ? true : undefined
    await eventually('segments are written', directories)
    await broker.kill()

    await broker.restart()
    const line = recovered()
    expect(line).toMatchObject({ damaged: 0, component: 'recovery' })
    expect(line?.['logs']).toBeGreaterThanOrEqual(1)
    expect(line?.['bytesReplayed']).toBeGreaterThan(RECORDS * 'value 0'.length)

    await broker.halt()
    await broker.restart()
    expect(recovered()).toBeUndefined()
  } finally {
    await broker.stop()
  }
})

// `millrace log verify` and `millrace log repair` on what a stopped broker left, and what a client reads before and after.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Broker, startBroker } from '../harness/broker.ts'
import { missingClients } from '../harness/clients.ts'
import { program, repository } from '../harness/paths.ts'
import { run } from '../harness/process.ts'

const without = await missingClients('kcat')
const RECORDS = 60

const millrace = (...args: readonly string[]): { code: number | null; said: string; complained: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' })
  return { code: status, said: stdout, complained: stderr }
}

const kcat = async (broker: Broker, args: readonly string[], input?: string): Promise<string> => {
  const command = { command: 'kcat', args: ['-q', '-b', broker.bootstrap, ...args] }
  return (await run(command, input === undefined ? {} : { input })).stdout.toString()
}

/** Offset and value of every record from an offset on. */
const readFrom = async (broker: Broker, offset: number, count: number): Promise<string[]> => {
  const from = ['-t', 'trades', '-p', '0', '-o', String(offset), '-c', String(count), '-f', '%o %s\n']
  return (await kcat(broker, ['-C', '-e', ...from])).trim().split('\n')
}

const lines = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, at) => `${from + at} value ${from + at}`)

/** Flips a byte of the record with this value, in the oldest segment. */
const damage = (broker: Broker, value: string): string => {
  const folder = join(broker.dataDirectory, 'trades-0')
  const name = readdirSync(folder).find((file) => file.endsWith('.log')) ?? ''
  const path = join(folder, name)
  const bytes = readFileSync(path)
  const at = bytes.indexOf(value)
  bytes[at] = (bytes[at] ?? 0) ^ 1
  writeFileSync(path, bytes)
  return path
}

test.skipIf(without !== undefined)('damage is found, shown, given up, and the rest is served', async () => {
  const broker = await startBroker({ target: 'millrace' })
  try {
    for (let first = 0; first < RECORDS; first += 20) {
      const values = Array.from({ length: 20 }, (_, at) => `value ${first + at}\n`).join('')
      await kcat(
        broker,
        ['-P', '-t', 'trades', '-p', '0', '-X', 'batch.num.messages=20', '-X', 'linger.ms=10000'],
        values,
      )
    }
    const data = ['--data-dir', broker.dataDirectory]
    const refused = millrace('log', 'verify', ...data)
    expect(refused).toMatchObject({ code: 1, said: '' })
    expect(refused.complained).toContain('is in use by another process')

    await broker.halt()
    expect(millrace('log', 'verify', ...data)).toMatchObject({ code: 0, complained: '' })
    const path = damage(broker, 'value 27')

    const verified = millrace('log', 'verify', 'trades', '-o', 'json', ...data)
    expect(verified.code).toBe(1)
    const [{ partitions }] = JSON.parse(verified.said) as [{ partitions: [{ findings: [Record<string, unknown>] }] }]
    expect(partitions[0].findings).toMatchObject([{ damage: true, file: path, fromOffset: 20, toOffset: 40 }])

    const shown = millrace('log', 'repair', 'trades-0', ...data)
    expect(shown.code).toBe(1)
    expect(shown.said).toContain('trades-0: DAMAGED')
    expect(shown.complained).toContain('Nothing was changed')

    const repaired = millrace('log', 'repair', '--accept-loss', 'trades-0', ...data)
    expect(repaired, repaired.complained).toMatchObject({ code: 0 })
    const kept = /kept in (.*)/.exec(repaired.said)?.[1] ?? ''
    expect(readFileSync(kept).includes('value 28')).toBe(true)
    expect(millrace('log', 'verify', ...data)).toMatchObject({ code: 0 })

    await broker.restart()
    expect(await readFrom(broker, 0, RECORDS - 20)).toEqual([...lines(0, 20), ...lines(40, RECORDS)])
    await kcat(broker, ['-P', '-t', 'trades', '-p', '0'], `value ${RECORDS}\n`)
    expect(await readFrom(broker, 40, RECORDS - 39)).toEqual(lines(40, RECORDS + 1))
  } finally {
    await broker.stop()
  }
})

test('a folder that is no data directory is refused', () => {
  const nowhere = millrace('log', 'verify', '--data-dir', repository)
  expect(nowhere).toMatchObject({ code: 1 })
  expect(nowhere.complained).toContain('is no data directory')
})

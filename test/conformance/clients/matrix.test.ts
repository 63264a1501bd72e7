// Every client plays every scenario: one test for each cell of the table in test/conformance/README.md.
//
// A cell passes, or the library does not offer what it takes. The registry says which cells these are, and the driver has to say
// the same: a client that learns something new has to pass. A whole run on Millrace writes the tables of README.
import { afterAll, describe, expect, test } from 'vitest'
import { targetName } from '../../harness/broker.ts'
import { missingClients } from '../../harness/clients.ts'
import { fileBroker } from '../../harness/file-broker.ts'
import { type MatrixClient, matrixClients, nameOf } from './clients.ts'
import { type Driver, startDriver, Unsupported } from './driver.ts'
import { areas, scenarios } from './scenarios/index.ts'
import { play, type Scenario } from './stage.ts'
import { cellName, tables, writeTables, writtenTables } from './table.ts'

const whole = process.env['MILLRACE_FULL'] === '1'
/** MILLRACE_CLIENTS=kafkajs,kcat plays these alone. */
const chosen = process.env['MILLRACE_CLIENTS']?.split(',')
const played = matrixClients.filter(({ library, quick }) =>
  chosen === undefined ? whole || quick : chosen.includes(library),
)

const broker = fileBroker({
  overrides: {
    'node.id': '1',
    'group.min.session.timeout.ms': '3000',
    'offsets.topic.num.partitions': '5',
    // Nothing comes into being because a client asks for it too late.
    'auto.create.topics.enable': 'false',
  },
})

const finished = new Set<string>()
const failed = new Set<string>()

afterAll(() => {
  const all = matrixClients.length * scenarios.length
  if (targetName === 'millrace' && finished.size === all) writeTables(tables(matrixClients, areas, failed))
})

test('what a client does not offer is a scenario', () => {
  const names = new Set(scenarios.map(({ name }) => name))
  expect(names.size).toBe(scenarios.length)
  expect(matrixClients.flatMap(({ without }) => Object.keys(without)).filter((name) => !names.has(name))).toEqual([])
})

if (!whole)
  test('README has the tables of the last whole run, of these clients and scenarios, and nothing in it failed', () => {
    expect(writtenTables()).toBe(tables(matrixClients, areas))
  })

for (const client of played) {
  const missing = await missingClients(client.kind)
  describe.skipIf(missing !== undefined)(nameOf(client), () => {
    let driver: Driver | undefined
    const start = (): Driver => startDriver(client.driver(broker().bootstrap))
    afterAll(() => driver?.stop())

    test('is the version of the table', async () => {
      driver = start()
      expect((await driver.call('hello', {})).version).toBe(client.version)
    })

    for (const scenario of scenarios)
      test(scenario.name, async () => {
        if (driver?.usable() !== true) driver = start()
        const { name } = scenario
        const playing = play(scenario, broker(), driver, start, namer(client, scenario))
        try {
          if (name in client.without) await expect(playing).rejects.toThrow(Unsupported)
          else await playing
        } catch (error) {
          failed.add(cellName(client, name))
          // It may hold consumers that the next scenario knows nothing of.
          await driver.kill()
          const said = driver.stderr().slice(-STDERR_SHOWN_MAX)
          throw new Error(`${cellName(client, name)}, ${targetName}: ${String(error)}\n${said}`, { cause: error })
        } finally {
          finished.add(cellName(client, name))
        }
      })
  })
}

const STDERR_SHOWN_MAX = 4000

const namer =
  (client: MatrixClient, scenario: Scenario) =>
  (what: string): string =>
    `${nameOf(client)}-${scenario.name}-${what}`.replaceAll(/[^\w.-]+/g, '-')

// The tables of clients and scenarios in test/conformance/README.md.
import { join } from 'node:path'
import { generatedPart, markdownTable, writeGeneratedPart } from '../../harness/document.ts'
import { type MatrixClient, nameOf } from './clients.ts'
import type { Area } from './scenarios/index.ts'

const readme = join(import.meta.dirname, '..', 'README.md')
const PART = 'clients'

/** A cell as a run counts it. */
export const cellName = (client: MatrixClient, scenario: string): string => `${nameOf(client)}, ${scenario}`

export const tables = (
  clients: readonly MatrixClient[],
  areas: readonly Area[],
  failed: ReadonlySet<string> = new Set(),
): string => {
  const cell = (client: MatrixClient, scenario: string): string => {
    if (failed.has(cellName(client, scenario))) return 'FAILED'
    return scenario in client.without ? '-' : 'yes'
  }
  const parts = areas.map(({ title, scenarios }) => {
    const names = scenarios.map(({ name }) => name)
    const rows = clients.map((client) => [nameOf(client), ...names.map((name) => cell(client, name))])
    return markdownTable([title, ...names], rows)
  })
  return [...parts, reasons(clients)].join('\n\n')
}

const reasons = (clients: readonly MatrixClient[]): string =>
  clients
    .flatMap(({ library, version, without }) =>
      [...new Set(Object.values(without))].map((reason) => {
        const cells = Object.keys(without).filter((cell) => without[cell] === reason)
        return `- ${library} ${version} ${reason}: ${cells.join('; ')}`
      }),
    )
    .join('\n')

export const writtenTables = (): string => generatedPart(readme, PART)

export const writeTables = (text: string): void => writeGeneratedPart(readme, PART, text)

// The clients of the matrix: one entry each, and nothing else is needed to play every scenario with it.
import { type ClientKind, program } from '../../harness/clients.ts'
import type { Command } from '../../harness/process.ts'

export interface MatrixClient {
  /** As the table shows it. */
  readonly name: string
  /** As its driver answers `hello`. */
  readonly version: string
  /** The installation that its driver needs. */
  readonly kind: ClientKind
  readonly driver: (bootstrap: string) => Command
  /** Played by `npm test`; the others by `npm run conformance`. */
  readonly quick: boolean
  /** What the library does not offer: scenario and reason. The driver must say so as well. */
  readonly without: Readonly<Record<string, string>>
}

export const matrixClients: readonly MatrixClient[] = [
  {
    name: 'kafkajs',
    version: '2.2.4',
    kind: 'node',
    driver: (bootstrap) => program('node', 'drivers/kafkajs.mjs', bootstrap),
    quick: true,
    without: {
      'produce zstd': 'has no zstd codec',
      'static member': 'has no static members',
      'assignor range': 'has no range assignor',
      'assignor cooperative-sticky': 'has no cooperative assignor',
    },
  },
]

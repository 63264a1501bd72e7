// The clients of the matrix: one entry each, and nothing else is needed to play every scenario with it.
import { type ClientKind, program } from '../../harness/clients.ts'
import type { Command } from '../../harness/process.ts'

export interface MatrixClient {
  readonly library: string
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

/** As the tables show it. */
export const nameOf = ({ library, version }: MatrixClient): string => `${library} ${version}`

/** One reason for several scenarios. */
const because = (reason: string, ...scenarios: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(scenarios.map((scenario) => [scenario, reason]))

const javaClient = (version: string, kind: ClientKind, quick: boolean): MatrixClient => ({
  library: 'java',
  version,
  kind,
  driver: (bootstrap) => program(kind, 'Driver', bootstrap),
  quick,
  without: {},
})

const pythonClient = (
  library: string,
  version: string,
  kind: ClientKind,
  driver: string,
  { quick = false, without = {} }: Partial<Pick<MatrixClient, 'quick' | 'without'>> = {},
): MatrixClient => ({
  library,
  version,
  kind,
  driver: (bootstrap) => program(kind, `drivers/${driver}`, bootstrap),
  quick,
  without,
})

export const matrixClients: readonly MatrixClient[] = [
  javaClient('4.3.1', 'java-4', true),
  javaClient('3.9.2', 'java-3', false),
  javaClient('2.8.2', 'java-2', false),
  pythonClient('confluent-kafka', '2.16.1', 'python', 'confluent.py', { quick: true }),
  pythonClient('kafka-python', '3.0.12', 'python', 'kafka_python_3.py'),
  pythonClient('kafka-python', '2.3.3', 'kafka-python-2', 'kafka_python_2.py', {
    without: { 'assignor cooperative-sticky': 'has no cooperative assignor' },
  }),
  pythonClient('aiokafka', '0.14.0', 'aiokafka', 'aio.py', {
    without: {
      'assignor cooperative-sticky': 'has no cooperative assignor',
      'delete a group': 'deletes none',
    },
  }),
  {
    library: 'kafkajs',
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
  {
    library: 'kcat',
    version: '1.7.1, librdkafka 2.0.2',
    kind: 'kcat',
    driver: (bootstrap) => program('kcat', 'driver.mjs', bootstrap),
    quick: true,
    without: {
      'time of a record': 'cannot choose it',
      'commit and resume': 'commits by itself alone',
      ...because('does not move or hold a consumer that runs', 'seek', 'pause and resume'),
      ...because(
        'administers nothing',
        'create a topic',
        'describe configs',
        'alter configs',
        'add partitions',
        'delete records',
        'delete a topic',
      ),
      ...because(
        'does not show groups',
        'committed offset',
        'list groups',
        'describe a group',
        'delete a group',
        'lag',
      ),
    },
  },
  {
    library: '@platformatic/kafka',
    version: '1.35.0',
    kind: 'node',
    driver: (bootstrap) => program('node', 'drivers/platformatic.mjs', bootstrap),
    quick: false,
    without: {
      'produce zstd': 'compresses with Node, whose zstd comes with 22.15',
      ...because('has streams that cannot be moved, and are held as a whole alone', 'seek', 'pause and resume'),
      ...because('has the round robin assignor alone', 'assignor range', 'assignor cooperative-sticky'),
    },
  },
  {
    library: '@confluentinc/kafka-javascript',
    version: '1.10.1, librdkafka 2.15.1',
    kind: 'confluent-node',
    driver: (bootstrap) => program('confluent-node', 'driver.mjs', bootstrap),
    quick: false,
    without: {
      'empty is not null': 'sends what is empty as null',
      ...because('neither reads nor changes the configuration of a topic', 'describe configs', 'alter configs'),
    },
  },
  {
    library: 'sarama',
    version: '1.61.1',
    kind: 'go',
    driver: (bootstrap) => program('go', 'sarama', bootstrap),
    quick: false,
    without: {},
  },
  {
    library: 'kafka-go',
    version: '0.4.51',
    kind: 'go',
    driver: (bootstrap) => program('go', 'kafka-go', bootstrap),
    quick: false,
    without: {
      idempotent: 'has no idempotent producer',
      'empty is not null': 'takes what is empty and what is null for one',
      'pause and resume': 'has no pause',
      'static member': 'has no static members',
      'assignor cooperative-sticky': 'has no cooperative assignor',
      'delete records': 'does not delete records',
    },
  },
  {
    library: 'franz-go',
    version: '1.22.2',
    kind: 'go',
    driver: (bootstrap) => program('go', 'franz-go', bootstrap),
    quick: false,
    without: {},
  },
  {
    library: 'rdkafka',
    version: '0.39.0, librdkafka 2.12.1',
    kind: 'rust',
    driver: (bootstrap) => program('rust', 'rdkafka-driver', bootstrap),
    quick: false,
    without: {},
  },
]

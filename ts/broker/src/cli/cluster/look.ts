// `millrace cluster info`, `partitions` and `health`, and `millrace status`.
import { describeLogDirs } from '../../messages/35-describe-log-dirs.ts'
import { errorName } from '../../wire/errors.ts'
import { showAddress } from '../../client/address.ts'
import type { BrokerAddress, Client } from '../client/client.ts'
import { listTopics, type Topic } from '../client/topics.ts'
import { exitCode } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import type { Verdict } from '../output/nagios.ts'
import { type Cell, columns, listing, sizeCell, type View } from '../output/view.ts'
import { showing } from '../session.ts'
import type { ShowOptions } from '../settings.ts'
import type { Terminal } from '../terminal.ts'
import { isUnderReplicated } from '../topic/look.ts'

interface Directory {
  readonly broker: number
  readonly path: string
  readonly bytes: number
  /** Null where the broker does not say. */
  readonly totalBytes: number | null
  readonly usableBytes: number | null
  readonly error: string | null
}

interface BrokerState {
  readonly broker: number
  readonly address: string
  readonly rack: string | null
  readonly controller: boolean
  readonly reachable: boolean
  readonly why: string | null
  readonly directories: readonly Directory[]
}

interface Problem {
  /** What a monitor says of it. */
  readonly level: 'WARNING' | 'CRITICAL'
  readonly what: string
  readonly where: string
}

export const info = (terminal: Terminal, options: ShowOptions): Promise<number> =>
  showing(terminal, options, async (client) => {
    const { id, controllerId, brokers } = await client.cluster()
    const controller = controllerId < 0 ? null : controllerId
    const states = await Promise.all(brokers.map((broker) => brokerState(client, broker)))
    return {
      value: { cluster: id, controller, brokers: states },
      facts: [
        ['cluster', id],
        ['controller', controller],
      ],
      table: {
        columns: columns(['broker', 'address', 'rack', 'controller', 'reachable', 'bytes', 'usable'], ['directories']),
        rows: states.map(({ broker, address, rack, controller: isController, reachable, directories }) => [
          broker,
          address,
          rack,
          isController,
          reachable,
          sizeCell(sum(directories.map(({ bytes }) => bytes))),
          sizeCell(sum(directories.map(({ usableBytes }) => usableBytes))),
          directories.map(({ path }) => path).join(' '),
        ]),
      },
      names: states.map(({ broker }) => String(broker)),
    }
  })

export interface PartitionsOptions extends ShowOptions {
  readonly leaderless?: boolean
  readonly underReplicated?: boolean
  readonly offline?: boolean
}

export const partitions = (terminal: Terminal, options: PartitionsOptions): Promise<number> =>
  showing(terminal, options, async (client) => {
    const all = (await listTopics(client)).flatMap((topic) =>
      topic.partitions.map((state) => ({ topic: topic.name, ...state })),
    )
    const shown = all.filter(
      (one) =>
        (options.leaderless !== true || one.leader === null) &&
        (options.underReplicated !== true || isUnderReplicated(one)) &&
        (options.offline !== true || one.offline.length > 0),
    )
    return listing(shown, {
      columns: columns(['topic', 'partition', 'leader', 'replicas', 'in sync'], ['epoch', 'offline']),
      cells: ({ topic, partition, leader, replicas, inSync, leaderEpoch, offline }) => [
        topic,
        partition,
        leader,
        replicas.join(','),
        inSync.join(','),
        leaderEpoch,
        offline.join(','),
      ],
      name: ({ topic, partition }) => `${topic}/${partition}`,
    })
  })

export const health = (terminal: Terminal, options: ShowOptions): Promise<number> =>
  showing(terminal, options, async (client): Promise<View> => {
    const { brokers } = await client.cluster()
    const states = await Promise.all(brokers.map((broker) => brokerState(client, broker)))
    const problems = problemsOf(states, await listTopics(client))
    const healthy = problems.length === 0
    return {
      value: { healthy, problems },
      facts: [['healthy', healthy]],
      table: {
        columns: columns(['problem', 'where']),
        rows: problems.map(({ what, where }) => [what, where]),
      },
      names: problems.map(({ where }) => where),
      exit: exitCode(healthy ? 'ok' : 'unhealthy'),
      verdict: verdictOf(problems, { brokers: states.length }),
    }
  })

/** One look at the whole: is it well, how much is in it. */
export const status = (terminal: Terminal, options: ShowOptions): Promise<number> =>
  showing(terminal, options, async (client): Promise<View> => {
    const { id, brokers } = await client.cluster()
    const states = await Promise.all(brokers.map((broker) => brokerState(client, broker)))
    const topics = await listTopics(client)
    const own = topics.filter(({ internal }) => !internal)
    const problems = problemsOf(states, topics)
    const directories = states.flatMap((state) => state.directories)
    const summary = {
      cluster: id,
      healthy: problems.length === 0,
      brokers: states.length,
      topics: own.length,
      partitions: own.reduce((total, topic) => total + topic.partitions.length, 0),
      bytes: sum(directories.map(({ bytes }) => bytes)),
      usableBytes: sum(directories.map(({ usableBytes }) => usableBytes)),
    }
    return {
      value: { ...summary, problems },
      table: {
        columns: columns(['what', 'is']),
        rows: [...summaryRows(summary), ...problems.map(({ what, where }) => [what, where] as const)],
      },
      names: [id ?? ''],
      verdict: verdictOf(problems, {
        brokers: states.length,
        topics: summary.topics,
        partitions: summary.partitions,
        bytes: summary.bytes === null ? null : `${summary.bytes}B`,
        usable: summary.usableBytes === null ? null : `${summary.usableBytes}B`,
      }),
      exit: exitCode(problems.length === 0 ? 'ok' : 'unhealthy'),
    }
  })

const summaryRows = ({
  bytes,
  usableBytes,
  ...rest
}: Readonly<Record<string, Cell>> & {
  readonly bytes: number | null
  readonly usableBytes: number | null
}): readonly (readonly Cell[])[] => [
  ...Object.entries(rest),
  ['bytes', sizeCell(bytes)],
  ['usable', sizeCell(usableBytes)],
]

const brokerState = async (client: Client, broker: BrokerAddress): Promise<BrokerState> => {
  const { controllerId } = await client.cluster()
  const known = {
    broker: broker.id,
    address: showAddress(broker),
    rack: broker.rack,
    controller: broker.id === controllerId,
  }
  try {
    return { ...known, reachable: true, why: null, directories: await directoriesOf(client, broker.id) }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { ...known, reachable: false, why: error.message, directories: [] }
  }
}

const directoriesOf = async (client: Client, broker: number): Promise<readonly Directory[]> => {
  const { results } = await client.askBroker(broker, describeLogDirs, { topics: null })
  return results.map(({ logDir, errorCode, topics, totalBytes, usableBytes }) => ({
    broker,
    path: logDir,
    bytes: sum([0, ...topics.flatMap((topic) => topic.partitions.map(({ partitionSize }) => partitionSize))]) ?? 0,
    totalBytes: totalBytes < 0 ? null : totalBytes,
    usableBytes: usableBytes < 0 ? null : usableBytes,
    error: errorCode === 0 ? null : errorName(errorCode),
  }))
}

const problemsOf = (states: readonly BrokerState[], topics: readonly Topic[]): readonly Problem[] => [
  ...states.flatMap(({ broker, why }): Problem[] =>
    why === null ? [] : [{ level: 'CRITICAL', what: `broker is not reachable: ${why}`, where: `broker ${broker}` }],
  ),
  ...states.flatMap(({ directories }) =>
    directories.flatMap(({ broker, path, error }): Problem[] =>
      error === null
        ? []
        : [{ level: 'CRITICAL', what: `log directory failed: ${error}`, where: `broker ${broker} ${path}` }],
    ),
  ),
  ...topics.flatMap(({ name, partitions: of }) =>
    of.flatMap((state): Problem[] => {
      const where = `${name}/${state.partition}`
      if (state.leader === null) return [{ level: 'CRITICAL', what: 'partition without a leader', where }]
      return isUnderReplicated(state) ? [{ level: 'WARNING', what: 'partition with replicas out of sync', where }] : []
    }),
  ),
]

const verdictOf = (problems: readonly Problem[], measured: Verdict['measured']): Verdict => {
  const [first] = problems.toSorted((one, other) => one.level.localeCompare(other.level))
  const more = problems.length > 1 ? `, and ${problems.length - 1} more` : ''
  return {
    level: first?.level ?? 'OK',
    text: first === undefined ? 'nothing is wrong' : `${first.where}: ${first.what}${more}`,
    measured: { problems: problems.length, ...measured },
  }
}

/** Null where nobody says anything. */
const sum = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0)
}

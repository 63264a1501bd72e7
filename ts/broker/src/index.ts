/**
 * The library: a broker inside a Node program, for tests that need one. It hears no signals and never ends the process, but
 * keeps it alive until it is stopped; as many may run side by side as there is memory for.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BrokerError } from './base/errors.ts'
import { type Logger, silentLogger } from './base/logger.ts'
import { showAddress } from './client/address.ts'
import { readStartUp } from './configs/start-up.ts'
import { type BrokerNode, openNode } from './node.ts'

export { BrokerError } from './base/errors.ts'
export { createLogger, type Logger } from './base/logger.ts'

/** A broker inside a program has nothing in common with another one, and what it has is for one program alone. */
const DEFAULTS = {
  listeners: 'PLAINTEXT://127.0.0.1:0',
  'admin.listener': 'none',
  'audit.topic.enable': 'false',
  'canary.enable': 'false',
  // Three seconds by default, so that the members of a group that is started anew come together: here a program waits for them.
  'group.initial.rebalance.delay.ms': '0',
}

/** What goes with the broker has no power failure to outlive: an acknowledgement waits for no sync. */
const TEMPORARY = { 'log.flush.interval.messages': '9223372036854775807' }

/** Either of them says where the data lies. */
const DATA_KEYS = ['log.dirs', 'log.dir']

/** Files that are still being removed elsewhere are tried again. */
const REMOVALS_MAX = 5

export interface StartOptions {
  /**
   * Keys of server.properties, over those that `start` has of its own: `listeners` (a free port of 127.0.0.1), `log.dirs` (a
   * temporary directory that goes with the broker, and for which `log.flush.interval.messages` asks for no syncs),
   * `admin.listener` (none), `audit.topic.enable` and `canary.enable` (false), `group.initial.rebalance.delay.ms` (0).
   */
  readonly properties?: Readonly<Record<string, string>>
  /** Of a new data directory; made where it is left out. */
  readonly clusterId?: string
  /** Where its lines go: nowhere by default. `createLogger()` writes JSON to stdout. */
  readonly logger?: Logger
}

export interface RunningBroker {
  readonly clusterId: string
  /** What a client is given: `host:port`, of each listener where there are several, between commas. */
  readonly bootstrap: string
  /** Where it serves, with the ports that were really bound. */
  readonly listeners: readonly { readonly name: string; readonly host: string; readonly port: number }[]
  /** The address of the console; null unless `admin.listener` was given. */
  readonly console: string | null
  /** Of its account `admin`, where this start made one; null where `admin.password` chose it, or an earlier start. */
  readonly consolePassword: string | null
  /**
   * Settles once the broker has ended and freed everything. Rejects with KAFKA_STORAGE_ERROR where it ended by itself, as its
   * last data directory failed, or could not write down what was pending. Nobody has to wait for it.
   */
  readonly closed: Promise<void>
  /** Finishes what is in hand, writes what is pending, frees everything and removes its temporary directory. Answers `closed`. */
  stop(): Promise<void>
}

/** Starts a broker; it serves when this resolves. Throws INVALID_CONFIG with a line for everything that is wrong. */
export const start = async ({
  properties = {},
  clusterId,
  logger = silentLogger,
}: StartOptions = {}): Promise<RunningBroker> => {
  const hasData = DATA_KEYS.some((key) => key in properties)
  const temporary = hasData ? null : await mkdtemp(join(tmpdir(), 'millrace-'))
  const tidy = async (): Promise<void> => {
    if (temporary !== null) await rm(temporary, { recursive: true, force: true, maxRetries: REMOVALS_MAX })
  }
  try {
    const place = temporary === null ? {} : { ...TEMPORARY, 'log.dirs': temporary }
    const { config, warnings } = readStartUp({
      file: new Map(Object.entries({ ...DEFAULTS, ...place, ...properties })),
      environment: new Map(),
      flags: new Map(),
      clusterId: clusterId ?? null,
    })
    for (const warning of warnings) logger.warn({}, warning)
    return running(await openNode(config, logger), tidy)
  } catch (error) {
    await tidy()
    throw error
  }
}

const running = (node: BrokerNode, tidy: () => Promise<void>): RunningBroker => {
  const { clusterId, listeners, console } = node
  let leave = (): void => undefined
  const asked = new Promise<null>((resolve) => {
    leave = () => resolve(null)
  })
  const end = async (): Promise<void> => {
    const fatal = await Promise.race([asked, node.fatal])
    const failures = await node.stop()
    await tidy()
    if (fatal !== null) throw fatal
    if (failures.length > 0) throw new BrokerError('KAFKA_STORAGE_ERROR', failures.join('; '))
  }
  const closed = end()
  // A rejection that nobody waits for would end the process.
  closed.catch(() => undefined)
  return {
    clusterId,
    bootstrap: listeners.map(showAddress).join(','),
    listeners,
    console: console?.url ?? null,
    consolePassword: console?.firstPassword ?? null,
    closed,
    stop: () => {
      leave()
      return closed
    },
  }
}

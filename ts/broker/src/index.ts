/** The library: a broker inside a Node program, without signal handlers and without ending the process. */
import { BrokerError } from './base/errors.ts'
import { type Logger, silentLogger } from './base/logger.ts'
import { readStartUp } from './configs/start-up.ts'
import { openNode } from './node.ts'

/** A broker inside a program has no console unless it is asked for, and keeps to what the program does. */
const DEFAULTS = { 'admin.listener': 'none', 'audit.topic.enable': 'false', 'canary.enable': 'false' }

export interface StartOptions {
  /** Keys of server.properties. */
  readonly properties?: Readonly<Record<string, string>>
  readonly clusterId?: string
  readonly logger?: Logger
}

export interface RunningBroker {
  readonly clusterId: string
  /** Where it serves; with port 0 in `listeners`, this is how to find out. */
  readonly listeners: readonly { readonly name: string; readonly host: string; readonly port: number }[]
  /** The address of the console; null unless `admin.listener` was given. */
  readonly console: string | null
  /** Finishes what is in hand, writes what is pending and frees everything. Throws KAFKA_STORAGE_ERROR where it could not. */
  stop(): Promise<void>
}

/** Starts a broker; it serves when this resolves. Throws INVALID_CONFIG with a line for everything that is wrong. */
export const start = async (options: StartOptions = {}): Promise<RunningBroker> => {
  const logger = options.logger ?? silentLogger
  const { config, warnings } = readStartUp({
    file: new Map(Object.entries({ ...DEFAULTS, ...options.properties })),
    environment: new Map(),
    flags: new Map(),
    clusterId: options.clusterId ?? null,
  })
  for (const warning of warnings) logger.warn({}, warning)
  const { clusterId, listeners, console, stop } = await openNode(config, logger)
  return {
    clusterId,
    listeners,
    console,
    stop: async () => {
      const failures = await stop()
      if (failures.length > 0) throw new BrokerError('KAFKA_STORAGE_ERROR', failures.join('; '))
    },
  }
}

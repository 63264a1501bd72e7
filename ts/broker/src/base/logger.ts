/**
 * Structured log lines, one child logger per component, each with a level that may change while running. The only
 * importer of pino.
 */
import { pino, type DestinationStream, type Logger as Pino } from 'pino'

export type LogFields = Readonly<Record<string, unknown>>

/** From most to fewest lines. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
export type LogLevel = (typeof logLevels)[number] | 'silent'

export interface Logger {
  /** Of all loggers that belong together. */
  readonly levels: LogLevels
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
  /** The logger of a component, the same at every call. */
  child(component: string): Logger
}

/** What every component without a level of its own has. */
export const ROOT_LOGGER = 'root'

/** The levels by component, the root among them. */
export class LogLevels {
  readonly #lines = new Map<string, Pino>()
  readonly #own = new Set<string>()

  constructor(root: Pino) {
    this.#lines.set(ROOT_LOGGER, root)
  }

  add(component: string, lines: () => Pino): Pino {
    const known = this.#lines.get(component)
    if (known !== undefined) return known
    const added = lines()
    this.#lines.set(component, added)
    return added
  }

  all(): ReadonlyMap<string, string> {
    return new Map([...this.#lines].map(([component, { level }]) => [component, level]))
  }

  set(component: string, level: LogLevel): void {
    const lines = this.#lines.get(component)
    if (lines === undefined) return
    lines.level = level
    if (component !== ROOT_LOGGER) this.#own.add(component)
    else for (const [name, other] of this.#lines) if (!this.#own.has(name)) other.level = level
  }

  /** Back to the level of the root. */
  unset(component: string): void {
    this.#own.delete(component)
    const [lines, root] = [this.#lines.get(component), this.#lines.get(ROOT_LOGGER)]
    if (lines !== undefined && root !== undefined) lines.level = root.level
  }
}

export interface LoggerOptions {
  readonly level?: LogLevel
  readonly destination?: DestinationStream
}

const wrap = (lines: Pino, root: Pino, levels: LogLevels): Logger => ({
  levels,
  debug: (fields, message) => lines.debug(fields, message),
  info: (fields, message) => lines.info(fields, message),
  warn: (fields, message) => lines.warn(fields, message),
  error: (fields, message) => lines.error(fields, message),
  child: (component) =>
    wrap(
      levels.add(component, () => root.child({ component })),
      root,
      levels,
    ),
})

export const createLogger = ({ level = 'info', destination }: LoggerOptions = {}): Logger => {
  const settings = { level, base: null }
  const root = destination === undefined ? pino(settings) : pino(settings, destination)
  return wrap(root, root, new LogLevels(root))
}

export const silentLogger: Logger = createLogger({ level: 'silent' })

/**
 * Lines for a person instead of JSON. Loaded on demand, as a service never needs it; written in this thread, as a
 * transport in a worker would lose the last lines of a crash.
 */
export const prettyDestination = async (): Promise<DestinationStream> => {
  const { PinoPretty } = await import('pino-pretty')
  return PinoPretty({ sync: true, singleLine: true })
}

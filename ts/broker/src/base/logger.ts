/** Structured log lines, one child logger per component. The only importer of pino. */
import { pino, type DestinationStream, type Logger as Pino } from 'pino'

export type LogFields = Readonly<Record<string, unknown>>
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export interface Logger {
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
  child(component: string): Logger
}

export interface LoggerOptions {
  readonly level?: LogLevel
  readonly destination?: DestinationStream
}

const wrap = (lines: Pino): Logger => ({
  debug: (fields, message) => lines.debug(fields, message),
  info: (fields, message) => lines.info(fields, message),
  warn: (fields, message) => lines.warn(fields, message),
  error: (fields, message) => lines.error(fields, message),
  child: (component) => wrap(lines.child({ component })),
})

export const createLogger = ({ level = 'info', destination }: LoggerOptions = {}): Logger => {
  const settings = { level, base: null }
  return wrap(destination === undefined ? pino(settings) : pino(settings, destination))
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

// `millrace log import`: topics from the data directories of a broker that is stopped into those of another.
import { inspect } from 'node:util'
import { BrokerError } from '../base/errors.ts'
import { createLogger, prettyDestination } from '../base/logger.ts'
import { readStartUp } from '../configs/start-up.ts'
import { openOffline } from '../node.ts'
import { type Imported, type ImportProgress, importInto } from '../takeover/import.ts'
import { progressOf } from './progress.ts'
import { readSources } from './sources.ts'
import { startFailure } from './start-failure.ts'
import type { Terminal } from './terminal.ts'
import { waiting } from './waiting.ts'

export interface ImportOptions {
  readonly into?: string
  readonly override: readonly string[]
  readonly topic: readonly string[]
  readonly link?: boolean
  readonly move?: boolean
}

const MB = 1_000_000

/** Imports, or says why not; returns the exit code. Throws INVALID_CONFIG for a configuration that does not work. */
export const importData = async (
  terminal: Terminal,
  sources: readonly string[],
  { into, override, topic, link = false, move = false }: ImportOptions,
): Promise<number> => {
  const { config } = readStartUp(readSources(into, override, terminal.environment))
  const logger = createLogger({ level: 'warn', destination: await prettyDestination() })
  const started = performance.now()
  try {
    const target = await waiting(terminal, `opening ${config.logDirs.join(', ')}`, openOffline(config, logger))
    const progress = progressOf(terminal, 'MB')
    const brought = ({ bytes, bytesTotal }: ImportProgress): void => progress.at(bytes / MB, bytesTotal / MB)
    let failures: readonly string[] = []
    try {
      const placing = move ? 'move' : link ? 'link' : 'copy'
      const request = { sources, placing, topics: topic, progress: brought } as const
      const imported = await importInto(target, request).finally(() => progress.end())
      const reports = target.engine.takeReports().map(({ path, why }) => `${path}: ${why}`)
      tell(terminal, imported, reports, (performance.now() - started) / 1000)
    } finally {
      failures = await target.stop()
    }
    for (const why of failures) terminal.complain(`not closed in order: ${why}`)
    return failures.length === 0 ? 0 : 1
  } catch (error) {
    const why = error instanceof BrokerError ? error.message.replaceAll(/^/gm, '  ') : `  ${startFailure(error)}`
    terminal.complain(`Nothing was imported:\n${why}`)
    terminal.detail(inspect(error))
    return 1
  }
}

const tell = (
  terminal: Terminal,
  { topics, partitions, offsets, bytes, notes }: Imported,
  reports: readonly string[],
  seconds: number,
): void => {
  for (const note of [...notes, ...reports]) terminal.complain(`note: ${note}`)
  terminal.print(
    `imported ${topics} topics, ${partitions} partitions, ${offsets} offsets, ${(bytes / MB).toFixed(1)} MB in ${seconds.toFixed(1)} s`,
  )
}

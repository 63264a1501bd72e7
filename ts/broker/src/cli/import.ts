// `millrace log import`: topics from the data directories of a broker that is stopped into those of another.
import { inspect } from 'node:util'
import { BrokerError } from '../base/errors.ts'
import { createLogger, prettyDestination } from '../base/logger.ts'
import { readStartUp } from '../configs/start-up.ts'
import { openOffline } from '../node.ts'
import { type Imported, type ImportProgress, importInto } from '../takeover/import.ts'
import { show } from './output/formats.ts'
import { columns, type View } from './output/view.ts'
import { progressOf } from './progress.ts'
import { resolveSettings, type ShowOptions } from './settings.ts'
import { readSources } from './sources.ts'
import { startFailure } from './start-failure.ts'
import type { Terminal } from './terminal.ts'
import { waiting } from './waiting.ts'

export interface ImportOptions extends Pick<ShowOptions, 'output'> {
  readonly into?: string
  readonly override: readonly string[]
  readonly topic: readonly string[]
  readonly link?: boolean
  readonly move?: boolean
}

const MB = 1_000_000
const MS_PER_SECOND = 1000

/** Imports, or says why not; returns the exit code. Throws INVALID_CONFIG for a configuration that does not work. */
export const importData = async (
  terminal: Terminal,
  sources: readonly string[],
  { into, override, topic, output, link = false, move = false }: ImportOptions,
): Promise<number> => {
  const form = await resolveSettings(terminal, output === undefined ? {} : { output })
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
      const notes = [...imported.notes, ...reports]
      for (const note of notes) terminal.complain(`note: ${note}`)
      const seconds = (performance.now() - started) / MS_PER_SECOND
      await show(terminal, importedView({ ...imported, notes, seconds }), form)
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

const importedView = (imported: Imported & { readonly seconds: number }): View => {
  const { topics, partitions, offsets, bytes, seconds } = imported
  const megabytes = (bytes / MB).toFixed(1)
  return {
    value: imported,
    text: [
      `imported ${topics} topics, ${partitions} partitions, ${offsets} offsets, ${megabytes} MB in ${seconds.toFixed(1)} s`,
    ],
    table: {
      columns: columns(['topics', 'partitions', 'offsets', 'bytes', 'seconds']),
      rows: [[topics, partitions, offsets, bytes, seconds]],
    },
    names: [String(topics)],
  }
}

// `millrace log dump`: the files of a partition as they lie there. It takes no lock and changes nothing, so that it may look at those of
// Apache Kafka and of a broker that runs as well.
import { readdirSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { messageOf } from '../../base/errors.ts'
import { exitCode } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { render, show } from '../output/formats.ts'
import type { View } from '../output/view.ts'
import { progressOf } from '../progress.ts'
import { resolveSettings, type ShowOptions } from '../settings.ts'
import type { Terminal } from '../terminal.ts'
import { batchesOf, batchesView, type BatchRow, recordsView } from './batches.ts'
import { entriesOf } from './entries.ts'
import { type EntryKind, entryKinds } from './entry-kinds.ts'

export interface DumpOptions extends Pick<ShowOptions, 'output' | 'utc'> {
  readonly records?: boolean
  readonly hex?: boolean
}

const DATA = '.log'

/** Resolves with 1 where anything is damaged: what, stderr says, and it goes on behind it. */
export const dump = async (terminal: Terminal, paths: readonly string[], options: DumpOptions): Promise<number> => {
  const form = await resolveSettings(terminal, options)
  const { output } = form
  const files = paths.flatMap((path) => filesIn(path))
  const [kind, other] = new Set(files.map((file) => extname(file)))
  if (other !== undefined)
    throw new Failure('usage', `${kind} and ${other} have nothing in common`, { next: 'name files of one kind' })
  let damaged = false
  const complain = (what: string): void => {
    damaged = true
    terminal.complain(what)
  }
  if (isEntryKind(kind)) await show(terminal, await entriesOf(files, kind, complain), form)
  else if (kind === DATA) {
    const shown = (rows: readonly BatchRow[]): View =>
      options.records === true ? recordsView(rows, options.hex === true) : batchesView(rows)
    const rows: BatchRow[] = []
    const progress = progressOf(terminal, 'batch')
    try {
      for (const file of files)
        for await (const some of batchesOf(file, options.records === true, complain)) {
          // One line for each: nothing has to be known of what follows.
          if (output === 'ndjson' && some.length > 0)
            await terminal.write(`${(await render(shown(some), form, null)).join('\n')}\n`)
          if (output === 'ndjson') continue
          rows.push(...some)
          progress.at(rows.length)
        }
    } finally {
      progress.end()
    }
    if (output !== 'ndjson') await show(terminal, shown(rows), form)
  } else throw new Failure('usage', `${files.join(', ')}: no file of a segment`, { next: KINDS })
  return exitCode(damaged ? 'failure' : 'ok')
}

const isEntryKind = (kind: string | undefined): kind is EntryKind => kind !== undefined && kind in entryKinds

const KINDS = `there are ${[DATA, ...Object.keys(entryKinds)].join(', ')}`

/** Of the directory of a partition its segments. */
const filesIn = (path: string): readonly string[] => {
  try {
    if (!statSync(path).isDirectory()) return [path]
    const found = readdirSync(path).filter((name) => extname(name) === DATA)
    if (found.length > 0) return found.sort().map((name) => join(path, name))
  } catch (error) {
    throw new Failure('notFound', messageOf(error), { cause: error })
  }
  throw new Failure('notFound', `${path} holds no segment`, { next: 'name the directory of a partition, or a file' })
}

// `millrace version`, and `millrace help exit-codes`.
import { productVersion } from '../../base/version.ts'
import { exitCode, exitCodes } from '../exit-codes.ts'
import { show } from '../output/formats.ts'
import { tableLines } from '../output/table.ts'
import { columns } from '../output/view.ts'
import { resolveSettings, type ShowOptions } from '../settings.ts'
import type { Terminal } from '../terminal.ts'

export const version = async (terminal: Terminal, options: ShowOptions): Promise<number> => {
  const form = await resolveSettings(terminal, options)
  const facts = {
    millrace: productVersion,
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
  }
  const view = {
    value: facts,
    table: { columns: columns(['what', 'version']), rows: Object.entries(facts) },
    names: [facts.millrace],
  }
  await show(terminal, view, form)
  return exitCode('ok')
}

export const exitCodesHelp = (terminal: Terminal): number => {
  const rows = Object.values(exitCodes).map(({ code, meaning }) => [code, meaning] as const)
  for (const line of tableLines({ columns: columns(['code', 'meaning']), rows }, false, null)) terminal.print(line)
  return exitCode('ok')
}

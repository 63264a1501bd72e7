// `millrace errors`: what a code of the protocol means.
import { type ErrorCode, errors } from '../../base/error-codes.ts'
import { exitCode } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { show } from '../output/formats.ts'
import { columns, listing } from '../output/view.ts'
import { resolveSettings, type ShowOptions } from '../settings.ts'
import type { Terminal } from '../terminal.ts'

/** By number, by name, or by a part of the name; all of them without one. */
export const explainErrors = async (
  terminal: Terminal,
  text: string | undefined,
  options: ShowOptions,
): Promise<number> => {
  const form = await resolveSettings(terminal, options)
  const wanted = (text ?? '').toUpperCase().replaceAll(/[\s-]/g, '_')
  const isNumber = /^_?\d+$/.test(wanted)
  const code = Number(wanted.replace('_', '-'))
  const all = (Object.keys(errors) as ErrorCode[]).map((name) => ({ name, ...errors[name] }))
  const found = all.filter((one) => (isNumber ? one.code === code : one.name.includes(wanted)))
  const exact = found.filter(({ name }) => name === wanted)
  if (found.length === 0)
    throw new Failure('notFound', `no error is called ${text}`, { next: 'millrace errors lists them all' })
  const view = listing(exact.length > 0 ? exact : found, {
    columns: columns(['code', 'name', 'retriable', 'message']),
    cells: ({ code: number, name, retriable, message }) => [number, name, retriable, message],
    name: ({ name }) => name,
  })
  await show(terminal, view, form)
  return exitCode('ok')
}

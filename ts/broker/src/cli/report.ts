// What became of several things that were asked for at once.
import type { Done } from './client/topics.ts'
import { exitCode } from './exit-codes.ts'
import { Failure } from './failure.ts'
import { show } from './output/formats.ts'
import { columns, type Form, listing } from './output/view.ts'
import type { Terminal } from './terminal.ts'

interface Reporting<T> {
  /** What each of them is: a topic, a group. */
  readonly kind: string
  /** Of those that worked: created, deleted. */
  readonly word: (result: T) => string
  readonly note: (one: { readonly subject: string; readonly result: T }) => string
  /** Nothing was done: what would be is the answer. */
  readonly dryRun?: boolean | undefined
}

/** A note for each that worked, a complaint for each that did not; data for whoever asks for it. Throws at the end where the only one did not. */
export const report = async <T>(
  terminal: Terminal,
  form: Form,
  done: readonly Done<T>[],
  { kind, word, note, dryRun }: Reporting<T>,
): Promise<number> => {
  const failures: Failure[] = []
  const good: string[] = []
  const rows = done.map(({ subject, result }) => {
    if (!(result instanceof Failure)) {
      good.push(note({ subject, result }))
      return { [kind]: subject, result: word(result), error: null }
    }
    failures.push(result)
    return { [kind]: subject, result: 'failed', error: result.message }
  })
  if (dryRun !== true) good.forEach(terminal.note)
  const view = listing(rows, {
    columns: columns([kind, 'result', 'error']),
    cells: ({ [kind]: subject = null, result, error }) => [subject, result, error],
    name: ({ [kind]: subject }) => subject ?? '',
  })
  await show(terminal, { ...view, text: dryRun === true ? good : [] }, form)
  const [first] = failures
  if (first !== undefined && done.length === 1) throw first
  for (const failure of failures) terminal.complain(`error: ${failure.message}`)
  if (first === undefined) return exitCode('ok')
  return exitCode(failures.length === done.length ? first.outcome : 'partial')
}

// What became of several things that were asked for at once.
import type { Done } from './client/topics.ts'
import { exitCode } from './exit-codes.ts'
import { Failure } from './failure.ts'
import type { Terminal } from './terminal.ts'

/** A note for each that worked, a complaint for each that did not. Throws where the only one did not. */
export const report = <T>(
  terminal: Terminal,
  done: readonly Done<T>[],
  note: (one: { readonly subject: string; readonly result: T }) => string,
): number => {
  const failures: Failure[] = []
  for (const { subject, result } of done) {
    if (result instanceof Failure) failures.push(result)
    else terminal.note(note({ subject, result }))
  }
  const [first] = failures
  if (first === undefined) return exitCode('ok')
  if (done.length === 1) throw first
  for (const failure of failures) terminal.complain(`error: ${failure.message}`)
  return exitCode(failures.length === done.length ? first.outcome : 'partial')
}

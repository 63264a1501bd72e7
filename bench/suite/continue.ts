// A run that was interrupted goes on where it ended: cases that are in its file stay, the others are played.
import type { Case } from './case.ts'
import type { CaseResult, Result } from './result.ts'

/** The result with another's cases and brokers. Throws, and says why, when they were not measured alike. */
export const continued = (before: Result, now: Result): Result => {
  const alike = (what: string, one: unknown, other: unknown): void => {
    const [had, has] = [one, other].map((value) => JSON.stringify(value) ?? 'not known')
    if (had !== has) throw new Error(`it cannot be continued: ${what} was ${had} and is ${has}`)
  }
  alike('the kind of run', before.mode, now.mode)
  alike('--pairs', before.pairs, now.pairs)
  alike('--seconds', before.seconds, now.seconds)
  alike('what is measured', before.commit, now.commit)
  alike('the machine', before.machine, now.machine)
  const known = new Map(before.brokers.map((broker) => [broker.name, broker]))
  for (const broker of now.brokers) alike(broker.name, known.get(broker.name) ?? broker, broker)
  const brokers = new Map([...before.brokers, ...now.brokers].map((broker) => [broker.name, broker]))
  return { ...before, brokers: [...brokers.values()] }
}

/** Those of which something is not there: a row, or a broker. */
export const unplayed = (cases: readonly Case[], { cases: played }: Result): readonly Case[] =>
  cases.filter(({ rows, columns }) =>
    rows.some(({ id }) => {
      const samples = played.find((each) => each.id === id)?.samples ?? []
      return columns.some(({ name }) => samples.every(({ broker }) => broker !== name))
    }),
  )

/** The results of more cases in the place that the plan has for them; those of the same name are replaced. */
export const withCases = (plan: readonly Case[], result: Result, more: readonly CaseResult[]): Result => {
  const order = plan.flatMap(({ rows }) => rows.map(({ id }) => id))
  const kept = result.cases.filter(({ id }) => more.every((each) => each.id !== id))
  const cases = [...kept, ...more].toSorted((a, b) => order.indexOf(a.id) - order.indexOf(b.id))
  return { ...result, cases }
}

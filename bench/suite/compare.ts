// Two results, or two sets of them, beside each other: what differs by more than the runs of each differ among themselves.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { quantity, ratio } from './format.ts'
import { type BrokerInfo, type CaseResult, type Measure, readResult, type Result } from './result.ts'
import { betterKafka, bootstrap, type Estimate, median, ratiosByPair, valuesByPair } from './statistics.ts'
import { inColumns } from './table.ts'

/** With three runs on each side, two sides that are the same lie apart by chance one time in ten. */
export const COMPARED_PAIRS_MIN = 4

type Verdict = 'better' | 'worse' | 'within the spread' | 'too few pairs'

export interface Difference {
  readonly id: string
  readonly measure: Measure
  readonly broker: string
  /** The Kafka that each was divided by, so that the speed of the machine cancels out; without one, values are compared. */
  readonly against: string | undefined
  readonly before: readonly number[]
  readonly after: readonly number[]
  /** The median after divided by the one before. */
  readonly change: Estimate
  readonly verdict: Verdict
}

/** The result in a file, or all those in a directory as one: their pairs are numbered on. */
export const readSet = (path: string): Result => {
  const files = statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => name.endsWith('.json'))
        .toSorted()
        .map((name) => join(path, name))
    : [path]
  const [first, ...others] = files.map(readResult)
  if (first === undefined) throw new Error(`${path} holds no results`)
  return others.reduce(merged, first)
}

/** Cases that only one of them has are no set: they are left out. */
const merged = (first: Result, other: Result): Result => ({
  ...first,
  cases: first.cases.flatMap((each) => {
    const more = other.cases.find(({ id }) => id === each.id)
    if (more === undefined) return []
    const next = 1 + Math.max(-1, ...each.samples.map(({ pair }) => pair))
    const samples = more.samples.map((sample) => ({ ...sample, pair: sample.pair + next }))
    return [{ ...each, samples: [...each.samples, ...samples] }]
  }),
})

/** Every measure of every shape of Millrace that both have. */
export const differences = (before: Result, after: Result): readonly Difference[] =>
  after.cases.flatMap((own) => {
    const other = before.cases.find(({ id }) => id === own.id)
    if (other === undefined) return []
    const brokers = after.brokers.filter(({ family }) => family === 'millrace').map(({ name }) => name)
    return own.measures.flatMap((measure) =>
      brokers.flatMap((broker) => difference([before.brokers, other], [after.brokers, own], measure, broker) ?? []),
    )
  })

type Place = readonly [brokers: readonly BrokerInfo[], result: CaseResult]

const difference = (before: Place, after: Place, measure: Measure, broker: string): Difference | undefined => {
  const [brokers, result] = after
  const kafka = betterKafka(brokers, result, measure)
  const ratios = sides(before, after, measure, broker, kafka)
  const against = ratios.every((values) => values.length > 0) ? kafka : undefined
  const [first, second] = against === undefined ? sides(before, after, measure, broker, undefined) : ratios
  const pairs = Math.min(first.length, second.length)
  if (pairs === 0) return undefined
  const quotient = (one: readonly number[], two: readonly number[]): number => median(two) / median(one)
  const [low, high] = bootstrap([first, second], (one = [], two = []) => quotient(one, two))
  const change = { median: quotient(first, second), low, high, pairs }
  return {
    id: result.id,
    measure,
    broker,
    against,
    before: first,
    after: second,
    change,
    verdict: verdictOf(change, measure),
  }
}

const sides = (
  before: Place,
  after: Place,
  measure: Measure,
  broker: string,
  kafka: string | undefined,
): readonly [before: readonly number[], after: readonly number[]] => {
  const side = ([, result]: Place): readonly number[] =>
    kafka === undefined
      ? [...valuesByPair(result, measure, broker).values()]
      : ratiosByPair(result, measure, broker, kafka)
  return [side(before), side(after)]
}

const verdictOf = ({ low, high, pairs }: Estimate, { better }: Measure): Verdict => {
  if (pairs < COMPARED_PAIRS_MIN) return 'too few pairs'
  if (low <= 1 && high >= 1) return 'within the spread'
  return low > 1 === (better === 'higher') ? 'better' : 'worse'
}

/** Prints what differs. Answers 0, 1 when something became worse, 2 when nothing can be said. */
export const compare = (beforePath: string, afterPath: string, print: (text: string) => void): number => {
  const all = differences(readSet(beforePath), readSet(afterPath))
  const said = all.filter(({ verdict }) => verdict !== 'too few pairs')
  if (said.length === 0) {
    print(`no case has ${COMPARED_PAIRS_MIN} pairs that count on both sides: single runs differ by chance alone`)
    return 2
  }
  const head = ['case', 'measure', 'broker', 'before', 'after', 'after / before', '95 % of it', '']
  print(inColumns(head, all.map(differenceRow)))
  return said.some(({ verdict }) => verdict === 'worse') ? 1 : 0
}

const differenceRow = (difference: Difference): readonly string[] => {
  const { id, measure, broker, against, before, after, change, verdict } = difference
  const written = (values: readonly number[]): string =>
    against === undefined ? quantity(median(values), measure.unit) : `${ratio(median(values), measure)} of ${against}`
  const interval = `${change.low.toFixed(2)} to ${change.high.toFixed(2)}`
  return [id, measure.name, broker, written(before), written(after), change.median.toFixed(2), interval, verdict]
}

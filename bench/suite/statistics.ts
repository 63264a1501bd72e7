// What the samples of a result say: medians, ratios of runs that were next to each other, and how far chance could move them.
import type { BrokerInfo, CaseResult, Measure, Result, Sample, Target } from './result.ts'

/** As many pairs as the method asks for behind every figure that is quoted. */
export const PAIRS_WANTED = 7

const RESAMPLES = 2_000
const CONFIDENCE = 0.95
const SEED = 0x6d_69_6c_6c

/** A statistic with the interval that 95 of 100 repetitions would lie in. */
export interface Estimate {
  readonly median: number
  readonly low: number
  readonly high: number
  /** How many pairs it comes from. */
  readonly pairs: number
}

/** A broker's value over another's, pair by pair. */
export interface Ratio extends Estimate {
  /** The broker it was divided by. */
  readonly against: string
  /** Of the pair that was worst for the broker. */
  readonly worst: number
}

/** What one broker showed in one measure of one case. */
export interface Figure {
  readonly broker: string
  readonly value: Estimate
  /** Against the better shape of Kafka, or what the target names; absent where there is no such broker. */
  readonly ratio?: Ratio
  readonly target?: Target
  /** By the median; undefined without a target. */
  readonly isReached?: boolean
  /** In at least one run the client was as busy as it can be. */
  readonly clientIsLimit: boolean
}

export interface MeasureFigures {
  readonly case: CaseResult
  readonly measure: Measure
  /** In the order of the result's brokers; those without a kept sample are left out. */
  readonly figures: readonly Figure[]
}

export const keptSamples = ({ samples }: CaseResult): readonly Sample[] =>
  samples.filter(({ dropped }) => dropped === undefined)

/** NaN of an empty list. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

/** Numbers from 0 to 1, always the same ones, so that a report of one result is always the same (mulberry32). */
const seededRandom = (): (() => number) => {
  let state = SEED
  return () => {
    state = (state + 0x6d2b_79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The bootstrap interval of a statistic of lists that are drawn from again, each by itself. */
export const bootstrap = (
  lists: readonly (readonly number[])[],
  statistic: (...lists: (readonly number[])[]) => number,
): readonly [low: number, high: number] => {
  const random = seededRandom()
  const draw = (list: readonly number[]): readonly number[] =>
    list.map(() => list[Math.floor(random() * list.length)] ?? Number.NaN)
  const drawn = Array.from({ length: RESAMPLES }, () => statistic(...lists.map(draw))).toSorted((a, b) => a - b)
  const at = (share: number): number => drawn[Math.round(share * (RESAMPLES - 1))] ?? Number.NaN
  return [at((1 - CONFIDENCE) / 2), at((1 + CONFIDENCE) / 2)]
}

export const estimate = (values: readonly number[]): Estimate => {
  const [low, high] = bootstrap([values], median)
  return { median: median(values), low, high, pairs: values.length }
}

/** The values of a broker by pair: the median when a pair holds several of its runs. */
export const valuesByPair = (result: CaseResult, measure: Measure, broker: string): ReadonlyMap<number, number> => {
  const runs = new Map<number, number[]>()
  for (const sample of keptSamples(result)) {
    const value = sample.values[measure.name]
    if (sample.broker !== broker || value === undefined) continue
    runs.set(sample.pair, [...(runs.get(sample.pair) ?? []), value])
  }
  return new Map([...runs].map(([pair, values]) => [pair, median(values)]))
}

/** The ratios of two brokers in the pairs that both have a kept run in. */
export const ratiosByPair = (
  result: CaseResult,
  measure: Measure,
  broker: string,
  against: string,
): readonly number[] => {
  const others = valuesByPair(result, measure, against)
  return [...valuesByPair(result, measure, broker)].flatMap(([pair, value]) => {
    const other = others.get(pair)
    return other === undefined || other === 0 ? [] : [value / other]
  })
}

/** The shape of Kafka that did better in a case, by its median. */
export const betterKafka = (
  brokers: readonly BrokerInfo[],
  result: CaseResult,
  measure: Measure,
): string | undefined => {
  const medians = brokers
    .filter(({ family }) => family === 'kafka')
    .map(({ name }) => ({ name, value: median([...valuesByPair(result, measure, name).values()]) }))
    .filter(({ value }) => !Number.isNaN(value))
    .toSorted((a, b) => (measure.better === 'higher' ? b.value - a.value : a.value - b.value))
  return medians[0]?.name
}

const opponentOf = (
  brokers: readonly BrokerInfo[],
  result: CaseResult,
  measure: Measure,
  target: Target | undefined,
): string | undefined => {
  const against = target?.against ?? 'kafka'
  return against === 'kafka' || against === 'nothing' ? betterKafka(brokers, result, measure) : against
}

const figureOf = (
  brokers: readonly BrokerInfo[],
  result: CaseResult,
  measure: Measure,
  broker: BrokerInfo,
): Figure | undefined => {
  const values = [...valuesByPair(result, measure, broker.name).values()]
  if (values.length === 0) return undefined
  const value = estimate(values)
  const clientIsLimit = keptSamples(result).some((sample) => sample.broker === broker.name && sample.clientIsLimit)
  const base = { broker: broker.name, value, clientIsLimit }
  if (broker.family !== 'millrace') return base

  const target = isFor(measure.target, broker.name) ? measure.target : undefined
  const against = opponentOf(brokers, result, measure, measure.target)
  const ratios = against === undefined ? [] : ratiosByPair(result, measure, broker.name, against)
  const ratio =
    against === undefined || ratios.length === 0
      ? undefined
      : { ...estimate(ratios), against, worst: worstOf(measure, ratios) }
  if (target === undefined) return { ...base, ...(ratio && { ratio }) }

  const reached = target.against === 'nothing' ? value.median : (ratio?.median ?? Number.NaN)
  const isReached = target.bound === 'atLeast' ? reached >= target.value : reached <= target.value
  return { ...base, ...(ratio && { ratio }), target, isReached }
}

const isFor = (target: Target | undefined, broker: string): boolean =>
  target?.broker === broker || target?.also?.includes(broker) === true

const worstOf = ({ better }: Measure, values: readonly number[]): number =>
  better === 'higher' ? Math.min(...values) : Math.max(...values)

/** Every figure of a result, in its order. */
export const figuresOf = ({ brokers, cases }: Result): readonly MeasureFigures[] =>
  cases.flatMap((result) =>
    result.measures.map((measure) => ({
      case: result,
      measure,
      figures: brokers.flatMap((broker) => figureOf(brokers, result, measure, broker) ?? []),
    })),
  )

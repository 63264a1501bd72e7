// Plays cases: warms up, measures in turn, and hands over what is there after each case.
import type { Case, Taken } from './case.ts'
import { type Column, shapes } from './columns.ts'
import { Lab } from './lab.ts'
import { Progress, type Step } from './progress.ts'
import type { CaseResult, Sample } from './result.ts'
import { droppedFor, pairOrder, sparePairs, undisturbedPairs } from './schedule.ts'
import { settled } from './system.ts'

export interface Plan {
  readonly cases: readonly Case[]
  /** Pairs that may count; one more is played first, and half as many again when the machine disturbed some. */
  readonly pairs: number
  /** Of each measurement. */
  readonly seconds: number
  /** Of load that a JVM sees of each kind before it is measured. */
  readonly warmUpSeconds: number
  /** What dirty pages get to be written before a measurement counts. */
  readonly settleSeconds: number
}

/** A warm-up is played in pieces, since each fills a topic. */
const WARM_UP_PIECE_SECONDS = 15
/** What making, checking and deleting a topic takes beside the measurement. */
const AROUND_SECONDS = 5

/** One measurement of one broker. */
interface Turn extends Step {
  readonly column: Column
  readonly pair: number
}

/** Plays the plan; `report` gets the results of each case when it is done. A measurement that fails is void, and the rest goes on. */
export const play = async (plan: Plan, report: (results: readonly CaseResult[]) => void): Promise<void> => {
  const lab = new Lab()
  const cold = new Set<string>()
  const turns = plan.cases.map((each) => ({ each, turns: turnsOf(plan, each, cold) }))
  const progress = new Progress(turns.flatMap(({ turns }) => turns))
  try {
    for (const { each, turns: ofCase } of turns) {
      const samples: Sample[] = []
      const measure = async (measured: readonly Turn[]): Promise<void> => {
        for (const turn of measured) {
          progress.begin(turn)
          samples.push(await sampleOf(plan, each, turn, lab, progress))
          progress.end(turn)
        }
      }
      await measure(ofCase)
      for (const pair of sparePairsOf(plan, each)) {
        if (undisturbedPairs(samples) >= plan.pairs) break
        const again = turnsOfPair(plan, each, cold, pair)
        progress.more(again)
        await measure(again)
      }
      await each.finish?.().catch((error: unknown) => progress.tell(String(error)))
      report(resultsOf(each, samples))
    }
  } finally {
    await lab.close()
  }
}

const turnsOf = (plan: Plan, each: Case, warm: Set<string>): readonly Turn[] =>
  pairsOf(plan, each).flatMap((pair) => turnsOfPair(plan, each, warm, pair))

const turnsOfPair = (plan: Plan, each: Case, warm: Set<string>, pair: number): readonly Turn[] =>
  pairOrder(each.columns, pair).map((column) => {
    const key = `${column.process}: ${each.load}`
    const isCold = isWarmedUp(each, column) && !warm.has(key)
    warm.add(key)
    const seconds = secondsOf(plan, each) + AROUND_SECONDS + (isCold ? plan.warmUpSeconds : 0)
    return { column, pair, seconds, what: `${each.rows[0]?.title}, ${column.name}, pair ${pair} of ${plan.pairs}` }
  })

/** The first of them, 0, does not count. */
const pairsOf = ({ pairs }: Plan, { isOnce }: Case): readonly number[] =>
  isOnce === true ? [1] : Array.from({ length: pairs + 1 }, (_, pair) => pair)

/** For those that the machine disturbed. A case that is played once is not played again. */
const sparePairsOf = ({ pairs }: Plan, { isOnce }: Case): readonly number[] =>
  isOnce === true ? [] : Array.from({ length: sparePairs(pairs) }, (_, spare) => pairs + 1 + spare)

const secondsOf = ({ seconds }: Plan, { stretch = 1 }: Case): number => seconds * stretch

const isWarmedUp = ({ load }: Case, { process }: Column): boolean =>
  load !== undefined && shapes[process].family === 'kafka'

const sampleOf = async (plan: Plan, each: Case, turn: Turn, lab: Lab, progress: Progress): Promise<Sample> => {
  const { column, pair, what } = turn
  try {
    const warm = (other: Column): Promise<void> => warmUp(plan, each, lab, other, progress)
    await warm(column)
    let isSettled = true
    const settle = async (): Promise<void> => {
      isSettled = (await settled(plan.settleSeconds)) && isSettled
    }
    await settle()
    const seconds = secondsOf(plan, each)
    const all = counted(await each.take({ lab, column, seconds, isWarmUp: false, settle, warmUp: warm }))
    const { voidBecause, ...taken } = all
    const dropped = droppedFor(all, pair, isSettled)
    if (voidBecause !== undefined) progress.tell(`${what}: void, ${voidBecause}`)
    return { broker: column.name, pair, ...taken, ...(dropped === undefined ? {} : { dropped }) }
  } catch (error) {
    progress.tell(`${what}: void, ${String(error)}`)
    // Nobody knows in which state it left them.
    await lab.close()
    // What was done, and what came of it; the rest is in the output.
    const lines = String(error)
      .split('\n')
      .filter((line) => line !== '')
    const reason = lines.slice(0, 2).join(': ')
    const nothing = { values: {}, clientCpuSeconds: 0, clientIsLimit: false, steal: 0 }
    return { broker: column.name, pair, ...nothing, dropped: `void: ${reason}` }
  }
}

/** A value that is none, of a load that came to nothing, would make the whole file unreadable. */
const counted = (taken: Taken): Taken => {
  const values = Object.entries(taken.values).filter(([, value]) => Number.isFinite(value))
  const isWhole = values.length === Object.keys(taken.values).length
  return isWhole ? taken : { voidBecause: 'nothing was measured', ...taken, values: Object.fromEntries(values) }
}

const nothing = (): Promise<void> => Promise.resolve()

/** A JVM that has not seen this kind of load sees it first. */
const warmUp = async (plan: Plan, each: Case, lab: Lab, column: Column, progress: Progress): Promise<void> => {
  if (each.load === undefined || !isWarmedUp(each, column) || !lab.warms(column.process, each.load)) return
  progress.also(`warming up ${column.process}`)
  const pieces = Math.ceil(plan.warmUpSeconds / WARM_UP_PIECE_SECONDS)
  for (let piece = 0; piece < pieces; piece += 1) {
    const seconds = plan.warmUpSeconds / pieces
    await each.take({ lab, column, seconds, isWarmUp: true, settle: nothing, warmUp: nothing })
  }
}

/** Each row gets its own measures; the first one gets the curves as well. */
const resultsOf = ({ rows, what }: Case, samples: readonly Sample[]): readonly CaseResult[] =>
  rows.map((row, at) => ({
    ...row,
    what,
    samples: samples.map((sample) => {
      const { latency: _latency, memory: _memory, throughput: _throughput, ...bare } = sample
      const wanted = Object.entries(sample.values).filter(([name]) => row.measures.some((each) => each.name === name))
      return { ...(at === 0 ? sample : bare), values: Object.fromEntries(wanted) }
    }),
  }))

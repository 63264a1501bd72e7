// Plays cases: warms up, measures in turn, and hands over what is there after each case.
import type { Case } from './case.ts'
import { type Column, type ProcessName, shapes } from './columns.ts'
import { Lab } from './lab.ts'
import { Progress, type Step } from './progress.ts'
import type { CaseResult, Sample } from './result.ts'
import { droppedFor, pairOrder } from './schedule.ts'
import { settled } from './system.ts'

export interface Plan {
  readonly cases: readonly Case[]
  /** Pairs that may count; one more is played first. */
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
const START_SECONDS = 10

type Task = Step & { readonly play: () => Promise<void> }

/** Plays the plan; `report` gets the results of each case when it is done. */
export const play = async (plan: Plan, report: (results: readonly CaseResult[]) => void): Promise<void> => {
  const lab = new Lab()
  const warm = new Set<string>()
  const tasks = plan.cases.map((each) => tasksOf(plan, each, lab, warm))
  const progress = new Progress(tasks.flatMap(({ tasks }) => tasks))
  try {
    for (const { tasks: ofCase, results, finish } of tasks) {
      for (const task of ofCase) {
        progress.begin(task)
        await task.play()
        progress.end(task)
      }
      await finish()
      report(results())
    }
  } finally {
    await lab.close()
  }
}

const tasksOf = (
  plan: Plan,
  each: Case,
  lab: Lab,
  warm: Set<string>,
): {
  readonly tasks: readonly Task[]
  readonly results: () => readonly CaseResult[]
  readonly finish: () => Promise<void>
} => {
  const title = each.rows[0]?.title ?? ''
  const seconds = plan.seconds * (each.stretch ?? 1)
  const samples: Sample[] = []
  const measured = (pair: number, column: Column): Task => ({
    what: `${title}, ${column.name}, pair ${pair} of ${plan.pairs}`,
    seconds: seconds + AROUND_SECONDS,
    play: async () => {
      const isSettled = await settled(plan.settleSeconds)
      const { isVoid, ...taken } = await each.take({ lab, column, seconds, isWarmUp: false })
      const judged = { steal: taken.steal, ...(isVoid === undefined ? {} : { isVoid }) }
      const dropped = droppedFor(judged, pair, isSettled)
      samples.push({ broker: column.name, pair, ...taken, ...(dropped === undefined ? {} : { dropped }) })
    },
  })
  const tasks = [
    ...coldColumns(each, warm).map((column) => warmUp(plan, each, lab, column)),
    ...pairsOf(plan, each).flatMap((pair) => pairOrder(each.columns, pair).map((column) => measured(pair, column))),
  ]
  return { tasks, results: () => resultsOf(each, samples), finish: async () => each.finish?.() }
}

/** The first of them, 0, does not count. */
const pairsOf = ({ pairs }: Plan, { isOnce }: Case): readonly number[] =>
  isOnce === true ? [1] : Array.from({ length: pairs + 1 }, (_, pair) => pair)

/** The columns by which the JVMs that have not seen this kind of load will see it: one for each process. */
const coldColumns = ({ columns, load }: Case, warm: Set<string>): readonly Column[] => {
  if (load === undefined) return []
  return columns.filter(({ process }) => {
    const key = `${process}: ${load}`
    if (shapes[process].family !== 'kafka' || warm.has(key)) return false
    warm.add(key)
    return true
  })
}

const warmUp = (plan: Plan, each: Case, lab: Lab, column: Column): Task => {
  const { process: name }: { readonly process: ProcessName } = column
  const pieces = Math.ceil(plan.warmUpSeconds / WARM_UP_PIECE_SECONDS)
  return {
    what: `warming up ${name}`,
    seconds: plan.warmUpSeconds + START_SECONDS,
    play: async () => {
      for (let piece = 0; piece < pieces; piece += 1) {
        await each.take({ lab, column, seconds: plan.warmUpSeconds / pieces, isWarmUp: true })
      }
    },
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

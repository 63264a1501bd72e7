// A run: which cases, how often, how long, and the file that grows with it.
import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { install } from '@millrace/test/harness/clients.js'
import { repository } from '@millrace/test/harness/paths.js'
import type { Case } from './case.ts'
import { allCases } from './cases/all.ts'
import { shapes } from './columns.ts'
import { continued, unplayed, withCases } from './continue.ts'
import { type BrokerInfo, type CaseResult, readResult, type Result, resultText } from './result.ts'
import { type Plan, play } from './runner.ts'
import { commandOf, versionOf } from './server.ts'
import { thisMachine } from './system.ts'

export interface RunOptions {
  readonly isFull: boolean
  /** All that fit the kind of run, without any. */
  readonly rows: readonly number[]
  /** Brokers by their column; all, without any. */
  readonly only: readonly string[]
  readonly pairs: number | undefined
  readonly seconds: number | undefined
  readonly warmUpSeconds: number | undefined
  readonly settleSeconds: number | undefined
  readonly output: string | undefined
  /** The file of an interrupted run. */
  readonly continued: string | undefined
}

const SHORT = { pairs: 2, seconds: 4 }
const FULL = { pairs: 7, seconds: 10 }
/** Kafka is several times slower in the first minute of a load. */
const WARM_UP_SECONDS = 75
const SETTLE_SECONDS = 60

/** The plan that the options ask for. Throws when nothing is left of it. */
export const planOf = ({ isFull, rows, only, pairs, seconds, warmUpSeconds, settleSeconds }: RunOptions): Plan => {
  const usual = isFull ? FULL : SHORT
  const isAsked = ({ rows: has, isShort }: Case): boolean =>
    rows.length > 0 ? has.some(({ row }) => rows.includes(row)) : isFull || isShort
  const withColumns = (each: Case): Case => {
    const kept = each.columns.filter(({ name }) => only.length === 0 || only.includes(name))
    return { ...each, columns: kept }
  }
  const cases = allCases
    .filter(isAsked)
    .map(withColumns)
    .filter(({ columns }) => columns.length > 0)
  if (cases.length === 0) throw new Error('no case is left: look at --rows and --brokers')
  return {
    cases,
    pairs: pairs ?? usual.pairs,
    seconds: seconds ?? usual.seconds,
    warmUpSeconds: warmUpSeconds ?? WARM_UP_SECONDS,
    settleSeconds: settleSeconds ?? SETTLE_SECONDS,
  }
}

const git = (...args: readonly string[]): string =>
  execFileSync('git', args, { cwd: repository, encoding: 'utf8' }).trim()

/** Documents and results do not change what is measured. */
const MEASURED = ['crates', 'ts/broker', 'bench/load', 'bench/suite', 'Cargo.lock', 'package-lock.json', ':!*.md']

/** The last one that changed what is measured. */
const commit = (): string => {
  const isDirty = git('status', '--porcelain', '--untracked-files=no', '--', ...MEASURED) !== ''
  return `${git('log', '-1', '--format=%h', '--', ...MEASURED)}${isDirty ? '-dirty' : ''}`
}

const brokersOf = (cases: readonly Case[]): readonly BrokerInfo[] => {
  const used = new Map(cases.flatMap(({ columns }) => columns).map((column) => [column.name, column]))
  return [...used.values()].map(({ name, process, settings }) => {
    const { family } = shapes[process]
    return { name, family, version: versionOf(family), settings, command: commandOf(process) }
  })
}

/** Plays and writes; answers where the file is and what is in it. */
export const run = async (options: RunOptions): Promise<{ readonly path: string; readonly result: Result }> => {
  const plan = planOf(options)
  const families = new Set(plan.cases.flatMap(({ columns }) => columns.map(({ process }) => shapes[process].family)))
  const kinds = new Set(plan.cases.flatMap(({ clients = [] }) => clients))
  if (families.has('kafka')) kinds.add('java')
  for (const kind of kinds) await install(kind)
  const date = new Date().toISOString()
  const path =
    options.continued ?? options.output ?? join(repository, 'bench', 'results', `${date.slice(0, 10)}-suite.json`)
  const fresh: Result = {
    format: 1,
    date,
    commit: commit(),
    mode: options.isFull ? 'full' : 'short',
    pairs: plan.pairs,
    seconds: plan.seconds,
    machine: thisMachine(),
    brokers: brokersOf(plan.cases),
    cases: [],
  }
  let result = options.continued === undefined ? fresh : continued(readResult(options.continued), fresh)
  const write = (done: readonly CaseResult[]): void => {
    result = withCases(plan.cases, result, done)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(`${path}.new`, resultText(result))
    renameSync(`${path}.new`, path)
  }
  await play({ ...plan, cases: unplayed(plan.cases, result) }, write)
  return { path, result }
}

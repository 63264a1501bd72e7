// `millrace log`: data directories that no broker has open: what is good in them, and giving up what is not.
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { readStartUp } from '../configs/start-up.ts'
import { type LogFinding, loadNative, type VerifiedDirectory, type VerifiedPartition } from '../engine/native.ts'
import { show } from './output/formats.ts'
import { columns, type View } from './output/view.ts'
import { progressOf } from './progress.ts'
import { resolveSettings, type ShowOptions } from './settings.ts'
import { readSources } from './sources.ts'
import { startFailure } from './start-failure.ts'
import type { Terminal } from './terminal.ts'
import { waiting } from './waiting.ts'

const MB = 1e6

export interface LogOptions extends Pick<ShowOptions, 'output'> {
  /** Those of the configuration when there are none. */
  readonly dataDir: readonly string[]
}

export interface RepairOptions extends LogOptions {
  readonly acceptLoss?: boolean
}

const findingOf = (found: LogFinding) => ({
  ...found,
  fromByte: found.fromByte ?? null,
  toByte: found.toByte ?? null,
  fromOffset: found.fromOffset ?? null,
  toOffset: found.toOffset ?? null,
})
type Finding = ReturnType<typeof findingOf>

const partitionOf = ({ findings, ...rest }: VerifiedPartition) => ({ ...rest, findings: findings.map(findingOf) })
type Partition = ReturnType<typeof partitionOf>

const verifiedOf = (directory: string, { findings, partitions, ...rest }: VerifiedDirectory) => ({
  directory,
  ...rest,
  findings: findings.map(findingOf),
  partitions: partitions.map(partitionOf),
})
type Verified = ReturnType<typeof verifiedOf>

/** Says what is good and what is damaged; resolves with 1 where records are lost, or nothing could be read. */
export const verify = async (terminal: Terminal, selected: readonly string[], options: LogOptions): Promise<number> => {
  const form = await resolveSettings(terminal, options)
  return reportingFailure(terminal, async () => {
    const verified = await verifyEach(terminal, selected, options)
    await show(terminal, verifiedView(verified), form)
    return verified.some(({ damaged }) => damaged) ? 1 : 0
  })
}

/** Takes damaged ranges out of partitions; without `acceptLoss` it only says what would be lost. */
export const repair = async (
  terminal: Terminal,
  selected: readonly string[],
  options: RepairOptions,
): Promise<number> => {
  const form = await resolveSettings(terminal, options)
  return reportingFailure(terminal, async () => {
    const before = await verifyEach(terminal, selected, options)
    const view = verifiedView(before)
    const damaged = before.filter((directory) => directory.damaged)
    if (damaged.length === 0) {
      const text = [...(view.text ?? []), 'Nothing is lost, there is nothing to repair.']
      await show(terminal, { ...(options.acceptLoss === true ? repairedView([], []) : view), text }, form)
      return 0
    }
    if (options.acceptLoss !== true) {
      await show(terminal, view, form)
      terminal.complain('Nothing was changed. With --accept-loss what is damaged above is given up for good.')
      return 1
    }
    const repairs: Repaired[] = []
    for (const { directory, findings, partitions } of damaged) {
      // What the write-ahead log lost may be of any of them.
      const ofDirectory = findings.some(({ damage }) => damage)
      const names = partitions.filter((partition) => ofDirectory || isDamaged(partition)).map(nameOf)
      const repairing = loadNative().repairLogs(directory, names)
      const { partitions: repaired, kept } = await waiting(terminal, `repairing ${directory}`, repairing)
      repairs.push({ directory, repaired, kept })
    }
    await show(terminal, repairedView(view.text ?? [], repairs), form)
    const after = await verifyEach(terminal, selected, options)
    return after.some((directory) => directory.damaged) ? 1 : 0
  })
}

interface Repaired {
  readonly directory: string
  readonly repaired: readonly string[]
  /** Where the damaged bytes are. */
  readonly kept: readonly string[]
}

const reportingFailure = async (terminal: Terminal, work: () => Promise<number>): Promise<number> => {
  try {
    return await work()
  } catch (error) {
    terminal.complain(startFailure(error))
    terminal.detail(inspect(error))
    return 1
  }
}

const verifyEach = async (
  terminal: Terminal,
  selected: readonly string[],
  { dataDir }: LogOptions,
): Promise<readonly Verified[]> => {
  const { verifyLogs } = loadNative()
  const verified: Verified[] = []
  for (const directory of dataDir.length > 0 ? dataDir : configuredDirectories(terminal)) {
    const progress = progressOf(terminal, 'MB')
    const read = ([bytes, total]: readonly [number, number]): void => progress.at(bytes / MB, total / MB)
    try {
      verified.push(verifiedOf(directory, await verifyLogs(directory, [...selected], availableParallelism(), read)))
    } finally {
      progress.end()
    }
  }
  const names = new Set(
    verified.flatMap(({ partitions }) => partitions.flatMap((found) => [found.topic, nameOf(found)])),
  )
  for (const name of selected) if (!names.has(name)) throw new Error(`no topic or partition ${name} lies here`)
  return verified
}

const configuredDirectories = (terminal: Terminal): readonly string[] =>
  readStartUp(readSources(undefined, [], terminal.environment)).config.logDirs

const megabytes = (bytes: number): string => `${(bytes / MB).toFixed(1)} MB`
const nameOf = ({ topic, partition }: Partition): string => `${topic}-${partition}`
const isDamaged = ({ findings }: Partition): boolean => findings.some(({ damage }) => damage)

const verifiedView = (verified: readonly Verified[]): View => {
  const partitions = verified.flatMap(({ directory, partitions: of }) => of.map((one) => ({ directory, ...one })))
  return {
    value: verified,
    text: verified.flatMap(sentences),
    table: {
      columns: columns(['directory', 'topic', 'partition', 'state', 'start', 'end', 'batches', 'bytes']),
      rows: partitions.map((one) => [
        one.directory,
        one.topic,
        one.partition,
        isDamaged(one) ? 'damaged' : 'good',
        one.logStart,
        one.logEnd,
        one.batches,
        one.bytes,
      ]),
    },
    names: partitions.map(nameOf),
  }
}

const repairedView = (before: readonly string[], repairs: readonly Repaired[]): View => {
  const paths = repairs.flatMap(({ directory, repaired }) => repaired.map((name) => join(directory, name)))
  const kept = repairs.flatMap((one) => one.kept)
  return {
    value: repairs,
    text: [
      ...before,
      ...paths.map((path) => `repaired ${path}`),
      ...kept.map((path) => `the damaged bytes are kept in ${path}`),
    ],
    table: { columns: columns(['repaired']), rows: paths.map((path) => [path]) },
    names: paths,
  }
}

const sentences = ({ directory, clean, damaged, findings, partitions }: Verified): readonly string[] => [
  `${directory}, ${clean ? 'closed in order' : 'not closed: the next start recovers it'}`,
  ...findings.map((finding) => `  ${line(finding)}`),
  ...partitions.flatMap((partition) => {
    const { logStart, logEnd, batches, bytes } = partition
    const state = isDamaged(partition) ? 'DAMAGED' : 'good'
    return [
      `  ${nameOf(partition)}: ${state}, offsets ${logStart} to ${logEnd}, ${batches} batches, ${megabytes(bytes)}`,
      ...partition.findings.map((finding) => `    ${line(finding)}`),
    ]
  }),
  ...(damaged ? ['  next: millrace log repair --accept-loss <topic-partition> gives up what is lost'] : []),
]

const line = ({ damage, file, fromByte, toByte, fromOffset, toOffset, why }: Finding): string => {
  const bytes = fromByte === null ? '' : ` bytes ${fromByte} to ${toByte}`
  const end = toOffset === null ? 'the end, how far is not known' : String(toOffset)
  const offsets = fromOffset === null ? '' : `, offsets ${fromOffset} to ${end} lost`
  return `${damage ? 'damage' : 'harmless'}: ${file}${bytes}${offsets}: ${why}`
}

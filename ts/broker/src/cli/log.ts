// `millrace log`: data directories that no broker has open: what is good in them, and giving up what is not.
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { readStartUp } from '../configs/start-up.ts'
import { type LogFinding, loadNative, type VerifiedDirectory, type VerifiedPartition } from '../engine/native.ts'
import { progressOf } from './progress.ts'
import { readSources } from './sources.ts'
import { startFailure } from './start-failure.ts'
import type { Terminal } from './terminal.ts'
import { waiting } from './waiting.ts'

const MB = 1e6

interface LogOptions {
  /** Those of the configuration when there are none. */
  readonly dataDir: readonly string[]
  readonly json?: boolean
}

interface Verified extends VerifiedDirectory {
  readonly directory: string
}

/** Says what is good and what is damaged; resolves with 1 where records are lost, or nothing could be read. */
export const verify = async (terminal: Terminal, selected: readonly string[], options: LogOptions): Promise<number> =>
  reportingFailure(terminal, async () => {
    const verified = await verifyEach(terminal, selected, options)
    if (options.json === true) terminal.print(JSON.stringify(verified, null, 2))
    else for (const directory of verified) describe(terminal, directory)
    return verified.some(({ damaged }) => damaged) ? 1 : 0
  })

/** Takes damaged ranges out of partitions; without `acceptLoss` it only says what would be lost. */
export const repair = async (
  terminal: Terminal,
  selected: readonly string[],
  options: LogOptions & { readonly acceptLoss?: boolean },
): Promise<number> =>
  reportingFailure(terminal, async () => {
    const before = await verifyEach(terminal, selected, options)
    for (const directory of before) describe(terminal, directory)
    const damaged = before.filter((directory) => directory.damaged)
    if (damaged.length === 0) {
      terminal.print('Nothing is lost, there is nothing to repair.')
      return 0
    }
    if (options.acceptLoss !== true) {
      terminal.complain('Nothing was changed. With --accept-loss what is damaged above is given up for good.')
      return 1
    }
    for (const { directory, findings, partitions } of damaged) {
      // What the write-ahead log lost may be of any of them.
      const ofDirectory = findings.some(({ damage }) => damage)
      const names = partitions.filter((partition) => ofDirectory || isDamaged(partition)).map(nameOf)
      const repairing = loadNative().repairLogs(directory, names)
      const { partitions: repaired, kept } = await waiting(terminal, `repairing ${directory}`, repairing)
      for (const name of repaired) terminal.print(`repaired ${join(directory, name)}`)
      for (const path of kept) terminal.print(`the damaged bytes are kept in ${path}`)
    }
    const after = await verifyEach(terminal, selected, options)
    return after.some((directory) => directory.damaged) ? 1 : 0
  })

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
      verified.push({ directory, ...(await verifyLogs(directory, [...selected], availableParallelism(), read)) })
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
const nameOf = ({ topic, partition }: VerifiedPartition): string => `${topic}-${partition}`
const isDamaged = ({ findings }: VerifiedPartition): boolean => findings.some(({ damage }) => damage)

const describe = (terminal: Terminal, { directory, clean, damaged, findings, partitions }: Verified): void => {
  terminal.print(`${directory}, ${clean ? 'closed in order' : 'not closed: the next start recovers it'}`)
  for (const finding of findings) terminal.print(`  ${line(finding)}`)
  for (const partition of partitions) {
    const { logStart, logEnd, batches, bytes } = partition
    const state = isDamaged(partition) ? 'DAMAGED' : 'good'
    terminal.print(
      `  ${nameOf(partition)}: ${state}, offsets ${logStart} to ${logEnd}, ${batches} batches, ${megabytes(bytes)}`,
    )
    for (const finding of partition.findings) terminal.print(`    ${line(finding)}`)
  }
  if (damaged) terminal.print('  next: millrace log repair --accept-loss <topic-partition> gives up what is lost')
}

const line = ({ damage, file, fromByte, toByte, fromOffset, toOffset, why }: LogFinding): string => {
  const bytes = fromByte === undefined ? '' : ` bytes ${fromByte} to ${toByte}`
  const end = toOffset === undefined ? 'the end, how far is not known' : String(toOffset)
  const offsets = fromOffset === undefined ? '' : `, offsets ${fromOffset} to ${end} lost`
  return `${damage ? 'damage' : 'harmless'}: ${file}${bytes}${offsets}: ${why}`
}

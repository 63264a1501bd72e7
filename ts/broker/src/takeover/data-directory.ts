/** A data directory that another broker wrote: what lies in it, read without changing anything. */
import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isUuid, type TopicId } from '../base/ids.ts'
import { parseProperties } from '../configs/properties.ts'
import { readIfThere } from '../configs/stored-identity.ts'

export interface FoundPartition {
  readonly topic: string
  readonly index: number
  readonly path: string
  /** Null where none was given to its topic yet: before Kafka 2.8. */
  readonly topicId: TopicId | null
  /** What the checkpoints say. */
  readonly recoveryPoint: number
  readonly logStart: number | null
  readonly highWatermark: number
  readonly cleanedTo: number | null
  /** It was closed: its files are what they should be. */
  readonly clean: boolean
}

export interface DataDirectory {
  readonly path: string
  readonly clusterId: string | null
  readonly nodeId: number | null
  readonly clean: boolean
  readonly partitions: readonly FoundPartition[]
  /** Directories of partitions that were deleted, set aside or are being moved. */
  readonly leftOut: readonly string[]
}

const PARTITION = /^(.+)-(\d{1,9})$/
const PASSED_OVER = /\.[0-9a-f]{32}-(delete|future|stray)$/
const METADATA_TOPIC = '__cluster_metadata'
const ZERO_PADDED_LOG = /^\d{20}\.log$/
const MAGIC_AT = 16
/** Record batches as they are since Kafka 0.11. */
const MAGIC = 2

/** Reads names, checkpoints and identities. */
export const readDataDirectory = (path: string): DataDirectory => {
  const meta = parseProperties(readIfThere(join(path, 'meta.properties')))
  const nodeId = meta.get('node.id') ?? meta.get('broker.id')
  const clean = existsSync(join(path, '.kafka_cleanshutdown'))
  const [recovery, starts, watermarks, cleaned] = CHECKPOINTS.map((name) => readCheckpoint(join(path, name)))
  const names = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const partitions = names.flatMap(({ name }): FoundPartition[] => {
    const [, topic, digits] = PARTITION.exec(name) ?? []
    if (topic === undefined || topic === METADATA_TOPIC) return []
    const key = `${topic} ${Number(digits)}`
    const directory = join(path, name)
    return [
      {
        topic,
        index: Number(digits),
        path: directory,
        topicId: topicIdIn(directory),
        recoveryPoint: recovery?.get(key) ?? 0,
        logStart: starts?.get(key) ?? null,
        highWatermark: watermarks?.get(key) ?? 0,
        cleanedTo: cleaned?.get(key) ?? null,
        clean,
      },
    ]
  })
  return {
    path,
    clusterId: meta.get('cluster.id') ?? null,
    nodeId: nodeId === undefined ? null : Number(nodeId),
    clean,
    partitions,
    leftOut: names.map(({ name }) => name).filter((name) => PASSED_OVER.test(name)),
  }
}

const CHECKPOINTS = [
  'recovery-point-offset-checkpoint',
  'log-start-offset-checkpoint',
  'replication-offset-checkpoint',
  'cleaner-offset-checkpoint',
] as const

/** The first segment of an older format; null when there is none. A segment in the format of today stays in it. */
export const olderSegment = ({ path }: FoundPartition): { readonly path: string; readonly magic: number } | null => {
  for (const name of readdirSync(path)) {
    if (!ZERO_PADDED_LOG.test(name)) continue
    const magic = firstMagic(join(path, name))
    if (magic !== null && magic < MAGIC) return { path: join(path, name), magic }
  }
  return null
}

const firstMagic = (path: string): number | null => {
  const head = Buffer.alloc(MAGIC_AT + 1)
  const file = openSync(path, 'r')
  try {
    return readSync(file, head, 0, head.length, 0) < head.length ? null : head.readInt8(MAGIC_AT)
  } finally {
    closeSync(file)
  }
}

/** Lines of `topic partition offset` below a version and a count. One that cannot be read counts as absent. */
const readCheckpoint = (path: string): ReadonlyMap<string, number> => {
  const [version, , ...lines] = readIfThere(path).split('\n')
  const offsets = new Map<string, number>()
  if (version !== '0') return offsets
  for (const line of lines) {
    const [topic, partition, offset] = line.split(' ')
    if (offset !== undefined) offsets.set(`${topic} ${partition}`, Number(offset))
  }
  return offsets
}

const topicIdIn = (directory: string): TopicId | null => {
  const [, id] = /^topic_id: *(\S+)/m.exec(readIfThere(join(directory, 'partition.metadata'))) ?? []
  return id !== undefined && isUuid(id) ? id : null
}

/** How a partition is spoken of. */
export const nameOf = ({ path }: Pick<FoundPartition, 'path'>): string => basename(path)

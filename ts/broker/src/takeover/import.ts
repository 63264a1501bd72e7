/**
 * Brings the topics of foreign data directories into the data directories of a broker that is stopped:
 *
 * 1. Nobody else may use them meanwhile, and everything that forbids the import is found.
 * 2. The partitions are copied under names of deleted ones, which a start removes.
 * 3. The engine gives them their own names and recovers them. A log that forbids the import ends it here, too.
 * 4. One commit makes them topics. What is moved goes from where it was only now.
 *
 * An import that is killed leaves the topics of before; between 3 and 4 directories that the next start sets aside.
 */
import { rmSync, statfsSync } from 'node:fs'
import type { BrokerId } from '../base/ids.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Decision } from '../cluster/decision.ts'
import type { ClusterImage } from '../cluster/image.ts'
import type { Change } from '../cluster/records.ts'
import { collisionKey } from '../cluster/topic-names.ts'
import type { Engine } from '../engine/engine.ts'
import { loadNative, type SurveyedLog } from '../engine/native.ts'
import { collidingTopic } from '../topics/names.ts'
import { logRefusals, producerIdsEnd, surveyed, topicChanges } from './changes.ts'
import { readDataDirectory } from './data-directory.ts'
import { metadataIn, planTakeover, type Plan, type TakenTopic } from './plan.ts'
import type { KafkaConfigs } from './metadata.ts'
import { bytesOf, type Placing, type Staged, stage, unstage } from './stage.ts'
import { unfit } from './unfit.ts'

export interface ImportTarget {
  readonly engine: Pick<Engine, 'adopt' | 'giveUp'>
  readonly cluster: Cluster
  readonly broker: BrokerId
  /** `log.dirs`. */
  readonly directories: readonly string[]
}

export interface ImportRequest {
  readonly sources: readonly string[]
  readonly placing: Placing
  /** Only these; all of them when empty. */
  readonly topics: readonly string[]
  readonly progress: (done: ImportProgress) => void
}

export interface ImportProgress {
  readonly partitions: number
  readonly partitionsTotal: number
  readonly bytes: number
  readonly bytesTotal: number
}

export interface Imported {
  readonly topics: number
  readonly partitions: number
  /** From the first offset of each log to its end. */
  readonly offsets: number
  readonly bytes: number
  /** What is not as it was, a sentence each. */
  readonly notes: readonly string[]
}

/** Throws, with all the reasons, when anything forbids it; the target then has the topics it had. */
export const importInto = async (target: ImportTarget, request: ImportRequest): Promise<Imported> => {
  const { DirectoryLock } = loadNative()
  const locks = request.sources.map((source) => new DirectoryLock(source))
  try {
    const plan = planOf(target.cluster.image(), request)
    return await carryOut(target, request, plan)
  } finally {
    for (const lock of locks) lock.release()
  }
}

const planOf = (image: ClusterImage, { sources, topics: wanted }: ImportRequest): Plan => {
  const plan = planTakeover(sources.map(readDataDirectory), metadataIn(sources))
  const notes = [...plan.notes]
  const topics = plan.topics.filter(({ name }) => {
    if (wanted.length > 0) return wanted.includes(name)
    if (!name.startsWith('__') || !image.topicsByName.has(name)) return true
    notes.push(`${name} is left out, as there is one here: what this broker keeps for itself is its own`)
    return false
  })
  const missing = wanted.filter((name) => !topics.some((topic) => topic.name === name))
  const refusals = [
    ...plan.refusals,
    ...missing.map((name) => `there is no topic ${name} in ${sources.join(', ')}`),
    ...topics.flatMap((topic) => conflicts(image, topic)),
  ]
  if (topics.length === 0) refusals.push(`there are no topics in ${sources.join(', ')}`)
  if (refusals.length > 0) throw unfit(...refusals)
  if (plan.configs.length > 0) notes.push(`left out are the configs of ${plan.configs.map(carrierOf).join(', ')}`)
  return { ...plan, topics, notes }
}

const carrierOf = ({ type, name, configs }: KafkaConfigs): string =>
  `${name === '' ? 'all brokers' : `${type} ${name}`} (${[...configs.keys()].join(', ')})`

const conflicts = (image: ClusterImage, { id, name }: TakenTopic): readonly string[] => {
  if (image.topicsByName.has(name)) return [`there is a topic ${name} already`]
  if (image.topicsById.has(id))
    return [`${name}: there is a topic of its id already, ${image.topicsById.get(id)?.name}`]
  const other = collidingTopic(image, name)
  return other === undefined ? [] : [`${name} has the metric names of ${other}, which is there already`]
}

const carryOut = async (target: ImportTarget, request: ImportRequest, plan: Plan): Promise<Imported> => {
  const found = plan.topics.flatMap((topic) =>
    topic.partitions.flatMap((partition) => (partition.found === null ? [] : [{ topic, found: partition.found }])),
  )
  const bytesTotal = found.reduce((sum, one) => sum + bytesOf(one.found), 0)
  refuseWithoutRoom(target.directories, request.placing, bytesTotal)

  const staged: Staged[] = []
  let bytes = 0
  let logs: readonly SurveyedLog[] = []
  try {
    for (const [at, { topic, found: partition }] of found.entries()) {
      staged.push(
        stage(partition, topic.id, target.directories[at % target.directories.length] ?? '', at, request.placing),
      )
      bytes += bytesOf(partition)
      request.progress({ partitions: at + 1, partitionsTotal: found.length, bytes, bytesTotal })
    }
    logs = await target.engine.adopt(staged.map(({ adopted }) => adopted))
    const refusals = logRefusals(logs)
    if (refusals.length > 0) throw unfit(...refusals)
  } catch (error) {
    target.engine.giveUp(logs)
    for (const one of staged) unstage(one)
    throw error
  }
  await target.cluster.run(importing(plan, target.broker, logs))
  if (request.placing === 'move') for (const one of found) rmSync(one.found.path, { recursive: true })
  return {
    topics: plan.topics.length,
    partitions: found.length,
    offsets: logs.reduce((sum, { logStart, logEnd }) => sum + logEnd - logStart, 0),
    bytes,
    notes: plan.notes,
  }
}

const refuseWithoutRoom = (directories: readonly string[], placing: Placing, bytes: number): void => {
  if (placing !== 'copy') return
  const room = directories.reduce((sum, directory) => {
    const { bavail, bsize } = statfsSync(directory)
    return sum + bavail * bsize
  }, 0)
  if (room < bytes) throw unfit(`${bytes} bytes are to be copied, and there is room for ${room}`)
}

const importing =
  (plan: Plan, broker: BrokerId, logs: readonly SurveyedLog[]) =>
  (image: ClusterImage): Decision<void> => {
    const starts = image.starts.get(broker) ?? 0
    const nextProducerId = producerIdsEnd(plan, logs, image.nextProducerId)
    const changes: Change[] = [...topicChanges(plan.topics, { broker, starts }, surveyed(logs))]
    const keys = new Set(plan.topics.map(({ name }) => collisionKey(name)))
    const ids = { kind: 'producer-ids' } as const
    changes.push({ ...ids, record: { next: nextProducerId } })
    return {
      result: undefined,
      changes,
      guards: [
        ...[...keys].map((name) => ({ record: { kind: 'topic-name', name }, is: 'absent' }) as const),
        { record: ids, is: image.nextProducerId === 0 ? 'absent' : 'unchanged' },
      ],
    }
  }

/**
 * A start on a data directory that Apache Kafka wrote: its topics, configs and producer ids become ours in the first commit of the
 * catalogue, before any image is made; the logs are served where they lie. Until that commit nothing says that the directory is ours,
 * so a start that ends before it is made again.
 */
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrokerId } from '../base/ids.ts'
import type { Logger } from '../base/logger.ts'
import { encodeRecord, keyOf, type Change } from '../cluster/records.ts'
import type { MetadataStore } from '../cluster/store/store.ts'
import { loadNative, type SurveyedLog } from '../engine/native.ts'
import { logRefusals, producerIdsEnd, surveyed, topicChanges } from './changes.ts'
import { readDataDirectory } from './data-directory.ts'
import { metadataIn, planTakeover, type Plan, type TakenTopic } from './plan.ts'
import { unfit } from './unfit.ts'

const CATALOGUE = 'millrace.catalogue'

/** What the directories bring from another broker; null where they are ours or bring nothing. Throws where that is not taken. */
export const findForeign = (directories: readonly string[]): Plan | null => {
  const [first = ''] = directories
  if (sizeOf(join(first, CATALOGUE)) > 0) return null
  const there = directories.filter((path) => statSync(path, { throwIfNoEntry: false }) !== undefined)
  const plan = planTakeover(there.map(readDataDirectory), metadataIn(there))
  if (plan.topics.length === 0 && plan.configs.length === 0) return null
  if (plan.refusals.length > 0) throw refused(plan.refusals)
  identify(there, plan.topics)
  return plan
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

const refused = (reasons: readonly string[]): Error => unfit('this data cannot be taken over:', ...reasons)

/** Gives directories that are older than ids of topics the id of theirs. */
const identify = (directories: readonly string[], topics: readonly TakenTopic[]): void => {
  const { DirectoryLock } = loadNative()
  const locks = directories.map((path) => new DirectoryLock(path))
  for (const { id, partitions } of topics) {
    for (const { found } of partitions) {
      if (found?.topicId === null) writeFileSync(join(found.path, 'partition.metadata'), `version: 0\ntopic_id: ${id}`)
    }
  }
  for (const lock of locks) lock.release()
}

export interface Takeover {
  readonly plan: Plan
  readonly broker: BrokerId
  readonly clusterId: string
  readonly store: MetadataStore
  readonly survey: () => Promise<readonly SurveyedLog[]>
  readonly logger: Logger
}

/** Opens the logs and commits the plan. Throws where a log forbids it: then nothing was committed. */
export const takeOver = async ({ plan, broker, clusterId, store, survey, logger }: Takeover): Promise<void> => {
  const taken = new Set(plan.topics.map(({ id }): string => id))
  const logs = (await survey()).filter(({ topicId }) => taken.has(topicId))
  const refusals = logRefusals(logs)
  if (refusals.length > 0) throw refused(refusals)
  const changes: readonly Change[] = [
    { kind: 'cluster', record: { clusterId } },
    ...topicChanges(plan.topics, { broker, starts: 0 }, surveyed(logs)),
    ...plan.configs.map(({ type, name, configs }): Change => ({
      kind: 'config',
      type,
      name,
      record: { configs: [...configs].map(([key, value]) => ({ name: key, value })) },
    })),
    { kind: 'producer-ids', record: { next: producerIdsEnd(plan, logs, 0) } },
  ]
  await store.commit(
    [],
    changes.map((change) => ({ key: keyOf(change), value: encodeRecord(change) })),
  )
  const records = logs.reduce((sum, { logStart, logEnd }) => sum + logEnd - logStart, 0)
  logger.info({ topics: plan.topics.length, partitions: logs.length, offsets: records }, 'took over the data of Kafka')
  for (const note of plan.notes) logger.warn({}, note)
}

/** Every request that this broker knows, by name. What ApiVersions says is made from this table. */
import type { Api, Draft, Infer } from '../wire/schema.ts'
import { produce } from './00-produce.ts'
import { fetch } from './01-fetch.ts'
import { listOffsets } from './02-list-offsets.ts'
import { metadata } from './03-metadata.ts'
import { offsetCommit } from './08-offset-commit.ts'
import { offsetFetch } from './09-offset-fetch.ts'
import { findCoordinator } from './10-find-coordinator.ts'
import { joinGroup } from './11-join-group.ts'
import { heartbeat } from './12-heartbeat.ts'
import { leaveGroup } from './13-leave-group.ts'
import { syncGroup } from './14-sync-group.ts'
import { describeGroups } from './15-describe-groups.ts'
import { listGroups } from './16-list-groups.ts'
import { apiVersions } from './18-api-versions.ts'
import { createTopics } from './19-create-topics.ts'
import { deleteTopics } from './20-delete-topics.ts'
import { deleteRecords } from './21-delete-records.ts'
import { initProducerId } from './22-init-producer-id.ts'
import { offsetForLeaderEpoch } from './23-offset-for-leader-epoch.ts'
import { describeConfigs } from './32-describe-configs.ts'
import { alterConfigs } from './33-alter-configs.ts'
import { describeLogDirs } from './35-describe-log-dirs.ts'
import { createPartitions } from './37-create-partitions.ts'
import { deleteGroups } from './42-delete-groups.ts'
import { incrementalAlterConfigs } from './44-incremental-alter-configs.ts'
import { offsetDelete } from './47-offset-delete.ts'
import { describeCluster } from './60-describe-cluster.ts'
import { describeProducers } from './61-describe-producers.ts'
import { listConfigResources } from './74-list-config-resources.ts'

export const apis = {
  produce,
  fetch,
  listOffsets,
  metadata,
  offsetCommit,
  offsetFetch,
  findCoordinator,
  joinGroup,
  heartbeat,
  leaveGroup,
  syncGroup,
  describeGroups,
  listGroups,
  apiVersions,
  createTopics,
  deleteTopics,
  deleteRecords,
  initProducerId,
  offsetForLeaderEpoch,
  describeConfigs,
  alterConfigs,
  describeLogDirs,
  createPartitions,
  deleteGroups,
  incrementalAlterConfigs,
  offsetDelete,
  describeCluster,
  describeProducers,
  listConfigResources,
} as const

export type ApiName = keyof typeof apis
export type RequestOf<Name extends ApiName> = Infer<(typeof apis)[Name]['request']>
export type ResponseOf<Name extends ApiName> = Draft<(typeof apis)[Name]['response']>

/**
 * Answered by the engine alone. Metadata is not among them: the engine answers it too, but hands over those requests
 * that may create a topic.
 */
export const nativeApis = ['produce', 'fetch', 'apiVersions'] as const satisfies readonly ApiName[]

/** What needs a handler here. */
export type HandledApi = Exclude<ApiName, (typeof nativeApis)[number]>

const names = Object.keys(apis) as readonly ApiName[]
const namesByKey: ReadonlyMap<number, ApiName> = new Map(names.map((name) => [apis[name].key, name]))

export const apiName = (key: number): ApiName | undefined => namesByKey.get(key)

export const findApi = (key: number): Api | undefined => {
  const name = namesByKey.get(key)
  return name === undefined ? undefined : apis[name]
}

export interface ApiRange {
  readonly key: number
  readonly min: number
  readonly max: number
}

/**
 * librdkafka before 2.11 takes compression and idempotence for unsupported unless the range begins at 0, so Kafka
 * advertises versions that it then refuses (KAFKA-18659), and so do we.
 */
const PRODUCE_ADVERTISED_MIN = 0

export const advertisedApis: readonly ApiRange[] = names.map((name) => {
  const { key, versions } = apis[name]
  return { key, min: name === 'produce' ? PRODUCE_ADVERTISED_MIN : versions[0], max: versions[1] }
})

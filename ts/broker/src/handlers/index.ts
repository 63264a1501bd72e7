/** Every handler by the name of its API. The type checker proves that no API is without one. */
import type { HandlerTable } from '../dispatch/dispatch.ts'
import { handleListOffsets } from './02-list-offsets.ts'
import { handleMetadata } from './03-metadata.ts'
import { handleOffsetCommit } from './08-offset-commit.ts'
import { handleOffsetFetch } from './09-offset-fetch.ts'
import { handleFindCoordinator } from './10-find-coordinator.ts'
import { handleJoinGroup } from './11-join-group.ts'
import { handleHeartbeat } from './12-heartbeat.ts'
import { handleLeaveGroup } from './13-leave-group.ts'
import { handleSyncGroup } from './14-sync-group.ts'
import { handleDescribeGroups } from './15-describe-groups.ts'
import { handleListGroups } from './16-list-groups.ts'
import { handleCreateTopics } from './19-create-topics.ts'
import { handleDeleteTopics } from './20-delete-topics.ts'
import { handleDeleteRecords } from './21-delete-records.ts'
import { handleInitProducerId } from './22-init-producer-id.ts'
import { handleOffsetForLeaderEpoch } from './23-offset-for-leader-epoch.ts'
import { handleDescribeConfigs } from './32-describe-configs.ts'
import { handleAlterConfigs } from './33-alter-configs.ts'
import { handleDescribeLogDirs } from './35-describe-log-dirs.ts'
import { handleCreatePartitions } from './37-create-partitions.ts'
import { handleDeleteGroups } from './42-delete-groups.ts'
import { handleIncrementalAlterConfigs } from './44-incremental-alter-configs.ts'
import { handleOffsetDelete } from './47-offset-delete.ts'
import { handleDescribeCluster } from './60-describe-cluster.ts'
import { handleDescribeProducers } from './61-describe-producers.ts'
import { handleListConfigResources } from './74-list-config-resources.ts'
import type { Services } from './services.ts'

export const createHandlers = (services: Services): HandlerTable => ({
  listOffsets: handleListOffsets(services),
  metadata: handleMetadata(services),
  offsetCommit: handleOffsetCommit(services),
  offsetFetch: handleOffsetFetch(services),
  findCoordinator: handleFindCoordinator(services),
  joinGroup: handleJoinGroup(services),
  heartbeat: handleHeartbeat(services),
  leaveGroup: handleLeaveGroup(services),
  syncGroup: handleSyncGroup(services),
  describeGroups: handleDescribeGroups(services),
  listGroups: handleListGroups(services),
  createTopics: handleCreateTopics(services),
  deleteTopics: handleDeleteTopics(services),
  deleteRecords: handleDeleteRecords(services),
  initProducerId: handleInitProducerId(services),
  offsetForLeaderEpoch: handleOffsetForLeaderEpoch(services),
  describeConfigs: handleDescribeConfigs(services),
  alterConfigs: handleAlterConfigs(services),
  describeLogDirs: handleDescribeLogDirs(services),
  createPartitions: handleCreatePartitions(services),
  deleteGroups: handleDeleteGroups(services),
  incrementalAlterConfigs: handleIncrementalAlterConfigs(services),
  offsetDelete: handleOffsetDelete(services),
  describeCluster: handleDescribeCluster(services),
  describeProducers: handleDescribeProducers(services),
  listConfigResources: handleListConfigResources(services),
})

/**
 * OffsetCommit. Version 2-4 may name a retention of its own; 9 knows GROUP_ID_NOT_FOUND and is what a member of a
 * KIP-848 group must use; 10 names topics by id.
 */
import type { Handler } from '../dispatch/context.ts'
import type { OffsetCommitRequest, OffsetCommitResponse } from '../messages/08-offset-commit.ts'
import { errorCode } from '../wire/errors.ts'
import type { Services } from './services.ts'

const FIRST_WITH_GROUP_ID_NOT_FOUND = 9
const FIRST_WITH_TOPIC_IDS = 10

export const handleOffsetCommit =
  ({ groups }: Pick<Services, 'groups'>): Handler<OffsetCommitRequest, OffsetCommitResponse> =>
  async ({ apiVersion }, request) => {
    const topics = await groups.commitOffsets(
      {
        groupId: request.groupId,
        memberId: request.memberId,
        instanceId: request.groupInstanceId,
        generation: request.generationIdOrMemberEpoch,
        retentionMs: request.retentionTimeMs,
        knowsGroupIdNotFound: apiVersion >= FIRST_WITH_GROUP_ID_NOT_FOUND,
        topics: request.topics.map(({ name, topicId, partitions }) => ({
          name,
          topicId,
          partitions: partitions.map((partition) => ({
            partition: partition.partitionIndex,
            offset: partition.committedOffset,
            leaderEpoch: partition.committedLeaderEpoch,
            metadata: partition.committedMetadata,
          })),
        })),
      },
      apiVersion >= FIRST_WITH_TOPIC_IDS,
    )
    return {
      topics: topics.map(({ name, topicId, partitions }) => ({
        name,
        topicId,
        partitions: partitions.map(({ partition, error }) => ({
          partitionIndex: partition,
          errorCode: errorCode(error),
        })),
      })),
    }
  }

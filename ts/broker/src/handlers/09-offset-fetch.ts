/**
 * OffsetFetch. Up to version 7 one group per request, from 8 on several, each with its own error. Version 1 has no
 * error for the group, so its partitions carry it; from 2 on null topics ask for everything; 10 names topics by id.
 * `requireStable` (7) has no effect while there are no transactions: nothing stored is ever unstable.
 */
import type { ErrorCode } from '../base/error-codes.ts'
import { ZERO_TOPIC_ID, type TopicId } from '../base/ids.ts'
import type { Handler } from '../dispatch/context.ts'
import type { FetchOffsetsResult } from '../groups/groups.ts'
import type { OffsetFetchRequest, OffsetFetchResponse } from '../messages/09-offset-fetch.ts'
import { errorCode } from '../wire/errors.ts'
import type { Services } from './services.ts'

const FIRST_WITH_GROUP_ERROR = 2
const FIRST_WITH_GROUPS = 8
const FIRST_WITH_TOPIC_IDS = 10

interface RequestedTopic {
  readonly name: string
  readonly topicId?: TopicId
  readonly partitionIndexes: readonly number[]
}

export const handleOffsetFetch =
  ({ groups }: Pick<Services, 'groups'>): Handler<OffsetFetchRequest, OffsetFetchResponse> =>
  ({ apiVersion }, request) => {
    const byId = apiVersion >= FIRST_WITH_TOPIC_IDS
    const fetch = (groupId: string, topics: readonly RequestedTopic[] | null): FetchOffsetsResult =>
      groups.fetchOffsets({
        groupId,
        byId,
        topics:
          topics?.map(({ name, topicId = ZERO_TOPIC_ID, partitionIndexes }) => ({
            name,
            topicId,
            partitions: partitionIndexes,
          })) ?? null,
      })

    if (apiVersion >= FIRST_WITH_GROUPS) {
      return {
        groups: request.groups.map(({ groupId, topics }) => {
          const fetched = fetch(groupId, topics)
          return { groupId, errorCode: errorCode(fetched.error), topics: fetched.topics.map(topicReply) }
        }),
      }
    }
    const { error, topics } = fetch(request.groupId, request.topics)
    if (apiVersion < FIRST_WITH_GROUP_ERROR && error !== 'NONE') {
      return { topics: (request.topics ?? []).map((topic) => failedTopic(topic, error)) }
    }
    return { errorCode: errorCode(error), topics: topics.map(topicReply) }
  }

const topicReply = ({ name, topicId, partitions }: FetchOffsetsResult['topics'][number]) => ({
  name,
  topicId,
  partitions: partitions.map(({ partition, offset, leaderEpoch, metadata, error }) => ({
    partitionIndex: partition,
    committedOffset: offset,
    committedLeaderEpoch: leaderEpoch,
    metadata,
    errorCode: errorCode(error),
  })),
})

const failedTopic = ({ name, partitionIndexes }: RequestedTopic, error: ErrorCode) => ({
  name,
  partitions: partitionIndexes.map((partitionIndex) => ({
    partitionIndex,
    committedOffset: -1,
    committedLeaderEpoch: -1,
    metadata: '',
    errorCode: errorCode(error),
  })),
})

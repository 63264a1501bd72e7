/** OffsetDelete, version 0 alone. An error of the group leaves the topics out. */
import { BrokerError } from '../base/errors.ts'
import type { Handler } from '../dispatch/context.ts'
import type { OffsetDeleteRequest, OffsetDeleteResponse } from '../messages/47-offset-delete.ts'
import { errorCode } from '../wire/errors.ts'
import type { Services } from './services.ts'

export const handleOffsetDelete =
  ({ groups }: Pick<Services, 'groups'>): Handler<OffsetDeleteRequest, OffsetDeleteResponse> =>
  async (_context, { groupId, topics }) => {
    try {
      const deleted = await groups.deleteOffsets({
        groupId,
        topics: topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partitionIndex }) => partitionIndex),
        })),
      })
      return {
        errorCode: errorCode('NONE'),
        throttleTimeMs: 0,
        topics: deleted.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partition, error }) => ({
            partitionIndex: partition,
            errorCode: errorCode(error),
          })),
        })),
      }
    } catch (thrown) {
      return { errorCode: errorCode(BrokerError.from(thrown).code), throttleTimeMs: 0, topics: [] }
    }
  }

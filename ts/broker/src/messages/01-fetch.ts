/**
 * Fetch: batches from an offset on. Answered by the engine.
 *
 * v5 log start offset; v7 sessions; v9 leader epochs; v11 rack; v12 flexible, divergence by epoch; v13 topics by id;
 * v15 replica state; v16 endpoints of leaders; v17 directory of the replica; v18 its high watermark.
 */
import { ZERO_TOPIC_ID } from '../base/ids.ts'
import { int16, int32, int64, int64Big, int8, records, string, uuid } from '../wire/primitives.ts'
import { api, array, between, nullable, since, struct, tagged, type Draft, type Infer } from '../wire/schema.ts'

export const fetch = api({
  key: 1,
  name: 'Fetch',
  versions: [4, 18],
  flexible: 12,
  request: struct({
    clusterId: tagged(0, 12, nullable(string), null),
    replicaId: between(4, 14, int32, -1),
    replicaState: tagged(
      1,
      15,
      struct({
        replicaId: since(0, int32, -1),
        replicaEpoch: since(0, int64, -1),
      }),
      { replicaId: -1, replicaEpoch: -1 },
    ),
    maxWaitMs: int32,
    minBytes: int32,
    maxBytes: since(0, int32, 0x7fffffff),
    isolationLevel: since(0, int8, 0),
    sessionId: since(7, int32, 0),
    sessionEpoch: since(7, int32, -1),
    topics: array(
      struct({
        topic: between(4, 12, string, ''),
        topicId: since(13, uuid, ZERO_TOPIC_ID),
        partitions: array(
          struct({
            partition: int32,
            currentLeaderEpoch: since(9, int32, -1),
            fetchOffset: int64,
            lastFetchedEpoch: since(12, int32, -1),
            logStartOffset: since(5, int64, -1),
            partitionMaxBytes: int32,
            replicaDirectoryId: tagged(0, 17, uuid, ZERO_TOPIC_ID),
            highWatermark: tagged(1, 18, int64Big, 2n ** 63n - 1n),
          }),
        ),
      }),
    ),
    forgottenTopicsData: since(
      7,
      array(
        struct({
          topic: between(7, 12, string, ''),
          topicId: since(13, uuid, ZERO_TOPIC_ID),
          partitions: array(int32),
        }),
      ),
      [],
    ),
    rackId: since(11, string, ''),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: since(7, int16, 0),
    sessionId: since(7, int32, 0),
    responses: array(
      struct({
        topic: between(4, 12, string, ''),
        topicId: since(13, uuid, ZERO_TOPIC_ID),
        partitions: array(
          struct({
            partitionIndex: int32,
            errorCode: int16,
            highWatermark: int64,
            lastStableOffset: since(0, int64, -1),
            logStartOffset: since(5, int64, -1),
            divergingEpoch: tagged(
              0,
              12,
              struct({
                epoch: since(0, int32, -1),
                endOffset: since(0, int64, -1),
              }),
              { epoch: -1, endOffset: -1 },
            ),
            currentLeader: tagged(
              1,
              12,
              struct({
                leaderId: since(0, int32, -1),
                leaderEpoch: since(0, int32, -1),
              }),
              { leaderId: -1, leaderEpoch: -1 },
            ),
            snapshotId: tagged(
              2,
              12,
              struct({
                endOffset: since(0, int64, -1),
                epoch: since(0, int32, -1),
              }),
              { endOffset: -1, epoch: -1 },
            ),
            abortedTransactions: nullable(
              array(
                struct({
                  producerId: int64,
                  firstOffset: int64,
                }),
              ),
            ),
            preferredReadReplica: since(11, int32, -1),
            records: nullable(records),
          }),
        ),
      }),
    ),
    nodeEndpoints: tagged(
      0,
      16,
      array(
        struct({
          nodeId: int32,
          host: string,
          port: int32,
          rack: since(0, nullable(string), null),
        }),
      ),
      [],
    ),
  }),
})

export type FetchRequest = Infer<typeof fetch.request>
export type FetchResponse = Draft<typeof fetch.response>

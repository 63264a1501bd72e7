/**
 * DescribeProducers: the producers that a partition remembers.
 */
import { int16, int32, int64, string } from '../wire/primitives.ts'
import { api, array, nullable, since, struct, type Draft, type Infer } from '../wire/schema.ts'

export const describeProducers = api({
  key: 61,
  name: 'DescribeProducers',
  versions: [0, 0],
  flexible: 0,
  request: struct({
    topics: array(
      struct({
        name: string,
        partitionIndexes: array(int32),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: int32,
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            errorCode: int16,
            errorMessage: since(0, nullable(string), null),
            activeProducers: array(
              struct({
                producerId: int64,
                producerEpoch: int32,
                lastSequence: since(0, int32, -1),
                lastTimestamp: since(0, int64, -1),
                coordinatorEpoch: int32,
                currentTxnStartOffset: since(0, int64, -1),
              }),
            ),
          }),
        ),
      }),
    ),
  }),
})

export type DescribeProducersRequest = Infer<typeof describeProducers.request>
export type DescribeProducersResponse = Draft<typeof describeProducers.response>

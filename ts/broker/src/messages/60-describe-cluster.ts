/**
 * DescribeCluster: the brokers and the controller.
 *
 * v1 which kind of endpoint is meant; v2 brokers that are fenced.
 */
import { boolean, int16, int32, int8, string } from '../wire/primitives.ts'
import { api, array, nullable, since, struct, type Draft, type Infer } from '../wire/schema.ts'

export const describeCluster = api({
  key: 60,
  name: 'DescribeCluster',
  versions: [0, 2],
  flexible: 0,
  request: struct({
    includeClusterAuthorizedOperations: boolean,
    endpointType: since(1, int8, 1),
    includeFencedBrokers: since(2, boolean, false),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: since(0, nullable(string), null),
    endpointType: since(1, int8, 1),
    clusterId: string,
    controllerId: since(0, int32, -1),
    brokers: array(
      struct({
        brokerId: int32,
        host: string,
        port: int32,
        rack: since(0, nullable(string), null),
        isFenced: since(2, boolean, false),
      }),
    ),
    clusterAuthorizedOperations: since(0, int32, -2147483648),
  }),
})

export type DescribeClusterRequest = Infer<typeof describeCluster.request>
export type DescribeClusterResponse = Draft<typeof describeCluster.response>

/**
 * DescribeCluster. Version 1 says which kind of endpoint is meant: controllers have none of their own here. Version 2
 * may ask for fenced brokers; a broker that is not live is not known here.
 */
import { BrokerError } from '../base/errors.ts'
import type { Handler } from '../dispatch/context.ts'
import type { DescribeClusterRequest, DescribeClusterResponse } from '../messages/60-describe-cluster.ts'
import { reachableBrokers } from '../topics/describe.ts'
import { CLUSTER_OPERATIONS } from './operations.ts'
import type { Services } from './services.ts'

const BROKER_ENDPOINT = 1
const CONTROLLER_ENDPOINT = 2
const OPERATIONS_NOT_ASKED = -2147483648

export const handleDescribeCluster =
  ({ cluster }: Pick<Services, 'cluster'>): Handler<DescribeClusterRequest, DescribeClusterResponse> =>
  ({ listener }, { endpointType, includeClusterAuthorizedOperations }) => {
    checkEndpoint(endpointType)
    const image = cluster.image()
    return {
      throttleTimeMs: 0,
      errorCode: 0,
      endpointType,
      clusterId: image.clusterId,
      controllerId: image.controllerId,
      brokers: reachableBrokers(image, listener).map(({ id, ...where }) => ({ brokerId: id, ...where })),
      clusterAuthorizedOperations: includeClusterAuthorizedOperations ? CLUSTER_OPERATIONS : OPERATIONS_NOT_ASKED,
    }
  }

const checkEndpoint = (type: number): void => {
  if (type === BROKER_ENDPOINT) return
  if (type === CONTROLLER_ENDPOINT) {
    throw new BrokerError(
      'MISMATCHED_ENDPOINT_TYPE',
      'The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER',
    )
  }
  throw new BrokerError('UNSUPPORTED_ENDPOINT_TYPE', `Unsupported endpoint type ${type}`)
}

/**
 * FindCoordinator. Version 1 names the kind of key, 4 asks for several at once, 6 knows share groups. Groups alone
 * have a coordinator so far: for other kinds the request is refused, which a client takes for final.
 */
import { BrokerError } from '../base/errors.ts'
import type { ErrorCode } from '../base/error-codes.ts'
import type { Handler, RequestContext } from '../dispatch/context.ts'
import type { FindCoordinatorRequest, FindCoordinatorResponse } from '../messages/10-find-coordinator.ts'
import { errorCode, errors } from '../wire/errors.ts'
import type { Services } from './services.ts'

const FIRST_WITH_KEYS = 4
const GROUP = 0

interface Found {
  readonly error: ErrorCode
  readonly nodeId: number
  readonly host: string
  readonly port: number
}

export const handleFindCoordinator =
  (services: Pick<Services, 'groups' | 'cluster'>): Handler<FindCoordinatorRequest, FindCoordinatorResponse> =>
  (context, { key, keyType, coordinatorKeys }) => {
    if (context.apiVersion < FIRST_WITH_KEYS) {
      const { error, ...node } = find(services, context, keyType, key)
      return { errorCode: errorCode(error), errorMessage: error === 'NONE' ? 'NONE' : errors[error].message, ...node }
    }
    return {
      coordinators: coordinatorKeys.map((each) => {
        const { error, ...node } = find(services, context, keyType, each)
        return {
          key: each,
          errorCode: errorCode(error),
          errorMessage: error === 'NONE' ? '' : errors[error].message,
          ...node,
        }
      }),
    }
  }

const find = (
  { groups, cluster }: Pick<Services, 'groups' | 'cluster'>,
  { listener }: RequestContext,
  keyType: number,
  key: string,
): Found => {
  if (keyType !== GROUP) return nobody('INVALID_REQUEST')
  try {
    const leader = cluster.image().brokers.get(groups.coordinatorOf(key).leader)
    const endpoint = leader?.endpoints.find((each) => each.listener === listener)
    if (leader === undefined || endpoint === undefined) return nobody('COORDINATOR_NOT_AVAILABLE')
    return { error: 'NONE', nodeId: leader.id, host: endpoint.host, port: endpoint.port }
  } catch (thrown) {
    return nobody(BrokerError.from(thrown).code)
  }
}

const nobody = (error: ErrorCode): Found => ({ error, nodeId: -1, host: '', port: -1 })

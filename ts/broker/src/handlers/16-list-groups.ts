/** ListGroups. Version 4 filters by state, 5 by type. */
import { BrokerError } from '../base/errors.ts'
import type { Handler } from '../dispatch/context.ts'
import type { ListGroupsRequest, ListGroupsResponse } from '../messages/16-list-groups.ts'
import { errorCode } from '../wire/errors.ts'
import type { Services } from './services.ts'

export const handleListGroups =
  ({ groups }: Pick<Services, 'groups'>): Handler<ListGroupsRequest, ListGroupsResponse> =>
  (_context, { statesFilter, typesFilter }) => {
    try {
      const listed = groups.list({ states: statesFilter, types: typesFilter })
      return {
        errorCode: errorCode('NONE'),
        groups: listed.map(({ groupId, protocolType, state, type }) => ({
          groupId,
          protocolType,
          groupState: state,
          groupType: type,
        })),
      }
    } catch (thrown) {
      return { errorCode: errorCode(BrokerError.from(thrown).code), groups: [] }
    }
  }

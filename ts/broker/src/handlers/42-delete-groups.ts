/** DeleteGroups. All versions mean the same; a group named twice is deleted once. */
import type { Handler } from '../dispatch/context.ts'
import type { DeleteGroupsRequest, DeleteGroupsResponse } from '../messages/42-delete-groups.ts'
import { errorCode } from '../wire/errors.ts'
import type { Services } from './services.ts'

export const handleDeleteGroups =
  ({ groups }: Pick<Services, 'groups'>): Handler<DeleteGroupsRequest, DeleteGroupsResponse> =>
  async (_context, { groupsNames }) => {
    const deleted = await groups.deleteGroups(groupsNames)
    return {
      throttleTimeMs: 0,
      results: deleted.map(({ groupId, error }) => ({ groupId, errorCode: errorCode(error) })),
    }
  }

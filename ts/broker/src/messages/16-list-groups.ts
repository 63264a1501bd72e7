/**
 * ListGroups: the groups that this broker coordinates.
 *
 * v3 flexible; v4 by state; v5 by type.
 */
import { int16, int32, string } from '../wire/primitives.ts'
import { api, array, since, struct, type Draft, type Infer } from '../wire/schema.ts'

export const listGroups = api({
  key: 16,
  name: 'ListGroups',
  versions: [0, 5],
  flexible: 3,
  request: struct({
    statesFilter: since(4, array(string), []),
    typesFilter: since(5, array(string), []),
  }),
  response: struct({
    throttleTimeMs: since(1, int32, 0),
    errorCode: int16,
    groups: array(
      struct({
        groupId: string,
        protocolType: string,
        groupState: since(4, string, ''),
        groupType: since(5, string, ''),
      }),
    ),
  }),
})

export type ListGroupsRequest = Infer<typeof listGroups.request>
export type ListGroupsResponse = Draft<typeof listGroups.response>

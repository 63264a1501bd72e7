/**
 * DeleteGroups: empty groups and their offsets.
 *
 * v2 flexible.
 */
import { int16, int32, string } from '../wire/primitives.ts'
import { api, array, struct, type Draft, type Infer } from '../wire/schema.ts'

export const deleteGroups = api({
  key: 42,
  name: 'DeleteGroups',
  versions: [0, 2],
  flexible: 2,
  request: struct({
    groupsNames: array(string),
  }),
  response: struct({
    throttleTimeMs: int32,
    results: array(
      struct({
        groupId: string,
        errorCode: int16,
      }),
    ),
  }),
})

export type DeleteGroupsRequest = Infer<typeof deleteGroups.request>
export type DeleteGroupsResponse = Draft<typeof deleteGroups.response>

/**
 * FindCoordinator: which broker answers for a group or a transactional id.
 *
 * v1 the type of the key; v3 flexible; v4 several keys at once; v6 share groups.
 */
import { int16, int32, int8, string } from '../wire/primitives.ts'
import { api, array, between, nullable, since, struct, type Draft, type Infer } from '../wire/schema.ts'

export const findCoordinator = api({
  key: 10,
  name: 'FindCoordinator',
  versions: [0, 6],
  flexible: 3,
  request: struct({
    key: between(0, 3, string, ''),
    keyType: since(1, int8, 0),
    coordinatorKeys: since(4, array(string), []),
  }),
  response: struct({
    throttleTimeMs: since(1, int32, 0),
    errorCode: between(0, 3, int16, 0),
    errorMessage: between(1, 3, nullable(string), ''),
    nodeId: between(0, 3, int32, 0),
    host: between(0, 3, string, ''),
    port: between(0, 3, int32, 0),
    coordinators: since(
      4,
      array(
        struct({
          key: string,
          nodeId: int32,
          host: string,
          port: int32,
          errorCode: int16,
          errorMessage: nullable(string),
        }),
      ),
      [],
    ),
  }),
})

export type FindCoordinatorRequest = Infer<typeof findCoordinator.request>
export type FindCoordinatorResponse = Draft<typeof findCoordinator.response>

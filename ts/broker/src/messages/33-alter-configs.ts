/**
 * AlterConfigs: replaces all that is set of a resource; what is not named goes back to its default.
 *
 * v2 flexible.
 */
import { boolean, int16, int32, int8, string } from '../wire/primitives.ts'
import { api, array, nullable, struct, type Draft, type Infer } from '../wire/schema.ts'

export const alterConfigs = api({
  key: 33,
  name: 'AlterConfigs',
  versions: [0, 2],
  flexible: 2,
  request: struct({
    resources: array(
      struct({
        resourceType: int8,
        resourceName: string,
        configs: array(
          struct({
            name: string,
            value: nullable(string),
          }),
        ),
      }),
    ),
    validateOnly: boolean,
  }),
  response: struct({
    throttleTimeMs: int32,
    responses: array(
      struct({
        errorCode: int16,
        errorMessage: nullable(string),
        resourceType: int8,
        resourceName: string,
      }),
    ),
  }),
})

export type AlterConfigsRequest = Infer<typeof alterConfigs.request>
export type AlterConfigsResponse = Draft<typeof alterConfigs.response>

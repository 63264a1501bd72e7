/**
 * IncrementalAlterConfigs: sets, removes, appends to or takes from single keys of a resource.
 *
 * v1 flexible.
 */
import { boolean, int16, int32, int8, string } from '../wire/primitives.ts'
import { api, array, nullable, struct, type Draft, type Infer } from '../wire/schema.ts'

export const incrementalAlterConfigs = api({
  key: 44,
  name: 'IncrementalAlterConfigs',
  versions: [0, 1],
  flexible: 1,
  request: struct({
    resources: array(
      struct({
        resourceType: int8,
        resourceName: string,
        configs: array(
          struct({
            name: string,
            configOperation: int8,
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

export type IncrementalAlterConfigsRequest = Infer<typeof incrementalAlterConfigs.request>
export type IncrementalAlterConfigsResponse = Draft<typeof incrementalAlterConfigs.response>

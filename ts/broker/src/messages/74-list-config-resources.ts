/**
 * ListConfigResources: what has configs, by kind.
 *
 * Version 0 knows subscriptions to metrics of clients alone; v1 every kind.
 */
import { int16, int32, int8, string } from '../wire/primitives.ts'
import { api, array, since, struct, type Draft, type Infer } from '../wire/schema.ts'

export const listConfigResources = api({
  key: 74,
  name: 'ListConfigResources',
  versions: [0, 1],
  flexible: 0,
  request: struct({
    resourceTypes: since(1, array(int8), []),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    configResources: array(
      struct({
        resourceName: string,
        resourceType: since(1, int8, 16),
      }),
    ),
  }),
})

export type ListConfigResourcesRequest = Infer<typeof listConfigResources.request>
export type ListConfigResourcesResponse = Draft<typeof listConfigResources.response>

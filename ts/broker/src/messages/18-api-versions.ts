/**
 * ApiVersions: which requests this broker understands. Answered by the engine.
 *
 * v3 flexible, with the name of the client and the features of the cluster; v4 features may start at version 0.
 * The header of the answer is never flexible, as the client does not know yet what the broker speaks.
 */
import { boolean, int16, int32, int64, string } from '../wire/primitives.ts'
import { api, array, since, struct, tagged, type Draft, type Infer } from '../wire/schema.ts'

export const apiVersions = api({
  key: 18,
  name: 'ApiVersions',
  versions: [0, 4],
  flexible: 3,
  request: struct({
    clientSoftwareName: since(3, string, ''),
    clientSoftwareVersion: since(3, string, ''),
  }),
  response: struct({
    errorCode: int16,
    apiKeys: array(
      struct({
        apiKey: int16,
        minVersion: int16,
        maxVersion: int16,
      }),
    ),
    throttleTimeMs: since(1, int32, 0),
    supportedFeatures: tagged(
      0,
      3,
      array(
        struct({
          name: string,
          minVersion: int16,
          maxVersion: int16,
        }),
      ),
      [],
    ),
    finalizedFeaturesEpoch: tagged(1, 3, int64, -1),
    finalizedFeatures: tagged(
      2,
      3,
      array(
        struct({
          name: string,
          maxVersionLevel: int16,
          minVersionLevel: int16,
        }),
      ),
      [],
    ),
    zkMigrationReady: tagged(3, 3, boolean, false),
  }),
})

export type ApiVersionsRequest = Infer<typeof apiVersions.request>
export type ApiVersionsResponse = Draft<typeof apiVersions.response>

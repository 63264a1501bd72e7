/**
 * DescribeConfigs: what is set, where it was set, and what it means.
 *
 * v1 sources and synonyms; v3 types and documentation; v4 flexible.
 */
import { boolean, int16, int32, int8, string } from '../wire/primitives.ts'
import { api, array, nullable, since, struct, type Draft, type Infer } from '../wire/schema.ts'

export const describeConfigs = api({
  key: 32,
  name: 'DescribeConfigs',
  versions: [1, 4],
  flexible: 4,
  request: struct({
    resources: array(
      struct({
        resourceType: int8,
        resourceName: string,
        configurationKeys: nullable(array(string)),
      }),
    ),
    includeSynonyms: since(0, boolean, false),
    includeDocumentation: since(3, boolean, false),
  }),
  response: struct({
    throttleTimeMs: int32,
    results: array(
      struct({
        errorCode: int16,
        errorMessage: nullable(string),
        resourceType: int8,
        resourceName: string,
        configs: array(
          struct({
            name: string,
            value: nullable(string),
            readOnly: boolean,
            configSource: since(0, int8, -1),
            isSensitive: boolean,
            synonyms: array(
              struct({
                name: string,
                value: nullable(string),
                source: int8,
              }),
            ),
            configType: since(3, int8, 0),
            documentation: since(3, nullable(string), ''),
          }),
        ),
      }),
    ),
  }),
})

export type DescribeConfigsRequest = Infer<typeof describeConfigs.request>
export type DescribeConfigsResponse = Draft<typeof describeConfigs.response>

import { describe, expect, it } from 'vitest'
import { apis, type ApiName } from '../messages/index.ts'
import { readResponse, writeResponse } from '../wire/codec.ts'
import { Reader } from '../wire/reader.ts'
import type { AnyStruct, Api, Draft } from '../wire/schema.ts'
import { errorResponse } from './error-response.ts'

const failure = { code: 'POLICY_VIOLATION', message: 'no' } as const

/** Through the codec, so that what was made up is something the protocol can say. */
const told = (name: ApiName, version: number, request: Readonly<Record<string, unknown>>): unknown => {
  const api: Api = apis[name]
  const response = errorResponse(api, version, request, failure)
  if (response === null) return null
  const bytes = writeResponse(api, version, response as Draft<AnyStruct>)
  return readResponse(api, version, new Reader(bytes))
}

describe('the error of a request as a whole', () => {
  it('stands at the top where the response has its place there, and repeats nothing of the request', () => {
    expect(told('joinGroup', 5, { groupId: 'g', memberId: 'm', protocols: [{ name: 'range' }] })).toMatchObject({
      errorCode: 44,
      memberId: '',
      members: [],
    })
    expect(told('describeCluster', 1, { endpointType: 2 })).toMatchObject({ errorCode: 44, errorMessage: 'no' })
  })

  it('stands at every topic, or at every partition, where there is no place at the top', () => {
    expect(told('createTopics', 7, { topics: [{ name: 'a', numPartitions: 7 }, { name: 'b' }] })).toMatchObject({
      topics: [
        { name: 'a', errorCode: 44, errorMessage: 'no', numPartitions: 7, configs: [] },
        { name: 'b', errorCode: 44, numPartitions: -1 },
      ],
    })
    expect(
      told('listOffsets', 7, { topics: [{ name: 'a', partitions: [{ partitionIndex: 3, timestamp: -1 }] }] }),
    ).toMatchObject({ topics: [{ name: 'a', partitions: [{ partitionIndex: 3, errorCode: 44, offset: -1 }] }] })
  })

  it('finds the items under another name', () => {
    const resource = { resourceType: 2, resourceName: 'a', configs: [{ name: 'x', value: 'y' }] }
    expect(told('alterConfigs', 1, { resources: [resource], validateOnly: false })).toMatchObject({
      responses: [{ resourceType: 2, resourceName: 'a', errorCode: 44, errorMessage: 'no' }],
    })
    expect(told('createPartitions', 1, { topics: [{ name: 'a', count: 2, assignments: null }] })).toMatchObject({
      results: [{ name: 'a', errorCode: 44 }],
    })
  })

  it('finds items that are bare values', () => {
    expect(told('deleteGroups', 2, { groupsNames: ['g', 'h'] })).toMatchObject({
      results: [
        { groupId: 'g', errorCode: 44 },
        { groupId: 'h', errorCode: 44 },
      ],
    })
    expect(told('describeProducers', 0, { topics: [{ name: 'a', partitionIndexes: [4] }] })).toMatchObject({
      topics: [{ name: 'a', partitions: [{ partitionIndex: 4, errorCode: 44, errorMessage: 'no' }] }],
    })
    expect(told('deleteTopics', 5, { topics: [], topicNames: ['a'] })).toMatchObject({
      responses: [{ name: 'a', errorCode: 44 }],
    })
  })

  it('leaves out a null where the version knows none', () => {
    expect(told('metadata', 11, { topics: [{ name: null }] })).toMatchObject({ topics: [{ name: '', errorCode: 44 }] })
    expect(told('metadata', 12, { topics: [{ name: null }] })).toMatchObject({
      topics: [{ name: null, errorCode: 44 }],
    })
    expect(told('metadata', 9, { topics: null })).toMatchObject({ topics: [] })
  })

  it('can be told in every version of every API', () => {
    for (const name of Object.keys(apis) as ApiName[]) {
      const [first, last] = apis[name].versions
      for (let version = first; version <= last; version++) expect(() => told(name, version, {})).not.toThrow()
    }
  })
})

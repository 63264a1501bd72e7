/**
 * What stands in front of every message.
 *
 *     request    int16 key, int16 version, int32 correlation id, nullable string client id    [v2: tagged fields]
 *     response   int32 correlation id                                                         [v1: tagged fields]
 *
 * Version 2, respectively 1, goes with the flexible versions of a message. Two exceptions: the client id keeps its
 * int16 length for good, and the answer to ApiVersions always has a header of version 0, as the client cannot know
 * yet which one to expect.
 */
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

const API_VERSIONS_KEY = 18

interface Flexibility {
  readonly key: number
  readonly flexible: number | null
}

export interface RequestHeader {
  readonly apiKey: number
  readonly apiVersion: number
  readonly correlationId: number
  readonly clientId: string | null
}

const isFlexible = (api: Flexibility, version: number): boolean => api.flexible !== null && version >= api.flexible

/** `find` says what the key stands for; for an unknown one the client id is not read, as its form is not known. */
export const readRequestHeader = (reader: Reader, find: (apiKey: number) => Flexibility | undefined): RequestHeader => {
  const apiKey = reader.int16()
  const apiVersion = reader.int16()
  const correlationId = reader.int32()
  const api = find(apiKey)
  if (api === undefined) return { apiKey, apiVersion, correlationId, clientId: null }
  const clientId = reader.nullableString()
  if (isFlexible(api, apiVersion)) reader.skipTagged()
  return { apiKey, apiVersion, correlationId, clientId }
}

export const writeRequestHeader = (writer: Writer, api: Flexibility, header: Omit<RequestHeader, 'apiKey'>): void => {
  writer.int16(api.key)
  writer.int16(header.apiVersion)
  writer.int32(header.correlationId)
  writer.nullableString(header.clientId)
  if (isFlexible(api, header.apiVersion)) writer.unsignedVarint(0)
}

const hasTaggedResponse = (api: Flexibility, version: number): boolean =>
  api.key !== API_VERSIONS_KEY && isFlexible(api, version)

export const readResponseHeader = (reader: Reader, api: Flexibility, version: number): number => {
  const correlationId = reader.int32()
  if (hasTaggedResponse(api, version)) reader.skipTagged()
  return correlationId
}

export const writeResponseHeader = (writer: Writer, api: Flexibility, version: number, correlationId: number): void => {
  writer.int32(correlationId)
  if (hasTaggedResponse(api, version)) writer.unsignedVarint(0)
}

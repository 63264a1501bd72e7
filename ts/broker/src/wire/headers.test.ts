import { expect, test } from 'vitest'
import { apiVersions } from '../messages/18-api-versions.ts'
import { findApi } from '../messages/index.ts'
import { heartbeat } from '../messages/12-heartbeat.ts'
import { readRequestHeader, readResponseHeader, writeRequestHeader, writeResponseHeader } from './headers.ts'
import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

test('a flexible request keeps the old form of the client id and adds tagged fields', () => {
  const writer = new Writer()
  writeRequestHeader(writer, heartbeat, { apiVersion: 4, correlationId: 9, clientId: 'c' })
  const bytes = writer.finish()
  expect(bytes.toString('hex')).toBe('000c0004000000090001' + '63' + '00')
  const reader = new Reader(bytes)
  expect(readRequestHeader(reader, findApi)).toEqual({ apiKey: 12, apiVersion: 4, correlationId: 9, clientId: 'c' })
  expect(reader.remaining).toBe(0)
})

test('of an unknown request only the fixed part is read', () => {
  const header = readRequestHeader(new Reader(Buffer.from('270f000000000009', 'hex')), findApi)
  expect(header).toEqual({ apiKey: 9999, apiVersion: 0, correlationId: 9, clientId: null })
})

test('the answer to ApiVersions has no tagged fields in its header, others do', () => {
  const size = (api: typeof apiVersions | typeof heartbeat): number => {
    const writer = new Writer()
    writeResponseHeader(writer, api, 4, 77)
    const reader = new Reader(writer.finish())
    expect(readResponseHeader(reader, api, 4)).toBe(77)
    return reader.position
  }
  expect(size(apiVersions)).toBe(4)
  expect(size(heartbeat)).toBe(5)
})

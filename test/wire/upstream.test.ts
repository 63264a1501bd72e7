// The protocol is what Apache's files say: every field of every version of every message of ours is held against them.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  groupMetadataKey,
  groupMetadataValue,
  offsetCommitKey,
  offsetCommitValue,
} from 'millrace/messages/internal/groups.js'
import { metadataRecords } from 'millrace/messages/internal/cluster-metadata.js'
import { apis } from 'millrace/messages/index.js'
import type { Api, Message } from 'millrace/wire/schema.js'
import { describe, expect, test } from 'vitest'
import { missingClients } from '../harness/clients.ts'
import { clients } from '../harness/paths.ts'
import { describeOurs } from './description.ts'
import { versionsOf } from './every-message.ts'
import { readJar } from './jar.ts'
import { describeUpstream, parseRange, parseUpstream, type UpstreamMessage } from './upstream.ts'

const MESSAGE_FILES = /^common\/(message|metadata)\/\w+\.json$/

const missing = await missingClients('java')

const readMessages = (artifact: string): ReadonlyMap<string, UpstreamMessage> => {
  if (missing !== undefined) return new Map()
  const directory = join(clients, 'java', 'target', 'lib')
  const jar = readdirSync(directory).find(
    (name) => name.startsWith(`${artifact}-`) && /^[\d.]+\.jar$/.test(name.slice(artifact.length + 1)),
  )
  if (jar === undefined) throw new Error(`no ${artifact} in ${directory}`)
  const parsed = [...readJar(join(directory, jar), MESSAGE_FILES).values()].map(parseUpstream)
  return new Map(parsed.map((message) => [message.name, message]))
}

const requests = readMessages('kafka-clients')
const records = readMessages('kafka-group-coordinator')
const metadata = readMessages('kafka-metadata')

const named = (messages: ReadonlyMap<string, UpstreamMessage>, name: string): UpstreamMessage => {
  const message = messages.get(name)
  if (message === undefined) throw new Error(`Apache has no ${name}`)
  return message
}

const checkVersions = (ours: Omit<Message, 'body'>, upstream: UpstreamMessage): void => {
  const valid = parseRange(upstream.validVersions)
  const last = (valid?.last ?? -1) - (upstream.latestVersionUnstable === true ? 1 : 0)
  expect(ours.versions).toEqual([valid?.first, last])
  expect(ours.flexible).toBe(parseRange(upstream.flexibleVersions)?.first ?? null)
}

const checkFields = (ours: Message, upstream: UpstreamMessage, ourVersion: number, version = ourVersion): void => {
  const fields = describeOurs(ours.body, ourVersion, ours.flexible)
  expect(fields, `${ours.name} v${ourVersion}`).toEqual(describeUpstream(upstream, version))
}

describe.skipIf(missing !== undefined)('every message is what Apache defines', () => {
  describe.each(Object.values(apis).map((api): [string, Api] => [api.name, api]))('%s', (name, api) => {
    // Looked up inside the tests: what is skipped is still collected, and without Java there is nothing to find.
    const request = (): UpstreamMessage => named(requests, `${name}Request`)
    const response = (): UpstreamMessage => named(requests, `${name}Response`)

    test('key and versions', () => {
      expect(api.key).toBe(request().apiKey)
      checkVersions(api, request())
      checkVersions(api, { ...response(), latestVersionUnstable: request().latestVersionUnstable ?? false })
    })

    test('fields of the request', () => {
      for (const version of versionsOf(api)) checkFields({ ...api, body: api.request }, request(), version)
    })

    test('fields of the response', () => {
      for (const version of versionsOf(api)) checkFields({ ...api, body: api.response }, response(), version)
    })
  })

  test.each([offsetCommitValue, groupMetadataValue].map((value): [string, Message] => [value.name, value]))(
    '%s',
    (name, value) => {
      const upstream = named(records, name)
      checkVersions(value, upstream)
      for (const version of versionsOf(value)) checkFields(value, upstream, version)
    },
  )

  test.each(
    Object.entries(metadataRecords).map(([kind, record]): [string, string, Message] => [record.name, kind, record]),
  )('%s', (name, kind, record) => {
    const upstream = named(metadata, name)
    expect(upstream.apiKey).toBe(Number(kind))
    checkVersions(record, upstream)
    for (const version of versionsOf(record)) checkFields(record, upstream, version)
  })

  test.each<[string, Message, number]>([
    ['LegacyOffsetCommitKey', offsetCommitKey, 0],
    ['OffsetCommitKey', offsetCommitKey, 1],
    ['GroupMetadataKey', groupMetadataKey, 2],
  ])('%s', (name, key, kind) => {
    const upstream = named(records, name)
    expect(upstream.apiKey).toBe(kind)
    checkFields(key, upstream, kind, 0)
  })
})

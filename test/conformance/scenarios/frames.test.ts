// What stands around a request: frames, headers, versions, and the order of answers.
import { produce } from 'millrace/messages/00-produce.js'
import { fetch } from 'millrace/messages/01-fetch.js'
import { listOffsets } from 'millrace/messages/02-list-offsets.js'
import { metadata } from 'millrace/messages/03-metadata.js'
import { findCoordinator } from 'millrace/messages/10-find-coordinator.js'
import { listGroups } from 'millrace/messages/16-list-groups.js'
import { apiVersions } from 'millrace/messages/18-api-versions.js'
import { initProducerId } from 'millrace/messages/22-init-producer-id.js'
import { describeCluster } from 'millrace/messages/60-describe-cluster.js'
import { apis } from 'millrace/messages/index.js'
import { readResponse } from 'millrace/wire/codec.js'
import { Reader } from 'millrace/wire/reader.js'
import { expect } from 'vitest'
import { batch } from '../../harness/batch.ts'
import { headed, type Peer, requestBytes } from '../../harness/peer.ts'
import { fetchFrom, fetchRequest, produceTo, UNKNOWN_ID } from './requests.ts'
import { scenarios } from './scenario.ts'

const scenario = scenarios('frames')

const software = { clientSoftwareName: 'conformance', clientSoftwareVersion: '1.0' }

/** An answer is not expected, so there is no need to wait for long. */
const SILENCE_MS = 300

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value | 0)
  return bytes
}

/** Sends a frame on a connection of its own; what came of it. */
const tried = async (peer: () => Promise<Peer>, frame: Buffer): Promise<string> => {
  const on = await peer()
  on.frame(frame)
  return (await on.outcome(5000)).kind
}

scenario('ApiVersions says what is served', { rows: [1] }, async ({ transcript, peer }) => {
  const on = await peer()
  const ours = new Map(Object.values(apis).map(({ key, name }) => [key, name]))
  for (let version = 0; version <= 4; version += 1) {
    const { errorCode, apiKeys } = await on.call(apiVersions, version, software)
    const ranges = apiKeys
      .filter(({ apiKey }) => ours.has(apiKey))
      .map(({ apiKey, minVersion, maxVersion }) => `${ours.get(apiKey)} ${minVersion}-${maxVersion}`)
    transcript.note(`v${version}`, { errorCode, ranges })
  }
})

scenario('ApiVersions of an unknown version', { rows: [1] }, async ({ transcript, peer }) => {
  const on = await peer()
  for (const version of [5, 99, 32_767, -1]) {
    const body = Buffer.from([12, ...Buffer.from('conformance'), 4, ...Buffer.from('1.0'), 0])
    on.frame(headed(18, version, body, { flexible: true }))
    const outcome = await on.outcome()
    if (outcome.kind !== 'answer') throw new Error(`${outcome.kind} instead of an answer`)
    const reader = new Reader(outcome.frame)
    const correlationId = reader.int32()
    transcript.note(`v${version}`, { correlationId, answer: readResponse(apiVersions, 0, reader) })
  }
  const { errorCode } = await on.call(apiVersions, 4, software)
  transcript.note('the connection goes on', { errorCode })
})

scenario('names of the software of clients', { rows: [1] }, async ({ transcript, peer }) => {
  const on = await peer()
  const words = ['a', 'A.b-9', '', ' ', 'a b', '-a', 'a-', '.a', 'a.', 'a_b', 'a+b', '\u00e9', 'n'.repeat(300)]
  for (const version of [3, 4]) {
    for (const word of words) {
      const asked = [{ clientSoftwareName: word }, { clientSoftwareVersion: word }]
      for (const [at, fields] of asked.entries()) {
        const { errorCode, apiKeys } = await on.call(apiVersions, version, { ...software, ...fields })
        const which = at === 0 ? 'name' : 'version'
        transcript.note(`v${version} ${which} '${word.slice(0, 9)}'`, { errorCode, served: apiKeys.length > 0 })
      }
    }
  }
})

scenario('what is not served closes', { rows: [2] }, async ({ transcript, peer }) => {
  const none = Buffer.alloc(0)
  for (const { key, name, versions, flexible } of Object.values(apis)) {
    if (key === apiVersions.key) continue
    for (const version of [versions[0] - 1, versions[1] + 1]) {
      const frame = headed(key, version, none, { flexible: flexible !== null && version >= flexible })
      transcript.note(`${name} v${version}`, await tried(peer, frame))
    }
  }
  const whole: readonly (readonly [Buffer, readonly number[]])[] = [
    [requestBytes(produce, 3, produceTo({ name: 'none', id: UNKNOWN_ID }, batch([{ value: 'a' }]))), [0, 1, 2, 14]],
    [requestBytes(fetch, 4, fetchRequest([])), [3]],
    [requestBytes(metadata, 13, { topics: [] }), [14, -1]],
    [requestBytes(listGroups, 5, {}), [6]],
    [requestBytes(describeCluster, 2, { includeClusterAuthorizedOperations: false }), [3]],
    [requestBytes(initProducerId, 5, { transactionalId: null, transactionTimeoutMs: 1000 }), [6]],
  ]
  for (const [frame, versions] of whole) {
    for (const version of versions) {
      frame.writeInt16BE(version, 2)
      transcript.note(`a whole request of key ${frame.readInt16BE(0)} v${version}`, await tried(peer, frame))
    }
  }
  // Removed from Kafka, and spoken between controllers alone.
  for (const key of [4, 5, 6, 7, 52, 53, 54, 56, 62, 63, 67, 9999, -1]) {
    transcript.note(`key ${key}`, await tried(peer, headed(key, 0, none, { flexible: true })))
  }
})

scenario('client ids and tags of headers', { rows: [3] }, async ({ transcript, peer }) => {
  const noTopics = int32(0)
  const claiming = (length: number): Buffer => {
    const frame = headed(3, 1, noTopics, { clientId: Buffer.alloc(0) })
    frame.writeInt16BE(length, 8)
    return frame
  }
  for (const length of [-1, -2, 0, 2000]) transcript.note(`a length of ${length}`, await tried(peer, claiming(length)))
  for (const text of ['\u0000', 'a\nb', '\u00e9', 'x'.repeat(32_767)]) {
    const clientId = Buffer.from(text)
    transcript.note(`v1 '${text.length}'`, await tried(peer, headed(3, 1, noTopics, { clientId })))
    const flexible = headed(3, 9, Buffer.from([1, 0, 0, 0, 0]), { clientId, flexible: true })
    transcript.note(`v9 '${text.length}'`, await tried(peer, flexible))
  }
  transcript.note('invalid UTF-8', await tried(peer, headed(3, 1, noTopics, { clientId: Buffer.from([0xff, 0xfe]) })))
  const tags = Buffer.from([2, 7, 1, 0xaa, 9, 0, 1, 0, 0, 0, 0])
  transcript.note('unknown tags in the header', await tried(peer, headed(3, 9, tags)))
  const torn = Buffer.from([1, 7, 100, 0xaa])
  transcript.note('a tag larger than the frame', await tried(peer, headed(3, 9, torn)))
  const extra = Buffer.concat([noTopics, Buffer.from([1, 2, 3])])
  transcript.note('bytes behind the request', await tried(peer, headed(3, 1, extra)))
})

scenario('sizes of frames', { rows: [3] }, async ({ transcript, peer }) => {
  const limit = 104_857_600
  for (const size of [-1, -(2 ** 31), 0, 1, 9, limit + 1, 2 ** 31 - 1]) {
    const on = await peer()
    on.raw(Buffer.concat([int32(size), Buffer.alloc(Math.min(Math.max(size, 0), 9))]))
    transcript.note(`${size}`, (await on.outcome(5000)).kind)
  }
  const patient = await peer()
  patient.raw(int32(limit))
  transcript.note(`${limit}`, (await patient.outcome(SILENCE_MS)).kind)
  const request = requestBytes(metadata, 1, { topics: [] }, 5)
  const slow = await peer()
  slow.raw(int32(request.length))
  for (const byte of request) slow.raw(Buffer.from([byte]))
  transcript.note('byte by byte', (await slow.outcome()).kind)
})

scenario('answers leave in the order of the requests', { rows: [4, 21] }, async ({ transcript, topic, peer }) => {
  const ref = { name: 'ordered', id: await topic('ordered') }
  const on = await peer()
  const waiting = fetchFrom(ref, { fetchOffset: 0 }, { maxWaitMs: SILENCE_MS })
  const frames = [
    requestBytes(fetch, 18, waiting, 1),
    requestBytes(apiVersions, 4, software, 2),
    requestBytes(metadata, 12, { topics: [{ name: 'ordered' }] }, 3),
    requestBytes(produce, 13, produceTo(ref, batch([{ value: 'a' }])), 4),
    requestBytes(findCoordinator, 4, { coordinatorKeys: ['any'] }, 5),
    requestBytes(fetch, 18, fetchFrom(ref), 6),
    requestBytes(produce, 13, produceTo(ref, batch([{ value: 'a' }]), { acks: 0 }), 7),
    requestBytes(listOffsets, 1, { replicaId: -1, topics: [] }, 8),
    requestBytes(apiVersions, 0, {}, 9),
  ]
  const began = performance.now()
  for (const frame of frames) on.frame(frame)
  const order: number[] = []
  for (let count = 1; count < frames.length; count += 1) {
    const outcome = await on.outcome()
    if (outcome.kind !== 'answer') throw new Error(`${outcome.kind} instead of an answer`)
    order.push(outcome.frame.readInt32BE(0))
    // What was sent after the waiting Fetch is not even begun: the record that it would wake by is not yet written.
    if (count === 1) expect(performance.now() - began).toBeGreaterThanOrEqual(SILENCE_MS - 10)
  }
  transcript.note('answers to', order)
})

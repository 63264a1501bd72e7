// Rows 1-15 and 53-55 of the bad inputs: frames and headers. What cannot be a request ends its connection and no other.
import { setTimeout as sleep } from 'node:timers/promises'
import { metadata } from 'millrace/messages/03-metadata.js'
import { apiVersions } from 'millrace/messages/18-api-versions.js'
import { expect, test } from 'vitest'
import { headed, Peer, requestBytes } from '../harness/peer.ts'
import { residentBytes } from '../harness/proc.ts'
import { subject } from './subject.ts'

const { broker, peer } = subject()

const onKafka = process.env['TARGET'] === 'kafka'

/** Sends bytes and expects the connection to end without an answer. */
const closes = async (send: (from: Peer) => void): Promise<void> => {
  const sender = await peer()
  send(sender)
  expect(await sender.outcome()).toEqual({ kind: 'closed' })
}

const closesFrame = (body: Buffer): Promise<void> => closes((sender) => sender.frame(body))

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value | 0)
  return bytes
}

test('row 1: a negative size closes', async () => {
  await closes((sender) => sender.raw(int32(-1)))
  await closes((sender) => sender.raw(int32(0x80000000)))
})

test('row 2: a size of 2^31-1 closes at once and takes no memory', async () => {
  const before = residentBytes(broker().pid())
  await closes((sender) => sender.raw(int32(0x7fffffff)))
  if (!onKafka) expect(residentBytes(broker().pid()) - before).toBeLessThan(32 * 1024 * 1024)
})

test('row 4: HTTP on the Kafka port closes', () =>
  closes((sender) => sender.raw('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')))

test('row 5: a TLS ClientHello on a plaintext port closes', () =>
  closes((sender) => sender.raw(Buffer.concat([Buffer.from('16030100f8010000f40303', 'hex'), Buffer.alloc(246, 7)]))))

test('row 6: a frame shorter than a header closes', () => closesFrame(Buffer.from([0, 3, 0])))

test('row 7: an unknown API key closes', () => closesFrame(headed(9999, 0, Buffer.alloc(0))))

test('row 8: ApiVersions of an unknown version is answered in version 0 with the range to use', async () => {
  const asking = await peer()
  asking.frame(headed(18, 99, Buffer.alloc(0), { flexible: true }))
  const outcome = await asking.outcome()
  if (outcome.kind !== 'answer') throw new Error(`${outcome.kind} instead of an answer`)
  expect(outcome.frame.readInt32BE(0)).toBe(1)
  expect(outcome.frame.readInt16BE(4)).toBe(35)
  expect(outcome.frame.readInt32BE(6)).toBe(1)
  expect(outcome.frame.readInt16BE(10)).toBe(18)
  // The connection stays open.
  const { errorCode } = await asking.call(apiVersions, 3, { clientSoftwareName: 'hostile', clientSoftwareVersion: '1' })
  expect(errorCode).toBe(0)
})

test('row 9: a known key in an unknown version closes', () => closesFrame(headed(3, 99, Buffer.alloc(8))))

test('row 10: a client id longer than the frame closes; any negative length is no client id', async () => {
  const claiming = (length: number): Buffer => {
    const body = headed(3, 1, int32(0), { clientId: Buffer.alloc(0) })
    body.writeInt16BE(length, 8)
    return body
  }
  await closesFrame(claiming(2000))
  const sender = await peer()
  sender.frame(claiming(-2))
  expect((await sender.outcome()).kind).toBe('answer')
})

test('row 11: control characters in a client id are harmless', async () => {
  const sender = await peer()
  sender.frame(headed(3, 1, int32(0), { clientId: Buffer.from('a\nb\u001b[31mred\u0000') }))
  expect((await sender.outcome()).kind).toBe('answer')
  expect(broker().logs()).not.toContain('\u001b[31mred')
})

test('row 12: an array of 2^31-1 elements closes', () => closesFrame(headed(3, 1, int32(0x7fffffff))))

test('row 13: a varint that never ends closes', () =>
  closesFrame(headed(3, 9, Buffer.alloc(10, 0xff), { flexible: true })))

test('row 14: a tagged field larger than the frame closes; unknown tags are skipped', async () => {
  const noTopics = Buffer.from([1, 0, 0, 0])
  const tags = (...bytes: number[]): Buffer =>
    headed(3, 9, Buffer.concat([noTopics, Buffer.from(bytes)]), { flexible: true })
  await closesFrame(tags(1, 5, 120, 0))
  const sender = await peer()
  sender.frame(tags(2, 50, 1, 0xab, 51, 0))
  expect((await sender.outcome()).kind).toBe('answer')
})

test('row 14: a million tags cost no other connection its answer', async () => {
  const count = 1_000_000
  const tags = Buffer.alloc(count * 4)
  for (let index = 0; index < count; index++) {
    // tag as a varint of three bytes, then a size of zero
    tags[index * 4] = (index & 0x7f) | 0x80
    tags[index * 4 + 1] = ((index >> 7) & 0x7f) | 0x80
    tags[index * 4 + 2] = (index >> 14) & 0x7f
  }
  const sender = await peer()
  sender.frame(headed(3, 9, Buffer.concat([Buffer.from([1, 0, 0, 0, 0xc0, 0x84, 0x3d]), tags]), { flexible: true }))
  const other = await peer()
  expect((await other.call(metadata, 1, { topics: [] })).brokers).toHaveLength(1)
  expect((await sender.outcome()).kind).not.toBe('silence')
})

test('row 15: null where an array is required closes', () =>
  closesFrame(headed(10, 4, Buffer.from([0, 0, 0]), { flexible: true })))

test.runIf(!onKafka)(
  'row 53: ten thousand connections at once leave the others served',
  async () => {
    const crowd: Peer[] = []
    for (let round = 0; round < 20; round++) {
      const opened = await Promise.allSettled(Array.from({ length: 500 }, () => Peer.open(broker().port)))
      for (const one of opened) if (one.status === 'fulfilled') crowd.push(one.value)
    }
    const started = performance.now()
    const other = await peer()
    expect((await other.call(metadata, 1, { topics: [] })).brokers).toHaveLength(1)
    expect(performance.now() - started).toBeLessThan(2000)
    for (const one of crowd) one.close()
  },
  120_000,
)

test.runIf(!onKafka)('row 54: a peer that never reads is not answered into memory for ever', async () => {
  const before = residentBytes(broker().pid())
  const deaf = await peer()
  deaf.socket.pause()
  const question = requestBytes(apiVersions, 0, {})
  const frame = Buffer.concat([int32(question.length), question])
  const many = Buffer.concat(Array.from({ length: 2000 }, () => frame))
  for (let round = 0; round < 50 && !deaf.closed; round++) {
    deaf.raw(many)
    await sleep(10)
  }
  expect(residentBytes(broker().pid()) - before).toBeLessThan(64 * 1024 * 1024)
})

test('row 55: a hundred thousand requests sent ahead are all answered, in order', async () => {
  const count = 100_000
  const sender = await peer()
  const chunk: Buffer[] = []
  for (let correlationId = 1; correlationId <= count; correlationId++) {
    const question = requestBytes(metadata, 1, { topics: [] }, correlationId)
    chunk.push(int32(question.length), question)
  }
  let expected = 0
  let pending = Buffer.alloc(0)
  const done = new Promise<void>((resolve, reject) => {
    sender.socket.on('close', () => reject(new Error(`closed after ${expected} answers`)))
    sender.socket.removeAllListeners('data')
    sender.socket.on('data', (data) => {
      pending = pending.length === 0 ? data : Buffer.concat([pending, data])
      let at = 0
      while (pending.length - at >= 8 && pending.length - at >= 4 + pending.readInt32BE(at)) {
        if (pending.readInt32BE(at + 4) !== ++expected) reject(new Error(`answer ${expected} is out of order`))
        at += 4 + pending.readInt32BE(at)
      }
      pending = pending.subarray(at)
      if (expected === count) resolve()
    })
  })
  sender.raw(Buffer.concat(chunk))
  await done
})

import { describe, expect, it } from 'vitest'
import { readEntries, writeReplies, type EntryVisitor, type Frame } from './requests.ts'

const double = (value: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value)
  return bytes
}

const entry = (kind: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat([Buffer.of(kind), ...parts])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}

const collect = (drained: Buffer): readonly unknown[] => {
  const seen: unknown[] = []
  const visitor: EntryVisitor = {
    request: (frame: Frame) => seen.push(frame),
    closed: (connectionId) => seen.push({ closed: connectionId }),
    refused: (clientAddress, reason) => seen.push({ clientAddress, reason }),
    settled: (token, errorCode, baseOffset) => seen.push({ token, errorCode, baseOffset }),
  }
  readEntries(drained, ['PLAIN', 'INNER'], visitor)
  return seen
}

describe('what comes up', () => {
  it('is read in the order in which it happened', () => {
    const address = Buffer.from('\x09127.0.0.1', 'latin1')
    const of = (connectionId: number, ...texts: readonly string[]): Buffer => {
      const [listener, arrived] = [Buffer.of(0, 1), double(1_700_000_000_000)]
      return entry(1, double(connectionId), listener, arrived, address, Buffer.from(texts.join('')), Buffer.of(1, 2, 3))
    }
    const asked = {
      listener: 'INNER',
      principal: 'User:ANONYMOUS',
      clientAddress: '127.0.0.1',
      arrivedAt: 1_700_000_000_000,
      frame: Buffer.of(1, 2, 3),
    }
    const [request, join] = [of(7, '\0', '\0'), of(9, '\x0alibrdkafka', '\x052.0.2')]
    const settled = entry(3, double(12), Buffer.from([0xff, 0xfe]), double(-1))
    const refused = entry(4, address, Buffer.from('idle'))
    expect(collect(Buffer.concat([request, entry(2, double(8)), join, refused, settled]))).toEqual([
      { ...asked, connectionId: 7, software: null },
      { closed: 8 },
      { ...asked, connectionId: 9, software: { name: 'librdkafka', version: '2.0.2' } },
      { clientAddress: '127.0.0.1', reason: 'idle' },
      { token: 12, errorCode: -2, baseOffset: -1 },
    ])
  })

  it('may be nothing', () => {
    expect(collect(Buffer.alloc(0))).toEqual([])
  })

  it('is refused when it comes from an addon of another build', () => {
    expect(() => collect(entry(99))).toThrow('not of one build')
  })
})

describe('what goes down', () => {
  it('is one buffer for all replies of a turn', () => {
    const batch = writeReplies([
      { connectionId: 1, bytes: Buffer.of(0xaa, 0xbb), close: false, muteMs: 0 },
      { connectionId: 2, bytes: null, close: true, muteMs: 258 },
    ])
    expect(batch).toEqual(
      Buffer.concat([
        Buffer.of(0, 0, 0, 15),
        double(1),
        Buffer.of(1, 0, 0, 0, 0, 0xaa, 0xbb),
        Buffer.of(0, 0, 0, 13),
        double(2),
        Buffer.of(2, 0, 0, 1, 2),
      ]),
    )
  })
})

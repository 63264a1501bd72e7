import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { manualClock } from '../base/clock.ts'
import { BrokerError } from '../base/errors.ts'
import { silentLogger } from '../base/logger.ts'
import type { Reply } from '../engine/requests.ts'
import { describeCluster } from '../messages/60-describe-cluster.ts'
import { heartbeat } from '../messages/12-heartbeat.ts'
import { apis, type HandledApi } from '../messages/index.ts'
import { readResponse, writeRequest } from '../wire/codec.ts'
import { readResponseHeader, writeRequestHeader } from '../wire/headers.ts'
import { Reader } from '../wire/reader.ts'
import type { Api, Draft } from '../wire/schema.ts'
import { Writer } from '../wire/writer.ts'
import type { Handler } from './context.ts'
import { createDispatch, type HandlerTable } from './dispatch.ts'
import { createLatencies } from './latency.ts'

type AnyHandler = Handler<never, never>

const fixture = (handler: AnyHandler) => {
  const replies: Reply[] = []
  const latencies = createLatencies()
  const clock = manualClock()
  const handled = (Object.keys(apis) as HandledApi[]).filter(
    (name) => !['produce', 'fetch', 'apiVersions'].includes(name),
  )
  const handlers = Object.fromEntries(handled.map((name) => [name, handler])) as unknown as HandlerTable
  const dispatch = createDispatch({
    handlers,
    reply: (reply) => replies.push(reply),
    latencies,
    clock,
    logger: silentLogger,
  })
  const send = (frame: Buffer): void =>
    dispatch({
      connectionId: 9,
      listener: 'PLAINTEXT',
      principal: 'User:ANONYMOUS',
      clientAddress: '127.0.0.1',
      software: null,
      arrivedAt: 17,
      frame,
    })
  return { replies, latencies, clock, send }
}

const frameOf = <Q extends Api['request']>(api: Api<Q>, version: number, request: Draft<Q>): Buffer => {
  const writer = new Writer()
  writeRequestHeader(writer, api, { apiVersion: version, correlationId: 77, clientId: 'c' })
  return writeRequest(api, version, request, writer)
}

const beat = { groupId: 'g', generationId: 1, memberId: 'm' }
const beatFrame = frameOf(heartbeat, 4, beat)

/** A frame with a header and nothing behind it. */
const headerOnly = (apiKey: number, apiVersion: number): Buffer => {
  const frame = Buffer.alloc(10)
  frame.writeInt16BE(apiKey, 0)
  frame.writeInt16BE(apiVersion, 2)
  frame.writeInt16BE(-1, 8)
  return frame
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('dispatch', () => {
  it('hands the request to its handler before it returns, and the answer back under its correlation id', async () => {
    let seen: unknown
    const { replies, send } = fixture(((context: unknown, request: unknown) => {
      seen = { context, request }
      return Promise.resolve({ errorCode: 27 })
    }) as unknown as AnyHandler)
    send(beatFrame)
    expect(seen).toMatchObject({
      context: { connectionId: 9, apiKey: 12, apiVersion: 4, clientId: 'c', arrivedAt: 17, listener: 'PLAINTEXT' },
      request: { groupId: 'g', groupInstanceId: null },
    })
    await settled()
    expect(replies).toMatchObject([{ connectionId: 9, close: false, muteMs: 0 }])
    const reader = new Reader(replies[0]?.bytes ?? Buffer.alloc(0))
    expect(readResponseHeader(reader, heartbeat, 4)).toBe(77)
    expect(readResponse(heartbeat, 4, reader)).toEqual({ throttleTimeMs: 0, errorCode: 27 })
  })

  it('sends nothing when the handler has no answer, and goes on', async () => {
    const { replies, send } = fixture(() => null)
    send(beatFrame)
    expect(replies).toEqual([{ connectionId: 9, bytes: null, close: false, muteMs: 0 }])
  })

  it.each([
    [
      'throws',
      () => {
        throw new BrokerError('NOT_CONTROLLER')
      },
      41,
    ],
    ['rejects', () => Promise.reject(new BrokerError('NOT_CONTROLLER')), 41],
    [
      'fails in a way it did not foresee',
      () => {
        throw new TypeError('oops')
      },
      -1,
    ],
    ['answers what cannot be written', () => ({ errorCode: 2 ** 40 }) as never, -1],
    ['answers later what cannot be written', () => Promise.resolve({ errorCode: 2 ** 40 } as never), -1],
  ] as const)('answers the error of the API when a handler %s', async (_, handler, code) => {
    const { replies, send } = fixture(handler)
    send(beatFrame)
    await settled()
    expect(replies).toHaveLength(1)
    const reader = new Reader(replies[0]?.bytes ?? Buffer.alloc(0))
    readResponseHeader(reader, heartbeat, 4)
    expect(readResponse(heartbeat, 4, reader).errorCode).toBe(code)
  })

  it.each([
    ['an unknown API', headerOnly(9999, 0)],
    ['an API of the engine', headerOnly(18, 0)],
    ['a version below the first', headerOnly(19, 1)],
    ['a version above the last', headerOnly(12, 5)],
    ['a header cut short', Buffer.alloc(3)],
    [
      'a client id that is longer than the frame',
      Buffer.concat([headerOnly(12, 0).subarray(0, 8), Buffer.from([9, 9])]),
    ],
    ['a body cut short', beatFrame.subarray(0, -3)],
    ['an empty frame', Buffer.alloc(0)],
  ])('closes the connection on %s', (_, frame) => {
    const { replies, send } = fixture(() => null)
    send(frame)
    expect(replies).toEqual([{ connectionId: 9, bytes: null, close: true, muteMs: 0 }])
  })

  it('counts how long handlers took, and how many failed', async () => {
    const { send, clock, latencies } = fixture(async () => {
      await settled()
      throw new BrokerError('NOT_CONTROLLER')
    })
    send(beatFrame)
    clock.advance(5)
    await settled()
    await settled()
    expect(latencies.snapshot().get('Heartbeat')).toMatchObject({ requests: 1, failures: 1, totalMs: 5 })
  })

  it('gives one reply to whatever bytes arrive, and throws at none', () => {
    const valid = frameOf(describeCluster, 1, { includeClusterAuthorizedOperations: true })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(valid.length), (noise, cut) => {
        const { replies, send } = fixture(() => null)
        const frame = Buffer.concat([valid.subarray(0, cut), noise])
        send(frame)
        expect(replies).toHaveLength(1)
      }),
    )
  })
})

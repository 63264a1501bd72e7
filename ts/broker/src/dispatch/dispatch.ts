/**
 * Frame to answer: header, version, body, handler, response. Up to the call of the handler all of it happens before
 * `request` returns, so that whoever pumps the engine knows that what had arrived is in the hands of the domain.
 *
 * Bytes that are no request close the connection: where the next one would start is anybody's guess. A handler that
 * fails is answered with the error shape of its API. Nothing here throws, and no promise is left alone.
 */
import type { Clock } from '../base/clock.ts'
import { BrokerError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { Frame, Reply } from '../engine/requests.ts'
import { apiName, apis, findApi, type HandledApi, type RequestOf, type ResponseOf } from '../messages/index.ts'
import { readRequest, writeResponse } from '../wire/codec.ts'
import { readRequestHeader, writeResponseHeader, type RequestHeader } from '../wire/headers.ts'
import { MalformedError, Reader } from '../wire/reader.ts'
import type { Api, Draft } from '../wire/schema.ts'
import { Writer } from '../wire/writer.ts'
import type { Handler, RequestContext } from './context.ts'
import { errorResponse } from './error-response.ts'
import type { Latencies } from './latency.ts'

export type HandlerTable = { readonly [Name in HandledApi]: Handler<RequestOf<Name>, ResponseOf<Name>> }

export interface DispatchOptions {
  readonly handlers: HandlerTable
  readonly reply: (reply: Reply) => void
  readonly latencies: Latencies
  readonly clock: Clock
  readonly logger: Logger
}

export type Dispatch = (frame: Frame) => void

type Value = Readonly<Record<string, unknown>>
type AnyHandler = Handler<Value, Value>

interface Call {
  readonly api: Api
  readonly handler: AnyHandler
  readonly context: RequestContext
  readonly request: Value
}

export const createDispatch = (options: DispatchOptions): Dispatch => {
  const { reply, latencies, clock, logger } = options
  const handlers: ReadonlyMap<number, AnyHandler> = new Map(
    Object.entries(options.handlers).map(([name, handler]) => [apis[name as HandledApi].key, handler as AnyHandler]),
  )

  const close = (connectionId: number): void => reply({ connectionId, bytes: null, close: true, muteMs: 0 })

  const answer = ({ api, context }: Call, response: Value | null): void => {
    const { connectionId } = context
    const bytes = response === null ? null : encode(api, context, response)
    reply({ connectionId, bytes, close: false, muteMs: 0 })
  }

  const succeed = (call: Call, startedAt: number, response: Value | null): void => {
    latencies.note(call.api.name, clock.monotonic() - startedAt, false)
    try {
      answer(call, response)
    } catch (thrown) {
      fail(call, thrown)
    }
  }

  const fail = (call: Call, thrown: unknown): void => {
    const error = BrokerError.from(thrown)
    const about = { api: call.api.name, version: call.context.apiVersion, client: call.context.clientId }
    if (thrown instanceof BrokerError) logger.debug({ ...about, code: error.code }, error.message)
    else logger.error({ ...about, err: thrown }, 'a handler failed in a way it did not foresee')
    try {
      const response = errorResponse(call.api, call.context.apiVersion, call.request, error)
      if (response === null) close(call.context.connectionId)
      else answer(call, response)
    } catch (second) {
      logger.error({ ...about, err: second }, 'the error of a request could not be told')
      close(call.context.connectionId)
    }
  }

  const failed = (call: Call, startedAt: number, thrown: unknown): void => {
    latencies.note(call.api.name, clock.monotonic() - startedAt, true)
    fail(call, thrown)
  }

  return (frame) => {
    const call = decode(frame, handlers)
    if (call instanceof Rejected) {
      logger.debug({ client: frame.clientAddress, bytes: frame.frame.length }, call.why)
      close(frame.connectionId)
      return
    }
    const startedAt = clock.monotonic()
    try {
      const response = call.handler(call.context, call.request)
      if (!(response instanceof Promise)) {
        succeed(call, startedAt, response)
        return
      }
      response.then(
        (settled) => succeed(call, startedAt, settled),
        (thrown: unknown) => failed(call, startedAt, thrown),
      )
    } catch (thrown) {
      failed(call, startedAt, thrown)
    }
  }
}

class Rejected {
  readonly why: string

  constructor(why: string) {
    this.why = why
  }
}

const decode = (frame: Frame, handlers: ReadonlyMap<number, AnyHandler>): Call | Rejected => {
  try {
    const reader = new Reader(frame.frame)
    const header = readRequestHeader(reader, findApi)
    const api = findApi(header.apiKey)
    const handler = handlers.get(header.apiKey)
    if (api === undefined || handler === undefined) return new Rejected(`no API has the key ${header.apiKey}`)
    const [first, last] = api.versions
    if (header.apiVersion < first || header.apiVersion > last) {
      return new Rejected(`${apiName(header.apiKey)} has no version ${header.apiVersion} here`)
    }
    const request = readRequest(api, header.apiVersion, reader) as Value
    return { api, handler, context: contextOf(frame, header), request }
  } catch (thrown) {
    if (thrown instanceof MalformedError) return new Rejected(`not a request: ${thrown.message}`)
    throw thrown
  }
}

const contextOf = (frame: Frame, header: RequestHeader): RequestContext => ({
  ...header,
  connectionId: frame.connectionId,
  listener: frame.listener,
  principal: frame.principal,
  clientAddress: frame.clientAddress,
  software: frame.software,
  arrivedAt: frame.arrivedAt,
})

const encode = (api: Api, { apiVersion, correlationId }: RequestContext, response: Value): Buffer => {
  const writer = new Writer()
  writeResponseHeader(writer, api, apiVersion, correlationId)
  return writeResponse(api, apiVersion, response as Draft<typeof api.response>, writer)
}

/** Messages to bytes and back: the compiled functions by schema and version, made at first use. */
import { BrokerError } from '../base/errors.ts'
import { compileRead, compileWrite, type ReadFunction, type WriteFunction } from './compile.ts'
import { resolvePlan } from './plan.ts'
import { Reader } from './reader.ts'
import type { AnyStruct, Api, Draft, Infer, Message } from './schema.ts'
import { Writer } from './writer.ts'

interface Compiled {
  read: ReadFunction | null
  write: WriteFunction | null
}

const cache = new WeakMap<AnyStruct, Compiled[]>()

const compiledAt = (body: AnyStruct, version: number): Compiled => {
  let byVersion = cache.get(body)
  if (byVersion === undefined) cache.set(body, (byVersion = []))
  return (byVersion[version] ??= { read: null, write: null })
}

const readBody = (message: Message, version: number, reader: Reader): unknown => {
  checkVersion(message, version)
  const compiled = compiledAt(message.body, version)
  compiled.read ??= compileRead(resolvePlan(message.body, version, message.flexible))
  return compiled.read(reader)
}

const writeBody = (message: Message, version: number, writer: Writer, value: unknown): void => {
  checkVersion(message, version)
  const compiled = compiledAt(message.body, version)
  compiled.write ??= compileWrite(resolvePlan(message.body, version, message.flexible))
  compiled.write(writer, value)
}

const checkVersion = ({ name, versions: [first, last] }: Message, version: number): void => {
  if (version < first || version > last) {
    throw new BrokerError('UNSUPPORTED_VERSION', `${name} has versions ${first} to ${last}, not ${version}`)
  }
}

const requestOf = ({ name, versions, flexible, request }: Api): Message => ({ name, versions, flexible, body: request })
const responseOf = ({ name, versions, flexible, response }: Api): Message => ({
  name,
  versions,
  flexible,
  body: response,
})

export const readRequest = <Q extends AnyStruct>(api: Api<Q>, version: number, reader: Reader): Infer<Q> =>
  readBody(requestOf(api), version, reader) as Infer<Q>

export const readResponse = <R extends AnyStruct>(api: Api<AnyStruct, R>, version: number, reader: Reader): Infer<R> =>
  readBody(responseOf(api), version, reader) as Infer<R>

/** Appends the body to a writer that may hold a header already, and gives back all that the writer holds. */
export const writeRequest = <Q extends AnyStruct>(
  api: Api<Q>,
  version: number,
  value: Draft<Q>,
  writer: Writer = new Writer(),
): Buffer => {
  writeBody(requestOf(api), version, writer, value)
  return writer.finish()
}

/** Appends the body to a writer that may hold a header already, and gives back all that the writer holds. */
export const writeResponse = <R extends AnyStruct>(
  api: Api<AnyStruct, R>,
  version: number,
  value: Draft<R>,
  writer: Writer = new Writer(),
): Buffer => {
  writeBody(responseOf(api), version, writer, value)
  return writer.finish()
}

/** The body alone, in a version that is said elsewhere. */
export const readMessage = <Body extends AnyStruct>(
  message: Message<Body>,
  version: number,
  reader: Reader,
): Infer<Body> => readBody(message, version, reader) as Infer<Body>

export const writeMessage = <Body extends AnyStruct>(
  message: Message<Body>,
  version: number,
  value: Draft<Body>,
  writer: Writer = new Writer(),
): Buffer => {
  writeBody(message, version, writer, value)
  return writer.finish()
}

/** Keys and values of internal topics, and the metadata of group members, begin with their version as an int16. */
export const readVersioned = <Body extends AnyStruct>(
  message: Message<Body>,
  bytes: Buffer,
): { readonly version: number; readonly value: Infer<Body> } => {
  const reader = new Reader(bytes)
  const version = reader.int16()
  return { version, value: readMessage(message, version, reader) }
}

export const writeVersioned = <Body extends AnyStruct>(
  message: Message<Body>,
  version: number,
  value: Draft<Body>,
): Buffer => {
  const writer = new Writer()
  writer.int16(version)
  return writeMessage(message, version, value, writer)
}

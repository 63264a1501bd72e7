/**
 * Requests up and replies down, as bytes: one buffer for everything that happened in a turn. The layout is drawn in
 * `crates/logstore/src/bridge/requests.rs`.
 */

/** What a client says that it is, when it asks for versions (KIP-511). */
export interface ClientSoftware {
  readonly name: string
  readonly version: string
}

/** A request as it came: header and body, without the length in front. */
export interface Frame {
  readonly connectionId: number
  readonly listener: string
  readonly principal: string
  readonly clientAddress: string
  /** Comes with JoinGroup alone; null also where the client has not said it. */
  readonly software: ClientSoftware | null
  /** Wall clock when the engine had read it, milliseconds. */
  readonly arrivedAt: number
  readonly frame: Buffer
}

export interface Reply {
  readonly connectionId: number
  /** Response header and body, without the length in front; null when nothing is sent. */
  readonly bytes: Buffer | null
  readonly close: boolean
  /** The connection is not read for so long. */
  readonly muteMs: number
}

/** Who is told of each entry. */
export interface EntryVisitor {
  request(frame: Frame): void
  closed(connectionId: number): void
  refused(clientAddress: string, reason: string): void
  settled(token: number, errorCode: number, baseOffset: number): void
}

const REQUEST = 1
const CONNECTION_CLOSED = 2
const APPEND_SETTLED = 3
const CONNECTION_REFUSED = 4

const KIND_AT = 4
const BODY_AT = 5
/** Within a request's body. */
const LISTENER_AT = 8
const ARRIVED_AT = 10
const ADDRESS_AT = 18

const HAS_ANSWER = 1
const CLOSE = 2
/** Length, connection, flags and mute of a reply. */
const REPLY_HEADER_BYTES = 17

/** Until connections can authenticate, everybody is this. */
const PRINCIPAL = 'User:ANONYMOUS'

/** Walks a drained buffer. Frames are views of it: whoever keeps one keeps all of it. */
export const readEntries = (drained: Buffer, listeners: readonly string[], visitor: EntryVisitor): void => {
  for (let at = 0; at < drained.length;) {
    const end = at + KIND_AT + drained.readUInt32BE(at)
    const body = at + BODY_AT
    const kind = drained.readUInt8(at + KIND_AT)
    switch (kind) {
      case REQUEST:
        visitor.request(readFrame(drained, body, end, listeners))
        break
      case CONNECTION_CLOSED:
        visitor.closed(drained.readDoubleBE(body))
        break
      case APPEND_SETTLED:
        visitor.settled(drained.readDoubleBE(body), drained.readInt16BE(body + 8), drained.readDoubleBE(body + 10))
        break
      case CONNECTION_REFUSED:
        visitor.refused(textAt(drained, body), drained.toString('latin1', textEnd(drained, body), end))
        break
      default:
        throw new Error(`entry ${kind}: the addon and the control plane are not of one build`)
    }
    at = end
  }
}

const readFrame = (drained: Buffer, at: number, end: number, listeners: readonly string[]): Frame => {
  const nameAt = textEnd(drained, at + ADDRESS_AT)
  const versionAt = textEnd(drained, nameAt)
  const frameAt = textEnd(drained, versionAt)
  return {
    connectionId: drained.readDoubleBE(at),
    listener: listeners[drained.readUInt16BE(at + LISTENER_AT)] ?? '',
    principal: PRINCIPAL,
    clientAddress: textAt(drained, at + ADDRESS_AT),
    software:
      drained.readUInt8(nameAt) === 0 ? null : { name: textAt(drained, nameAt), version: textAt(drained, versionAt) },
    arrivedAt: drained.readDoubleBE(at + ARRIVED_AT),
    frame: drained.subarray(frameAt, end),
  }
}

/** A text behind its length. */
const textAt = (drained: Buffer, at: number): string => drained.toString('latin1', at + 1, textEnd(drained, at))

const textEnd = (drained: Buffer, at: number): number => at + 1 + drained.readUInt8(at)

/** The replies of a turn as one buffer. */
export const writeReplies = (replies: readonly Reply[]): Buffer => {
  const size = replies.reduce((sum, { bytes }) => sum + REPLY_HEADER_BYTES + (bytes?.length ?? 0), 0)
  const batch = Buffer.allocUnsafe(size)
  let at = 0
  for (const { connectionId, bytes, close, muteMs } of replies) {
    const length = REPLY_HEADER_BYTES + (bytes?.length ?? 0)
    batch.writeUInt32BE(length - 4, at)
    batch.writeDoubleBE(connectionId, at + 4)
    batch.writeUInt8((bytes === null ? 0 : HAS_ANSWER) | (close ? CLOSE : 0), at + 12)
    batch.writeUInt32BE(muteMs, at + 13)
    bytes?.copy(batch, at + REPLY_HEADER_BYTES)
    at += length
  }
  return batch
}

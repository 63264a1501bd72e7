//! Requests up and replies down, as bytes: one buffer for everything that happened in a turn.
//!
//! Numbers are big-endian; `f64` is what JavaScript counts in. Up, each entry:
//!
//! ```text
//! u32  bytes that follow | u8 kind | body
//!
//! kind 1, request            f64 connection | u16 listener | f64 arrival, ms since 1970
//!                            | u8 length + peer address | u8 length + name of the client's software
//!                            | u8 length + its version | frame: request header and body, to the end
//! kind 2, connection closed  f64 connection
//! kind 3, append settled     f64 token | i16 error code | f64 base offset
//! kind 4, connection refused u8 length + peer address | reason, to the end
//! ```
//!
//! Down, each reply:
//!
//! ```text
//! u32  bytes that follow | f64 connection | u8 flags: 1 an answer follows, 2 close | u32 mute, ms
//!                        | response header and body, to the end
//! ```
//!
//! `ts/broker/src/engine/requests.ts` is the other side.

use std::net::SocketAddr;

use crate::base::bytes::{Malformed, Reader, Writer};
use crate::base::limits::CLIENT_SOFTWARE_BYTES_MAX;
use crate::server::{CloseReason, ConnectionId, ForwardedRequest, Reply};

const REQUEST: i8 = 1;
const CONNECTION_CLOSED: i8 = 2;
const APPEND_SETTLED: i8 = 3;
const CONNECTION_REFUSED: i8 = 4;

const HAS_ANSWER: i8 = 1;
const CLOSE: i8 = 2;
/// Connection, flags and mute of a reply.
const REPLY_BYTES_MIN: usize = 8 + 1 + 4;
/// Everything of a request entry but its texts and the frame.
const REQUEST_OVERHEAD: usize = 4 + 1 + 8 + 2 + 8 + 1 + 1 + 1;

/// The longest text of an address.
const ADDRESS_BYTES_MAX: usize = 45;

const _: () = assert!(CLIENT_SOFTWARE_BYTES_MAX <= i8::MAX as usize);

/// Room that a request takes in the ring, at most.
pub(super) fn request_bytes(request: &ForwardedRequest) -> usize {
    REQUEST_OVERHEAD + ADDRESS_BYTES_MAX + 2 * CLIENT_SOFTWARE_BYTES_MAX + request.frame.len()
}

pub(super) fn encode_request(into: &mut Writer, request: &ForwardedRequest) {
    let address = request.peer.ip().to_string();
    let (name, version) =
        request.software.as_deref().map_or(("", ""), |software| (&*software.name, &*software.version));
    let follows = REQUEST_OVERHEAD - 4 + address.len() + name.len() + version.len() + request.frame.len();
    into.u32(follows as u32).i8(REQUEST);
    number(into, request.connection.0 as f64);
    into.i16(request.listener as i16);
    number(into, request.arrived.0 as f64);
    text(into, &address);
    text(into, name);
    text(into, version);
    into.bytes(&request.frame);
}

pub(super) fn encode_closed(into: &mut Writer, connection: ConnectionId) {
    into.u32(1 + 8).i8(CONNECTION_CLOSED);
    number(into, connection.0 as f64);
}

pub(super) fn encode_refused(into: &mut Writer, peer: SocketAddr, reason: CloseReason) {
    let (address, reason) = (peer.ip().to_string(), reason.as_str());
    into.u32((1 + 1 + address.len() + reason.len()) as u32).i8(CONNECTION_REFUSED);
    text(into, &address);
    into.bytes(reason.as_bytes());
}

pub(super) fn encode_settled(into: &mut Writer, token: u64, error_code: i16, base_offset: i64) {
    into.u32(1 + 8 + 2 + 8).i8(APPEND_SETTLED);
    number(into, token as f64);
    into.i16(error_code);
    number(into, base_offset as f64);
}

pub(super) fn decode_replies(bytes: &[u8]) -> Result<Vec<Reply>, Malformed> {
    let mut reader = Reader::new(bytes);
    let mut replies = Vec::new();
    while reader.remaining() > 0 {
        let length = reader.u32()? as usize;
        let answer_bytes =
            length.checked_sub(REPLY_BYTES_MIN).ok_or_else(|| reader.malformed("a short reply"))?;
        let connection = ConnectionId(f64::from_bits(reader.i64()? as u64) as u64);
        let flags = reader.i8()?;
        let mute_ms = reader.u32()?;
        let answer = reader.bytes(answer_bytes)?;
        replies.push(Reply {
            connection,
            bytes: (flags & HAS_ANSWER != 0).then(|| answer.to_vec()),
            close: flags & CLOSE != 0,
            mute_ms,
        });
    }
    Ok(replies)
}

fn text(into: &mut Writer, text: &str) {
    into.i8(text.len() as i8).bytes(text.as_bytes());
}

fn number(into: &mut Writer, value: f64) {
    into.i64(value.to_bits() as i64);
}

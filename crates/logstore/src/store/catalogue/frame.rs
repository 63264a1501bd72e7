//! The catalogue's bytes: frames one behind the other, each written and synced at once.
//!
//! ```text
//!  0   4  magic "MRC1"
//!  4   4  CRC-32C of all that follows in the frame
//!  8   4  bytes that follow this field
//! 12   8  revision of the first commit in it
//! 20   8  revision of the last
//! 28   4  number of changes
//! 32   -  changes: i16-prefixed key, i32-prefixed value (length -1: the key is removed)
//! ```
//!
//! Commits that shared a sync share a frame: frames written together could reach the disk out of order, and then a
//! torn write would look like damage. A frame continues the revision before it; the first of a rewritten file holds
//! everything that was live, under the revision it was rewritten at.

use super::Change;
use crate::base::bytes::{Malformed, Reader, Writer, be};
use crate::base::crc32c::crc32c;

const MAGIC: &[u8; 4] = b"MRC1";
const CRC_AT: usize = 4;
const LENGTH_AT: usize = 8;
const BODY_AT: usize = 12;
const REVISIONS_BYTES: usize = 16;
/// Key length and value length of a change.
const CHANGE_BYTES_MIN: usize = 6;

/// Which commits a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) first: u64,
    pub(super) last: u64,
}

/// How far a file could be read.
#[derive(Debug)]
pub(super) struct Scan {
    pub(super) revision: u64,
    pub(super) end: usize,
}

/// A frame that does not read back although a later one does.
#[derive(Debug)]
pub(super) struct Damage {
    pub(super) position: usize,
    pub(super) why: &'static str,
}

/// Room that a change takes.
pub(super) fn change_bytes(key: &str, value: Option<&[u8]>) -> usize {
    CHANGE_BYTES_MIN + key.len() + value.map_or(0, <[u8]>::len)
}

pub(super) fn encode<'a>(
    frame: Frame,
    changes: impl Iterator<Item = (&'a str, Option<&'a [u8]>)> + Clone,
) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.bytes(MAGIC).u32(0).u32(0);
    writer.i64(frame.first as i64).i64(frame.last as i64);
    writer.array_len(Some(changes.clone().count()));
    for (key, value) in changes {
        writer.string(key).nullable_bytes(value);
    }
    let mut bytes = writer.into_vec();
    let body = (bytes.len() - BODY_AT) as u32;
    let _ = be::put_u32(&mut bytes, LENGTH_AT, body);
    let crc = crc32c(bytes.get(LENGTH_AT..).unwrap_or_default());
    let _ = be::put_u32(&mut bytes, CRC_AT, crc);
    bytes
}

/// Reads frames up to the first that is not whole, and makes sure that none follows it: then it was the last write,
/// never acknowledged.
pub(super) fn scan(bytes: &[u8], mut each: impl FnMut(Change)) -> Result<Scan, Damage> {
    let mut revision = None;
    let mut end = 0;
    while let Some((frame, body)) = bytes.get(end..).and_then(whole) {
        if revision.is_some_and(|last: u64| frame.first != last + 1) || frame.last < frame.first {
            return Err(Damage { position: end, why: "a revision is missing" });
        }
        read_changes(body, &mut each).map_err(|malformed| Damage {
            position: end + BODY_AT + malformed.position,
            why: malformed.why,
        })?;
        revision = Some(frame.last);
        end += BODY_AT + body.len();
    }
    let follows = |at: &usize| bytes.get(*at..).and_then(whole).is_some();
    match (end + 1..bytes.len()).find(follows) {
        Some(_) => Err(Damage { position: end, why: "a frame is damaged and whole ones follow it" }),
        None => Ok(Scan { revision: revision.unwrap_or(0), end }),
    }
}

/// The frame that begins here, if all of it is here and its CRC holds.
fn whole(bytes: &[u8]) -> Option<(Frame, &[u8])> {
    bytes.strip_prefix(MAGIC)?;
    let length = be::get_u32(bytes, LENGTH_AT)? as usize;
    let covered = bytes.get(LENGTH_AT..BODY_AT.checked_add(length)?)?;
    if length < REVISIONS_BYTES || crc32c(covered) != be::get_u32(bytes, CRC_AT)? {
        return None;
    }
    let frame =
        Frame { first: be::get_i64(bytes, BODY_AT)? as u64, last: be::get_i64(bytes, BODY_AT + 8)? as u64 };
    Some((frame, bytes.get(BODY_AT..BODY_AT + length)?))
}

fn read_changes(body: &[u8], each: &mut impl FnMut(Change)) -> Result<(), Malformed> {
    let mut reader = Reader::new(body);
    reader.bytes(REVISIONS_BYTES)?;
    let count = reader.array_len(CHANGE_BYTES_MIN)?.unwrap_or(0);
    for _ in 0..count {
        let key = reader.string()?.into_owned();
        let value = reader.nullable_bytes()?.map(<[u8]>::to_vec);
        each(Change { key, value });
    }
    Ok(())
}

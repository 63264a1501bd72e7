//! A batch with another codec than its producer's, where the topic asks for one (D35).

use crate::base::bytes::{Malformed, Writer, be};
use crate::base::codes::{MESSAGE_TOO_LARGE, UNKNOWN_SERVER_ERROR};
use crate::base::types::Timestamp;

use super::codec::Compressor;
use super::layout::{
    ATTRIBUTES_AT, BASE_TIMESTAMP_AT, HEADER_BYTES, LENGTH_AT, LENGTH_OVERHEAD, MAX_TIMESTAMP_AT,
};
use super::records::Records;
use super::stamp;
use super::validate::Rejection;
use super::view::{Attributes, BatchView};

/// Builds the batch anew as Kafka does: deltas count from the first record, the largest timestamp is the records', and
/// of the attributes only what belongs to a transaction stays. Producer, epoch and sequence are those that came, so
/// that a retry is known.
pub(super) fn rebuild(
    batch: &BatchView<'_>,
    records: &Records<'_>,
    compressor: Compressor,
    bytes_max: i32,
) -> Result<Vec<u8>, Rejection> {
    let (base, max) = timestamps(records)?;
    let unreadable = |_: Malformed| Rejection::new(UNKNOWN_SERVER_ERROR, "records cannot be written anew");
    let stream = if base == batch.header().base_timestamp {
        None
    } else {
        Some(from(records, base).map_err(unreadable)?)
    };
    let body = compressor.compress(stream.as_ref().map_or(records.bytes(), Writer::as_slice));
    let body = body.map_err(|error| Rejection::new(UNKNOWN_SERVER_ERROR, error.to_string()))?;
    let size = HEADER_BYTES + body.len();
    if size > usize::try_from(bytes_max).unwrap_or(0) {
        let message =
            format!("a batch of {size} bytes, compressed as the topic asks, where it takes {bytes_max}");
        return Err(Rejection::new(MESSAGE_TOO_LARGE, message));
    }
    let mut rebuilt = Vec::with_capacity(size);
    rebuilt.extend_from_slice(batch.bytes().get(..HEADER_BYTES).unwrap_or_default());
    rebuilt.extend_from_slice(&body);
    let attributes = batch.header().attributes.0 & Attributes::TRANSACTIONAL | compressor.codec.bits();
    let written = be::put_i32(&mut rebuilt, LENGTH_AT, (size - LENGTH_OVERHEAD) as i32)
        .and_then(|()| be::put_i16(&mut rebuilt, ATTRIBUTES_AT, attributes))
        .and_then(|()| be::put_i64(&mut rebuilt, BASE_TIMESTAMP_AT, base.0))
        .and_then(|()| be::put_i64(&mut rebuilt, MAX_TIMESTAMP_AT, max.0));
    assert!(written.is_some(), "a batch has a header");
    stamp::crc(&mut rebuilt);
    Ok(rebuilt)
}

/// The first and the largest; Kafka's builder takes none below "none".
fn timestamps(records: &Records<'_>) -> Result<(Timestamp, Timestamp), Rejection> {
    let mut times = records.iter().filter_map(Result::ok).map(|record| record.timestamp);
    let first = times.next().unwrap_or(Timestamp::NONE);
    let (least, most) = times.fold((first, first), |(least, most), time| (least.min(time), most.max(time)));
    if least < Timestamp::NONE {
        return Err(Rejection::new(UNKNOWN_SERVER_ERROR, format!("Invalid negative timestamp {least}")));
    }
    Ok((first, most))
}

/// The stream of the records with deltas from `base`.
fn from(records: &Records<'_>, base: Timestamp) -> Result<Writer, Malformed> {
    let mut stream = Writer::with_capacity(records.bytes().len());
    for record in records.iter().filter_map(Result::ok) {
        record.encode_from(base, &mut stream)?;
    }
    Ok(stream)
}

#[cfg(test)]
#[path = "recompress_test.rs"]
mod tests;

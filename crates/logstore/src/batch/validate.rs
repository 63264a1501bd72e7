//! What a producer's batch must satisfy before a log takes it, as far as the batch alone can tell (D9).
//!
//! Codes and their order are Kafka 4.3's. Records are walked only where the topic's semantics need it; otherwise
//! the header answers for them, its largest timestamp included.

use std::io::ErrorKind;

use crate::base::codes::{
    CORRUPT_MESSAGE, INVALID_RECORD, INVALID_TIMESTAMP, MESSAGE_TOO_LARGE, UNKNOWN_SERVER_ERROR,
    UNSUPPORTED_COMPRESSION_TYPE,
};
use crate::base::types::{Offset, Timestamp};
use crate::io::arena::BufMut;

use super::codec::{Codec, CodecError, Compressor};
use super::layout::{HEADER_BYTES, LENGTH_AT, LENGTH_OVERHEAD, MAGIC_AT};
use super::recompress;
use super::records::{Record, Records, RecordsError};
use super::stamp;
use super::view::{BatchError, BatchHeader, BatchView, TimestampType};
use crate::base::bytes::be;

/// Fewer bytes than this behind a batch are cut off without a word: they cannot hold the start of another.
const TRAILING_BYTES_MAX: usize = MAGIC_AT;
/// Produce versions below this one do not carry zstd (KIP-110).
const ZSTD_PRODUCE_VERSION: i16 = 7;
/// Record errors reported per batch; the rest would only repeat them.
const RECORD_ERRORS_MAX: usize = 100;

/// A batch that a log can take: header checked, CRC right.
#[derive(Debug)]
pub struct ValidatedBatch {
    header: BatchHeader,
    bytes: BufMut,
}

/// What the topic asks of a batch.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Version of the request that carried it.
    pub produce_version: i16,
    /// `max.message.bytes`.
    pub message_bytes_max: i32,
    /// `message.timestamp.type`.
    pub timestamp_type: TimestampType,
    /// `message.timestamp.before.max.ms`.
    pub timestamp_before_max_ms: i64,
    /// `message.timestamp.after.max.ms`.
    pub timestamp_after_max_ms: i64,
    /// The cleanup policy has `compact`: every record needs a key.
    pub compacted: bool,
    /// `message.validation=strict`: every record is read.
    pub strict: bool,
    /// `compression.type`, where it is not `producer`.
    pub compressor: Option<Compressor>,
    /// Time of arrival.
    pub now: Timestamp,
}

/// Why a batch was refused, as the answer says it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Rejection {
    /// Kafka's code.
    pub error_code: i16,
    /// For the client's log.
    pub message: String,
    /// Which records, where it was single ones.
    pub record_errors: Vec<RecordError>,
    /// It is one whole batch of format 2, and what it says was refused.
    pub well_formed: bool,
}

/// What is wrong with one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordError {
    /// Index of the record within its batch.
    pub index: i32,
    /// For the client's log.
    pub message: &'static str,
}

impl Rejection {
    /// Of the whole batch, for what it says.
    pub fn new(error_code: i16, message: impl Into<String>) -> Self {
        Self { error_code, message: message.into(), record_errors: Vec::new(), well_formed: true }
    }
}

/// Exactly one batch of format 2, whole: what is asked of records before it matters where they go.
pub fn check_shape(records: &[u8], rules: &Rules) -> Result<(), Rejection> {
    only_batch(records, rules).map(drop)
}

impl ValidatedBatch {
    /// The records of one partition of a Produce request.
    pub fn from_producer(mut records: BufMut, rules: &Rules) -> Result<Self, Rejection> {
        let view = only_batch(&records, rules)?;
        check_header(&view, rules)?;
        let timestamps = check_timestamps(view.header(), rules);
        let compressor = rules.compressor.filter(|to| view.header().attributes.codec() != Some(to.codec));
        // A batch that is refused for its time is walked as well: the answer names the records.
        if rules.strict || rules.compacted || timestamps.is_err() || compressor.is_some() {
            let read = view.records().map_err(|error| unreadable(&error))?;
            check_records(&read, rules)?;
            if let (Ok(()), Some(compressor)) = (&timestamps, compressor) {
                let bytes = recompress::rebuild(&view, &read, compressor, rules.message_bytes_max)?;
                let unbuilt = |error: BatchError| Rejection::new(UNKNOWN_SERVER_ERROR, error.to_string());
                let header = BatchHeader::parse(&bytes).map_err(unbuilt)?;
                return Ok(Self { header, bytes: bytes.into() });
            }
        }
        timestamps?;
        let header = *view.header();
        records.truncate(header.size_in_bytes());
        Ok(Self { header, bytes: records })
    }

    /// A batch that this broker made itself, to which only the CRC may be missing.
    pub fn from_coordinator(mut batch: BufMut) -> Result<Self, BatchError> {
        let header = *BatchView::parse(&batch)?.header();
        batch.truncate(header.size_in_bytes());
        stamp::crc(&mut batch);
        Ok(Self { header: BatchHeader::parse(&batch)?, bytes: batch })
    }

    /// Its header, as it came.
    pub fn header(&self) -> &BatchHeader {
        &self.header
    }

    /// Its bytes, to be stamped.
    pub fn into_bytes(self) -> BufMut {
        self.bytes
    }
}

fn only_batch<'a>(records: &'a [u8], rules: &Rules) -> Result<BatchView<'a>, Rejection> {
    delimit(records, rules).map_err(|rejection| Rejection { well_formed: false, ..rejection })
}

fn delimit<'a>(records: &'a [u8], rules: &Rules) -> Result<BatchView<'a>, Rejection> {
    let length = be::get_i32(records, LENGTH_AT);
    let magic = be::get_i8(records, MAGIC_AT);
    let (Some(length), Some(magic)) = (length, magic) else {
        return Err(Rejection::new(INVALID_RECORD, "no record batch"));
    };
    match magic {
        0 | 1 => {
            return Err(Rejection::new(INVALID_RECORD, "record batches of magic 0 and 1 are not taken"));
        }
        2 => {}
        _ => {
            return Err(Rejection::new(CORRUPT_MESSAGE, format!("no record batch has magic {magic}")));
        }
    }
    // What a header says that ends before its own end.
    let size = usize::try_from(length).map_or(0, |length| length + LENGTH_OVERHEAD);
    if size < HEADER_BYTES {
        return Err(Rejection::new(CORRUPT_MESSAGE, "a record batch shorter than its header"));
    }
    let view = BatchView::parse(records)
        .map_err(|_| Rejection::new(INVALID_RECORD, "the record batch is longer than what was sent of it"))?;
    if view.header().attributes.codec() == Some(Codec::Zstd) && rules.produce_version < ZSTD_PRODUCE_VERSION {
        return Err(Rejection::new(UNSUPPORTED_COMPRESSION_TYPE, "zstd needs Produce version 7"));
    }
    match records.get(size..) {
        Some(behind) if behind.len() >= TRAILING_BYTES_MAX => Err(behind_the_batch(behind)),
        _ => Ok(view),
    }
}

/// A second batch, whole or not, or bytes that are none.
fn behind_the_batch(bytes: &[u8]) -> Rejection {
    match BatchView::parse(bytes) {
        Ok(_) => Rejection::new(INVALID_RECORD, "more than one record batch for one partition"),
        Err(_) => Rejection::new(CORRUPT_MESSAGE, "the record batch is shorter than what was sent of it"),
    }
}

fn check_header(view: &BatchView<'_>, rules: &Rules) -> Result<(), Rejection> {
    let header = view.header();
    let invalid = |message| Err(Rejection::new(INVALID_RECORD, message));
    if header.base_offset != Offset(0) {
        return invalid("the base offset of a producer's batch is 0");
    }
    if header.size_in_bytes() > usize::try_from(rules.message_bytes_max).unwrap_or(0) {
        let message = format!(
            "a batch of {} bytes where the topic takes {}",
            header.size_in_bytes(),
            rules.message_bytes_max
        );
        return Err(Rejection::new(MESSAGE_TOO_LARGE, message));
    }
    if !view.verify_crc() {
        return Err(Rejection::new(CORRUPT_MESSAGE, "the CRC does not match"));
    }
    if header.attributes.codec().is_none() {
        return Err(Rejection::new(UNSUPPORTED_COMPRESSION_TYPE, "unknown compression type"));
    }
    if header.records_count <= 0 {
        return invalid("a batch holds at least one record");
    }
    if i64::from(header.last_offset_delta) + 1 != i64::from(header.records_count) {
        return invalid("the last offset delta contradicts the number of records");
    }
    if header.attributes.is_control() {
        return invalid("clients write no control batches");
    }
    if header.has_producer() && header.base_sequence.0 < 0 {
        return invalid("a producer id without a sequence number");
    }
    Ok(())
}

fn check_timestamps(header: &BatchHeader, rules: &Rules) -> Result<(), Rejection> {
    if header.attributes.timestamp_type() == TimestampType::LogAppendTime {
        return Err(Rejection::new(
            INVALID_TIMESTAMP,
            "a producer does not set the timestamp type LogAppendTime",
        ));
    }
    if !in_bounds(header.max_timestamp, rules) {
        let message = format!("the timestamp {} is out of the topic's bounds", header.max_timestamp);
        return Err(Rejection::new(INVALID_TIMESTAMP, message));
    }
    Ok(())
}

fn in_bounds(timestamp: Timestamp, rules: &Rules) -> bool {
    if rules.timestamp_type == TimestampType::LogAppendTime || timestamp == Timestamp::NONE {
        return true;
    }
    let age = rules.now.0.saturating_sub(timestamp.0);
    age <= rules.timestamp_before_max_ms && age.saturating_neg() <= rules.timestamp_after_max_ms
}

/// Every record: readable, at its place, with a key where the topic needs one, its time within bounds.
fn check_records(records: &Records<'_>, rules: &Rules) -> Result<(), Rejection> {
    let mut timestamp_errors = 0;
    let mut errors = Vec::new();
    for (index, record) in records.iter().enumerate() {
        let record = record.map_err(|error| unreadable(&error))?;
        let Some(message) = record_error(&record, index as i64, rules) else {
            continue;
        };
        timestamp_errors += usize::from(message == TIMESTAMP_OUT_OF_BOUNDS);
        if errors.len() < RECORD_ERRORS_MAX {
            errors.push(RecordError { index: index as i32, message });
        }
    }
    if errors.is_empty() {
        return Ok(());
    }
    let (error_code, message) = if timestamp_errors > 0 {
        (INVALID_TIMESTAMP, "one or more records have a timestamp out of the topic's bounds")
    } else {
        (INVALID_RECORD, "one or more records break a rule of the topic")
    };
    Err(Rejection { error_code, message: message.into(), record_errors: errors, well_formed: true })
}

const TIMESTAMP_OUT_OF_BOUNDS: &str = "the timestamp is out of the topic's bounds";

fn record_error(record: &Record<'_>, index: i64, rules: &Rules) -> Option<&'static str> {
    if rules.compacted && record.key.is_none() {
        return Some("a compacted topic takes no record without a key");
    }
    if !in_bounds(record.timestamp, rules) {
        return Some(TIMESTAMP_OUT_OF_BOUNDS);
    }
    (record.offset != Offset(index)).then_some("the offset delta is not the record's index")
}

fn unreadable(error: &RecordsError) -> Rejection {
    let error_code = match error {
        RecordsError::Codec(CodecError::TooLarge(_)) => MESSAGE_TOO_LARGE,
        // Kafka has an answer for a stream that ends early, and none for one that is no such stream.
        RecordsError::Codec(CodecError::Malformed(cause)) if cause.kind() != ErrorKind::UnexpectedEof => {
            UNKNOWN_SERVER_ERROR
        }
        _ => INVALID_RECORD,
    };
    Rejection::new(error_code, format!("records cannot be read: {error}"))
}

#[cfg(test)]
#[path = "validate_test.rs"]
mod tests;

//! Records of internal topics: appended with an answer after the high watermark passed, read back uncompressed.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;

use super::requests;
use super::ring::{Drained, Ring};
use crate::base::bytes::be;
use crate::base::codes;
use crate::base::error::StorageError;
use crate::base::limits::FILE_STEP_BYTES;
use crate::base::types::{LeaderEpoch, Offset, Timestamp};
use crate::batch::layout::{ATTRIBUTES_AT, HEADER_BYTES, LENGTH_AT, LENGTH_OVERHEAD};
use crate::batch::{self, BatchView, TimestampType, ValidatedBatch, stamp};
use crate::io::Access;
use crate::io::arena::BufMut;
use crate::log::{FileSlice, Log, LogRead, Mailbox, Origin, ReadBound, Slice, Watch};

/// The codec's bits in a batch's attributes.
const CODEC_BITS: i16 = 0b111;

/// Appends that were accepted and wait for their high watermark.
pub(super) struct Appends {
    ring: Arc<Ring>,
    waiting: Mutex<HashMap<u64, Waiting>>,
    mailbox: OnceLock<Arc<dyn Mailbox>>,
}

struct Waiting {
    log: Arc<Log>,
    base: Offset,
    next: Offset,
}

/// Hands tokens on; what became of them is asked later, because a mailbox may not call a log.
struct Settled(Arc<Ring>);

impl Mailbox for Settled {
    fn deliver(&self, tokens: &mut dyn Iterator<Item = u64>) {
        self.0.push_settled(tokens);
    }
}

impl Appends {
    pub(super) fn new(ring: Arc<Ring>) -> Self {
        Self { ring, waiting: Mutex::default(), mailbox: OnceLock::new() }
    }

    /// Appends one batch and answers by `token` up the ring.
    pub(super) fn append(
        &self,
        log: Arc<Log>,
        batch: BufMut,
        epoch: LeaderEpoch,
        token: u64,
        now: Timestamp,
    ) {
        let Ok(batch) = ValidatedBatch::from_coordinator(batch) else {
            return self.ring.push_refused(token, codes::CORRUPT_MESSAGE);
        };
        match log.append(batch, epoch, Origin::Coordinator, now) {
            Err(error) => self.ring.push_refused(token, error.error_code()),
            Ok(appended) => {
                let next = appended.last_offset.plus(1);
                let waiting = Waiting { log: Arc::clone(&log), base: appended.base_offset, next };
                self.waiting.lock().insert(token, waiting);
                log.watch(Watch::HighWatermarkAt(next), self.mailbox(), token);
            }
        }
    }

    /// Adds what became of the settled appends to a collection.
    pub(super) fn settle(&self, drained: &mut Drained) {
        for token in std::mem::take(&mut drained.settled) {
            let Some(waiting) = self.waiting.lock().remove(&token) else {
                continue;
            };
            let (error_code, base) = match waiting.log.offsets() {
                Ok(offsets) if offsets.high_watermark >= waiting.next => (codes::NONE, waiting.base.0),
                Ok(_) => (codes::NOT_LEADER_OR_FOLLOWER, -1),
                Err(error) => (error.error_code(), -1),
            };
            requests::encode_settled(&mut drained.encoded, token, error_code, base);
        }
    }

    fn mailbox(&self) -> &Arc<dyn Mailbox> {
        self.mailbox.get_or_init(|| Arc::new(Settled(Arc::clone(&self.ring))))
    }
}

/// Kafka's error code.
pub(super) type ReadFailure = i16;

/// Whole batches, as if they had never been compressed.
pub(super) enum Plain {
    /// As they were read, in so many bytes.
    Here(usize),
    /// In memory of their own.
    Apart(Vec<u8>),
}

/// Whole batches from `from` up to the high watermark, decompressed; nothing at the end of the log. Retention may have
/// passed by: below the log start, reading begins there.
pub(super) fn read(log: &Log, from: Offset, bytes_max: usize) -> Result<Vec<u8>, ReadFailure> {
    apart(&find(log, from, bytes_max)?)
}

/// The same, in `into`, as much as it has room for; a batch that is larger lies apart, and so does what was compressed.
pub(super) fn read_into(log: &Log, from: Offset, into: &mut [u8]) -> Result<Plain, ReadFailure> {
    let found = find(log, from, into.len())?;
    match into.get_mut(..found.bytes) {
        Some(into) => gather(&found, into),
        None => apart(&found).map(Plain::Apart),
    }
}

/// When the first record from `from` on was written; none at the end of the log, and where it has no time. Of a batch whose last
/// records compaction took away its own time counts.
pub(super) fn time_from(log: &Log, from: Offset) -> Result<Option<Timestamp>, ReadFailure> {
    let bytes = read(log, from, 1)?;
    let Some(batch) = batch::iter(&bytes).next() else { return Ok(None) };
    let time = batch.ok().and_then(|batch| time_in(&batch, from)).ok_or(codes::CORRUPT_MESSAGE)?;
    Ok((time > Timestamp(0)).then_some(time))
}

fn time_in(batch: &BatchView<'_>, from: Offset) -> Option<Timestamp> {
    let header = batch.header();
    if header.attributes.timestamp_type() == TimestampType::LogAppendTime {
        return Some(header.max_timestamp);
    }
    for record in batch.records().ok()?.iter() {
        let record = record.ok()?;
        if record.offset >= from {
            return Some(record.timestamp);
        }
    }
    Some(header.max_timestamp)
}

fn apart(found: &LogRead) -> Result<Vec<u8>, ReadFailure> {
    let mut bytes = vec![0; found.bytes];
    Ok(match gather(found, &mut bytes)? {
        Plain::Here(whole) => {
            bytes.truncate(whole);
            bytes
        }
        Plain::Apart(bytes) => bytes,
    })
}

fn find(log: &Log, from: Offset, bytes_max: usize) -> Result<LogRead, ReadFailure> {
    let log_start = log.offsets().map_err(|error| error.error_code())?.log_start;
    log.read_as(from.max(log_start), bytes_max, ReadBound::HighWatermark, true, Access::Exactly)
        .map_err(|error| error.error_code())
}

/// `into` is as long as what was found.
fn gather(found: &LogRead, into: &mut [u8]) -> Result<Plain, ReadFailure> {
    let mut filled = 0;
    for slice in &found.slices {
        let rest = into.get_mut(filled..).unwrap_or_default();
        filled += match slice {
            Slice::Memory(bytes) => {
                rest.get_mut(..bytes.len()).unwrap_or_default().copy_from_slice(bytes);
                bytes.len()
            }
            Slice::File(slice) => {
                let rest = rest.get_mut(..slice.len()).unwrap_or_default();
                fill(rest, slice).map_err(|_| codes::KAFKA_STORAGE_ERROR)?
            }
        };
    }
    plain(into.get(..filled).unwrap_or_default()).ok_or(codes::CORRUPT_MESSAGE)
}

/// In steps, so that a sync of the same disk finds no more than one of them in front of it.
fn fill(into: &mut [u8], slice: &FileSlice) -> Result<usize, StorageError> {
    let mut filled = 0;
    loop {
        let to = into.len().min(filled + FILE_STEP_BYTES);
        match slice.read_as(into.get_mut(filled..to).unwrap_or_default(), filled, Access::Exactly)? {
            0 => return Ok(filled),
            read => filled += read,
        }
    }
}

/// A read may end within a batch; the next one begins with it.
fn plain(bytes: &[u8]) -> Option<Plain> {
    let views = || batch::iter(bytes).map_while(Result::ok);
    if views().any(|view| is_compressed(&view)) {
        let mut plain = Vec::with_capacity(bytes.len());
        views().try_for_each(|view| append_plain(&mut plain, &view))?;
        return Some(Plain::Apart(plain));
    }
    Some(Plain::Here(views().map(|view| view.bytes().len()).sum()))
}

fn is_compressed(view: &BatchView<'_>) -> bool {
    view.header().attributes.0 & CODEC_BITS != 0
}

/// Copies a batch as if it had never been compressed: length, attributes and CRC follow the records.
pub(super) fn append_plain(plain: &mut Vec<u8>, view: &BatchView<'_>) -> Option<()> {
    let from = plain.len();
    if !is_compressed(view) {
        plain.extend_from_slice(view.bytes());
        return Some(());
    }
    let records = view.records().ok()?;
    plain.extend_from_slice(view.bytes().get(..HEADER_BYTES)?);
    plain.extend_from_slice(records.bytes());
    let batch = plain.get_mut(from..)?;
    let length = (batch.len() - LENGTH_OVERHEAD) as i32;
    be::put_i32(batch, LENGTH_AT, length)?;
    be::put_i16(batch, ATTRIBUTES_AT, view.header().attributes.0 & !CODEC_BITS)?;
    stamp::crc(batch);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Attributes;
    use crate::batch::Codec;
    use crate::batch::build::{BatchBuilder, RecordData};

    #[test]
    fn a_record_has_its_own_time_or_that_of_its_batch() {
        let record = |time| RecordData { timestamp: Timestamp(time), ..RecordData::default() };
        let batch = |codec, bits| {
            let times = [30, 10, 20].map(record).into_iter();
            let built = times.fold(BatchBuilder::new(), BatchBuilder::record);
            built.base_offset(Offset(7)).codec(codec).attributes(bits).build()
        };
        let time = |bytes: &[u8], from| time_in(&BatchView::parse(bytes).unwrap(), Offset(from)).unwrap().0;
        for codec in [Codec::None, Codec::Zstd] {
            let bytes = batch(codec, 0);
            assert_eq!([6, 7, 8, 9].map(|from| time(&bytes, from)), [30, 30, 10, 20]);
            // Of the last ones nothing is left.
            assert_eq!(time(&bytes, 10), 30);
        }
        assert_eq!(time(&batch(Codec::None, Attributes::LOG_APPEND_TIME), 8), 30);
    }

    #[test]
    fn a_compressed_batch_reads_as_if_it_had_never_been() {
        let build = |codec| {
            BatchBuilder::new().base_offset(Offset(7)).value(b"abc").value(b"abc").codec(codec).build()
        };
        let expected = build(Codec::None);
        for codec in [Codec::None, Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd] {
            let bytes = build(codec);
            let mut plain = Vec::new();
            append_plain(&mut plain, &BatchView::parse(&bytes).unwrap()).unwrap();
            assert_eq!(plain, expected);
        }
    }
}

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
use crate::batch::{self, BatchView, ValidatedBatch, stamp};
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

/// Whole batches from `from` up to the high watermark, decompressed; nothing at the end of the log. Retention may have
/// passed by: below the log start, reading begins there.
pub(super) fn read(log: &Log, from: Offset, bytes_max: usize) -> Result<Vec<u8>, ReadFailure> {
    let log_start = log.offsets().map_err(|error| error.error_code())?.log_start;
    let read = log
        .read_as(from.max(log_start), bytes_max, ReadBound::HighWatermark, true, Access::Exactly)
        .map_err(|error| error.error_code())?;
    let bytes = gather(&read).map_err(|_| codes::KAFKA_STORAGE_ERROR)?;
    plain(bytes).ok_or(codes::CORRUPT_MESSAGE)
}

/// Kafka's error code.
pub(super) type ReadFailure = i16;

fn gather(read: &LogRead) -> Result<Vec<u8>, StorageError> {
    let mut bytes = Vec::with_capacity(read.bytes);
    for slice in &read.slices {
        match slice {
            Slice::Memory(buffer) => bytes.extend_from_slice(buffer),
            Slice::File(slice) => {
                let from = bytes.len();
                bytes.resize(from + slice.len(), 0);
                let filled = fill(bytes.get_mut(from..).unwrap_or_default(), slice)?;
                bytes.truncate(from + filled);
            }
        }
    }
    Ok(bytes)
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

/// The whole batches in it, as if they had never been compressed. A read may end within a batch; the next one begins with it.
fn plain(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    let views = || batch::iter(&bytes).map_while(Result::ok);
    if views().any(|view| is_compressed(&view)) {
        let mut plain = Vec::with_capacity(bytes.len());
        views().try_for_each(|view| append_plain(&mut plain, &view))?;
        return Some(plain);
    }
    let whole = views().map(|view| view.bytes().len()).sum();
    bytes.truncate(whole);
    Some(bytes)
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
    use crate::batch::Codec;
    use crate::batch::build::BatchBuilder;

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

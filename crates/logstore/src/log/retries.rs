//! `N.retries`, beside a snapshot `N.snapshot`: the batches of each producer that Kafka's format has no room for.
//!
//! ```text
//! version i16 = 1 | crc u32 over what follows | count i32 | count producers
//! producer:  producerId i64 | count i32 | count batches of 24 bytes, the oldest first
//! batch:     lastSequence i32 | lastOffset i64 | offsetDelta i32 | timestamp i64
//! ```
//!
//! Without it a producer that has five batches on their way and repeats them after a restart is told that all but the
//! newest are out of order. Kafka passes over the file.

use std::path::Path;

use super::checkpoint::read_file;
use super::producers::{AppendedBatch, Producers};
use crate::base::bytes::{Malformed, Reader, Writer, be};
use crate::base::crc32c::crc32c;
use crate::base::error::StorageError;
use crate::base::types::{Offset, ProducerId, Sequence, Timestamp};
use crate::io::Disk;

const VERSION: i16 = 1;
const CRC_AT: usize = 2;
const COUNT_AT: usize = 6;
const PRODUCER_BYTES_MIN: usize = 12;
const BATCH_BYTES: usize = 24;

/// The content of the file; `None` when the snapshot has everything.
pub(super) fn encode(producers: &Producers) -> Option<Vec<u8>> {
    let known: Vec<_> = producers
        .iter()
        .map(|(id, producer)| (id, &producer.batches))
        .filter(|(_, batches)| batches.len() > 1)
        .map(|(id, batches)| (id, batches.range(..batches.len() - 1)))
        .collect();
    if known.is_empty() {
        return None;
    }
    let mut writer = Writer::new();
    writer.i16(VERSION).u32(0).i32(known.len() as i32);
    for (id, batches) in known {
        writer.i64(id.0).i32(batches.len() as i32);
        for batch in batches {
            writer.i32(batch.last_sequence.0).i64(batch.last_offset.0);
            writer.i32(batch.offset_delta).i64(batch.timestamp.0);
        }
    }
    let mut bytes = writer.into_vec();
    let crc = crc32c(bytes.get(COUNT_AT..).unwrap_or_default());
    let _ = be::put_u32(&mut bytes, CRC_AT, crc);
    Some(bytes)
}

/// The older batches by producer.
pub(super) fn decode(
    path: &Path,
    bytes: &[u8],
) -> Result<Vec<(ProducerId, Vec<AppendedBatch>)>, StorageError> {
    let corrupt = |error: Malformed| StorageError::corrupt(path, error.position as u64, error.why);
    let mut reader = Reader::new(bytes);
    if reader.i16().map_err(corrupt)? != VERSION {
        return Err(StorageError::corrupt(path, 0, "unknown version"));
    }
    if reader.u32().map_err(corrupt)? != crc32c(bytes.get(COUNT_AT..).unwrap_or_default()) {
        return Err(StorageError::corrupt(path, CRC_AT as u64, "the CRC does not match"));
    }
    let count = reader.array_len(PRODUCER_BYTES_MIN).map_err(corrupt)?.unwrap_or(0);
    (0..count).map(|_| producer(&mut reader).map_err(corrupt)).collect()
}

/// Every batch of a file, for people to look at: its producer, then its fields in the order above.
pub fn list(disk: &dyn Disk, path: &Path) -> Result<Vec<Vec<i64>>, StorageError> {
    let bytes = read_file(disk, path)?.unwrap_or_default();
    let fields = |id: ProducerId, batch: AppendedBatch| {
        let (sequence, delta) = (i64::from(batch.last_sequence.0), i64::from(batch.offset_delta));
        vec![id.0, sequence, batch.last_offset.0, delta, batch.timestamp.0]
    };
    let of = |(id, batches): (_, Vec<_>)| batches.into_iter().map(move |batch| fields(id, batch));
    Ok(decode(path, &bytes)?.into_iter().flat_map(of).collect())
}

fn producer(reader: &mut Reader<'_>) -> Result<(ProducerId, Vec<AppendedBatch>), Malformed> {
    let id = ProducerId(reader.i64()?);
    let count = reader.array_len(BATCH_BYTES)?.unwrap_or(0);
    let batches = (0..count).map(|_| {
        Ok(AppendedBatch {
            last_sequence: Sequence(reader.i32()?),
            last_offset: Offset(reader.i64()?),
            offset_delta: reader.i32()?,
            timestamp: Timestamp(reader.i64()?),
        })
    });
    Ok((id, batches.collect::<Result<_, Malformed>>()?))
}

#[cfg(test)]
mod tests {
    use super::super::producers::Producer;
    use super::*;
    use crate::base::types::ProducerEpoch;

    fn batch(n: i32) -> AppendedBatch {
        let last_offset = Offset(i64::from(n) + 0x10);
        AppendedBatch { last_sequence: Sequence(n), last_offset, offset_delta: 1, timestamp: Timestamp(7) }
    }

    fn producers(batches: i32) -> Producers {
        let mut producers = Producers::default();
        let producer = Producer {
            epoch: ProducerEpoch(3),
            coordinator_epoch: -1,
            last_timestamp: Timestamp(7),
            batches: (0..batches).map(batch).collect(),
            transaction_start: None,
        };
        producers.restore(ProducerId(0x0102), producer);
        producers
    }

    #[test]
    fn bytes_stay_what_they_are() {
        assert_eq!(encode(&producers(0)), None);
        assert_eq!(encode(&producers(1)), None);
        let bytes = encode(&producers(3)).unwrap();
        let body = [
            0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 2, //
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, //
            0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0x11, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7,
        ];
        assert_eq!(bytes[..2], [0, 1]);
        assert_eq!(bytes[2..6], crc32c(&body).to_be_bytes());
        assert_eq!(bytes[6..], body);
        let decoded = decode(Path::new("r"), &bytes).unwrap();
        assert_eq!(decoded, [(ProducerId(0x0102), vec![batch(0), batch(1)])]);
    }

    #[test]
    fn damage_is_refused() {
        let bytes = encode(&producers(5)).unwrap();
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            assert!(decode(Path::new("r"), &flipped).is_err(), "byte {at}");
            assert!(decode(Path::new("r"), &bytes[..at]).is_err(), "cut to {at}");
        }
    }
}

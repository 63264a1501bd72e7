//! The producer snapshot file `N.snapshot`: producers as they were when the log ended at offset N.
//!
//! ```text
//! version i16 = 1 | crc u32 over what follows | count i32 | count entries of 46 bytes
//! entry:  producerId i64 | epoch i16 | lastSequence i32 | lastOffset i64 | offsetDelta i32 | timestamp i64
//!         | coordinatorEpoch i32 | currentTxnFirstOffset i64 = -1 for none
//! ```
//!
//! It holds the last batch of each producer alone, as Kafka's does.

use std::path::Path;

use super::checkpoint::read_file;
use super::producers::{AppendedBatch, Producer, Producers};
use crate::base::bytes::{Malformed, Reader, Writer, be};
use crate::base::crc32c::crc32c;
use crate::base::error::StorageError;
use crate::base::types::{Offset, ProducerEpoch, ProducerId, Sequence, Timestamp};
use crate::io::Disk;

const VERSION: i16 = 1;
const CRC_AT: usize = 2;
const COUNT_AT: usize = 6;
const ENTRY_BYTES: usize = 46;

/// The content of the file.
pub(super) fn encode(producers: &Producers) -> Vec<u8> {
    let known = producers.iter();
    let mut writer = Writer::with_capacity(COUNT_AT + 4 + known.len() * ENTRY_BYTES);
    writer.i16(VERSION).u32(0).i32(known.len() as i32);
    for (id, producer) in known {
        let (last_offset, offset_delta) =
            producer.batches.back().map_or((-1, 0), |batch| (batch.last_offset.0, batch.offset_delta));
        writer.i64(id.0).i16(producer.epoch.0).i32(producer.last_sequence().0).i64(last_offset);
        writer.i32(offset_delta).i64(producer.last_timestamp.0).i32(producer.coordinator_epoch);
        writer.i64(producer.transaction_start.map_or(-1, |offset| offset.0));
    }
    let mut bytes = writer.into_vec();
    let crc = crc32c(bytes.get(COUNT_AT..).unwrap_or_default());
    let _ = be::put_u32(&mut bytes, CRC_AT, crc);
    bytes
}

/// The producers in a file.
pub(super) fn decode(path: &Path, bytes: &[u8]) -> Result<Vec<(ProducerId, Producer)>, StorageError> {
    let corrupt = |error: Malformed| StorageError::corrupt(path, error.position as u64, error.why);
    let mut reader = Reader::new(bytes);
    if reader.i16().map_err(corrupt)? != VERSION {
        return Err(StorageError::corrupt(path, 0, "unknown version of a producer snapshot"));
    }
    if reader.u32().map_err(corrupt)? != crc32c(bytes.get(COUNT_AT..).unwrap_or_default()) {
        return Err(StorageError::corrupt(path, CRC_AT as u64, "the CRC does not match"));
    }
    let count = reader.array_len(ENTRY_BYTES).map_err(corrupt)?.unwrap_or(0);
    (0..count).map(|_| entry(&mut reader).map_err(corrupt)).collect()
}

/// Every producer of a file, for people to look at: its fields in the order above.
pub fn list(disk: &dyn Disk, path: &Path) -> Result<Vec<Vec<i64>>, StorageError> {
    let bytes = read_file(disk, path)?.unwrap_or_default();
    let fields = |(id, producer): (ProducerId, Producer)| {
        let last = producer.batches.back();
        let (last_offset, delta) = last.map_or((-1, 0), |batch| (batch.last_offset.0, batch.offset_delta));
        let start = producer.transaction_start.map_or(-1, |offset| offset.0);
        let (epoch, sequence) = (i64::from(producer.epoch.0), i64::from(producer.last_sequence().0));
        let coordinator = i64::from(producer.coordinator_epoch);
        let timestamp = producer.last_timestamp.0;
        vec![id.0, epoch, sequence, last_offset, i64::from(delta), timestamp, coordinator, start]
    };
    Ok(decode(path, &bytes)?.into_iter().map(fields).collect())
}

fn entry(reader: &mut Reader<'_>) -> Result<(ProducerId, Producer), Malformed> {
    let id = ProducerId(reader.i64()?);
    let epoch = ProducerEpoch(reader.i16()?);
    let last_sequence = Sequence(reader.i32()?);
    let last_offset = Offset(reader.i64()?);
    let offset_delta = reader.i32()?;
    let timestamp = Timestamp(reader.i64()?);
    let coordinator_epoch = reader.i32()?;
    let transaction_start = Some(Offset(reader.i64()?)).filter(|offset| offset.0 >= 0);
    let batch = AppendedBatch { last_sequence, last_offset, offset_delta, timestamp };
    let batches = Some(batch).filter(|_| last_offset.0 >= 0).into_iter().collect();
    Ok((id, Producer { epoch, coordinator_epoch, last_timestamp: timestamp, batches, transaction_start }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn producer() -> Producer {
        let batch = AppendedBatch {
            last_sequence: Sequence(0x0405_0607),
            last_offset: Offset(0x0809),
            offset_delta: 2,
            timestamp: Timestamp(0x0a0b),
        };
        Producer {
            epoch: ProducerEpoch(3),
            coordinator_epoch: 5,
            last_timestamp: Timestamp(0x0a0b),
            batches: [batch].into(),
            transaction_start: None,
        }
    }

    #[test]
    fn bytes_are_kafkas() {
        let mut producers = Producers::default();
        producers.restore(ProducerId(0x0102), producer());
        let bytes = encode(&producers);
        let entry = [
            0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 2, 0, 3, 4, 5, 6, 7, 0, 0, 0, 0, 0, 0, 8, 9, 0, 0, 0, 2, 0, 0,
            0, 0, 0, 0, 10, 11, 0, 0, 0, 5, 255, 255, 255, 255, 255, 255, 255, 255,
        ];
        assert_eq!(bytes[..2], [0, 1]);
        assert_eq!(bytes[2..6], crc32c(&entry).to_be_bytes());
        assert_eq!(bytes[6..], entry);
        assert_eq!(decode(Path::new("s"), &bytes).unwrap(), [(ProducerId(0x0102), producer())]);
    }

    #[test]
    fn damage_is_refused() {
        let mut producers = Producers::default();
        producers.restore(ProducerId(1), producer());
        let bytes = encode(&producers);
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            assert!(decode(Path::new("s"), &flipped).is_err(), "byte {at}");
            assert!(decode(Path::new("s"), &bytes[..at]).is_err(), "cut to {at}");
        }
    }
}

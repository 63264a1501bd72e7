//! A batch as it lies in memory: borrowed, its bounds checked once, then getters only.

use crate::base::bytes::be;
use crate::base::crc32c::crc32c;
use crate::base::types::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, Timestamp};

use super::codec::Codec;
use super::layout::{
    ATTRIBUTES_AT, BASE_OFFSET_AT, BASE_SEQUENCE_AT, BASE_TIMESTAMP_AT, CRC_AT, CRC_FROM, HEADER_BYTES,
    LAST_OFFSET_DELTA_AT, LEADER_EPOCH_AT, LENGTH_AT, LENGTH_OVERHEAD, MAGIC, MAGIC_AT, MAX_TIMESTAMP_AT,
    PRODUCER_EPOCH_AT, PRODUCER_ID_AT, RECORDS_COUNT_AT,
};
use super::records::{Records, RecordsError};

/// Bytes that are no batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// Fewer bytes than the header, or than the length in it.
    #[error("{available} bytes of a batch that takes {needed}")]
    Short {
        /// Bytes that the batch or its header takes.
        needed: usize,
        /// Bytes that are there.
        available: usize,
    },
    /// A length smaller than the header.
    #[error("a batch length of {0} is smaller than a batch header")]
    Length(i32),
    /// Another format, or no batch at all.
    #[error("magic {0} where 2 is served")]
    Magic(i8),
}

/// Which clock the timestamps of a batch come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum TimestampType {
    /// The producer's; each record has its own.
    #[default]
    CreateTime,
    /// The broker's at append; the batch's maximum holds for every record.
    LogAppendTime,
}

/// The bits that describe a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attributes(pub i16);

impl Attributes {
    /// Bit 3: timestamps are the broker's.
    pub const LOG_APPEND_TIME: i16 = 1 << 3;
    /// Bit 4: part of a transaction.
    pub const TRANSACTIONAL: i16 = 1 << 4;
    /// Bit 5: written by the broker, not for consumers.
    pub const CONTROL: i16 = 1 << 5;
    /// Bit 6: `baseTimestamp` holds the delete horizon.
    pub const DELETE_HORIZON: i16 = 1 << 6;
    /// Bits 0-6, all that have a meaning.
    pub const USED: i16 = 0x7f;
    const CODEC: i16 = 0b111;

    /// Bits 0-2; `None` for a number that names no codec.
    pub fn codec(self) -> Option<Codec> {
        Codec::from_bits(self.0 & Self::CODEC)
    }

    /// Whose clock the timestamps come from.
    pub fn timestamp_type(self) -> TimestampType {
        if self.0 & Self::LOG_APPEND_TIME == 0 {
            TimestampType::CreateTime
        } else {
            TimestampType::LogAppendTime
        }
    }

    /// Part of a transaction.
    pub fn is_transactional(self) -> bool {
        self.0 & Self::TRANSACTIONAL != 0
    }

    /// A marker and not data.
    pub fn is_control(self) -> bool {
        self.0 & Self::CONTROL != 0
    }

    /// `baseTimestamp` holds the delete horizon.
    pub fn has_delete_horizon(self) -> bool {
        self.0 & Self::DELETE_HORIZON != 0
    }
}

/// The 61 bytes in front of the records, decoded; [`super::layout`] draws them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchHeader {
    /// Offset of the first record.
    pub base_offset: Offset,
    /// Bytes after the length field.
    pub batch_length: i32,
    /// The leader's reign at append.
    pub leader_epoch: LeaderEpoch,
    /// Always 2.
    pub magic: i8,
    /// CRC as stored.
    pub crc: u32,
    /// What kind of batch.
    pub attributes: Attributes,
    /// Last offset minus first.
    pub last_offset_delta: i32,
    /// What the records' deltas are added to.
    pub base_timestamp: Timestamp,
    /// Largest timestamp within.
    pub max_timestamp: Timestamp,
    /// Idempotent producer, or none.
    pub producer_id: ProducerId,
    /// Its incarnation.
    pub producer_epoch: ProducerEpoch,
    /// Sequence of the first record.
    pub base_sequence: Sequence,
    /// Number of records.
    pub records_count: i32,
}

impl BatchHeader {
    /// Decodes the header at the start of `bytes`; the records need not be there.
    pub fn parse(bytes: &[u8]) -> Result<Self, BatchError> {
        let short = BatchError::Short { needed: HEADER_BYTES, available: bytes.len() };
        let header = bytes.first_chunk::<HEADER_BYTES>().ok_or(short)?;
        let parsed = Self::decode(header).ok_or(short)?;
        if parsed.magic != MAGIC {
            return Err(BatchError::Magic(parsed.magic));
        }
        if parsed.size_in_bytes() < HEADER_BYTES {
            return Err(BatchError::Length(parsed.batch_length));
        }
        Ok(parsed)
    }

    fn decode(bytes: &[u8; HEADER_BYTES]) -> Option<Self> {
        Some(Self {
            base_offset: Offset(be::get_i64(bytes, BASE_OFFSET_AT)?),
            batch_length: be::get_i32(bytes, LENGTH_AT)?,
            leader_epoch: LeaderEpoch(be::get_i32(bytes, LEADER_EPOCH_AT)?),
            magic: be::get_i8(bytes, MAGIC_AT)?,
            crc: be::get_u32(bytes, CRC_AT)?,
            attributes: Attributes(be::get_i16(bytes, ATTRIBUTES_AT)?),
            last_offset_delta: be::get_i32(bytes, LAST_OFFSET_DELTA_AT)?,
            base_timestamp: Timestamp(be::get_i64(bytes, BASE_TIMESTAMP_AT)?),
            max_timestamp: Timestamp(be::get_i64(bytes, MAX_TIMESTAMP_AT)?),
            producer_id: ProducerId(be::get_i64(bytes, PRODUCER_ID_AT)?),
            producer_epoch: ProducerEpoch(be::get_i16(bytes, PRODUCER_EPOCH_AT)?),
            base_sequence: Sequence(be::get_i32(bytes, BASE_SEQUENCE_AT)?),
            records_count: be::get_i32(bytes, RECORDS_COUNT_AT)?,
        })
    }

    /// Size of the whole batch.
    pub fn size_in_bytes(&self) -> usize {
        usize::try_from(self.batch_length).map_or(0, |length| length + LENGTH_OVERHEAD)
    }

    /// Offset of the last record.
    pub fn last_offset(&self) -> Offset {
        Offset(self.base_offset.0.saturating_add(i64::from(self.last_offset_delta)))
    }

    /// Offset that the batch after it starts at.
    pub fn next_offset(&self) -> Offset {
        Offset(self.last_offset().0.saturating_add(1))
    }

    /// Sequence of the last record, which wraps from 2^31-1 to 0; none where the batch has none.
    pub fn last_sequence(&self) -> Sequence {
        if self.base_sequence.0 < 0 {
            return self.base_sequence;
        }
        let unwrapped = i64::from(self.base_sequence.0) + i64::from(self.last_offset_delta);
        Sequence((unwrapped & i64::from(i32::MAX)) as i32)
    }

    /// Written by an idempotent or transactional producer.
    pub fn has_producer(&self) -> bool {
        self.producer_id != ProducerId::NONE
    }
}

/// A whole batch within a slice.
#[derive(Clone, Copy, Debug)]
pub struct BatchView<'a> {
    header: BatchHeader,
    bytes: &'a [u8],
}

impl<'a> BatchView<'a> {
    /// The batch at the start of `bytes`, which may go on behind it.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, BatchError> {
        let header = BatchHeader::parse(bytes)?;
        let needed = header.size_in_bytes();
        let bytes = bytes.get(..needed).ok_or(BatchError::Short { needed, available: bytes.len() })?;
        Ok(Self { header, bytes })
    }

    /// Its header, decoded.
    pub fn header(&self) -> &BatchHeader {
        &self.header
    }

    /// All of it, header included.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// What follows the header, compressed as it came.
    pub fn body(&self) -> &'a [u8] {
        self.bytes.get(HEADER_BYTES..).unwrap_or_default()
    }

    /// Whether the bytes are those that the CRC was computed over.
    pub fn verify_crc(&self) -> bool {
        self.bytes.get(CRC_FROM..).is_some_and(|covered| crc32c(covered) == self.header.crc)
    }

    /// Its records, decompressed where needed.
    pub fn records(&self) -> Result<Records<'a>, RecordsError> {
        Records::open(&self.header, self.body())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_wrap() {
        let mut bytes = vec![0; HEADER_BYTES];
        be::put_i32(&mut bytes, LENGTH_AT, (HEADER_BYTES - LENGTH_OVERHEAD) as i32);
        be::put_i8(&mut bytes, MAGIC_AT, MAGIC);
        be::put_i32(&mut bytes, BASE_SEQUENCE_AT, i32::MAX - 1);
        be::put_i32(&mut bytes, LAST_OFFSET_DELTA_AT, 3);
        let header = BatchHeader::parse(&bytes).unwrap();
        assert_eq!(header.last_sequence(), Sequence(1));
        assert_eq!((header.last_offset(), header.next_offset()), (Offset(3), Offset(4)));
    }

    #[test]
    fn what_is_no_batch_is_told_apart() {
        let mut bytes = vec![0; HEADER_BYTES];
        assert_eq!(BatchView::parse(&bytes).unwrap_err(), BatchError::Magic(0));
        be::put_i8(&mut bytes, MAGIC_AT, MAGIC);
        assert_eq!(BatchView::parse(&bytes).unwrap_err(), BatchError::Length(0));
        be::put_i32(&mut bytes, LENGTH_AT, -1);
        assert_eq!(BatchView::parse(&bytes).unwrap_err(), BatchError::Length(-1));
        be::put_i32(&mut bytes, LENGTH_AT, 50);
        assert_eq!(BatchView::parse(&bytes).unwrap_err(), BatchError::Short { needed: 62, available: 61 });
        assert!(matches!(BatchView::parse(&bytes[..60]), Err(BatchError::Short { needed: 61, .. })));
    }
}

//! Where each field of a batch lies. All integers are big-endian.
//!
//! ```text
//!  0  baseOffset            i64   the leader's; outside the CRC
//!  8  batchLength           i32   bytes after this field
//! 12  partitionLeaderEpoch  i32   the leader's; outside the CRC
//! 16  magic                 i8    2
//! 17  crc                   u32   CRC-32C over everything from `attributes` to the end
//! 21  attributes            i16   bits 0-2 codec, 3 timestamp type, 4 transactional, 5 control, 6 delete horizon
//! 23  lastOffsetDelta       i32   also the last sequence's delta; compaction keeps it
//! 27  baseTimestamp         i64   the first record's; the delete horizon when bit 6 is set
//! 35  maxTimestamp          i64   the time of append when bit 3 is set
//! 43  producerId            i64   -1 for none
//! 51  producerEpoch         i16   -1 for none
//! 53  baseSequence          i32   -1 for none
//! 57  recordsCount          i32   0 after compaction alone
//! 61  records               one stream, compressed as a whole when the codec is not 0
//! ```

/// First offset of the batch.
pub const BASE_OFFSET_AT: usize = 0;
/// Bytes that follow this field.
pub const LENGTH_AT: usize = BASE_OFFSET_AT + 8;
/// Leader epoch under which it was appended.
pub const LEADER_EPOCH_AT: usize = LENGTH_AT + 4;
/// Version of the format.
pub const MAGIC_AT: usize = LEADER_EPOCH_AT + 4;
/// CRC over what follows it.
pub const CRC_AT: usize = MAGIC_AT + 1;
/// Bits, see [`super::Attributes`].
pub const ATTRIBUTES_AT: usize = CRC_AT + 4;
/// Last offset minus first.
pub const LAST_OFFSET_DELTA_AT: usize = ATTRIBUTES_AT + 2;
/// Timestamp that the records' deltas are added to.
pub const BASE_TIMESTAMP_AT: usize = LAST_OFFSET_DELTA_AT + 4;
/// Largest timestamp.
pub const MAX_TIMESTAMP_AT: usize = BASE_TIMESTAMP_AT + 8;
/// Who wrote it.
pub const PRODUCER_ID_AT: usize = MAX_TIMESTAMP_AT + 8;
/// Which incarnation of who wrote it.
pub const PRODUCER_EPOCH_AT: usize = PRODUCER_ID_AT + 8;
/// Sequence number of the first record.
pub const BASE_SEQUENCE_AT: usize = PRODUCER_EPOCH_AT + 2;
/// How many records follow.
pub const RECORDS_COUNT_AT: usize = BASE_SEQUENCE_AT + 4;
/// Size of the header.
pub const HEADER_BYTES: usize = RECORDS_COUNT_AT + 4;

/// `baseOffset` and `batchLength`, which `batchLength` does not count.
pub const LENGTH_OVERHEAD: usize = LENGTH_AT + 4;
/// The CRC covers the batch from here to its end.
pub const CRC_FROM: usize = ATTRIBUTES_AT;
/// The only format served.
pub const MAGIC: i8 = 2;

const _: () = assert!(HEADER_BYTES == 61);

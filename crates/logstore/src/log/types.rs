//! What a log is asked and what it answers.

use std::os::fd::BorrowedFd;
use std::sync::Arc;

use super::offsets::LogOffsets;
use crate::base::error::StorageError;
use crate::base::limits::FILE_STEP_BYTES;
use crate::base::types::{LeaderEpoch, Offset, Position, ProducerEpoch, ProducerId, Sequence, Timestamp};
use crate::io::arena::{Arena, Buf};
use crate::io::{Access, File, PAGE_BYTES};

/// Who appends, which decides what is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A producer: epoch, sequence and duplicates are checked.
    Client,
    /// A coordinator of this broker: epochs are checked, markers are taken.
    Coordinator,
}

/// Where a batch went. It is acknowledged once the high watermark has reached `last_offset + 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Offset of the batch's first record.
    pub base_offset: Offset,
    /// Offset of its last.
    pub last_offset: Offset,
    /// The broker's time where the topic asks for it, else none.
    pub log_append_time: Timestamp,
    /// First offset of the log.
    pub log_start: Offset,
    /// The batch was there already; these are the original's offsets. It waits on the same watermark.
    pub duplicate: bool,
}

/// Batches read, in order, none of them cut.
#[derive(Debug)]
pub struct LogRead {
    /// The batches; the first is the one that contains the offset asked for, or the next one after a hole.
    pub slices: Vec<Slice>,
    /// Sum of the slices.
    pub bytes: usize,
    /// The log's offsets at the time.
    pub offsets: LogOffsets,
    /// Aborted transactions that overlap what was read; filled for reads up to the last stable offset.
    pub aborted: Vec<AbortedTransaction>,
}

/// Consecutive whole batches.
#[derive(Clone, Debug)]
pub enum Slice {
    /// In memory.
    Memory(Buf),
    /// In a segment.
    File(FileSlice),
}

impl Slice {
    /// Bytes in it.
    pub fn len(&self) -> usize {
        match self {
            Self::Memory(bytes) => bytes.len(),
            Self::File(slice) => slice.len,
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A range of a segment's data file. The file stays readable while the slice lives, even when it is deleted.
#[derive(Clone, Debug)]
pub struct FileSlice {
    file: Arc<File>,
    position: Position,
    len: usize,
}

impl FileSlice {
    pub(super) fn new(file: Arc<File>, position: Position, len: usize) -> Self {
        Self { file, position, len }
    }

    /// First byte.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Bytes in it.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// What of it lies between `from` and `to`, counted from its first byte.
    #[must_use]
    pub fn part(&self, from: usize, to: usize) -> Self {
        let (from, to) = (from.min(self.len), to.min(self.len));
        let position = Position(self.position.0 + from as u64);
        Self { file: Arc::clone(&self.file), position, len: to.saturating_sub(from) }
    }

    /// The descriptor for `sendfile`, where the disk has any.
    pub fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.file.descriptor()
    }

    /// All of it, read past the page cache into `memory`, a step at a time; `None` where that is not possible, the file is
    /// shorter, or somebody was there before.
    pub fn load(&self, memory: &Arena) -> Result<Option<Buf>, StorageError> {
        let (from, to) = (self.position.0, self.position.0 + self.len as u64);
        if !self.file.claim_direct(self.position, Position(to)) {
            return Ok(None);
        }
        let page = PAGE_BYTES as u64;
        let first = from - from % page;
        let bytes = (to.next_multiple_of(page) - first) as usize;
        let mut pages = memory.take(bytes + PAGE_BYTES);
        let skew = pages.as_ptr().align_offset(PAGE_BYTES).min(PAGE_BYTES);
        drop(pages.split_to(skew));
        let mut done = 0;
        while first + (done as u64) < to {
            let step = FILE_STEP_BYTES.min(bytes - done);
            let into = pages.get_mut(done..done + step).unwrap_or_default();
            match self.file.read_direct_at(into, Position(first + done as u64))? {
                Some(read) if read == step || first + (done + read) as u64 >= to => done += read,
                _ => return Ok(None),
            }
        }
        drop(pages.split_to((from - first) as usize));
        pages.truncate(self.len);
        Ok(Some(pages.freeze()))
    }

    /// Reads from `skip` bytes into the slice, at most to its end; answers how much it was, 0 when the file is
    /// shorter than the slice.
    pub fn read_at(&self, into: &mut [u8], skip: usize) -> Result<usize, StorageError> {
        self.read_as(into, skip, Access::Waiting)
    }

    /// The same with a say in whether it may wait.
    pub fn read_as(&self, into: &mut [u8], skip: usize, access: Access) -> Result<usize, StorageError> {
        let len = into.len().min(self.len.saturating_sub(skip));
        let into = into.get_mut(..len).unwrap_or_default();
        self.file.read_at(into, Position(self.position.0 + skip as u64), access)
    }
}

/// A transaction that was aborted, as a Fetch answer lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AbortedTransaction {
    /// Whose it was.
    pub producer_id: ProducerId,
    /// Its first record.
    pub first_offset: Offset,
    /// Its abort marker.
    pub last_offset: Offset,
}

/// A record found by its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimestampOffset {
    /// The record's time.
    pub timestamp: Timestamp,
    /// Where it is.
    pub offset: Offset,
    /// The epoch it was appended in.
    pub leader_epoch: LeaderEpoch,
}

/// Where an epoch ends: the answer of `OffsetForLeaderEpoch`, -1 for both where nothing is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochEnd {
    /// The largest epoch that is not above the one asked for.
    pub leader_epoch: LeaderEpoch,
    /// First offset that does not belong to it.
    pub end_offset: Offset,
}

/// A producer as `DescribeProducers` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProducerState {
    /// Who.
    pub producer_id: ProducerId,
    /// Its newest incarnation.
    pub producer_epoch: ProducerEpoch,
    /// Sequence of its last record, -1 for none.
    pub last_sequence: Sequence,
    /// Time of its last batch.
    pub last_timestamp: Timestamp,
    /// Epoch of the coordinator that ended its last transaction, -1 for none.
    pub coordinator_epoch: i32,
    /// First offset of its open transaction.
    pub current_transaction_start: Option<Offset>,
}

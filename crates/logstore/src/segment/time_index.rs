//! Timestamp to offset: `N.timeindex`.
//!
//! ```text
//! entry, 12 bytes:  timestamp      i64   the largest so far in the segment
//!                   relativeOffset i32   last offset of the batch that holds it, less the base offset
//! ```
//!
//! An entry is written beside each one of the offset index when the timestamp grew, and one more when the segment
//! is sealed, for which a slot is kept free.

use std::path::Path;
use std::sync::Arc;

use super::index::{IndexEntry, IndexFile};
use crate::base::bytes::be;
use crate::base::error::StorageError;
use crate::base::types::{Offset, Timestamp};
use crate::io::{Access, FilePool};

/// Size of an entry.
pub const TIME_ENTRY_BYTES: usize = 12;

/// The largest timestamp up to and including `offset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeEntry {
    /// The largest so far.
    pub timestamp: Timestamp,
    /// Last offset of the batch that holds it.
    pub offset: Offset,
}

impl IndexEntry for TimeEntry {
    const BYTES: usize = TIME_ENTRY_BYTES;

    fn encode(&self, base: Offset, into: &mut Vec<u8>) {
        into.extend_from_slice(&self.timestamp.0.to_be_bytes());
        into.extend_from_slice(&((self.offset.0 - base.0) as i32).to_be_bytes());
    }

    fn decode(base: Offset, bytes: &[u8]) -> Option<Self> {
        let offset = base.0.checked_add(i64::from(be::get_i32(bytes, 8)?))?;
        Some(Self { timestamp: Timestamp(be::get_i64(bytes, 0)?), offset: Offset(offset) })
    }

    fn offset(&self) -> Offset {
        self.offset
    }

    fn follows(&self, before: &Self) -> bool {
        self.timestamp > before.timestamp && self.offset > before.offset
    }
}

/// The time index of one segment.
#[derive(Debug)]
pub struct TimeIndex(pub(super) IndexFile<TimeEntry>);

impl TimeIndex {
    pub(super) fn create(pool: &Arc<FilePool>, path: &Path, base: Offset) -> Result<Self, StorageError> {
        IndexFile::create(pool, path, base).map(Self)
    }

    pub(super) fn open(
        pool: &Arc<FilePool>,
        path: &Path,
        base: Offset,
        bytes: u64,
    ) -> Result<Option<Self>, StorageError> {
        Ok(IndexFile::open(pool, path, base, bytes)?.map(Self))
    }

    /// That of a segment which was not closed, up to `offset`.
    pub(super) fn resume(
        pool: &Arc<FilePool>,
        path: &Path,
        base: Offset,
        up_to: Option<Offset>,
    ) -> Result<Self, StorageError> {
        let stays = |entry: &TimeEntry| up_to.is_some_and(|up_to| entry.offset <= up_to);
        IndexFile::resume(pool, path, base, stays).map(Self)
    }

    /// An offset before which no batch reaches `timestamp`; `None` when the search starts at the segment's base.
    pub(super) fn lookup(&self, timestamp: Timestamp) -> Result<Option<Offset>, StorageError> {
        let before = self.0.floor(|entry| entry.timestamp < timestamp, Access::Waiting)?;
        Ok(before.map(|entry| entry.offset))
    }
}

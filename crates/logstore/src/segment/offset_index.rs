//! Offset to position: `N.index`.
//!
//! ```text
//! entry, 8 bytes:  relativeOffset i32   last offset of the batch at `position`, less the base offset
//!                  position       i32   where that batch begins
//! ```
//!
//! The first batch of a segment is never indexed: a search that finds nothing starts at position 0.

use std::path::Path;
use std::sync::Arc;

use super::index::{IndexEntry, IndexFile};
use crate::base::bytes::be;
use crate::base::error::StorageError;
use crate::base::types::{Offset, Position};
use crate::io::{Access, FilePool};

/// Size of an entry.
pub const OFFSET_ENTRY_BYTES: usize = 8;

/// The batch that ends with `offset` begins at `position`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffsetEntry {
    /// Last offset of the batch.
    pub offset: Offset,
    /// Where it begins.
    pub position: Position,
}

impl IndexEntry for OffsetEntry {
    const BYTES: usize = OFFSET_ENTRY_BYTES;

    fn encode(&self, base: Offset, into: &mut Vec<u8>) {
        into.extend_from_slice(&((self.offset.0 - base.0) as i32).to_be_bytes());
        into.extend_from_slice(&(self.position.0 as i32).to_be_bytes());
    }

    fn decode(base: Offset, bytes: &[u8]) -> Option<Self> {
        let position = u64::try_from(be::get_i32(bytes, 4)?).ok()?;
        let offset = base.0.checked_add(i64::from(be::get_i32(bytes, 0)?))?;
        Some(Self { offset: Offset(offset), position: Position(position) })
    }

    fn offset(&self) -> Offset {
        self.offset
    }

    fn follows(&self, before: &Self) -> bool {
        self.offset > before.offset && self.position > before.position
    }
}

/// The offset index of one segment.
#[derive(Debug)]
pub struct OffsetIndex(pub(super) IndexFile<OffsetEntry>);

impl OffsetIndex {
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

    /// That of a segment of `data_bytes` which was not closed, up to the last batch that ends below `offset`.
    pub(super) fn resume(
        pool: &Arc<FilePool>,
        path: &Path,
        base: Offset,
        below: Offset,
        data_bytes: u64,
    ) -> Result<Self, StorageError> {
        // The first batch is never indexed: what leads to position 0 is no entry.
        let stays = |entry: &OffsetEntry| entry.offset < below && (1..data_bytes).contains(&entry.position.0);
        IndexFile::resume(pool, path, base, stays).map(Self)
    }

    /// Where to start reading for `offset`: a batch at or before the one that holds it. Without an entry at position 0.
    pub(super) fn lookup(&self, offset: Offset, access: Access) -> Result<Option<OffsetEntry>, StorageError> {
        self.0.floor(|entry| entry.offset <= offset, access)
    }

    /// The last indexed batch that begins at or before `position`.
    pub(super) fn batch_before(
        &self,
        position: Position,
        access: Access,
    ) -> Result<Option<OffsetEntry>, StorageError> {
        self.0.floor(|entry| entry.position <= position, access)
    }
}

//! A segment that compaction builds beside those that it will replace.
//!
//! `N.log.cleaned` and its indexes are written and synced, then renamed to `.swap`: that, once the directory is synced,
//! decides that it replaces them. When they are gone it gets its own name. A start completes what was decided
//! (`log/leftovers.rs`).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::names::{self, CLEANED, SWAP};
use super::{AbortedEntry, BatchFacts, Entries, Kind, Segment, Shape};
use crate::base::error::StorageError;
use crate::base::limits::SEGMENT_BYTES_MAX;
use crate::base::types::{Offset, Timestamp};
use crate::batch::BatchHeader;
use crate::io::{self, Caching, FilePool, PooledFile};

/// Bytes that are collected for one write.
const WRITE_BYTES: usize = 1024 * 1024;

/// A segment under construction; dropped, it leaves files that [`CleanedSegment::discard`] or the next start removes.
#[derive(Debug)]
pub struct CleanedSegment {
    segment: Segment,
    shape: Shape,
    index_interval_bytes: u32,
    pending: Vec<u8>,
    entries: Vec<Entries>,
    aborted: Vec<AbortedEntry>,
}

impl CleanedSegment {
    /// Creates its files in place of any that an earlier attempt left.
    pub fn create(
        pool: &Arc<FilePool>,
        directory: &Path,
        base: Offset,
        index_interval_bytes: u32,
    ) -> Result<Self, StorageError> {
        let stale = names::with_suffix(&names::file_path(directory, base, Kind::TxnIndex), CLEANED);
        io::remove_if_exists(&**pool.disk(), &stale)
            .map_err(|error| StorageError::io("remove", &stale, error))?;
        Ok(Self {
            segment: Segment::create_suffixed(pool, directory, base, CLEANED)?,
            shape: Shape::empty(base, Timestamp::NONE),
            index_interval_bytes,
            pending: Vec::new(),
            entries: Vec::new(),
            aborted: Vec::new(),
        })
    }

    /// Adds a batch. What was compressed better than it can be here may make a copy larger than what it copies: one
    /// that positions cannot reach is refused.
    pub fn push(&mut self, header: &BatchHeader, bytes: &[u8]) -> Result<(), StorageError> {
        if self.size() + bytes.len() as u64 > SEGMENT_BYTES_MAX {
            let why = format!("a copy of more than {SEGMENT_BYTES_MAX} bytes");
            return Err(StorageError::corrupt(self.segment.data().path(), self.size(), why));
        }
        let (_, entries) = self.shape.add(&BatchFacts::from(header), self.index_interval_bytes);
        self.pending.extend_from_slice(bytes);
        self.entries.push(entries);
        if self.pending.len() >= WRITE_BYTES { self.write() } else { Ok(()) }
    }

    /// Adds an aborted transaction whose marker was added.
    pub fn push_aborted(&mut self, entry: AbortedEntry) {
        self.aborted.push(entry);
    }

    /// Bytes of all batches so far.
    pub fn size(&self) -> u64 {
        self.shape.bytes()
    }

    fn write(&mut self) -> Result<(), StorageError> {
        let largest = self.shape.largest();
        let batches = (!self.pending.is_empty()).then_some(self.pending.as_slice());
        self.segment.append(
            batches.into_iter(),
            self.entries.drain(..),
            self.aborted.drain(..),
            largest,
            Caching::Kept,
        )?;
        self.pending.clear();
        Ok(())
    }

    /// Writes what is left and makes it durable; it is complete then.
    pub fn finish(&mut self) -> Result<(), StorageError> {
        self.write()?;
        self.segment.seal(self.shape.seal())?;
        self.segment.sync()
    }

    /// Decides that it takes the place of others, once the directory is synced. What was done in part is done again.
    pub fn decide(&self) -> Result<(), StorageError> {
        self.segment.rename_files(SWAP)
    }

    /// What takes their place.
    pub fn into_segment(self) -> Segment {
        self.segment
    }

    /// Removes its files, as far as they can be removed.
    pub fn discard(self) {
        for file in self.segment.files() {
            let _ = io::remove_if_exists(&**file.pool().disk(), &file.path());
        }
    }
}

impl Segment {
    /// Its files; that of aborted transactions exists only where there are any.
    fn files(&self) -> impl Iterator<Item = &PooledFile> {
        let aborted = Some(self.aborted.file()).filter(|_| !self.aborted.is_empty());
        // The data file last: a swap without it is no swap yet.
        [self.offsets.0.file(), self.times.0.file()].into_iter().chain(aborted).chain([self.data.pooled()])
    }

    fn rename_files(&self, suffix: &str) -> Result<(), StorageError> {
        let kinds = [Kind::OffsetIndex, Kind::TimeIndex];
        let aborted = Some(Kind::TxnIndex).filter(|_| !self.aborted.is_empty());
        let kinds = kinds.into_iter().chain(aborted).chain([Kind::Data]);
        let names: Vec<PathBuf> =
            kinds.map(|kind| names::with_suffix(&self.file_path(kind), suffix)).collect();
        self.files().zip(names).try_for_each(|(file, name)| file.rename(name))
    }

    /// Gives a segment in the place of others its own name; they must be gone, durably. As above, it may be done again.
    pub fn swapped(&self) -> Result<(), StorageError> {
        self.rename_files("")
    }

    /// Its names are about to go to another segment: what is not open is not opened again.
    pub fn retire(&self) {
        let files = [self.data.pooled(), self.offsets.0.file(), self.times.0.file(), self.aborted.file()];
        files.into_iter().for_each(PooledFile::retire);
    }

    /// The transactions that were aborted within it.
    pub fn aborted(&self) -> Result<Vec<AbortedEntry>, StorageError> {
        self.aborted.entries()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::build::{BatchBuilder, RecordData};
    use crate::io::SystemDisk;
    use crate::segment::TimeEntry;

    #[test]
    fn a_copy_that_positions_cannot_reach_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let pool = FilePool::new(Arc::new(SystemDisk), 8);
        let mut copy = CleanedSegment::create(&pool, directory.path(), Offset(0), 4096).unwrap();
        let bytes = BatchBuilder::new().record(RecordData::default()).build();
        let header = BatchHeader::parse(&bytes).unwrap();
        copy.push(&header, &bytes).unwrap();
        let none = TimeEntry { timestamp: Timestamp::NONE, offset: Offset(0) };
        let full = SEGMENT_BYTES_MAX - bytes.len() as u64;
        for (size, fits) in [(full, true), (full + 1, false)] {
            copy.shape = Shape::reopened(Offset(0), size, Timestamp::NONE, None, none, (0, 0), None);
            assert_eq!(copy.push(&header, &bytes).is_ok(), fits, "{size}");
        }
    }
}

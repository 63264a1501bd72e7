//! One base offset and its files.
#![forbid(unsafe_code)]

mod batches;
pub mod check;
mod cleaned;
pub mod damage;
pub mod data;
pub mod dump;
mod index;
pub mod names;
pub mod offset_index;
mod reader;
pub mod recover;
mod resumed;
pub mod shape;
pub mod time_index;
pub mod txn_index;
mod undurable;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

pub use batches::Batches;
pub use cleaned::CleanedSegment;
pub use damage::{Hole, Survey};
pub use data::DataFile;
pub use names::Kind;
pub use offset_index::{OFFSET_ENTRY_BYTES, OffsetEntry, OffsetIndex};
pub use reader::{BatchAt, Fit};
pub use shape::{BatchFacts, Entries, RollLimits, Shape};
pub use time_index::{TimeEntry, TimeIndex};
pub use txn_index::{AbortedEntry, TxnIndex};
use undurable::Undurable;

use crate::base::error::StorageError;
use crate::base::types::{Offset, Timestamp};
use crate::io::{FilePool, Readers};

/// A segment: written by one thread, read by all.
#[derive(Debug)]
pub struct Segment {
    base: Offset,
    directory: PathBuf,
    data: DataFile,
    offsets: OffsetIndex,
    times: TimeIndex,
    aborted: TxnIndex,
    /// The largest timestamp of what is written.
    largest: Mutex<TimeEntry>,
    damage: damage::Damage,
    resumed: resumed::Resumed,
}

impl Segment {
    /// Creates a new segment in an existing directory: its data file; those of its indexes come with their entries.
    pub fn create(pool: &Arc<FilePool>, directory: &Path, base: Offset) -> Result<Self, StorageError> {
        Self::create_suffixed(pool, directory, base, "")
    }

    /// The same with something behind each file name.
    fn create_suffixed(
        pool: &Arc<FilePool>,
        directory: &Path,
        base: Offset,
        suffix: &str,
    ) -> Result<Self, StorageError> {
        let path = |kind| names::with_suffix(&names::file_path(directory, base, kind), suffix);
        Ok(Self {
            base,
            directory: directory.to_owned(),
            data: DataFile::create(pool, path(Kind::Data))?,
            offsets: OffsetIndex::create(pool, &path(Kind::OffsetIndex), base)?,
            times: TimeIndex::create(pool, &path(Kind::TimeIndex), base)?,
            aborted: TxnIndex::open(pool, path(Kind::TxnIndex), 0)?,
            largest: Mutex::new(TimeEntry { timestamp: Timestamp::NONE, offset: base }),
            damage: damage::Damage::default(),
            resumed: resumed::Resumed::default(),
        })
    }

    /// First offset that it may hold.
    pub fn base(&self) -> Offset {
        self.base
    }

    /// Bytes of its data file.
    pub fn size(&self) -> u64 {
        self.data.size()
    }

    /// Its data file.
    pub fn data(&self) -> &DataFile {
        &self.data
    }

    /// Who holds it, or has its data file open.
    pub fn readers(&self) -> Readers {
        self.data.pooled().readers()
    }

    /// The largest timestamp in it, and the last offset of the batch that holds it.
    pub fn largest(&self) -> TimeEntry {
        *self.largest.lock()
    }

    /// What of it is missing.
    pub fn holes(&self) -> Vec<Hole> {
        self.damage.holes()
    }

    /// Notes that something is missing.
    pub fn miss(&self, hole: Hole) {
        self.damage.add([hole]);
    }

    /// This is missing, and nothing else.
    pub fn replace_holes(&self, holes: Vec<Hole>) {
        self.damage.replace(holes);
    }

    /// Names of the files that it may have; `.txnindex` and `.snapshot` are often absent.
    pub fn file_paths(&self) -> impl Iterator<Item = PathBuf> + '_ {
        Kind::ALL.into_iter().map(|kind| names::file_path(&self.directory, self.base, kind))
    }

    /// The name of one of its files.
    pub fn file_path(&self, kind: Kind) -> PathBuf {
        names::file_path(&self.directory, self.base, kind)
    }
}

#[cfg(test)]
#[path = "golden_test.rs"]
mod tests;

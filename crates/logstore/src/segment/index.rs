//! What offset and time index share: a file of fixed entries in ascending order, searched by halving.
//!
//! ```text
//! | entry 0 | entry 1 | ... | entry n-1 |
//! ```
//!
//! The file is made with its first entries, or when the segment is sealed, and grows with them: Kafka gives that of the
//! active segment its full size, because it maps it; it is read with `pread` here (D15), and one that was not closed is
//! as good to Kafka. Behind the entries there may be zeros, where a crash left them. New entries wait in memory and are
//! written a few hundred at a time: after a crash they are rebuilt from the data file.

use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;

use super::Undurable;
use crate::base::error::StorageError;
use crate::base::limits::INDEX_ENTRIES_PENDING_MAX;
use crate::base::types::{Offset, Position};
use crate::io::{self, Access, FilePool, OpenMode, PooledFile};

/// Entries that a search reads at once when no more are left: fewer are not read any faster.
const ENTRIES_AT_ONCE: usize = 128;
const ENTRY_BYTES_MAX: usize = 16;

/// One entry of an index.
pub(super) trait IndexEntry: Copy + PartialEq {
    /// Size in the file.
    const BYTES: usize;
    /// Offsets in the file are relative to the segment's base.
    fn encode(&self, base: Offset, into: &mut Vec<u8>);
    fn decode(base: Offset, bytes: &[u8]) -> Option<Self>;
    /// The offset in it.
    fn offset(&self) -> Offset;
    /// Whether it may stand behind `before`.
    fn follows(&self, before: &Self) -> bool;
}

/// An index file and the entries that are not in it yet.
#[derive(Debug)]
pub(super) struct IndexFile<E> {
    file: PooledFile,
    base: Offset,
    entries: Mutex<Entries<E>>,
}

#[derive(Debug)]
struct Entries<E> {
    /// How many lie in the file.
    written: usize,
    /// Those that follow.
    pending: Vec<E>,
    last: Option<E>,
    /// The file exists; it does where anything is written.
    made: bool,
    undurable: Undurable,
}

impl<E: IndexEntry> IndexFile<E> {
    /// A new, empty index: no file yet, and none of before under its name.
    pub(super) fn create(pool: &Arc<FilePool>, path: &Path, base: Offset) -> Result<Self, StorageError> {
        let disk = pool.disk();
        let stale = disk.file_len(path).map_err(|error| StorageError::io("stat", path, error))?;
        if stale.is_some() {
            disk.remove(path).map_err(|error| StorageError::io("remove", path, error))?;
        }
        Ok(Self::unopened(pool, path, base, false))
    }

    /// The index of a sealed segment or of one that was closed: its length says how many entries it has.
    /// `None` when it cannot be right and has to be rebuilt.
    pub(super) fn open(
        pool: &Arc<FilePool>,
        path: &Path,
        base: Offset,
        bytes: u64,
    ) -> Result<Option<Self>, StorageError> {
        let index = Self::unopened(pool, path, base, true);
        if !bytes.is_multiple_of(E::BYTES as u64) {
            return Ok(None);
        }
        let written = bytes as usize / E::BYTES;
        let last = match written.checked_sub(1) {
            Some(slot) => match index.read_slot(slot, Access::Waiting)? {
                Some(last) if last.offset() >= base => Some(last),
                _ => return Ok(None),
            },
            None => None,
        };
        {
            let entries = &mut *index.entries.lock();
            (entries.written, entries.last) = (written, last);
        }
        Ok(Some(index))
    }

    /// The index of a segment that was not closed: of the entries that ascend from the first one on, those that stay,
    /// which must be a prefix. The others are to be pushed again. Where nothing was written yet there is no file.
    pub(super) fn resume(
        pool: &Arc<FilePool>,
        path: &Path,
        base: Offset,
        stays: impl Fn(&E) -> bool,
    ) -> Result<Self, StorageError> {
        let len = pool.disk().file_len(path).map_err(|error| StorageError::io("stat", path, error))?;
        let index = Self::unopened(pool, path, base, len.is_some());
        if len.is_none() {
            return Ok(index);
        }
        let file = index.file.get()?;
        let (mut written, mut last): (usize, Option<E>) = (0, None);
        // Most of the file may be zeros: what lies behind the entries is not read.
        let mut chunk = vec![0; INDEX_ENTRIES_PENDING_MAX * E::BYTES];
        loop {
            let before = written;
            let read = file.read_full_at(&mut chunk, Position((written * E::BYTES) as u64))?;
            for entry in chunk.get(..read).unwrap_or_default().chunks_exact(E::BYTES) {
                let entry = E::decode(base, entry).filter(&stays);
                let Some(entry) = entry.filter(|entry| last.is_none_or(|last| entry.follows(&last))) else {
                    break;
                };
                (written, last) = (written + 1, Some(entry));
            }
            if written - before < INDEX_ENTRIES_PENDING_MAX {
                break;
            }
        }
        file.set_len((written * E::BYTES) as u64)?;
        {
            let entries = &mut *index.entries.lock();
            (entries.written, entries.last) = (written, last);
            entries.undurable.content.add();
        }
        Ok(index)
    }

    fn unopened(pool: &Arc<FilePool>, path: &Path, base: Offset, made: bool) -> Self {
        let (pending, last) = (Vec::new(), None);
        let entries = Entries { written: 0, pending, last, made, undurable: Undurable::default() };
        Self { file: PooledFile::new(pool, path.to_owned()), base, entries: Mutex::new(entries) }
    }

    pub(super) fn file(&self) -> &PooledFile {
        &self.file
    }

    /// Number of entries.
    pub(super) fn len(&self) -> usize {
        let entries = self.entries.lock();
        entries.written + entries.pending.len()
    }

    /// The largest entry.
    pub(super) fn last(&self) -> Option<E> {
        self.entries.lock().last
    }

    /// Adds an entry; the caller keeps the order.
    pub(super) fn push(&self, entry: E) -> Result<(), StorageError> {
        let mut entries = self.entries.lock();
        assert!(entries.last.is_none_or(|last| last.offset() <= entry.offset()));
        entries.pending.push(entry);
        entries.last = Some(entry);
        if entries.pending.len() < INDEX_ENTRIES_PENDING_MAX {
            return Ok(());
        }
        // Where there is no room they wait on: the batches that they are of are written.
        self.write(&mut entries).or_else(|error| if error.is_no_space() { Ok(()) } else { Err(error) })
    }

    /// Whether so many more can wait in memory, and nobody writes at this moment.
    pub(super) fn has_room_for(&self, more: usize) -> bool {
        let entries = self.entries.try_lock();
        entries.is_some_and(|entries| entries.pending.len() + more < INDEX_ENTRIES_PENDING_MAX)
    }

    /// The last entry for which `before` holds; it must hold for a prefix of the index.
    pub(super) fn floor(
        &self,
        before: impl Fn(&E) -> bool,
        access: Access,
    ) -> Result<Option<E>, StorageError> {
        let entries = self.entries.lock();
        if entries.pending.first().is_some_and(&before) {
            let after = entries.pending.partition_point(&before);
            return Ok(entries.pending.get(after - 1).copied());
        }
        let (mut low, mut high) = (0, entries.written);
        // Entries that are written do not change but by truncation, so that the file is read without the lock; an
        // entry that is gone meanwhile ends the search like the end of the index.
        drop(entries);
        let mut found = None;
        while high - low > ENTRIES_AT_ONCE {
            let middle = usize::midpoint(low, high);
            match self.read_slot(middle, access)? {
                Some(entry) if before(&entry) => {
                    found = Some(entry);
                    low = middle + 1;
                }
                _ => high = middle,
            }
        }
        if low == high {
            return Ok(found);
        }
        let mut bytes = [0; ENTRIES_AT_ONCE * ENTRY_BYTES_MAX];
        let wanted = bytes.get_mut(..(high - low) * E::BYTES).unwrap_or_default();
        let at = Position((low * E::BYTES) as u64);
        let read = self.file.get_for(access)?.read_full_as(wanted, at, access)?;
        let entries = wanted.get(..read).unwrap_or_default().chunks_exact(E::BYTES);
        let entries = entries.map_while(|entry| E::decode(self.base, entry).filter(&before));
        Ok(entries.last().or(found))
    }

    fn read_slot(&self, slot: usize, access: Access) -> Result<Option<E>, StorageError> {
        let mut bytes = [0; ENTRY_BYTES_MAX];
        let Some(bytes) = bytes.get_mut(..E::BYTES) else {
            return Ok(None);
        };
        let at = Position((slot * E::BYTES) as u64);
        let read = self.file.get_for(access)?.read_full_as(bytes, at, access)?;
        Ok(if read == E::BYTES { E::decode(self.base, bytes) } else { None })
    }

    fn write(&self, entries: &mut Entries<E>) -> Result<(), StorageError> {
        if entries.pending.is_empty() {
            return Ok(());
        }
        let mut bytes = Vec::with_capacity(entries.pending.len() * E::BYTES);
        for entry in &entries.pending {
            entry.encode(self.base, &mut bytes);
        }
        let file = self.make(entries)?;
        file.write_all_at(&bytes, Position((entries.written * E::BYTES) as u64))?;
        entries.written += entries.pending.len();
        entries.pending.clear();
        entries.undurable.content.add();
        Ok(())
    }

    /// The file, which few writes need: it takes no place among those that stay open.
    fn make(&self, entries: &mut Entries<E>) -> Result<Arc<io::File>, StorageError> {
        if entries.made {
            return self.file.get_once(OpenMode::Write);
        }
        let file = self.file.get_once(OpenMode::Create)?;
        entries.made = true;
        entries.undurable.make();
        Ok(file)
    }

    /// Writes what waits in memory.
    pub(super) fn flush(&self) -> Result<(), StorageError> {
        self.write(&mut self.entries.lock())
    }

    /// Makes what was flushed durable, where anything was since the last time; answers what [`Self::mark_durable`] is to be
    /// told once its name is durable, too.
    pub(super) fn sync(&self) -> Result<Undurable, StorageError> {
        let undurable = self.entries.lock().undurable;
        undurable.sync(|| self.file.get_once(OpenMode::Write))
    }

    pub(super) fn mark_durable(&self, synced: &Undurable) {
        self.entries.lock().undurable.mark_durable(synced);
    }

    /// Writes what waits; the file is there then, if it is empty.
    pub(super) fn seal(&self) -> Result<(), StorageError> {
        let mut entries = self.entries.lock();
        self.write(&mut entries)?;
        if entries.made { Ok(()) } else { self.make(&mut entries).map(drop) }
    }

    /// Drops the entries for which `stays` does not hold; it must hold for a prefix.
    pub(super) fn truncate(&self, stays: impl Fn(&E) -> bool) -> Result<(), StorageError> {
        let mut entries = self.entries.lock();
        self.write(&mut entries)?;
        if !entries.made {
            return Ok(());
        }
        let (mut low, mut high) = (0, entries.written);
        let mut last = None;
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.read_slot(middle, Access::Waiting)? {
                Some(entry) if stays(&entry) => {
                    last = Some(entry);
                    low = middle + 1;
                }
                _ => high = middle,
            }
        }
        entries.written = low;
        entries.last = last;
        entries.undurable.content.add();
        self.file.get_once(OpenMode::Write)?.set_len((low * E::BYTES) as u64)
    }

    /// The smallest entry.
    pub(super) fn first(&self) -> Result<Option<E>, StorageError> {
        let entries = self.entries.lock();
        if entries.written == 0 {
            Ok(entries.pending.first().copied())
        } else {
            self.read_slot(0, Access::Waiting)
        }
    }
}

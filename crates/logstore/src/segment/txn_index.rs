//! Aborted transactions of a segment: `N.txnindex`, which exists only where there is one.
//!
//! ```text
//! entry, 34 bytes:  version i16 = 0 | producerId i64 | firstOffset i64 | lastOffset i64 | lastStableOffset i64
//! ```
//!
//! `lastOffset` is that of the abort marker and grows strictly; `lastStableOffset` is what the log's was after it,
//! so that a search ends at the first entry from which nothing older can follow.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use super::Undurable;
use crate::base::bytes::be;
use crate::base::error::StorageError;
use crate::base::limits::SMALL_FILE_BYTES_MAX;
use crate::base::types::{Offset, Position, ProducerId};
use crate::io::{self, Access, Disk, FilePool, PooledFile};

/// Size of an entry.
pub const TXN_ENTRY_BYTES: usize = 34;
const VERSION: i16 = 0;

/// A transaction that was aborted within the segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AbortedEntry {
    /// Whose it was.
    pub producer_id: ProducerId,
    /// Its first record, maybe in an older segment.
    pub first_offset: Offset,
    /// Its abort marker.
    pub last_offset: Offset,
    /// The log's last stable offset after it.
    pub last_stable: Offset,
}

impl AbortedEntry {
    fn encode(&self) -> [u8; TXN_ENTRY_BYTES] {
        let mut bytes = [0; TXN_ENTRY_BYTES];
        let fields = [self.producer_id.0, self.first_offset.0, self.last_offset.0, self.last_stable.0];
        let _ = be::put_i16(&mut bytes, 0, VERSION);
        for (field, at) in fields.into_iter().zip((2..).step_by(8)) {
            let _ = be::put_i64(&mut bytes, at, field);
        }
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let field = |at| be::get_i64(bytes, at);
        (be::get_i16(bytes, 0)? == VERSION).then_some(())?;
        Some(Self {
            producer_id: ProducerId(field(2)?),
            first_offset: Offset(field(10)?),
            last_offset: Offset(field(18)?),
            last_stable: Offset(field(26)?),
        })
    }
}

/// The transaction index of one segment.
#[derive(Debug)]
pub struct TxnIndex {
    file: PooledFile,
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    /// How many lie in the file, which is there where any do.
    written: usize,
    /// Their last abort marker.
    last: Option<Offset>,
    undurable: Undurable,
}

impl TxnIndex {
    /// The index of `bytes` length; 0 where there is no file. A torn last entry is not counted.
    pub(super) fn open(pool: &Arc<FilePool>, path: PathBuf, bytes: u64) -> Result<Self, StorageError> {
        let index = Self::unopened(pool, path);
        let count = bytes as usize / TXN_ENTRY_BYTES;
        let last = match count.checked_sub(1) {
            Some(slot) => {
                let entry = index.read_slot(slot, Access::Waiting)?;
                Some(entry.ok_or_else(|| index.corrupt(slot))?.last_offset)
            }
            None => None,
        };
        *index.entries.lock() = Entries { written: count, last, undurable: Undurable::default() };
        Ok(index)
    }

    fn unopened(pool: &Arc<FilePool>, path: PathBuf) -> Self {
        Self { file: PooledFile::new(pool, path), entries: Mutex::default() }
    }

    /// The index of a segment that was not closed, up to the last marker below `offset`. The others are to be pushed
    /// again.
    pub(super) fn resume(
        pool: &Arc<FilePool>,
        path: PathBuf,
        bytes: u64,
        below: Offset,
    ) -> Result<Self, StorageError> {
        let index = Self::unopened(pool, path);
        let (mut kept, mut last) = (0, None);
        for slot in 0..bytes as usize / TXN_ENTRY_BYTES {
            let entry = index.read_slot(slot, Access::Waiting)?.filter(|entry| entry.last_offset < below);
            let Some(entry) = entry.filter(|entry| last.is_none_or(|last| entry.last_offset > last)) else {
                break;
            };
            (kept, last) = (slot + 1, Some(entry.last_offset));
        }
        if bytes > 0 {
            index.file.get()?.set_len((kept * TXN_ENTRY_BYTES) as u64)?;
            // A killed process may have left it so.
            index.entries.lock().undurable.make();
        }
        index.entries.lock().keep(kept, last);
        Ok(index)
    }

    /// Why a file is no such index; an absent one is.
    pub(super) fn check(disk: &dyn Disk, path: &Path) -> Result<Option<String>, StorageError> {
        let bytes = io::read_small(disk, path, SMALL_FILE_BYTES_MAX);
        let bytes = bytes.map_err(|error| StorageError::io("read", path, error))?.unwrap_or_default();
        let mut last = None;
        for (slot, bytes) in bytes.chunks(TXN_ENTRY_BYTES).enumerate() {
            match AbortedEntry::decode(bytes) {
                Some(entry) if last.is_none_or(|last| last < entry.last_offset) => {
                    last = Some(entry.last_offset);
                }
                _ => return Ok(Some(format!("entry {slot} is no aborted transaction"))),
            }
        }
        Ok(None)
    }

    fn corrupt(&self, slot: usize) -> StorageError {
        StorageError::corrupt(self.file.path(), (slot * TXN_ENTRY_BYTES) as u64, "not an aborted transaction")
    }

    pub(super) fn file(&self) -> &PooledFile {
        &self.file
    }

    /// Every entry.
    pub(super) fn entries(&self) -> Result<Vec<AbortedEntry>, StorageError> {
        let count = self.entries.lock().written;
        (0..count).map(|slot| self.slot(slot, Access::Waiting)).collect()
    }

    /// Whether there is no entry and so no file.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.lock().written == 0
    }

    /// Adds an entry, unless it is there already from an attempt for which there was no room.
    pub(super) fn push(&self, entry: &AbortedEntry) -> Result<(), StorageError> {
        let mut entries = self.entries.lock();
        if entries.last.is_some_and(|last| last >= entry.last_offset) {
            return Ok(());
        }
        let at = Position((entries.written * TXN_ENTRY_BYTES) as u64);
        let file = self.file.get_or_create()?;
        if entries.written == 0 {
            entries.undurable.make();
        }
        file.write_all_at(&entry.encode(), at)?;
        let written = entries.written + 1;
        entries.keep(written, Some(entry.last_offset));
        entries.undurable.content.add();
        Ok(())
    }

    fn slot(&self, slot: usize, access: Access) -> Result<AbortedEntry, StorageError> {
        self.read_slot(slot, access)?.ok_or_else(|| self.corrupt(slot))
    }

    fn read_slot(&self, slot: usize, access: Access) -> Result<Option<AbortedEntry>, StorageError> {
        let mut bytes = [0; TXN_ENTRY_BYTES];
        let at = Position((slot * TXN_ENTRY_BYTES) as u64);
        let read = self.file.get_for(access)?.read_full_as(&mut bytes, at, access)?;
        Ok(if read == TXN_ENTRY_BYTES { AbortedEntry::decode(&bytes) } else { None })
    }

    /// Adds to `found` what overlaps `from..to`; true when no later segment can hold more.
    pub(super) fn collect(
        &self,
        from: Offset,
        to: Offset,
        found: &mut Vec<AbortedEntry>,
        access: Access,
    ) -> Result<bool, StorageError> {
        let count = self.entries.lock().written;
        for slot in self.first_slot_from(from, count, access)?..count {
            let entry = self.slot(slot, access)?;
            if entry.last_offset >= from && entry.first_offset < to {
                found.push(entry);
            }
            if entry.last_stable >= to {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The first of `count` entries whose marker is at or behind `offset`.
    fn first_slot_from(&self, offset: Offset, count: usize, access: Access) -> Result<usize, StorageError> {
        let (mut low, mut high) = (0, count);
        while low < high {
            let middle = usize::midpoint(low, high);
            let entry = self.slot(middle, access)?;
            if entry.last_offset < offset {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// Drops what was aborted at or behind `offset`.
    pub(super) fn truncate(&self, offset: Offset) -> Result<(), StorageError> {
        let count = self.entries.lock().written;
        if count == 0 {
            return Ok(());
        }
        let kept = self.first_slot_from(offset, count, Access::Waiting)?;
        let last = match kept.checked_sub(1) {
            Some(slot) => self.read_slot(slot, Access::Waiting)?.map(|entry| entry.last_offset),
            None => None,
        };
        let mut entries = self.entries.lock();
        entries.keep(kept, last);
        entries.undurable.content.add();
        drop(entries);
        self.file.get()?.set_len((kept * TXN_ENTRY_BYTES) as u64)
    }

    /// The last abort marker in it.
    pub(super) fn last(&self) -> Option<Offset> {
        self.entries.lock().last
    }

    /// As of the other indexes.
    pub(super) fn sync(&self) -> Result<Undurable, StorageError> {
        let undurable = self.entries.lock().undurable;
        undurable.sync(|| self.file.get())
    }

    pub(super) fn mark_durable(&self, synced: &Undurable) {
        self.entries.lock().undurable.mark_durable(synced);
    }
}

impl Entries {
    fn keep(&mut self, written: usize, last: Option<Offset>) {
        (self.written, self.last) = (written, last);
    }
}

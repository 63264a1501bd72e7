//! Appending to a segment, sealing, syncing and cutting it. One thread at a time: the log's writer lock.

use std::io::IoSlice;

use super::{AbortedEntry, Entries, Kind, Segment, Shape, TimeEntry};
use crate::base::error::StorageError;
use crate::base::types::{Offset, Position, Timestamp};
use crate::io::{Access, Caching};

impl Segment {
    /// Appends the transactions that the batches abort, the batches with one vectored write, and their index entries.
    /// Where there is no room for the batches it can be done again.
    pub fn append<'b>(
        &self,
        batches: impl Iterator<Item = &'b [u8]>,
        entries: impl Iterator<Item = Entries>,
        aborted: impl Iterator<Item = AbortedEntry>,
        largest: TimeEntry,
        caching: Caching,
    ) -> Result<(), StorageError> {
        for entry in aborted {
            self.aborted.push(&entry)?;
        }
        let mut buffers: Vec<_> = batches.map(IoSlice::new).collect();
        self.data.append(&mut buffers, caching)?;
        for entry in entries {
            self.index(entry)?;
        }
        let mut known = self.largest.lock();
        if largest.timestamp > known.timestamp {
            *known = largest;
        }
        Ok(())
    }

    pub(super) fn index(&self, entries: Entries) -> Result<(), StorageError> {
        if let Some(entry) = entries.offset {
            self.offsets.0.push(entry)?;
        }
        if let Some(entry) = entries.time {
            self.times.0.push(entry)?;
        }
        Ok(())
    }

    /// Whether batches that bring so many index entries are added without a write to an index, and at once.
    pub fn has_room_for_entries(&self, more: usize) -> bool {
        more == 0 || self.offsets.0.has_room_for(more) && self.times.0.has_room_for(more)
    }

    /// Adds an aborted transaction whose marker is in the segment, unless the index has it.
    pub fn push_aborted(&self, entry: &AbortedEntry) -> Result<(), StorageError> {
        let is_new = self.aborted.last().is_none_or(|last| entry.last_offset > last);
        if is_new { self.aborted.push(entry) } else { Ok(()) }
    }

    pub(super) fn set_largest(&self, largest: TimeEntry) {
        *self.largest.lock() = largest;
    }

    /// The segment gets no more batches, for now: its last time entry is written, and both indexes are there.
    pub fn seal(&self, last: Option<TimeEntry>) -> Result<(), StorageError> {
        // An attempt for which there was no room may have left it there.
        let missing = last.filter(|last| self.times.0.last() != Some(*last));
        self.index(Entries { offset: None, time: missing })?;
        self.offsets.0.seal()?;
        self.times.0.seal()
    }

    /// Writes index entries that wait in memory: what is written is then in the page cache, all of it.
    pub fn flush(&self) -> Result<(), StorageError> {
        self.offsets.0.flush()?;
        self.times.0.flush()
    }

    /// Flushes and makes everything durable.
    pub fn sync(&self) -> Result<(), StorageError> {
        self.data.sync()?;
        self.sync_indexes()
    }

    /// Flushes the indexes and makes them durable with their names: below the recovery point they are not built again.
    pub fn sync_indexes(&self) -> Result<(), StorageError> {
        self.flush()?;
        let synced = [self.offsets.0.sync()?, self.times.0.sync()?, self.aborted.sync()?];
        if synced.iter().any(|index| !index.name.are_durable()) {
            let disk = self.data.pooled().pool().disk();
            disk.sync_dir(&self.directory)
                .map_err(|error| StorageError::io("sync", &self.directory, error))?;
        }
        let [offsets, times, aborted] = &synced;
        self.offsets.0.mark_durable(offsets);
        self.times.0.mark_durable(times);
        self.aborted.mark_durable(aborted);
        Ok(())
    }

    /// Cuts everything from `offset` on.
    pub fn truncate(&self, offset: Offset) -> Result<(), StorageError> {
        let cut = match self.find(offset, Position(self.size()), Access::Waiting)? {
            Some(batch) => batch.position,
            None => return Ok(()),
        };
        self.offsets.0.truncate(|entry| entry.position < cut)?;
        self.times.0.truncate(|entry| entry.offset < offset)?;
        self.aborted.truncate(offset)?;
        self.data.truncate(cut)?;
        self.resumed.forget();
        let largest = self.largest_written()?;
        self.set_largest(largest);
        Ok(())
    }

    /// The largest timestamp, from the last time entry and the batches behind it that no entry is beside.
    pub(super) fn largest_written(&self) -> Result<TimeEntry, StorageError> {
        let none = TimeEntry { timestamp: Timestamp::NONE, offset: self.base };
        let mut largest = self.times.0.last().unwrap_or(none);
        if let Some(indexed) = self.times.0.last() {
            self.check_last_time(&indexed)?;
        }
        // Up to the newest entry of the offset index it is the largest, also where timestamps do not grow.
        let newest = self.offsets.0.last();
        for batch in self.headers_at(newest, Position(self.size()), Access::Waiting)? {
            let header = batch?.header;
            if header.max_timestamp > largest.timestamp {
                largest = TimeEntry { timestamp: header.max_timestamp, offset: header.last_offset() };
            }
        }
        Ok(largest)
    }

    /// Retention goes by it, and no CRC covers it.
    fn check_last_time(&self, indexed: &TimeEntry) -> Result<(), StorageError> {
        let at = self.offsets.lookup(indexed.offset, Access::Waiting)?;
        for batch in self.headers_at(at, Position(self.size()), Access::Waiting)? {
            let header = batch?.header;
            if header.last_offset() < indexed.offset {
                continue;
            }
            if header.base_offset > indexed.offset || header.max_timestamp == indexed.timestamp {
                break;
            }
            let path = self.file_path(Kind::TimeIndex);
            return Err(StorageError::corrupt(path, 0, "the last time is that of no batch"));
        }
        Ok(())
    }

    /// The segment's shape for the appends that follow.
    pub fn shape(&self, created: Timestamp) -> Result<Shape, StorageError> {
        let first = self.first_timestamp()?;
        let entries = (self.offsets.0.len(), self.times.0.len());
        let last_time = self.times.0.last();
        Ok(Shape::reopened(self.base, self.size(), created, first, self.largest(), entries, last_time))
    }
}

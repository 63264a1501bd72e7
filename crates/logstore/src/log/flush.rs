//! Making what was appended durable in the segments: for a checkpoint of the write-ahead log, and for topics that ask
//! for a sync now and then (`flush.messages`, `flush.ms`).

use std::sync::Arc;
use std::time::Duration;

use super::state::{Phase, State};
use super::watch::Wakeups;
use super::writer::{Unsynced, Writer};
use super::{Log, LogConfig, LogError};
use crate::base::error::StorageError;
use crate::base::types::Offset;
use crate::io::arena::Buf;
use crate::io::{File, OpenMode};
use crate::segment::Segment;

impl Log {
    /// Writes what may be written: what the write-ahead log has, and what needs no more than a write.
    pub fn write_behind(&self) {
        let mut wakeups = Wakeups::default();
        let mut writer = self.writer.lock();
        self.write_out(&mut writer, &mut wakeups);
        drop(writer);
        wakeups.deliver();
    }

    /// The same; answers the batches for which there was no room, and which only memory and the write-ahead log have.
    pub(super) fn write_but_for(&self) -> Vec<Buf> {
        let mut wakeups = Wakeups::default();
        let mut writer = self.writer.lock();
        self.write_out(&mut writer, &mut wakeups);
        let unwritten = match &*self.phase.lock() {
            Phase::Open(state) if state.put_off.pending => {
                state.pending.iter().map(|batch| batch.bytes.clone()).collect()
            }
            _ => Vec::new(),
        };
        drop(writer);
        wakeups.deliver();
        unwritten
    }

    /// Writes what may be written and makes it durable; the recovery point follows. Appends go on meanwhile. Where there
    /// was no room for all of it, what is written is durable.
    pub fn flush(&self) -> Result<(), LogError> {
        let Some(to) = self.begin_flush() else {
            return Ok(());
        };
        let unsynced = self.unsynced();
        self.sync_up_to(to, &unsynced).map_err(|error| self.not_synced(&error))?;
        self.forget_unsynced(&unsynced);
        self.end_flush(to);
        if self.is_put_off() { Err(LogError::DiskFull) } else { Ok(()) }
    }

    /// Some of it could not be synced, or there was no room for the index entries that had to be written before.
    pub(super) fn not_synced(&self, error: &StorageError) -> LogError {
        match &mut *self.phase.lock() {
            // A topic that was deleted meanwhile takes its directory along; nothing is wrong with the disk.
            Phase::Ended(ended) => return ended.clone(),
            Phase::Open(state) => self.await_checkpoint(state),
            Phase::Unopened => {}
        }
        self.met(error)
    }

    /// The same for who syncs the whole file system, between this and [`Self::end_flush`] of all its logs.
    pub fn begin_flush_with_others(&self) -> Result<Option<Offset>, LogError> {
        let (Some(to), Some(recovery_point)) = (self.begin_flush(), self.recovery_point()) else {
            return Ok(None);
        };
        let segments = self.segments.read().clone();
        // One that cannot be written takes the directory out of service.
        let flushed = Self::sync_each(&segments, recovery_point, Segment::flush);
        flushed.map_err(|error| self.not_synced(&error))?;
        if self.is_put_off() { Err(LogError::DiskFull) } else { Ok(Some(to)) }
    }

    /// Writes what may be written; answers how far the segments then go.
    fn begin_flush(&self) -> Option<Offset> {
        if let Phase::Open(state) = &mut *self.phase.lock() {
            // What is committed from here on counts for the next checkpoint.
            state.uncheckpointed = false;
            state.flush_since = None;
        }
        self.write_behind();
        match &mut *self.phase.lock() {
            Phase::Open(state) => {
                if state.put_off.pending {
                    self.await_checkpoint(state);
                }
                Some(state.written)
            }
            _ => None,
        }
    }

    /// Everything below `to` is durable.
    pub fn end_flush(&self, to: Offset) {
        if let Phase::Open(state) = &mut *self.phase.lock() {
            let to = to.min(state.offsets.log_end());
            state.offsets.advance_recovery_point(to);
        }
    }

    /// Syncs the segments from the recovery point up to `to`, and what else was written.
    fn sync_up_to(&self, to: Offset, unsynced: &Unsynced) -> Result<(), StorageError> {
        let recovery_point = self.recovery_point().filter(|recovery_point| to > *recovery_point);
        if let Some(recovery_point) = recovery_point {
            let segments = self.segments.read().clone();
            Self::sync_each(&segments, recovery_point, Segment::sync)?;
        }
        self.sync_beside(unsynced)
    }

    /// Syncs segments that may hold something from `from` on.
    pub(super) fn sync_each(
        segments: &[Arc<Segment>],
        from: Offset,
        sync: impl Fn(&Segment) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        let first = segments.partition_point(|segment| segment.base() <= from).saturating_sub(1);
        for segment in segments.get(first..).unwrap_or_default() {
            match sync(segment) {
                // Retention took it meanwhile.
                Err(StorageError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {}
                other => other?,
            }
        }
        Ok(())
    }

    /// Syncs small files, then the directory and its own name.
    pub(super) fn sync_beside(&self, unsynced: &Unsynced) -> Result<(), StorageError> {
        for path in unsynced.files() {
            match File::open(self.home.disk(), path, OpenMode::Write) {
                Ok(file) => file.sync()?,
                // A snapshot that went with its segment.
                Err(StorageError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        if unsynced.is_empty() { Ok(()) } else { self.sync_directory() }
    }

    /// What is to be synced beside the segments. It stays so until [`Self::forget_unsynced`]: who comes in between syncs it,
    /// too, instead of believing it done.
    pub(super) fn unsynced(&self) -> Unsynced {
        self.writer.lock().unsynced.clone()
    }

    pub(super) fn forget_unsynced(&self, synced: &Unsynced) {
        if !synced.is_empty() {
            self.writer.lock().unsynced.forget(synced);
        }
    }

    /// The sync that `flush.messages` asks for between the write and the answer.
    pub(super) fn flush_written(&self, writer: &mut Writer, to: Offset) -> Result<(), StorageError> {
        let unsynced = writer.unsynced.clone();
        self.sync_up_to(to, &unsynced)?;
        writer.unsynced.forget(&unsynced);
        Ok(())
    }

    /// Whether the log holds more than is known to be durable in its segments.
    pub fn is_behind(&self) -> bool {
        matches!(&*self.phase.lock(), Phase::Open(state) if state.offsets.recovery_point() < state.offsets.log_end())
    }

    pub(super) fn is_relaxed(&self) -> bool {
        matches!(&*self.phase.lock(), Phase::Open(state) if state.is_relaxed())
    }

    /// Has what was appended without the write-ahead log synced in time.
    pub(super) fn watch_flush(&self, state: &mut State, config: &LogConfig) {
        if config.flush_after().is_some() && state.flush_since.is_none() {
            state.flush_since = Some(self.home.clock.monotonic());
            self.home.list_to_flush(self);
        }
    }

    /// Flushes when `flush.ms` has passed since the first batch that was not; false when it is too early.
    pub(super) fn flush_if_due(&self, now: Duration) -> bool {
        let since = match &*self.phase.lock() {
            Phase::Open(state) => state.flush_since,
            _ => None,
        };
        let (Some(since), Some(patience)) = (since, self.config.load().flush_after()) else {
            return true;
        };
        if now.saturating_sub(since) < patience {
            return false;
        }
        // A failure takes the directory out of service, which is told.
        let is_full = self.flush() == Err(LogError::DiskFull);
        if let Phase::Open(state) = &mut *self.phase.lock()
            && is_full
        {
            state.flush_since = Some(since);
        }
        !is_full
    }
}

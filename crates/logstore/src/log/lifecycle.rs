//! Syncing, closing and deleting a log.

use std::sync::atomic::Ordering;

use super::Log;
use super::error::LogError;
use super::state::{Phase, ProducerFiles, State};
use super::watch::Wakeups;
use super::writer::Writer;
use crate::base::error::StorageError;
use crate::base::types::{Offset, Timestamp};
use crate::io::Doomed;
use crate::segment::{Kind, Segment, TimeEntry, names};

/// What the data directory's checkpoints are to say of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpointed {
    /// Below it everything is synced.
    pub recovery_point: Offset,
    /// First offset, where it is not the first segment's.
    pub log_start: Option<Offset>,
    /// High watermark.
    pub high_watermark: Offset,
    /// Up to where it is compacted, where it ever was.
    pub cleaned_to: Option<Offset>,
}

impl Log {
    /// What to checkpoint; `None` when the log is out of service, so that the older entry stays.
    pub fn checkpointed(&self) -> Option<Checkpointed> {
        let first_base = self.segments.read().first().map(|segment| segment.base());
        let explicit =
            |log_start: Offset| Some(log_start).filter(|start| first_base.is_none_or(|base| *start > base));
        match &*self.phase.lock() {
            Phase::Open(state) => Some(Checkpointed {
                recovery_point: state.offsets.recovery_point(),
                log_start: explicit(state.offsets.log_start()).filter(|start| start.0 > 0),
                high_watermark: state.offsets.high_watermark(),
                cleaned_to: state.cleaned_to,
            }),
            Phase::Unopened | Phase::Ended(_) => None,
        }
    }

    /// A checkpoint has come: has the producers written down soon, where more than `bytes_max` came since they were last.
    pub fn want_snapshot(&self, bytes_max: u64) {
        if let Phase::Open(state) = &mut *self.phase.lock() {
            state.want_snapshot(bytes_max);
        }
    }

    /// Syncs segments that were sealed since the last time and moves the recovery point behind them. Appends go on
    /// meanwhile.
    pub fn sync_sealed(&self) -> Result<(), LogError> {
        let Some(recovery_point) = self.recovery_point() else {
            return Ok(());
        };
        let segments = self.segments.read().clone();
        let Some((active, sealed)) = segments.split_last() else {
            return Ok(());
        };
        let base = active.base();
        if base <= recovery_point {
            return Ok(());
        }
        let unsynced = self.unsynced();
        let synced = Self::sync_each(sealed, recovery_point, Segment::sync);
        synced.and_then(|()| self.sync_beside(&unsynced)).map_err(|error| self.not_synced(&error))?;
        self.forget_unsynced(&unsynced);
        if let Phase::Open(state) = &mut *self.phase.lock() {
            let to = base.min(state.offsets.log_end());
            state.offsets.advance_recovery_point(to);
        }
        Ok(())
    }

    pub(super) fn recovery_point(&self) -> Option<Offset> {
        match &*self.phase.lock() {
            Phase::Open(state) => Some(state.offsets.recovery_point()),
            _ => None,
        }
    }

    pub(super) fn sync_directory(&self) -> Result<(), StorageError> {
        let directory = self.directory();
        let disk = self.home.disk();
        for path in [&directory, self.home.path()] {
            disk.sync_dir(path).map_err(|error| StorageError::io("sync", path, error))?;
        }
        Ok(())
    }

    /// A write or sync failed: the directory is out of service (D17).
    pub(super) fn failed(&self, error: &StorageError) -> LogError {
        self.home.fail(error);
        LogError::Storage(error.to_string())
    }

    /// The same, but where there was no room: the directory stays in service.
    pub(super) fn met(&self, error: &StorageError) -> LogError {
        if error.is_no_space() {
            self.home.room().run_out();
            return LogError::DiskFull;
        }
        self.failed(error)
    }

    /// Forgets producers that were idle for longer than `producer.id.expiration.ms`.
    pub fn expire_producers(&self, now: Timestamp, expiration_ms: i64) {
        if let Phase::Open(state) = &mut *self.phase.lock() {
            state.producers.expire(now, expiration_ms);
        }
    }

    /// Whether its files may have to be looked at by retention.
    pub fn has_files(&self) -> bool {
        self.on_disk.load(Ordering::Acquire)
    }

    /// Writes out everything and leaves the directory as Kafka leaves it at a clean stop: both indexes there, a
    /// producer snapshot at the log end. With `sync` everything is made durable, else the caller syncs the file
    /// system. Afterwards the log is out of service.
    pub fn close(&self, sync: bool) -> Result<Option<Checkpointed>, LogError> {
        let mut wakeups = Wakeups::default();
        if self.has_files() && !self.found.clean {
            // The next start takes it as it is. One that does not open has said why.
            let _ = self.recover();
        }
        let mut writer = self.writer.lock();
        if let Phase::Open(state) = &mut *self.phase.lock() {
            // What nobody commits any more is written and synced as if there were no write-ahead log.
            let State { unlogged, pending, relaxed_end, offsets, .. } = &mut **state;
            if !unlogged.is_empty() {
                pending.append(unlogged);
                *relaxed_end = offsets.log_end();
            }
        }
        self.write_out(&mut writer, &mut wakeups);
        if self.is_put_off() && self.home.ahead().give_back(0).is_ok() {
            self.write_out(&mut writer, &mut wakeups);
        }
        // What there is no room for is still in the write-ahead log.
        let closed =
            if self.is_put_off() { Err(LogError::DiskFull) } else { self.close_files(&mut writer, sync) };
        let checkpointed = match &closed {
            Ok(()) => self.checkpointed(),
            Err(_) => None,
        };
        let ended =
            closed.as_ref().err().map_or_else(|| LogError::Storage("the log is closed".into()), Clone::clone);
        self.end(ended, &mut wakeups);
        drop(writer);
        wakeups.deliver();
        closed.map(|()| checkpointed)
    }

    fn close_files(&self, writer: &mut Writer, sync: bool) -> Result<(), LogError> {
        self.home.in_service()?;
        self.home.in_reserve(|| self.finish_roll(writer)).map_err(|error| self.met(&error))?;
        // Without a segment nothing was ever appended: such a log has no directory, or one that is as it was found.
        let Some(active) = self.active() else {
            return Ok(());
        };
        let (seal, log_end, producers, epochs) = {
            let Phase::Open(state) = &mut *self.phase.lock() else {
                return Ok(());
            };
            let seal = if writer.unsealed { state.shape.seal() } else { None };
            let producers = ProducerFiles::of(&state.producers);
            (seal, state.offsets.log_end(), producers, state.epochs.take_changed())
        };
        let written = self.home.in_reserve(|| {
            self.make_directory(writer)?;
            epochs.as_ref().map_or(Ok(()), |epochs| self.write_epochs(writer, epochs))
        });
        written.map_err(|error| self.met(&error))?;
        let synced = self.home.in_reserve(|| {
            let producers = (log_end, &producers);
            self.seal_and_sync(writer, &active, seal, producers, sync)
        });
        synced.map_err(|error| self.met(&error))?;
        if let Phase::Open(state) = &mut *self.phase.lock() {
            state.offsets.advance_recovery_point(log_end);
        }
        Ok(())
    }

    fn seal_and_sync(
        &self,
        writer: &mut Writer,
        active: &Segment,
        seal: Option<TimeEntry>,
        (log_end, producers): (Offset, &ProducerFiles),
        sync: bool,
    ) -> Result<(), StorageError> {
        if writer.unsealed {
            active.seal(seal)?;
            writer.unsealed = false;
        }
        let directory = self.directory();
        let snapshot_path = names::file_path(&directory, log_end, Kind::Snapshot);
        let snapshot_is_there = writer.snapshot_at == Some(log_end)
            || self.home.disk().file_len(&snapshot_path).is_ok_and(|len| len.is_some());
        if log_end.0 > 0 && !snapshot_is_there {
            self.write_snapshot(writer, log_end, producers)?;
        }
        writer.snapshots_within.retain(|at| *at < log_end);
        self.drop_snapshots_within(writer, 0)?;
        if sync {
            let recovery_point = self.recovery_point().unwrap_or(Offset(0));
            let segments = self.segments.read().clone();
            Self::sync_each(&segments, recovery_point, Segment::sync)?;
            writer.unsynced.add_names();
            self.sync_beside(&writer.unsynced)?;
        }
        Ok(())
    }

    /// Takes the log out of service because its topic was deleted, and tells everybody who waits; waits for nobody. A log
    /// that is being opened follows with [`Self::delete`].
    pub fn retire(&self) {
        let mut wakeups = Wakeups::default();
        if let Some(mut phase) = self.phase.try_lock() {
            self.end_in(&mut phase, LogError::Deleted, &mut wakeups);
        }
        wakeups.deliver();
    }

    /// The same, and gives up the directory's name; answers the directory to remove later. The caller makes the new name
    /// durable, once for many logs.
    pub fn delete(&self) -> Result<Option<Doomed>, LogError> {
        self.leave(names::DELETE_DIRECTORY)
    }

    /// Takes the log out of service because its name belongs to another topic; what it held is kept as `-stray`.
    pub fn set_aside(&self) -> Result<(), LogError> {
        if self.leave(names::STRAY_DIRECTORY)?.is_some() {
            self.home.sync().map_err(|error| self.failed(&error))?;
            self.report_stray(self.id.topic);
        }
        Ok(())
    }

    fn leave(&self, suffix: &str) -> Result<Option<Doomed>, LogError> {
        let mut wakeups = Wakeups::default();
        // A swap goes by names, which may belong to another topic afterwards.
        let _maintenance = self.maintenance.lock();
        let writer = self.writer.lock();
        self.end(LogError::Deleted, &mut wakeups);
        let readers = {
            let mut segments = self.segments.write();
            self.removals.fetch_add(1, Ordering::Relaxed);
            let gone = std::mem::take(&mut *self.readers_of_gone.lock());
            segments.drain(..).map(|segment| segment.readers()).chain(gone).collect()
        };
        let renamed = if self.on_disk.swap(false, Ordering::AcqRel) {
            let directory = self.directory();
            let rename = || self.rename_directory(&directory, &self.id.topic.0, suffix);
            let renamed = self.home.in_reserve(rename);
            renamed.map(|path| Some(Doomed::directory(path, readers))).map_err(|error| self.failed(&error))
        } else {
            Ok(None)
        };
        // Nobody misses anything of it any more.
        let forgotten = self.home.in_reserve(|| self.home.note_losses(self.id, Vec::new()));
        drop(writer);
        wakeups.deliver();
        forgotten.map_err(|error| self.met(&error)).and(renamed)
    }
}

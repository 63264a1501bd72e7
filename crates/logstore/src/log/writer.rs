//! From memory to the segments: one vectored write per log and turn.
//!
//! Order within a turn: directory and `partition.metadata` where missing, the epochs that the batches brought, the
//! batches up to a roll, the roll (old segment sealed, producer snapshot, new segment), the batches behind it, the
//! sync that `flush.messages` asks for, and then, under the state's lock, the high watermark and who waited for it.
//! Batches that come from the write-ahead log were acknowledged before.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::leftovers::remove;
use super::state::{PendingBatch, Phase, ProducerFiles, Roll, State};
use super::{Log, LogError, checkpoint};
use crate::base::error::StorageError;
use crate::base::limits::{
    DIRECT_WAITED_BYTES_MIN, DROPPED_BEHIND_BYTES_MIN, DROPPED_BYTES_MIN, SNAPSHOTS_WITHIN_MAX,
};
use crate::base::types::{LeaderEpoch, Offset, Timestamp};
use crate::io::{self, Caching, Changes};
use crate::segment::{Kind, Segment, TimeEntry, names};
use crate::wal::{Pending, Wakeups};

/// What the one who writes remembers of the disk; its lock makes him the only one.
#[derive(Default)]
pub(super) struct Writer {
    /// Directory and `partition.metadata` are there.
    pub(super) directory_made: bool,
    /// The active segment was appended to since it was opened.
    pub(super) unsealed: bool,
    /// A step to a new segment for which there was no room when retention wanted it.
    pub(super) roll: Option<Roll>,
    /// Offset of the newest producer snapshot.
    pub(super) snapshot_at: Option<Offset>,
    /// Offsets of those that lie within a segment, ascending.
    pub(super) snapshots_within: VecDeque<Offset>,
    pub(super) unsynced: Unsynced,
}

/// What a flush has to make durable beside the segments: it syncs what a copy says, and only then has that forgotten.
#[derive(Clone, Debug, Default)]
pub(super) struct Unsynced {
    /// Small files, each with the number of its newest change.
    files: BTreeMap<PathBuf, u64>,
    /// Files were created, or written anew.
    names: Changes,
}

impl Writer {
    /// Batches were added to the active segment and may be added as it is.
    pub(super) fn is_under_way(&self) -> bool {
        self.directory_made && self.unsealed && self.roll.is_none()
    }
}

impl Unsynced {
    /// A file was written under a name of before, or a new one.
    pub(super) fn add_file(&mut self, path: PathBuf) {
        self.add_names();
        self.files.insert(path, self.names.newest());
    }

    pub(super) fn add_names(&mut self) {
        self.names.add();
    }

    pub(super) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.files.keys()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.names.are_durable()
    }

    /// What `before` has was synced.
    pub(super) fn forget(&mut self, before: &Self) {
        self.names.mark_durable(&before.names);
        self.files.retain(|_, newest| *newest > before.names.newest());
    }
}

pub(super) struct Work {
    batches: Vec<PendingBatch>,
    bytes: usize,
    epochs: Option<Vec<(LeaderEpoch, Offset)>>,
    /// Batches that are written.
    written: usize,
    /// The offset behind the last of them.
    end: Offset,
    /// To be synced before it is acknowledged.
    flush: bool,
}

impl Pending for Log {
    fn write_pending(&self, wakeups: &mut Wakeups) {
        let mut writer = self.writer.lock();
        self.write_out(&mut writer, wakeups);
    }

    fn give_up(&self, wakeups: &mut Wakeups) {
        let _writer = self.writer.lock();
        let error = self.failed(&self.corrupt("writing it panicked"));
        self.end(error, wakeups);
    }
}

impl Log {
    /// Writes everything pending; after a failure the log is out of service and its directory too. What there is no
    /// room for stays pending.
    pub(super) fn write_out(&self, writer: &mut Writer, wakeups: &mut Wakeups) {
        if let Some(work) = self.take_work_if(|_| true) {
            self.write_taken(writer, work, wakeups);
        }
    }

    pub(super) fn write_taken(&self, writer: &mut Writer, mut work: Work, wakeups: &mut Wakeups) {
        self.home.room().spend(work.bytes);
        self.home.pace.wrote(work.bytes);
        let written = self.home.in_service();
        let written =
            written.and_then(|()| self.write_work(writer, &mut work).map_err(|error| self.met(&error)));
        match written {
            Ok(()) => self.finish(&work, wakeups),
            Err(LogError::DiskFull) => {
                work.flush = false;
                self.finish(&work, wakeups);
                self.put_back(&mut work, wakeups);
            }
            Err(error) => self.end(error, wakeups),
        }
        self.home.pressure.release(work.bytes, wakeups);
        self.home.trim_tails();
    }

    pub(super) fn take_work_if(&self, is_wanted: impl FnOnce(&State) -> bool) -> Option<Work> {
        let mut phase = self.phase.lock();
        let Phase::Open(state) = &mut *phase else {
            return None;
        };
        if !is_wanted(state) {
            return None;
        }
        (state.told.writer, state.told.home, state.put_off.pending) = (false, false, false);
        if state.pending.is_empty() {
            return None;
        }
        state.take_up(&self.home.pressure);
        let flush = state.is_flush_due(&self.config.load());
        let batches = std::mem::take(&mut state.pending);
        let bytes = batches.iter().map(|batch| batch.bytes.len()).sum();
        state.pending_bytes -= bytes;
        state.writing_bytes = bytes;
        let (epochs, end) = (state.epochs.take_changed(), state.written);
        Some(Work { batches, bytes, epochs, written: 0, end, flush })
    }

    fn write_work(&self, writer: &mut Writer, work: &mut Work) -> Result<(), StorageError> {
        self.finish_roll(writer)?;
        self.make_directory(writer)?;
        if let Some(epochs) = &work.epochs {
            self.write_epochs(writer, epochs)?;
        }
        while let Some((first, others)) = work.batches.get(work.written..).and_then(<[_]>::split_first) {
            if let Some(roll) = &first.roll {
                self.write_roll(writer, roll)?;
            }
            if let Some(snapshot) = &first.snapshot {
                self.write_snapshot_within(writer, snapshot.0, &snapshot.1)?;
            }
            let follows = |batch: &&PendingBatch| batch.roll.is_none() && batch.snapshot.is_none();
            let count = 1 + others.iter().take_while(follows).count();
            let run = work.batches.get(work.written..work.written + count).unwrap_or_default();
            self.write_run(writer, run)?;
            work.end = run.last().map_or(work.end, |last| last.last_offset.plus(1));
            work.written += count;
        }
        if work.flush {
            self.flush_written(writer, work.end)?;
        }
        Ok(())
    }

    /// There was no room for the batches that are not written: they are pending again, and the home has them written
    /// later. Nobody who waits for them does so any longer.
    fn put_back(&self, work: &mut Work, wakeups: &mut Wakeups) {
        let mut phase = self.phase.lock();
        let Phase::Open(state) = &mut *phase else { return };
        let unwritten: Vec<_> = work.batches.drain(work.written..).collect();
        let bytes = unwritten.iter().map(|batch| batch.bytes.len()).sum();
        if unwritten.last().is_some_and(|last| last.last_offset >= state.offsets.high_watermark()) {
            state.put_off.unacknowledged = true;
            state.watchers.put_off(wakeups);
        }
        state.pending.splice(0..0, unwritten);
        if work.epochs.is_some() {
            state.epochs.write_again();
        }
        work.bytes -= bytes;
        state.writing_bytes = 0;
        state.pending_bytes += bytes;
        state.put_off(bytes, &self.home.pressure, wakeups);
        if !std::mem::replace(&mut state.put_off.pending, true) {
            self.home.put_off_write(self);
        }
    }

    /// Whether there was no room for batches that are to be written.
    pub fn is_put_off(&self) -> bool {
        matches!(&*self.phase.lock(), Phase::Open(state) if state.put_off.pending)
    }

    /// Consecutive batches of one segment.
    fn write_run(&self, writer: &mut Writer, run: &[PendingBatch]) -> Result<(), StorageError> {
        let segment = self.active().ok_or_else(|| self.corrupt("a batch without a segment"))?;
        writer.unsealed = true;
        let none = TimeEntry { timestamp: Timestamp::NONE, offset: segment.base() };
        let largest = run.iter().fold(none, |largest, batch| {
            if batch.max_timestamp > largest.timestamp {
                TimeEntry { timestamp: batch.max_timestamp, offset: batch.last_offset }
            } else {
                largest
            }
        });
        segment.append(
            run.iter().map(|batch| &*batch.bytes),
            run.iter().map(|batch| batch.entries),
            run.iter().filter_map(|batch| batch.aborted),
            largest,
            self.caching(run),
        )
    }

    /// What comes fast and in large pieces, and is read from memory of our own, does not stay in that of the system. Past
    /// it goes what nobody waits for, or what is so large that the disk takes it sooner than the system copies it.
    fn caching(&self, run: &[PendingBatch]) -> Caching {
        let bytes: usize = run.iter().map(|batch| batch.bytes.len()).sum();
        let (dropped, direct) = if self.is_relaxed() {
            (DROPPED_BYTES_MIN, DIRECT_WAITED_BYTES_MIN)
        } else {
            (DROPPED_BEHIND_BYTES_MIN, DROPPED_BYTES_MIN)
        };
        if bytes <= dropped {
            Caching::Kept
        } else if !self.home.pace.is_fast() || self.was_read_lately() {
            if self.is_relaxed() { Caching::Kept } else { Caching::Begun }
        } else if bytes < direct {
            Caching::Dropped
        } else {
            Caching::Direct
        }
    }

    /// Seals the active segment, where there is one, and creates the next. Done again, it goes on where it ended.
    pub(super) fn write_roll(&self, writer: &mut Writer, roll: &Roll) -> Result<(), StorageError> {
        let directory = self.directory();
        if let Some(active) = self.active() {
            if active.base() == roll.base {
                return Ok(());
            }
            active.seal(roll.seal)?;
        }
        if let Some(snapshot) = &roll.snapshot {
            self.write_snapshot(writer, roll.base, snapshot)?;
        }
        let segment = Segment::create(&self.home.files, &directory, roll.base)?;
        writer.unsealed = true;
        writer.unsynced.add_names();
        self.segments.write().push(Arc::new(segment));
        Ok(())
    }

    /// Does the step to a new segment that is due.
    pub(super) fn finish_roll(&self, writer: &mut Writer) -> Result<(), StorageError> {
        let Some(roll) = writer.roll.take() else { return Ok(()) };
        self.write_roll(writer, &roll).inspect_err(|_| writer.roll = Some(roll))
    }

    pub(super) fn write_snapshot(
        &self,
        writer: &mut Writer,
        at: Offset,
        producers: &ProducerFiles,
    ) -> Result<(), StorageError> {
        let paths = self.put_snapshot(writer, at, producers)?;
        for path in paths {
            writer.unsynced.add_file(path);
        }
        Ok(())
    }

    /// One that spares a recovery time, and no more: it is not synced. Older ones go.
    fn write_snapshot_within(
        &self,
        writer: &mut Writer,
        at: Offset,
        producers: &ProducerFiles,
    ) -> Result<(), StorageError> {
        self.put_snapshot(writer, at, producers)?;
        if writer.snapshots_within.back() != Some(&at) {
            writer.snapshots_within.push_back(at);
        }
        self.drop_snapshots_within(writer, SNAPSHOTS_WITHIN_MAX)
    }

    /// Leaves so many of the snapshots within segments.
    pub(super) fn drop_snapshots_within(&self, writer: &mut Writer, kept: usize) -> Result<(), StorageError> {
        while writer.snapshots_within.len() > kept
            && let Some(at) = writer.snapshots_within.pop_front()
        {
            for kind in [Kind::Snapshot, Kind::Retries] {
                remove(self.home.disk(), &names::file_path(&self.directory(), at, kind))?;
            }
        }
        Ok(())
    }

    fn put_snapshot(
        &self,
        writer: &mut Writer,
        at: Offset,
        producers: &ProducerFiles,
    ) -> Result<Vec<PathBuf>, StorageError> {
        let mut paths = Vec::new();
        for (kind, bytes) in producers.files() {
            let path = names::file_path(&self.directory(), at, kind);
            io::replace_small_relaxed(self.home.disk(), &path, bytes)?;
            paths.push(path);
        }
        writer.snapshot_at = Some(at);
        Ok(paths)
    }

    pub(super) fn write_epochs(
        &self,
        writer: &mut Writer,
        epochs: &[(LeaderEpoch, Offset)],
    ) -> Result<(), StorageError> {
        let directory = self.directory();
        checkpoint::write_epochs(self.home.disk(), &directory, epochs)?;
        writer.unsynced.add_file(directory.join(checkpoint::LEADER_EPOCHS));
        Ok(())
    }

    /// Creates the partition's directory, which exists from its first batch on (D15).
    pub(super) fn make_directory(&self, writer: &mut Writer) -> Result<(), StorageError> {
        if writer.directory_made {
            return Ok(());
        }
        self.home.make_way(self)?;
        let directory = self.directory();
        let disk = self.home.disk();
        disk.create_dir(&directory).map_err(|error| StorageError::io("create", &directory, error))?;
        if checkpoint::read_topic_id(disk, &directory)?.is_none() {
            checkpoint::write_topic_id(disk, &directory, self.id.topic)?;
        }
        writer.directory_made = true;
        writer.unsynced.add_file(directory.join(checkpoint::PARTITION_METADATA));
        self.on_disk.store(true, Ordering::Release);
        Ok(())
    }

    fn finish(&self, work: &Work, wakeups: &mut Wakeups) {
        let done = work.batches.get(..work.written).unwrap_or_default();
        let bytes: usize = done.iter().map(|batch| batch.bytes.len()).sum();
        let written = &self.home.written;
        written.batches.fetch_add(done.len() as u64, Ordering::Relaxed);
        written.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        let mut phase = self.phase.lock();
        let Phase::Open(state) = &mut *phase else { return };
        state.written = work.end;
        if let Some(active) = self.active() {
            (state.written_base, state.written_bytes) = (active.base(), active.size());
        }
        state.writing_bytes -= bytes;
        state.offsets.advance_high_watermark(work.end);
        state.put_off.unacknowledged &= !state.unlogged.is_empty();
        if work.flush {
            state.offsets.advance_recovery_point(work.end);
        }
        state.producers.replicated(state.offsets.high_watermark());
        state.aborted.retain(|aborted| aborted.last_offset >= work.end);
        state.tail.evict(work.end, &self.home.tail);
        // Only what is written can be given up, so that a log may have been passed over until now.
        self.mark_appended();
        let view = state.view();
        state.watchers.moved(&view, wakeups);
    }

    /// Takes the log out of service and tells everybody who waits.
    pub(super) fn end(&self, error: LogError, wakeups: &mut Wakeups) {
        self.end_in(&mut self.phase.lock(), error, wakeups);
    }

    pub(super) fn end_in(&self, phase: &mut Phase, error: LogError, wakeups: &mut Wakeups) {
        if let Phase::Open(state) = phase {
            self.abandon(state, wakeups);
        }
        if !matches!(phase, Phase::Ended(_)) {
            *phase = Phase::Ended(error);
        }
    }

    fn abandon(&self, state: &mut State, wakeups: &mut Wakeups) {
        state.watchers.abandon(wakeups);
        state.tail.clear(&self.home.tail);
        // What was appended and not yet taken by the one who writes.
        self.home.pressure.release(state.pending_bytes, wakeups);
        (state.pending_bytes, state.put_off.bytes) = (0, 0);
        state.unlogged.clear();
        state.logging.clear();
        state.pending.clear();
    }
}

//! Cutting the end of a log at an offset. Followers do it when they diverged from their leader.
//!
//! Order: everything synced in segments -> a barrier in the write-ahead log, so that what it has of the log is neither
//! brought back nor taken for what follows a hole -> the recovery point lowered -> epochs cut and written, whole segments
//! removed from the end backwards, then the one that is cut; a crash in between leaves a contiguous prefix. The log is
//! then opened anew from its files, so that producers and transactions are those of the records that are left.

use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

use super::offsets::LogOffsets;
use super::recovery::Found;
use super::state::{Phase, Roll};
use super::writer::Writer;
use super::{Log, LogError, Mailbox, Wakeups, Watch};
use crate::base::error::StorageError;
use crate::base::types::{Offset, Position};
use crate::io;
use crate::io::Access;
use crate::segment::Shape;
use crate::wal::Group;

/// Opened by the first token.
#[derive(Default)]
struct Gate(Mutex<bool>, Condvar);

impl Mailbox for Gate {
    fn deliver(&self, _: &mut dyn Iterator<Item = u64>) {
        *self.0.lock() = true;
        self.1.notify_all();
    }
}

impl Gate {
    fn wait(&self) {
        let mut open = self.0.lock();
        while !*open {
            self.1.wait(&mut open);
        }
    }
}

impl Log {
    /// Drops every record from `to` on; a batch that reaches over it goes whole. Answers the new offsets. Nobody
    /// appends meanwhile.
    pub fn truncate(&self, to: Offset) -> Result<LogOffsets, LogError> {
        self.wait_for_commits()?;
        self.flush()?;
        let mut group = Group::default();
        group.barrier(&self.id);
        self.home.ahead().append(&group).map_err(|error| self.failed(&error))?;
        let view = self.cut_to(to)?;
        self.flush()?;
        Ok(view)
    }

    fn cut_to(&self, to: Offset) -> Result<LogOffsets, LogError> {
        let mut wakeups = Wakeups::default();
        let _maintenance = self.maintenance.lock();
        let mut writer = self.writer.lock();
        self.write_out(&mut writer, &mut wakeups);
        if self.is_put_off() {
            return Err(LogError::DiskFull);
        }
        let view = self.offsets()?;
        if to < view.log_end {
            let left = self.batch_at(to).map_err(|error| self.failed(&error))?;
            // What was synced once is about to go: a start must not take it for lost.
            let lowered = self.home.lower_recovery_point(&self.topic, self.id.index, left);
            lowered.map_err(|error| self.failed(&error))?;
            self.cut(&mut writer, to, left).map_err(|error| self.failed(&error))?;
        }
        let mut state = self.opened()?;
        let view = state.view();
        state.watchers.moved(&view, &mut wakeups);
        drop(state);
        drop(writer);
        wakeups.deliver();
        Ok(view)
    }

    /// Where the batch begins that reaches over `to`; `to` where none does.
    fn batch_at(&self, to: Offset) -> Result<Offset, StorageError> {
        let Some(segment) = self.segments_from(to).into_iter().next() else {
            return Ok(to);
        };
        let batch = segment.first_from(to, Position(segment.size()), Access::Waiting)?;
        Ok(batch.map_or(to, |batch| batch.header.base_offset.min(to)))
    }

    /// Returns once everything that was appended may be written to segments.
    fn wait_for_commits(&self) -> Result<(), LogError> {
        let gate = Arc::new(Gate::default());
        let mailbox: Arc<dyn Mailbox> = gate.clone();
        let view = self.offsets()?;
        self.watch(Watch::HighWatermarkAt(view.log_end), &mailbox, 0);
        gate.wait();
        self.offsets().map(drop)
    }

    fn cut(&self, writer: &mut Writer, to: Offset, left: Offset) -> Result<(), StorageError> {
        // Held to the end: nobody may see the log between its old and its new state.
        let mut phase = self.phase.lock();
        let Phase::Open(state) = &mut *phase else {
            return Ok(());
        };
        state.epochs.truncate_end(to);
        if let Some(epochs) = state.epochs.take_changed() {
            self.write_epochs(writer, &epochs)?;
        }
        state.tail.clear(&self.home.tail);

        let segments = std::mem::take(&mut *self.segments.write());
        let (kept, gone) = segments.split_at(segments.partition_point(|segment| segment.base() < to));
        for segment in gone.iter().rev() {
            for path in segment.file_paths() {
                let removed = io::remove_if_exists(self.home.disk(), &path);
                removed.map_err(|error| StorageError::io("remove", &path, error))?;
            }
        }
        if let Some(last) = kept.last() {
            last.truncate(to)?;
            last.seal(None)?;
            last.sync()?;
        }
        let mut unsynced = std::mem::take(&mut writer.unsynced);
        unsynced.add_names();
        *writer = Writer { directory_made: writer.directory_made, unsynced, ..Writer::default() };

        let found = Found {
            clean: true,
            recovery_point: state.offsets.recovery_point().min(left),
            log_start: state.offsets.log_start().min(to),
            high_watermark: state.offsets.high_watermark(),
            cleaned_to: state.cleaned_to.map(|cleaned| cleaned.min(left)),
            ..self.found
        };
        let mut cut = self.load(found)?;
        if !cut.has_segment {
            // Nothing is left above the log start: an empty segment says where the log goes on.
            let base = cut.offsets.log_end();
            self.write_roll(writer, &Roll { base, seal: None, snapshot: None })?;
            cut.shape = Shape::empty(base, self.home.now());
            cut.has_segment = true;
        }
        cut.offsets.limit(state.offsets.high_watermark(), found.recovery_point);
        std::mem::swap(&mut cut.watchers, &mut state.watchers);
        *phase = Phase::Open(Box::new(cut));
        Ok(())
    }
}

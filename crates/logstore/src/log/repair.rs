//! Giving up what is lost, as an operator decided: damaged ranges are taken out of segments, offsets stay as they are.
//!
//! Order: the active segment is sealed where it is damaged, the damaged bytes of a segment are kept beside it, synced ,
//! a copy without them takes its place, as after a compaction (`compaction.rs`) ; then what was written down as lost is
//! forgotten. A crash before that leaves a log that can be repaired again.

use std::path::PathBuf;
use std::sync::Arc;

use super::damage::UNKNOWN_END;
use super::state::Phase;
use super::{Log, LogError};
use crate::base::error::StorageError;
use crate::base::types::{Offset, Position};
use crate::batch::BatchView;
use crate::io::{self, OpenMode};
use crate::segment::damage::{Durable, survey};
use crate::segment::{Hole, Segment};
use crate::wal::{Pending, Wakeups};

/// Bytes that are copied at a time.
const COPY_BYTES: u64 = 1024 * 1024;

impl Log {
    /// Gives up what is lost; answers the files that keep the damaged bytes. Nobody else uses the log meanwhile.
    pub fn accept_losses(&self) -> Result<Vec<PathBuf>, LogError> {
        self.recover()?;
        let mut wakeups = Wakeups::default();
        self.write_pending(&mut wakeups);
        self.look_for_damage()?;
        let is_damaged = |segment: &Arc<Segment>| segment.holes().iter().any(|hole| !hole.bytes.is_empty());
        // One that is missed at the end would be missed again: the name of the next segment says where the log goes on.
        let log_end = self.offsets()?.log_end;
        let reaches_end = |segment: &Segment| segment.holes().iter().any(|hole| hole.offsets.end == log_end);
        if self.active().is_some_and(|active| is_damaged(&active) || reaches_end(&active)) {
            self.seal_active().map_err(|error| self.failed(&error))?;
        }
        let mut kept = Vec::new();
        let segments = self.segments.read().clone();
        for segment in segments {
            if is_damaged(&segment) {
                kept.extend(self.keep_damage(&segment).map_err(|error| self.failed(&error))?);
                self.take_damage_out(&segment)?;
            }
            segment.replace_holes(Vec::new());
        }
        let Phase::Open(state) = &mut *self.phase.lock() else {
            return Err(LogError::Deleted);
        };
        state.end_is_lost = false;
        self.note_losses(state).map_err(|error| self.failed(&error))?;
        Ok(kept)
    }

    /// Reads every segment: a start trusts those that were closed in order.
    fn look_for_damage(&self) -> Result<(), LogError> {
        let mut next_base = self.offsets()?.log_end;
        for segment in self.segments.read().iter().rev() {
            let durable =
                Durable { below: UNKNOWN_END, next_base: Some(next_base), held: Offset(0)..Offset(0) };
            let size = Position(segment.size());
            let file = segment.data().file()?;
            let read = survey(&file, Position(0), size, segment.base(), &durable, &mut |_, _| Ok(()))?;
            let gone = segment.holes().into_iter().filter(|hole| hole.bytes.is_empty());
            segment.replace_holes(read.holes.into_iter().chain(gone).collect());
            next_base = segment.base();
        }
        Ok(())
    }

    /// Begins a new segment at the log's end.
    fn seal_active(&self) -> Result<(), StorageError> {
        let mut writer = self.writer.lock();
        let roll = match &mut *self.phase.lock() {
            Phase::Open(state) => {
                let base = state.offsets.log_end();
                state.written_bytes = 0;
                state.roll(base, self.home.now())
            }
            _ => return Ok(()),
        };
        self.write_roll(&mut writer, &roll)
    }

    /// Copies the damaged bytes of a segment into files of their own, which Kafka passes over.
    fn keep_damage(&self, segment: &Segment) -> Result<Vec<PathBuf>, StorageError> {
        let file = segment.data().file()?;
        let mut kept = Vec::new();
        for Hole { bytes, .. } in segment.holes().iter().filter(|hole| !hole.bytes.is_empty()) {
            let path = segment.data().path().with_extension(format!("damaged-at-{}", bytes.start));
            let copy = io::File::open(self.home.disk(), &path, OpenMode::Create)?;
            copy.set_len(0)?;
            let mut at = bytes.start;
            while at < bytes.end {
                let mut some = vec![0; COPY_BYTES.min(bytes.end - at) as usize];
                let read = file.read_full_at(&mut some, Position(at))?;
                some.truncate(read);
                if some.is_empty() {
                    break;
                }
                copy.write_all_at(&some, Position(at - bytes.start))?;
                at += some.len() as u64;
            }
            copy.sync()?;
            kept.push(path);
        }
        Ok(kept)
    }

    /// Puts a copy of the good batches in the place of a sealed segment.
    fn take_damage_out(&self, segment: &Arc<Segment>) -> Result<(), LogError> {
        let Some(mut copy) = self.begin_cleaned(segment.base())? else {
            return Ok(());
        };
        let mut from = Position(0);
        let mut goods = Vec::new();
        for hole in segment.holes() {
            goods.push((from, Position(hole.bytes.start)));
            from = Position(hole.bytes.end);
        }
        goods.push((from, Position(segment.size())));
        let file = segment.data().file()?;
        let mut push = |_, batch: &BatchView<'_>| copy.push(batch.header(), batch.bytes());
        let all = Durable { below: UNKNOWN_END, next_base: None, held: Offset(0)..Offset(0) };
        for (from, to) in goods {
            survey(&file, from, to, segment.base(), &all, &mut push)?;
        }
        for aborted in segment.aborted()? {
            copy.push_aborted(aborted);
        }
        copy.finish()?;
        for doomed in self.replace(std::slice::from_ref(segment), copy)?.unwrap_or_default() {
            doomed
                .remove(self.home.disk())
                .map_err(|error| self.failed(&StorageError::io("remove", doomed.path(), error)))?;
        }
        Ok(())
    }
}

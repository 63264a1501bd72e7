//! What a log has lost, and what is known of it after a restart.
//!
//! ```text
//! millrace.damage, text, in the data directory:
//!
//! 0                                        version
//! 2                                        number of lines that follow
//! <topic id> 0 1042 1050                   topic id, partition, first offset lost, offset behind the last one
//! <topic id> 7 400 -1                      -1: how much is lost behind the log's end is not known
//! ```
//!
//! A hole is found when a segment is read whole, which few starts do. So it is written down before the log is served,
//! and stays until an operator gives up what is lost (`inspect/repair.rs`). A log that may have lost its end takes no
//! batch until then: it would give offsets to other records that were acknowledged before.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::checkpoint::{line, lines, next, read_lines};
use super::recovery::RecoveryReport;
use super::state::State;
use super::{Log, LogError};
use crate::base::error::StorageError;
use crate::base::types::{Offset, PartitionId, PartitionIndex};
use crate::io::{self, Disk};
use crate::segment::{Hole, Segment};

/// The file.
pub const DAMAGE: &str = "millrace.damage";
/// Where a loss ends of which that is not known.
pub const UNKNOWN_END: Offset = Offset(i64::MAX);

/// Offsets that may be missing before the first batch of a segment: half of what it may reach.
const MISSING_OFFSETS_MAX: i64 = 1 << 30;

/// Lost offsets by partition.
pub type Losses = BTreeMap<PartitionId, Vec<Range<Offset>>>;

/// Reads what was lost in a data directory.
pub fn read_losses(disk: &dyn Disk, directory: &Path) -> Result<Losses, StorageError> {
    let entries = read_lines(disk, &directory.join(DAMAGE), |words| {
        let id = PartitionId { topic: next(words)?, index: PartitionIndex(next(words)?) };
        let (start, end) = (Offset(next(words)?), next(words)?);
        Some((id, start..if end < 0 { UNKNOWN_END } else { Offset(end) }))
    })?;
    let mut losses = Losses::new();
    for (id, lost) in entries {
        losses.entry(id).or_default().push(lost);
    }
    Ok(losses)
}

/// Replaces the file, durably; without a loss there is none.
pub fn write_losses(disk: &dyn Disk, directory: &Path, losses: &Losses) -> Result<(), StorageError> {
    let path = directory.join(DAMAGE);
    let failed = |operation| {
        let path = path.clone();
        move |error| StorageError::io(operation, path, error)
    };
    let entries: Vec<_> =
        losses.iter().flat_map(|(id, lost)| lost.iter().map(move |lost| (id, lost))).collect();
    if entries.is_empty() {
        io::remove_if_exists(disk, &path).map_err(failed("remove"))?;
        return disk.sync_dir(directory).map_err(failed("sync"));
    }
    let text = lines(entries.into_iter(), |text, (id, lost)| {
        let end = if lost.end == UNKNOWN_END { -1 } else { lost.end.0 };
        line(text, &[&id.topic, &id.index, &lost.start, &end]);
    });
    io::replace_small(disk, &path, text.as_bytes())
}

impl Log {
    /// Reports what is missing in segments and behind them.
    pub(super) fn report_losses(&self, state: &State) {
        for segment in self.segments.read().iter() {
            for hole in segment.holes() {
                self.report_loss(segment.data().path(), self.describe(&hole));
            }
        }
        if state.end_is_lost {
            self.report_lost_end(state);
        }
    }

    fn report_lost_end(&self, state: &State) {
        let log_end = state.offsets.log_end();
        let why = format!(
            "records from offset {log_end} on may be lost, nothing is appended; {}",
            self.next_step()
        );
        self.report_loss(self.directory(), why);
    }

    fn report_loss(&self, path: PathBuf, why: String) {
        self.home.report(RecoveryReport { path, bytes_cut: 0, why });
    }

    /// Has what is missing written down, before it is served.
    pub(super) fn note_losses(&self, state: &State) -> Result<(), StorageError> {
        let holes = self.segments.read().iter().flat_map(|segment| segment.holes()).collect::<Vec<_>>();
        let mut lost: Vec<_> =
            holes.into_iter().map(|hole| hole.offsets).filter(|lost| !lost.is_empty()).collect();
        if state.end_is_lost {
            lost.push(state.offsets.log_end()..UNKNOWN_END);
        }
        self.home.note_losses(self.id, lost)
    }

    fn describe(&self, hole: &Hole) -> String {
        let Range { start, end } = &hole.bytes;
        let bytes = if start == end {
            format!("bytes are missing at {start}")
        } else {
            format!("bytes {start} to {end} are damaged")
        };
        let offsets = if hole.offsets.is_empty() {
            "no record is lost with them".to_owned()
        } else {
            format!("offsets {} to {} answer storage errors", hole.offsets.start, hole.offsets.end)
        };
        format!("{bytes} ({}): {offsets}; {}", hole.why, self.next_step())
    }

    fn next_step(&self) -> String {
        let name = format!("{}-{}", self.topic, self.id.index);
        format!(
            "with the broker stopped, `millrace log verify {name}` looks closer and `millrace log repair --accept-loss {name}` gives it up"
        )
    }

    /// The write-ahead log has given what it has: what was durable once and is still missing at the log's end is lost.
    pub(super) fn end_recovery(&self) -> Result<(), LogError> {
        let durable = self.found.recovery_point;
        let log_end = self.opened()?.offsets.log_end();
        if log_end < durable {
            self.lose_up_to(durable)?;
        }
        let mut state = self.opened()?;
        if !self.found.may_lack_end && !state.end_is_lost {
            return Ok(());
        }
        state.end_is_lost = true;
        self.report_lost_end(&state);
        self.note_losses(&state).map_err(|error| self.failed(&error))
    }

    /// What lies between the log's end and `to` is lost.
    pub(super) fn lose_up_to(&self, to: Offset) -> Result<(), LogError> {
        self.write_behind();
        // It has no gaps.
        self.drop_tail();
        if self.active().is_none() {
            let made = self.make_directory(&mut self.writer.lock());
            made.map_err(|error| self.failed(&error))?;
        }
        let mut state = self.opened()?;
        let missed = self.miss_end(&mut state, to).and_then(|()| self.note_losses(&state));
        missed.map_err(|error| self.failed(&error))
    }

    /// Goes on at `durable`: what lay below it is gone.
    pub(super) fn miss_end(&self, state: &mut State, durable: Offset) -> Result<(), StorageError> {
        let (active, why) = match self.active() {
            Some(active) => (active, "the log was longer"),
            None => (self.begin_without_batch(state, durable)?, "every segment is gone"),
        };
        let size = active.size();
        let hole = Hole { bytes: size..size, offsets: state.offsets.log_end()..durable, why: why.to_owned() };
        self.report_loss(active.data().path(), self.describe(&hole));
        active.miss(hole);
        state.offsets.append(durable);
        state.offsets.advance_high_watermark(durable);
        state.written = durable;
        Ok(())
    }

    /// A first segment that has nothing but room for what is missing below `to`.
    fn begin_without_batch(&self, state: &mut State, to: Offset) -> Result<Arc<Segment>, StorageError> {
        // What follows has to be within its reach.
        let base = state.offsets.log_end().max(Offset(to.0 - MISSING_OFFSETS_MAX));
        let segment = Arc::new(Segment::create(&self.home.files, &self.directory(), base)?);
        self.sync_directory()?;
        self.segments.write().push(Arc::clone(&segment));
        state.begin_at(base, self.home.now());
        Ok(segment)
    }
}

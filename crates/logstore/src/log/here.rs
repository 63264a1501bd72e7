//! Writing on the spot (D46): a worker writes what was appended in its turn where a write is all that the topic asks for,
//! it is little, and the disk answers at once. Everything else is left to the log thread.

use std::sync::Arc;
use std::time::Duration;

use super::state::{PendingBatch, State};
use super::watch::Wakeups;
use super::{Log, LogConfig};
use crate::base::limits::{WRITE_HERE_BATCHES_MAX, WRITE_HERE_BYTES_MAX};
use crate::io::Access;
use crate::segment::Segment;
use crate::wal::Pending;

/// A write that took longer found a disk that makes its callers wait.
const SLOW_WRITE: Duration = Duration::from_millis(2);
/// For so long after it only the log thread writes.
const SLOW_FOR: Duration = Duration::from_secs(1);

impl Log {
    /// Writes what is pending, or has the log thread do it.
    pub fn write_here(self: &Arc<Self>, wakeups: &mut Wakeups) {
        let began = self.home.clock.monotonic();
        let writer =
            self.writer.try_lock().filter(|writer| writer.is_under_way() && !self.home.is_slow(began));
        let work = writer.and_then(|writer| {
            let active = self.active()?;
            // Opening it may wait.
            active.data().file_for(Access::Resident).ok()?;
            let config = self.config.load();
            Some((writer, self.take_work_if(|state| self.is_light(state, &active, &config))?))
        });
        let Some((mut writer, work)) = work else {
            return self.home.writes.submit(Arc::clone(self) as Arc<dyn Pending>);
        };
        self.write_taken(&mut writer, work, wakeups);
        let ended = self.home.clock.monotonic();
        if ended.saturating_sub(began) > SLOW_WRITE {
            self.home.is_slow_until(ended + SLOW_FOR);
        }
    }

    /// Whether no more is to be done with the pending batches than a small write.
    fn is_light(&self, state: &State, active: &Segment, config: &LogConfig) -> bool {
        let only_bytes = |batch: &PendingBatch| {
            batch.roll.is_none() && batch.snapshot.is_none() && batch.aborted.is_none()
        };
        let entries = || state.pending.iter().filter(|batch| batch.entries.offset.is_some()).count();
        state.is_relaxed()
            && state.pending_bytes <= WRITE_HERE_BYTES_MAX
            && state.pending.len() <= WRITE_HERE_BATCHES_MAX
            && !state.put_off.pending
            && !state.epochs.is_changed()
            && !state.is_flush_due(config)
            && state.pending.iter().all(only_bytes)
            && active.has_room_for_entries(entries())
            && !self.home.room().is_to_be_measured(state.pending_bytes)
    }
}

//! A log and the write-ahead log: what is committed, and what a stop that was not clean left there.

use super::append::end_marker;
use super::recovery::RecoveryReport;
use super::state::{Phase, State};
use super::{Log, LogConfig, LogError};
use crate::base::error::StorageError;
use crate::base::limits::WRITE_BEHIND_BYTES_MAX;
use crate::base::types::{Offset, Timestamp};
use crate::batch::{BatchHeader, BatchView};
use crate::io::arena::Buf;
use crate::wal::{Committed, Group, Replay, Wakeups, frame_bytes};

impl Committed for Log {
    fn collect(&self, group: &mut Group, wakeups: &mut Wakeups) {
        // What a topic appended while it asked for no more than a write comes before what it appends now.
        let flushed = if self.is_relaxed() { self.flush() } else { Ok(()) };
        if let Err(error) = self.home.in_service() {
            return self.end(error, wakeups);
        }
        let Phase::Open(state) = &mut *self.phase.lock() else {
            return;
        };
        state.told.committer = false;
        state.take_up(&self.home.pressure);
        if flushed.is_err() {
            return self.wait_for_room(state, wakeups);
        }
        let mut taken = 0;
        while let Some(batch) = state.unlogged.get(taken).filter(|_| !group.is_full()) {
            group.batch(&self.id, batch.bytes.clone());
            taken += 1;
        }
        if taken == state.unlogged.len() {
            state.logging = std::mem::take(&mut state.unlogged);
            return;
        }
        state.logging = state.unlogged.drain(..taken).collect();
        // The next turn goes on with the others, where there is room for these.
        state.told.committer = true;
        state.rest = state.unlogged.len();
    }

    fn committed(&self, wakeups: &mut Wakeups) {
        let mut phase = self.phase.lock();
        let Phase::Open(state) = &mut *phase else { return };
        if std::mem::take(&mut state.rest) > 0
            && let Some(log) = self.me.upgrade()
        {
            self.home.commits.submit_first(log);
        }
        let Some(end) = state.logging.last().map(|last| last.last_offset.plus(1)) else {
            return;
        };
        let bytes = state.logging.iter().map(|batch| batch.bytes.len()).sum();
        state.pending.append(&mut state.logging);
        state.put_off.unacknowledged = false;
        self.acknowledge(state, end);
        let view = state.view();
        state.watchers.moved(&view, wakeups);
        let newly_behind = !std::mem::replace(&mut state.told.home, true);
        drop(phase);
        self.home.fall_behind(self, newly_behind, bytes);
    }

    fn put_off(&self, wakeups: &mut Wakeups) {
        if let Phase::Open(state) = &mut *self.phase.lock() {
            let later = std::mem::take(&mut state.unlogged);
            state.unlogged = std::mem::take(&mut state.logging);
            state.unlogged.extend(later);
            if std::mem::take(&mut state.rest) > 0 {
                state.told.committer = false;
            }
            self.wait_for_room(state, wakeups);
        }
    }

    fn refused(&self, error: &StorageError, wakeups: &mut Wakeups) {
        let error = self.failed(error);
        self.end(error, wakeups);
    }
}

impl Log {
    /// There was no room to commit what is unlogged.
    fn wait_for_room(&self, state: &mut State, wakeups: &mut Wakeups) {
        if state.unlogged.is_empty() {
            return;
        }
        let bytes = state.unlogged.iter().map(|batch| batch.bytes.len()).sum();
        // Those that it was said of in this turn are counted once.
        state.take_up(&self.home.pressure);
        state.put_off(bytes, &self.home.pressure, wakeups);
        state.put_off.unacknowledged = true;
        state.watchers.put_off(wakeups);
        // Where something was appended meanwhile the next turn knows of the log.
        if !std::mem::replace(&mut state.told.committer, true) {
            self.home.put_off_commit(self);
        }
    }

    /// Batches up to `end` are durable in the write-ahead log.
    fn acknowledge(&self, state: &mut State, end: Offset) {
        state.offsets.advance_high_watermark(end);
        state.producers.replicated(end);
        self.await_checkpoint(state);
    }

    /// The next checkpoint has to see to it that what is committed is in segments.
    pub(super) fn await_checkpoint(&self, state: &mut State) {
        if !std::mem::replace(&mut state.uncheckpointed, true) {
            self.home.list_uncheckpointed(self);
        }
    }

    /// Takes in what the write-ahead log has of this log, and ends its recovery. Memory is bounded: what came in is
    /// written to segments now and then.
    pub fn replay(&self, from: &Replay) -> Result<(), LogError> {
        let log_end = self.offsets()?.log_end;
        let mut taken = Ok(());
        let (mut waiting, mut unread) = (0, from.bytes_of(&self.id));
        let read = from.each(&self.id, log_end, &mut |batch| {
            if taken.is_ok() {
                taken = self.replay_batch(batch);
            }
            waiting += batch.len();
            let frame_bytes = frame_bytes(batch);
            unread = unread.saturating_sub(frame_bytes);
            self.home.add_replayed(frame_bytes, 0);
            if waiting >= WRITE_BEHIND_BYTES_MAX {
                waiting = 0;
                self.write_behind();
            }
        });
        self.home.add_replayed(unread, 0);
        read.map_err(|error| self.failed(&error))?;
        taken?;
        if self.home.pressure.is_high() {
            self.write_behind();
        } else if let Phase::Open(state) = &mut *self.phase.lock()
            && waiting > 0
        {
            let newly_behind = !std::mem::replace(&mut state.told.home, true);
            self.home.fall_behind(self, newly_behind, waiting);
        }
        self.end_recovery()
    }

    /// What the segments hold already is passed over. What lies in a gap is lost, and written down as that.
    fn replay_batch(&self, bytes: &[u8]) -> Result<(), LogError> {
        let config = self.config.load();
        let header = BatchView::parse(bytes).map(|batch| *batch.header());
        let mut guard = self.opened()?;
        let Ok(header) = header else {
            drop(guard);
            return Err(self.damaged("the write-ahead log has what is no batch".to_owned()));
        };
        if header.base_offset > guard.offsets.log_end() {
            drop(guard);
            self.lose_up_to(header.base_offset)?;
            guard = self.opened()?;
        }
        let state = &mut *guard;
        let log_end = state.offsets.log_end();
        if header.next_offset() <= log_end {
            return Ok(());
        }
        // Only the first batch of a log may reach below its end, which is then its start: records of it were deleted.
        if header.base_offset < log_end && state.has_segment {
            drop(guard);
            let base = header.base_offset;
            return Err(self.damaged(format!("it ends at {log_end}, the write-ahead log goes on at {base}")));
        }
        self.replay_next(state, &config, &header, bytes);
        Ok(())
    }

    fn replay_next(&self, state: &mut State, config: &LogConfig, header: &BatchHeader, bytes: &[u8]) {
        let now: Timestamp = self.home.now();
        // A marker was checked when it was appended.
        let marker = end_marker(header, bytes).unwrap_or_default();
        let batch = self.admit(state, config, header, marker.as_ref(), Buf::copy_from_slice(bytes), now);
        state.pending.push(batch);
        self.home.add_replayed(0, u64::try_from(header.records_count).unwrap_or(0));
        self.acknowledge(state, header.next_offset());
    }

    fn damaged(&self, why: String) -> LogError {
        let error = LogError::Storage(why.clone());
        self.home.report(RecoveryReport { path: self.directory(), bytes_cut: 0, why });
        let mut wakeups = Wakeups::default();
        self.end(error.clone(), &mut wakeups);
        wakeups.deliver();
        error
    }
}

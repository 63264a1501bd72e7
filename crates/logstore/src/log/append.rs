//! Appending: check the producer, assign offsets, stamp them, keep the batch in the tail, tell the thread that commits
//! it or, where a write is enough, the one that writes segments.
//!
//! A short critical section per partition (D7); header, CRC, size and timestamps were checked before it. Nothing
//! here waits for the disk once the log is open.

use std::sync::Arc;

use super::error::AppendError;
use super::producers::Verdict;
use super::roll;
use super::state::{PendingBatch, Roll, State};
use super::tail;
use super::transactions::EndMarker;
use super::types::{Appended, Origin};
use super::{Log, LogConfig, LogError};
use crate::base::types::{LeaderEpoch, Timestamp};
use crate::batch::{BatchHeader, BatchView, TimestampType, ValidatedBatch, stamp};
use crate::io::arena::Buf;
use crate::segment::{BatchFacts, Shape};
use crate::wal::{Committed, Pending};

impl Log {
    /// Appends one batch as the leader of `leader_epoch`.
    pub fn append(
        &self,
        batch: ValidatedBatch,
        leader_epoch: LeaderEpoch,
        origin: Origin,
        now: Timestamp,
    ) -> Result<Appended, AppendError> {
        self.append_and(batch, leader_epoch, origin, now, |log| {
            self.home.writes.submit(log as Arc<dyn Pending>);
        })
    }

    /// The same for who sees to it that it is written, where a write is enough: `write` is given the log when it
    /// has batches to be written that nobody knows of.
    pub fn append_and(
        &self,
        batch: ValidatedBatch,
        leader_epoch: LeaderEpoch,
        origin: Origin,
        now: Timestamp,
        write: impl FnOnce(Arc<Self>),
    ) -> Result<Appended, AppendError> {
        let config = self.config.load();
        let mut header = *batch.header();
        let mut bytes = batch.into_bytes();
        check_size(&config, bytes.len())?;
        let marker = end_marker(&header, &bytes)?;
        let mut log_append_time = Timestamp::NONE;
        if config.timestamp_type == TimestampType::LogAppendTime && !header.attributes.is_control() {
            stamp::log_append_time(&mut bytes, now);
            header.max_timestamp = now;
            log_append_time = now;
        }

        let mut guard = self.opened()?;
        let state = &mut *guard;
        if state.end_is_lost {
            return Err(LogError::Storage("records at its end may be lost".to_owned()).into());
        }
        if let Some(latest) = state.epochs.latest().filter(|latest| leader_epoch < *latest) {
            return Err(AppendError::FencedLeaderEpoch { given: leader_epoch, latest });
        }
        let log_start = state.offsets.log_start();
        let room = self.home.room();
        let is_refused = origin == Origin::Client && room.is_full();
        if let Verdict::Duplicate(original) = state.producers.check(&header, marker.as_ref(), origin)? {
            let is_waiting = original.last_offset >= state.offsets.high_watermark();
            if is_refused && is_waiting {
                return Err(LogError::DiskFull.into());
            }
            return Ok(Appended {
                base_offset: original.first_offset(),
                last_offset: original.last_offset,
                // As Kafka does, the time of the original whichever clock it is from.
                log_append_time: original.timestamp,
                log_start,
                duplicate: true,
            });
        }
        if is_refused {
            room.refuse();
            return Err(LogError::DiskFull.into());
        }
        header.base_offset = state.offsets.log_end();
        header.leader_epoch = leader_epoch;
        stamp::offsets(&mut bytes, header.base_offset, leader_epoch);
        let batch = self.admit(state, &config, &header, marker.as_ref(), tail::settle(bytes), now);
        let announce = if config.is_durable() || state.is_committing() {
            state.unlogged.push(batch);
            (!std::mem::replace(&mut state.told.committer, true)).then_some(Announce::ToCommit)
        } else {
            state.pending.push(batch);
            state.relaxed_end = header.next_offset();
            self.watch_flush(state, &config);
            (!std::mem::replace(&mut state.told.writer, true)).then_some(Announce::ToWrite)
        };
        let appended = Appended {
            base_offset: header.base_offset,
            last_offset: header.last_offset(),
            log_append_time,
            log_start,
            duplicate: false,
        };
        drop(guard);
        if let (Some(announce), Some(log)) = (announce, self.me.upgrade()) {
            match announce {
                Announce::ToCommit => self.home.commits.submit(log as Arc<dyn Committed>),
                Announce::ToWrite => write(log),
            }
        }
        Ok(appended)
    }

    /// Takes a stamped batch into the state, but for the list that it waits in.
    pub(super) fn admit(
        &self,
        state: &mut State,
        config: &LogConfig,
        header: &BatchHeader,
        marker: Option<&EndMarker>,
        bytes: Buf,
        now: Timestamp,
    ) -> PendingBatch {
        let facts = BatchFacts::from(header);
        let base = header.base_offset;
        // The snapshot of a roll is of the producers before the batch that rolls.
        let limits = roll::limits(config, &self.id, state.shape.base());
        let roll = if !state.has_segment {
            state.has_segment = true;
            state.shape = Shape::empty(base, now);
            Some(Box::new(Roll { base, seal: None, snapshot: None }))
        } else if state.shape.is_full_for(&facts, &limits, now) {
            Some(Box::new(state.roll(base, now)))
        } else {
            None
        };
        let snapshot = state.take_snapshot(base);
        let (_, entries) = state.shape.add(&facts, config.index_interval_bytes);
        let aborted = state.producers.apply(header, marker);
        state.epochs.assign(header.leader_epoch, base);
        state.offsets.append(header.next_offset());
        state.aborted.extend(aborted);

        self.home.pressure.add(bytes.len());
        state.pending_bytes += bytes.len();
        state.tail.push(base, header.last_offset(), bytes.clone(), &self.home.tail);
        self.mark_appended();
        let (last_offset, max_timestamp) = (facts.last_offset, facts.max_timestamp);
        PendingBatch { bytes, last_offset, max_timestamp, entries, aborted, roll, snapshot }
    }
}

/// Which thread is to hear of the log.
enum Announce {
    ToCommit,
    ToWrite,
}

fn check_size(config: &LogConfig, bytes: usize) -> Result<(), AppendError> {
    if bytes > config.segment_bytes as usize {
        return Err(AppendError::RecordListTooLarge { bytes, bytes_max: config.segment_bytes });
    }
    Ok(())
}

/// The marker of a control batch.
pub(super) fn end_marker(header: &BatchHeader, bytes: &[u8]) -> Result<Option<EndMarker>, AppendError> {
    if !header.attributes.is_control() {
        return Ok(None);
    }
    let batch = BatchView::parse(bytes).map_err(|_| AppendError::InvalidRecord("not a whole batch"))?;
    let marker = EndMarker::parse(&batch);
    marker.map(Some).ok_or(AppendError::InvalidRecord("a control batch without a transaction marker"))
}

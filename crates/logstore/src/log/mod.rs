//! One partition.
#![forbid(unsafe_code)]

pub mod config;
pub mod error;
pub mod offsets;
pub mod types;
pub mod watch;

use std::collections::VecDeque;
use std::sync::Arc;

use arc_swap::ArcSwap;
use parking_lot::Mutex;

pub use config::{Compression, LogConfig};
pub use error::{AppendError, LogError, ReadError};
pub use offsets::{LogOffsets, ReadBound};
pub use types::{
    AbortedTransaction, Appended, EpochEnd, FileSlice, LogRead, Origin, ProducerState, Slice, TimestampOffset,
};
pub use watch::{Mailbox, Wakeups, Watch};

use crate::base::types::{LeaderEpoch, Offset, PartitionId, Timestamp};
use crate::batch::{TimestampType, ValidatedBatch, stamp};
use crate::io::arena::Buf;
use offsets::Offsets;
use watch::Watchers;

/// The log of one partition; everybody holds it as `Arc<Log>`, every method is thread-safe.
pub struct Log {
    id: PartitionId,
    topic: Arc<str>,
    config: ArcSwap<LogConfig>,
    state: Mutex<State>,
}

struct State {
    offsets: Offsets,
    batches: VecDeque<(Offset, Buf)>,
    watchers: Watchers,
    deleted: bool,
}

impl State {
    fn view(&self) -> LogOffsets {
        LogOffsets {
            log_start: self.offsets.log_start(),
            high_watermark: self.offsets.high_watermark(),
            last_stable: self.offsets.high_watermark(),
            log_end: self.offsets.log_end(),
        }
    }
}

impl Log {
    pub(crate) fn new(id: PartitionId, topic: &str, config: Arc<LogConfig>) -> Self {
        let state = State {
            offsets: Offsets::recovered(Offset(0), Offset(0), Offset(0)),
            batches: VecDeque::new(),
            watchers: Watchers::default(),
            deleted: false,
        };
        Self {
            id,
            topic: topic.into(),
            config: ArcSwap::new(config),
            state: Mutex::new(state),
        }
    }

    /// Which partition.
    pub fn id(&self) -> PartitionId {
        self.id
    }

    /// The topic's name.
    pub fn topic(&self) -> &str {
        &self.topic
    }

    /// The configuration in force.
    pub fn config(&self) -> Arc<LogConfig> {
        self.config.load_full()
    }

    pub(crate) fn configure(&self, config: Arc<LogConfig>) {
        self.config.store(config);
    }

    pub(crate) fn delete(&self) {
        let mut wakeups = Wakeups::default();
        let mut state = self.state.lock();
        state.deleted = true;
        state.watchers.abandon(&mut wakeups);
        drop(state);
        wakeups.deliver();
    }

    fn open(&self) -> Result<parking_lot::MutexGuard<'_, State>, LogError> {
        let state = self.state.lock();
        if state.deleted {
            Err(LogError::Deleted)
        } else {
            Ok(state)
        }
    }

    /// The offsets at this moment.
    pub fn offsets(&self) -> Result<LogOffsets, LogError> {
        Ok(self.open()?.view())
    }

    /// Appends one batch as the leader: checks the producer, assigns offsets, stamps them in place.
    pub fn append(
        &self,
        batch: ValidatedBatch,
        leader_epoch: LeaderEpoch,
        _origin: Origin,
        now: Timestamp,
    ) -> Result<Appended, AppendError> {
        let header = *batch.header();
        let mut bytes = batch.into_bytes();
        let stamped = self.config().timestamp_type == TimestampType::LogAppendTime;
        if stamped {
            stamp::log_append_time(&mut bytes, now);
        }
        let mut state = self.open()?;
        let base_offset = state.offsets.log_end();
        let last_offset = base_offset.plus(i64::from(header.last_offset_delta));
        stamp::offsets(&mut bytes, base_offset, leader_epoch);
        state.batches.push_back((last_offset, bytes.freeze()));
        state.offsets.append(last_offset.plus(1));
        state.offsets.advance_high_watermark(last_offset.plus(1));
        let mut wakeups = Wakeups::default();
        let view = state.view();
        state.watchers.moved(&view, &mut wakeups);
        drop(state);
        wakeups.deliver();
        Ok(Appended {
            base_offset,
            last_offset,
            log_append_time: if stamped { now } else { Timestamp::NONE },
            log_start: view.log_start,
            duplicate: false,
        })
    }

    /// Reads whole batches from `from` on up to `bound`, at most `bytes_max`; with `min_one_batch` the first batch
    /// is answered whatever its size.
    pub fn read(
        &self,
        from: Offset,
        bytes_max: usize,
        bound: ReadBound,
        min_one_batch: bool,
    ) -> Result<LogRead, ReadError> {
        let state = self.open()?;
        let offsets = state.view();
        if from < offsets.log_start || from > offsets.log_end {
            let (log_start, log_end) = (offsets.log_start, offsets.log_end);
            return Err(ReadError::OffsetOutOfRange {
                asked: from,
                log_start,
                log_end,
            });
        }
        let mut read = LogRead {
            slices: Vec::new(),
            bytes: 0,
            offsets,
            aborted: Vec::new(),
        };
        for (last, bytes) in state.batches.iter().filter(|(last, _)| *last >= from) {
            let fits = read.bytes + bytes.len() <= bytes_max || (read.bytes == 0 && min_one_batch);
            if *last >= offsets.bound(bound) || !fits {
                break;
            }
            read.bytes += bytes.len();
            read.slices.push(Slice::Memory(bytes.clone()));
        }
        Ok(read)
    }

    /// Delivers `token` to `mailbox` once what is watched for is true; at once when it is already. Also delivered
    /// when the log is deleted or fails: whoever is woken looks again.
    pub fn watch(&self, on: Watch, mailbox: &Arc<dyn Mailbox>, token: u64) {
        let mut wakeups = Wakeups::default();
        match self.open() {
            Ok(mut state) => {
                let view = state.view();
                state.watchers.add(on, mailbox, token, &view, &mut wakeups);
            }
            Err(_) => wakeups.add(mailbox, token),
        }
        wakeups.deliver();
    }

    /// Takes back a watch; fine when it has fired.
    pub fn unwatch(&self, mailbox: &Arc<dyn Mailbox>, token: u64) {
        self.state.lock().watchers.remove(mailbox, token);
    }

    /// First record at or after `timestamp` below `bound`. Reads the disk.
    pub fn offset_for_timestamp(
        &self,
        _timestamp: Timestamp,
        _bound: ReadBound,
    ) -> Result<Option<TimestampOffset>, ReadError> {
        drop(self.open()?);
        Ok(None)
    }

    /// The record with the largest timestamp below the high watermark. Reads the disk.
    pub fn offset_of_max_timestamp(&self) -> Result<Option<TimestampOffset>, ReadError> {
        drop(self.open()?);
        Ok(None)
    }

    /// Where `requested` ends, as seen by a leader in `current`.
    pub fn epoch_end_offset(
        &self,
        requested: LeaderEpoch,
        current: LeaderEpoch,
    ) -> Result<EpochEnd, LogError> {
        let state = self.open()?;
        if requested == current {
            return Ok(EpochEnd {
                leader_epoch: current,
                end_offset: state.offsets.log_end(),
            });
        }
        Ok(EpochEnd {
            leader_epoch: LeaderEpoch::NONE,
            end_offset: Offset(-1),
        })
    }

    /// The newest epoch with a record in the log.
    pub fn latest_epoch(&self) -> Result<Option<LeaderEpoch>, LogError> {
        drop(self.open()?);
        Ok(None)
    }

    /// The epoch of the record at `offset`.
    pub fn epoch_at(&self, _offset: Offset) -> Result<Option<LeaderEpoch>, LogError> {
        drop(self.open()?);
        Ok(None)
    }

    /// Moves the log start to `before`, at most the high watermark; -1 for the high watermark. Answers the new start.
    pub fn delete_records(&self, before: Offset) -> Result<Offset, ReadError> {
        let mut state = self.open()?;
        let view = state.view();
        let to = if before == Offset(-1) {
            view.high_watermark
        } else {
            before
        };
        if to < Offset(0) || to > view.high_watermark {
            let (log_start, log_end) = (view.log_start, view.log_end);
            return Err(ReadError::OffsetOutOfRange {
                asked: before,
                log_start,
                log_end,
            });
        }
        state.offsets.advance_log_start(to);
        Ok(state.offsets.log_start())
    }

    /// Producers with state, in no order.
    pub fn active_producers(&self) -> Result<Vec<ProducerState>, LogError> {
        drop(self.open()?);
        Ok(Vec::new())
    }

    /// Bytes of its segments.
    pub fn size_bytes(&self) -> Result<u64, LogError> {
        Ok(self
            .open()?
            .batches
            .iter()
            .map(|(_, bytes)| bytes.len() as u64)
            .sum())
    }
}

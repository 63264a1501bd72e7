//! What compaction sees of a log, and how its result takes the place of segments.
//!
//! Order: the copy written and synced as `.cleaned` (by the caller) -> renamed to `.swap` -> directory synced, which
//! decides -> in the list of segments , the old files renamed to `.deleted` -> directory synced -> the copy gets its own
//! name -> directory synced. Readers go on all the while: with the old files where they have them open, else with the
//! copy.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::state::Phase;
use super::{Log, LogConfig, LogError};
use crate::base::error::StorageError;
use crate::base::types::{Offset, ProducerEpoch, ProducerId};
use crate::io::Doomed;
use crate::segment::{CleanedSegment, Kind, Segment};

/// A log as compaction sees it, at one moment.
pub struct Compactable {
    /// Configuration in force.
    pub config: Arc<LogConfig>,
    /// First offset.
    pub log_start: Offset,
    /// Below it every transaction is decided.
    pub last_stable: Offset,
    /// Below it everything is synced.
    pub recovery_point: Offset,
    /// Where the last round came to.
    pub cleaned_to: Option<Offset>,
    /// All segments but the active one.
    pub sealed: Vec<Arc<Segment>>,
    /// Where the active segment begins.
    pub active_base: Offset,
    /// [`Log::removals`] until then.
    pub removals: u64,
}

/// A producer's last batch, by which the sequence after it is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastBatch {
    /// Last offset of its last batch of records; none when a marker came last.
    pub last_offset: Option<Offset>,
    /// Its epoch.
    pub epoch: ProducerEpoch,
}

impl Log {
    /// What there is to compact; `None` for a log without a segment.
    pub fn compactable(&self) -> Result<Option<Compactable>, LogError> {
        let state = self.opened()?;
        let (mut sealed, removals) = {
            let segments = self.segments.read();
            (segments.clone(), self.removals.load(Ordering::Relaxed))
        };
        let Some(active) = sealed.pop() else {
            return Ok(None);
        };
        if sealed.iter().any(|segment| !segment.holes().is_empty()) {
            // What is lost is an operator's to give up.
            return Ok(None);
        }
        let view = state.view();
        Ok(Some(Compactable {
            config: self.config(),
            log_start: view.log_start,
            last_stable: view.last_stable,
            recovery_point: state.offsets.recovery_point(),
            cleaned_to: state.cleaned_to,
            sealed,
            active_base: active.base(),
            removals,
        }))
    }

    /// A round came to `to`.
    pub fn note_cleaned(&self, to: Offset) {
        if let Ok(mut state) = self.opened() {
            state.cleaned_to = Some(to);
        }
    }

    /// Last batches of all producers that it knows.
    pub fn last_batches(&self) -> Result<HashMap<ProducerId, LastBatch>, LogError> {
        let state = self.opened()?;
        let last = state.producers.iter().map(|(id, producer)| {
            let last_offset = producer.batches.back().map(|batch| batch.last_offset);
            (*id, LastBatch { last_offset, epoch: producer.epoch })
        });
        Ok(last.collect())
    }

    /// Begins a copy that will start at `base`; `None` when the log was deleted.
    pub fn begin_cleaned(&self, base: Offset) -> Result<Option<CleanedSegment>, StorageError> {
        let _maintenance = self.maintenance.lock();
        if self.has_ended() {
            return Ok(None);
        }
        let interval = self.config().index_interval_bytes;
        CleanedSegment::create(&self.home.files, &self.directory(), base, interval).map(Some)
    }

    /// Removes a copy that is not wanted.
    pub fn discard(&self, cleaned: CleanedSegment) {
        let _maintenance = self.maintenance.lock();
        self.discard_maintained(cleaned);
    }

    fn discard_maintained(&self, cleaned: CleanedSegment) {
        // That of a deleted log goes with its directory; its names may be those of another log's copy.
        if !self.has_ended() {
            cleaned.discard();
        }
    }

    fn has_ended(&self) -> bool {
        matches!(*self.phase.lock(), Phase::Ended(_))
    }

    /// Puts a finished copy in the place of `old`, which lie one behind the other. Answers the files to remove later;
    /// `None` when one of `old` was deleted meanwhile, and the copy with it.
    pub fn replace(
        &self,
        old: &[Arc<Segment>],
        cleaned: CleanedSegment,
    ) -> Result<Option<Vec<Doomed>>, LogError> {
        let _maintenance = self.maintenance.lock();
        self.home.in_service()?;
        let first = self.segments.read().iter().position(|segment| is_first(old, segment));
        let Some(first) = first else {
            self.discard_maintained(cleaned);
            return Ok(None);
        };
        self.swap(first, old, cleaned).map(Some).map_err(|error| match &*self.phase.lock() {
            // The directory went with its topic; nothing is wrong with the disk.
            Phase::Ended(ended) => ended.clone(),
            _ => self.failed(&error),
        })
    }

    fn swap(
        &self,
        first: usize,
        old: &[Arc<Segment>],
        cleaned: CleanedSegment,
    ) -> Result<Vec<Doomed>, StorageError> {
        self.home.in_reserve(|| cleaned.decide())?;
        let copy = Arc::new(cleaned.into_segment());
        self.sync_own_directory()?;
        {
            let Phase::Open(state) = &mut *self.phase.lock() else {
                return Ok(Vec::new());
            };
            let mut segments = self.segments.write();
            self.removals.fetch_add(1, Ordering::Relaxed);
            segments.splice(first..first + old.len(), [Arc::clone(&copy)]);
            // Readers of the tail would go on seeing what is gone from the segments.
            let end = segments.get(first + 1).map_or(state.written, |next| next.base());
            state.tail.drop_below(end, &self.home.tail);
        }
        for segment in old {
            segment.retire();
        }
        // The first one's snapshot is of the offset where the copy begins.
        let kept = [Kind::Snapshot, Kind::Retries].map(|kind| copy.file_path(kind));
        let removed = self.mark_deleted(old, &kept)?;
        self.home.in_reserve(|| copy.swapped())?;
        self.sync_own_directory()?;
        Ok(removed)
    }

    fn sync_own_directory(&self) -> Result<(), StorageError> {
        let directory = self.directory();
        let synced = self.home.disk().sync_dir(&directory);
        synced.map_err(|error| StorageError::io("sync", &directory, error))
    }
}

fn is_first(old: &[Arc<Segment>], segment: &Arc<Segment>) -> bool {
    old.first().is_some_and(|first| Arc::ptr_eq(first, segment))
}

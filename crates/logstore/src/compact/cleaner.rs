//! One round over one log.

use std::collections::HashMap;
use std::sync::Arc;

use super::offset_map::OffsetMap;
use super::plan::Dirty;
use super::progress::Progress;
use super::survivors::{self, Survivors, Terms};
use super::throttle::Throttle;
use super::transactions::Walked;
use crate::base::error::StorageError;
use crate::base::types::{Offset, ProducerId, Timestamp};
use crate::batch::{BatchHeader, BatchView, Record};
use crate::io::{Access, Doomed};
use crate::log::{LastBatch, LogError};
use crate::segment::{CleanedSegment, Segment};

/// What a round may use.
pub struct Budget<'b> {
    /// `log.cleaner.dedupe.buffer.size` of one thread: memory for the map.
    pub map_bytes: usize,
    /// Waits for reads and writes together, and ends the round when it is time to stop.
    pub throttle: &'b Throttle,
    /// Where it counts.
    pub progress: &'b Progress,
    /// What keys are hashed under.
    pub secret: [u8; 16],
}

impl Budget<'_> {
    fn read(&self, bytes: usize) -> Result<(), CleanError> {
        self.progress.read(bytes as u64);
        self.pass(bytes)
    }

    fn wrote(&self, bytes: usize) -> Result<(), CleanError> {
        self.progress.wrote(bytes as u64);
        self.pass(bytes)
    }

    fn pass(&self, bytes: usize) -> Result<(), CleanError> {
        let waited = self.throttle.pass(bytes as u64).ok_or(CleanError::Stopped)?;
        self.progress.held_back(waited);
        Ok(())
    }
}

/// A round that came to no end. What it put in place until then is good.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CleanError {
    /// The store is being closed.
    #[error("stopped")]
    Stopped,
    /// The log is out of service.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A segment cannot be read, or its copy not written.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What a round did.
#[derive(Debug, Default)]
pub struct Cleaned {
    /// Below it each key is there once.
    pub to: Option<Offset>,
    /// How often segments were replaced.
    pub swaps: u64,
    /// Files of replaced segments, to be removed later.
    pub replaced: Vec<Doomed>,
}

/// Cleans a log; `cleaned` says what was done, whatever is answered.
pub fn clean(
    dirty: &Dirty,
    budget: &Budget<'_>,
    now: Timestamp,
    cleaned: &mut Cleaned,
) -> Result<(), CleanError> {
    budget.progress.expect(dirty.bytes_to_read());
    let mapping = Mapping { dirty, budget };
    let (map, end) = mapping.run()?;
    let terms = Terms {
        discard: false,
        keep_empty: false,
        is_lone_marker: false,
        horizon: Timestamp(now.0.saturating_add(dirty.config.delete_retention_ms)),
    };
    let last_batches = dirty.log.last_batches()?;
    let log_start = dirty.segments.first().map_or(dirty.from, |segment| segment.base());
    let walked = Walked::new(dirty.log.aborted_within(log_start, end, Access::Waiting)?);
    let mut copying = Copying { dirty, budget, map, end, now, terms, last_batches, walked, cleaned };
    for group in dirty.groups(end) {
        if !copying.copy(group)? {
            // Retention took a part of it: the rest is for the next round.
            return Ok(());
        }
    }
    cleaned.to = Some(end);
    Ok(())
}

/// The first pass: the new part into the map.
struct Mapping<'r> {
    dirty: &'r Dirty,
    budget: &'r Budget<'r>,
}

impl Mapping<'_> {
    /// Answers the map and the offset at which it ends: that of the first key that found no room, or the end.
    fn run(&self) -> Result<(OffsetMap, Offset), CleanError> {
        let dirty = self.dirty;
        let keys = usize::try_from(dirty.to.0 - dirty.from.0).unwrap_or(0);
        let mut map = OffsetMap::new(keys, self.budget.map_bytes, self.budget.secret);
        let mut walked = Walked::new(dirty.log.aborted_within(dirty.from, dirty.to, Access::Waiting)?);
        for segment in dirty.new_segments() {
            let mut batches = segment.batches()?;
            while let Some(batch) = batches.next()? {
                self.budget.read(batch.bytes().len())?;
                if batch.header().attributes.is_control() {
                    walked.end(&batch);
                } else if !walked.is_aborted(batch.header())
                    && let Some(full_at) = add(&mut map, &batch, dirty.from)
                {
                    return Ok((map, full_at));
                }
            }
        }
        Ok((map, dirty.to))
    }
}

/// Adds the keys of a batch; answers where there was no more room.
fn add(map: &mut OffsetMap, batch: &BatchView<'_>, from: Offset) -> Option<Offset> {
    // A batch that cannot be read keeps all its records, and so do the others of its keys.
    let records = batch.records().ok()?;
    for record in records.iter().map_while(Result::ok).filter(|record| record.offset >= from) {
        let Some(key) = record.key else { continue };
        if map.is_full() {
            return Some(record.offset);
        }
        map.put(key, record.offset);
    }
    None
}

/// The second pass: what stays into copies.
struct Copying<'r> {
    dirty: &'r Dirty,
    budget: &'r Budget<'r>,
    map: OffsetMap,
    end: Offset,
    now: Timestamp,
    terms: Terms,
    last_batches: HashMap<ProducerId, LastBatch>,
    walked: Walked,
    cleaned: &'r mut Cleaned,
}

impl Copying<'_> {
    /// Replaces a group by its copy; false when a part of it was deleted meanwhile.
    fn copy(&mut self, group: &[Arc<Segment>]) -> Result<bool, CleanError> {
        let Some(base) = group.first().map(|segment| segment.base()) else {
            return Ok(true);
        };
        let log = Arc::clone(&self.dirty.log);
        let Some(mut copy) = log.begin_cleaned(base)? else {
            return Ok(false);
        };
        let written = self.fill(group, &mut copy).and_then(|changed| {
            copy.finish()?;
            Ok(changed)
        });
        match written {
            Ok(true) => {
                let replaced = log.replace(group, copy)?;
                let still_there = replaced.is_some();
                self.cleaned.swaps += u64::from(still_there);
                self.cleaned.replaced.extend(replaced.unwrap_or_default());
                Ok(still_there)
            }
            Ok(false) => {
                log.discard(copy);
                Ok(true)
            }
            Err(error) => {
                log.discard(copy);
                Err(error)
            }
        }
    }

    /// Copies a group; false when the copy would be the same.
    fn fill(&mut self, group: &[Arc<Segment>], copy: &mut CleanedSegment) -> Result<bool, CleanError> {
        let mut changed = group.len() > 1;
        for segment in group {
            let mut batches = segment.batches()?;
            while let Some(batch) = batches.next()? {
                let size = batch.bytes().len();
                self.budget.read(size)?;
                let survivors = self.survivors(&batch, copy);
                changed |= survivors != Survivors::All;
                let bytes = match &survivors {
                    Survivors::All => batch.bytes(),
                    Survivors::Some(rewritten) => rewritten,
                    Survivors::None => continue,
                };
                let header = BatchHeader::parse(bytes)
                    .map_err(|error| StorageError::corrupt(segment.data().path(), 0, error.to_string()))?;
                copy.push(&header, bytes)?;
                self.budget.wrote(bytes.len())?;
            }
        }
        Ok(changed)
    }

    fn survivors(&mut self, batch: &BatchView<'_>, copy: &mut CleanedSegment) -> Survivors {
        let header = batch.header();
        let is_over = header.attributes.has_delete_horizon() && header.base_timestamp <= self.now;
        let mut terms = Terms { keep_empty: self.must_stay(header), ..self.terms };
        if header.attributes.is_control() {
            let marker = self.walked.end(batch);
            terms.is_lone_marker = marker.is_alone;
            terms.discard = marker.is_alone && is_over;
            marker.aborted.into_iter().for_each(|entry| copy.push_aborted(entry));
        } else {
            terms.discard = self.walked.is_aborted(header);
        }
        let is_control = header.attributes.is_control();
        let stays = |record: &Record<'_>| is_control || self.stays(record, is_over);
        // One that cannot be read stays as it is.
        survivors::of(batch, &terms, stays).unwrap_or(Survivors::All)
    }

    /// Whether a batch stays even without records: a producer's last, or the last of the round.
    fn must_stay(&self, header: &BatchHeader) -> bool {
        let last = self.last_batches.get(&header.producer_id).filter(|_| header.has_producer());
        let is_last = last.is_some_and(|last| match last.last_offset {
            Some(offset) => offset == header.last_offset(),
            None => header.attributes.is_control() && last.epoch == header.producer_epoch,
        });
        is_last || header.next_offset() == self.end
    }

    fn stays(&self, record: &Record<'_>, is_over: bool) -> bool {
        if record.offset >= self.end {
            return true;
        }
        let Some(key) = record.key else {
            // From before the topic was compacted; there is nothing by which it could be found.
            return false;
        };
        let is_newest = self.map.get(key).is_none_or(|newest| record.offset >= newest);
        is_newest && (record.value.is_some() || !is_over)
    }
}

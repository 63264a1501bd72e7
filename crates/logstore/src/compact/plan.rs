//! Which logs are worth a round, and how their segments are put together.

use std::sync::Arc;

use crate::base::limits::SEGMENT_BYTES_MAX;
use crate::base::types::{Offset, Timestamp};
use crate::log::{Compactable, Log, LogConfig, LogError};
use crate::segment::{OFFSET_ENTRY_BYTES, Segment};

/// A log with something to compact.
pub struct Dirty {
    /// Which one.
    pub log: Arc<Log>,
    /// How much of what may be compacted is new, from 0 to 1.
    pub ratio: f64,
    /// Where the new part begins.
    pub(super) from: Offset,
    /// Where it ends: all of `segments` is below.
    pub(super) to: Offset,
    /// From the first of the log on, whole.
    pub(super) segments: Vec<Arc<Segment>>,
    pub(super) config: Arc<LogConfig>,
    removals: u64,
}

/// What a round over `log` would do, if it is due.
pub fn assess(log: &Arc<Log>, now: Timestamp) -> Result<Option<Dirty>, LogError> {
    if !(log.config().cleanup_compact && log.has_files()) {
        return Ok(None);
    }
    let Some(view) = log.compactable()? else {
        return Ok(None);
    };
    if view.active_base > view.recovery_point {
        // Only what is durable is compacted, and that is soon done for segments that are sealed.
        log.sync_sealed()?;
    }
    let Some(view) = log.compactable()?.filter(|view| !view.sealed.is_empty()) else {
        return Ok(None);
    };
    let dirty = Dirty::of(log, &view, now);
    let is_due = dirty.ratio > view.config.min_cleanable_dirty_ratio || dirty.is_overdue(now)?;
    Ok(is_due.then_some(dirty))
}

impl Dirty {
    fn of(log: &Arc<Log>, view: &Compactable, now: Timestamp) -> Self {
        // No checksum covers the file that it comes from.
        let from = view.cleaned_to.filter(|from| *from <= view.active_base).unwrap_or(view.log_start);
        let from = from.max(view.log_start);
        let config = &view.config;
        let mut to = view.active_base.min(view.last_stable).min(view.recovery_point);
        if config.min_compaction_lag_ms > 0 {
            let too_young = ends(view).find(|(segment, end)| {
                *end > from
                    && now.0.saturating_sub(segment.largest().timestamp.0) < config.min_compaction_lag_ms
            });
            to = too_young.map_or(to, |(segment, _)| to.min(segment.base()));
        }
        let (mut clean_bytes, mut dirty_bytes) = (0, 0);
        let mut segments = Vec::new();
        for (segment, end) in ends(view).take_while(|(_, end)| *end <= to) {
            *(if end <= from { &mut clean_bytes } else { &mut dirty_bytes }) += segment.size();
            segments.push(Arc::clone(segment));
        }
        let to = ends(view).nth(segments.len()).map_or(view.active_base, |(next, _)| next.base());
        let all_bytes = clean_bytes + dirty_bytes;
        let ratio = if dirty_bytes == 0 { 0.0 } else { dirty_bytes as f64 / all_bytes as f64 };
        Self {
            log: Arc::clone(log),
            ratio,
            from,
            to,
            segments,
            config: Arc::clone(config),
            removals: view.removals,
        }
    }

    /// Whether others than a round, which replaced segments `swaps` times, took away some of the log since.
    pub fn is_disturbed(&self, swaps: u64) -> bool {
        self.log.removals() != self.removals + swaps
    }

    /// The segments of the new part.
    pub(super) fn new_segments(&self) -> &[Arc<Segment>] {
        let first = self.segments.partition_point(|segment| segment.base() <= self.from).saturating_sub(1);
        if self.to <= self.from { &[] } else { self.segments.get(first..).unwrap_or_default() }
    }

    /// Bytes that a round reads at most: its new part twice.
    pub(super) fn bytes_to_read(&self) -> u64 {
        let bytes = |segments: &[Arc<Segment>]| segments.iter().map(|segment| segment.size()).sum::<u64>();
        bytes(self.new_segments()) + bytes(&self.segments)
    }

    /// Whether something waits for longer than `max.compaction.lag.ms`.
    fn is_overdue(&self, now: Timestamp) -> Result<bool, LogError> {
        if self.config.max_compaction_lag_ms > now.0 {
            // Nothing can be that old: the usual case, for which no segment is read.
            return Ok(false);
        }
        for segment in self.new_segments() {
            let first = segment.first_timestamp()?;
            if first.is_some_and(|first| now.0.saturating_sub(first.0) > self.config.max_compaction_lag_ms) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The segments that begin below `end`, in groups that each become one segment.
    pub(super) fn groups(&self, end: Offset) -> Vec<&[Arc<Segment>]> {
        let count = self.segments.partition_point(|segment| segment.base() < end);
        let mut rest = self.segments.get(..count).unwrap_or_default();
        let mut groups = Vec::new();
        while !rest.is_empty() {
            let (group, others) = rest.split_at(self.group_len(rest));
            groups.push(group);
            rest = others;
        }
        groups
    }

    /// How many of `segments` fit into one: by bytes, by index entries, and by the distance of offsets.
    fn group_len(&self, segments: &[Arc<Segment>]) -> usize {
        let bytes_max = u64::from(self.config.segment_bytes).min(SEGMENT_BYTES_MAX);
        let entries_max = self.config.segment_index_bytes as usize / OFFSET_ENTRY_BYTES;
        let Some(base) = segments.first().map(|segment| segment.base()) else {
            return 0;
        };
        let (mut bytes, mut entries) = (0, 0);
        let ends = segments.iter().skip(1).map(|next| next.base()).chain([self.to]);
        let fitting = segments.iter().zip(ends).take_while(|(segment, end)| {
            bytes += segment.size();
            entries += segment.index_entries();
            bytes <= bytes_max && entries <= entries_max && end.0 - base.0 <= i64::from(i32::MAX)
        });
        fitting.count().max(1)
    }
}

/// Sealed segments, each with the offset behind it.
fn ends(view: &Compactable) -> impl Iterator<Item = (&Arc<Segment>, Offset)> {
    let ends = view.sealed.iter().skip(1).map(|next| next.base()).chain([view.active_base]);
    view.sealed.iter().zip(ends)
}

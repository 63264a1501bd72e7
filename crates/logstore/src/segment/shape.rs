//! The active segment as it will be: where the next batch goes and which index entries come with it.
//!
//! Decided when the batch is appended to the log, in memory; the log thread then only writes. Rebuilding the
//! indexes of a segment goes through the same rules, so that both give the same bytes.

use super::offset_index::{OFFSET_ENTRY_BYTES, OffsetEntry};
use super::time_index::{TIME_ENTRY_BYTES, TimeEntry};
use crate::base::types::{Offset, Position, Timestamp};
use crate::batch::BatchHeader;

/// What a segment has to know of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchFacts {
    /// Its size.
    pub bytes: u64,
    /// Its last offset.
    pub last_offset: Offset,
    /// Its largest timestamp.
    pub max_timestamp: Timestamp,
}

impl From<&BatchHeader> for BatchFacts {
    fn from(header: &BatchHeader) -> Self {
        Self {
            bytes: header.size_in_bytes() as u64,
            last_offset: header.last_offset(),
            max_timestamp: header.max_timestamp,
        }
    }
}

/// Index entries that belong to one batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entries {
    /// For the offset index.
    pub offset: Option<OffsetEntry>,
    /// For the time index.
    pub time: Option<TimeEntry>,
}

/// Sizes and times of a segment that grows.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    base: Offset,
    bytes: u64,
    created: Timestamp,
    first_timestamp: Option<Timestamp>,
    largest: TimeEntry,
    bytes_since_entry: u64,
    offset_entries: usize,
    time_entries: usize,
    last_time_entry: Timestamp,
}

/// When a segment is full; `roll.rs` of the log knows where the numbers come from.
#[derive(Clone, Copy, Debug)]
pub struct RollLimits {
    /// `segment.bytes`.
    pub segment_bytes: u64,
    /// `segment.ms` less the segment's jitter.
    pub segment_ms: i64,
    /// `segment.index.bytes`.
    pub index_bytes: usize,
}

impl Shape {
    /// A segment that is about to be created.
    pub fn empty(base: Offset, created: Timestamp) -> Self {
        Self {
            base,
            bytes: 0,
            created,
            first_timestamp: None,
            largest: TimeEntry { timestamp: Timestamp::NONE, offset: base },
            bytes_since_entry: 0,
            offset_entries: 0,
            time_entries: 0,
            last_time_entry: Timestamp::NONE,
        }
    }

    /// A segment that goes on after a restart. Kafka counts the bytes since the last entry from 0 again.
    pub(super) fn reopened(
        base: Offset,
        bytes: u64,
        created: Timestamp,
        first_timestamp: Option<Timestamp>,
        largest: TimeEntry,
        (offset_entries, time_entries): (usize, usize),
        last_time_entry: Option<TimeEntry>,
    ) -> Self {
        let last_time_entry = last_time_entry.map_or(Timestamp::NONE, |entry| entry.timestamp);
        let bytes_since_entry = 0;
        Self {
            base,
            bytes,
            created,
            first_timestamp,
            largest,
            bytes_since_entry,
            offset_entries,
            time_entries,
            last_time_entry,
        }
    }

    /// A segment up to its newest indexed batch, which begins at `position`: right behind [`Self::add`] of that one.
    pub(super) fn resumed(
        base: Offset,
        (position, bytes): (Position, u64),
        created: Timestamp,
        first_timestamp: Option<Timestamp>,
        (offset_entries, time_entries): (usize, usize),
        last_time_entry: Option<TimeEntry>,
    ) -> Self {
        let largest = last_time_entry.unwrap_or(TimeEntry { timestamp: Timestamp::NONE, offset: base });
        let entries = (offset_entries, time_entries);
        let end = position.0 + bytes;
        let reopened = Self::reopened(base, end, created, first_timestamp, largest, entries, last_time_entry);
        Self { bytes_since_entry: bytes, ..reopened }
    }

    /// First offset.
    pub fn base(&self) -> Offset {
        self.base
    }

    /// Bytes of all batches so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The largest timestamp, and the last offset of the batch that holds it.
    pub fn largest(&self) -> TimeEntry {
        self.largest
    }

    /// Whether `batch` belongs into a new segment (`protocol.md` 2.5).
    pub fn is_full_for(&self, batch: &BatchFacts, limits: &RollLimits, now: Timestamp) -> bool {
        let waited = match self.first_timestamp.filter(|first| first.0 >= 0) {
            Some(first) => batch.max_timestamp.0.saturating_sub(first.0),
            None => now.0.saturating_sub(self.created.0),
        };
        let offsets_max = limits.index_bytes / OFFSET_ENTRY_BYTES;
        let times_max = limits.index_bytes / TIME_ENTRY_BYTES;
        // One without a batch takes any: the next would begin at the same offset, in the same files.
        self.bytes > 0
            && (self.bytes > limits.segment_bytes.saturating_sub(batch.bytes)
                || waited > limits.segment_ms
                || self.offset_entries >= offsets_max
                || self.time_entries + 1 >= times_max
                || batch.last_offset.0 - self.base.0 > i64::from(i32::MAX))
    }

    /// Adds a batch; answers where it begins and the entries it brings.
    pub fn add(&mut self, batch: &BatchFacts, index_interval_bytes: u32) -> (Position, Entries) {
        let position = Position(self.bytes);
        if self.bytes == 0 {
            self.first_timestamp = Some(batch.max_timestamp);
        }
        if batch.max_timestamp > self.largest.timestamp {
            self.largest = TimeEntry { timestamp: batch.max_timestamp, offset: batch.last_offset };
        }
        let mut entries = Entries::default();
        if self.bytes_since_entry > u64::from(index_interval_bytes) {
            entries.offset = Some(OffsetEntry { offset: batch.last_offset, position });
            self.offset_entries += 1;
            entries.time = self.next_time_entry();
            self.bytes_since_entry = 0;
        }
        self.bytes += batch.bytes;
        self.bytes_since_entry += batch.bytes;
        (position, entries)
    }

    /// What lies before `position` and was not added is no batch.
    pub(super) fn pass_over_to(&mut self, position: Position) {
        let bytes = position.0.saturating_sub(self.bytes);
        self.bytes += bytes;
        self.bytes_since_entry += bytes;
    }

    /// The entry that the time index gets when the segment is sealed.
    pub fn seal(&mut self) -> Option<TimeEntry> {
        self.next_time_entry()
    }

    fn next_time_entry(&mut self) -> Option<TimeEntry> {
        let grew = self.largest.timestamp > self.last_time_entry;
        grew.then(|| {
            self.time_entries += 1;
            self.last_time_entry = self.largest.timestamp;
            self.largest
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(bytes: u64, last: i64, timestamp: i64) -> BatchFacts {
        BatchFacts { bytes, last_offset: Offset(last), max_timestamp: Timestamp(timestamp) }
    }

    #[test]
    fn an_entry_follows_more_than_the_interval() {
        let mut shape = Shape::empty(Offset(100), Timestamp(0));
        assert_eq!(
            shape.add(&batch(4096, 100, 5), 4096).1,
            Entries::default(),
            "the first batch is never indexed"
        );
        assert_eq!(shape.add(&batch(1, 101, 9), 4096).1, Entries::default(), "4096 is not more than 4096");
        let (position, entries) = shape.add(&batch(50, 105, 7), 4096);
        assert_eq!(position, Position(4097));
        assert_eq!(entries.offset, Some(OffsetEntry { offset: Offset(105), position }));
        assert_eq!(entries.time, Some(TimeEntry { timestamp: Timestamp(9), offset: Offset(101) }));
        shape.add(&batch(5000, 106, 8), 4096);
        assert_eq!(shape.add(&batch(1, 107, 8), 4096).1.time, None, "the timestamp did not grow");
        assert_eq!(shape.seal(), None);
        shape.add(&batch(1, 108, 10), 4096);
        assert_eq!(shape.seal(), Some(TimeEntry { timestamp: Timestamp(10), offset: Offset(108) }));
        assert_eq!(shape.seal(), None);
    }

    #[test]
    fn it_is_full_by_size_time_index_and_offset() {
        let limits = RollLimits { segment_bytes: 1000, segment_ms: 50, index_bytes: 24 };
        let mut shape = Shape::empty(Offset(0), Timestamp(7));
        let now = Timestamp(7);
        assert!(!shape.is_full_for(&batch(1000, 0, 3), &limits, now));
        assert!(!shape.is_full_for(&batch(10, 0, 3), &limits, Timestamp(900)), "an empty segment has no age");
        let no_index = RollLimits { index_bytes: 4, ..limits };
        assert!(!shape.is_full_for(&batch(10, 0, 3), &no_index, now));
        shape.add(&batch(500, 0, 3), 4096);
        assert!(!shape.is_full_for(&batch(500, 1, 53), &limits, now));
        assert!(shape.is_full_for(&batch(501, 1, 53), &limits, now));
        assert!(shape.is_full_for(&batch(1, 1, 54), &limits, now));
        assert!(!shape.is_full_for(&batch(1, i64::from(i32::MAX), 3), &limits, now));
        assert!(shape.is_full_for(&batch(1, 1 << 31, 3), &limits, now));
        shape.add(&batch(1, 1, 4), 0);
        assert!(shape.is_full_for(&batch(1, 2, 4), &limits, now), "one slot of the time index stays free");
    }
}

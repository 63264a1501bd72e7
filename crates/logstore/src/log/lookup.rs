//! Finding records by their time. Reads segments, once they have what is to be found, and behind them what there was no
//! room for; callers that must not wait for the disk do not call it.

use std::sync::Arc;

use super::offsets::ReadBound;
use super::read::RETRIES_MAX;
use super::types::TimestampOffset;
use super::{Log, ReadError};
use crate::base::error::StorageError;
use crate::base::types::{Offset, Position, Timestamp};
use crate::batch::{BatchHeader, BatchView, TimestampType};
use crate::io::Access;
use crate::io::arena::Buf;
use crate::segment::{BatchAt, Segment};

impl Log {
    /// The first record at or after `timestamp`, when it lies below `bound`.
    pub fn offset_for_timestamp(
        &self,
        timestamp: Timestamp,
        bound: ReadBound,
    ) -> Result<Option<TimestampOffset>, ReadError> {
        let view = self.offsets()?;
        let unwritten = self.write_but_for();
        let written =
            self.looking(|segments| first_from(segments, timestamp, view.log_start), view.log_start)?;
        let reaches =
            |record: &TimestampOffset| record.timestamp >= timestamp && record.offset >= view.log_start;
        let found = match written {
            None => self.first_of(&unwritten, reaches)?,
            found => found,
        };
        Ok(found.filter(|found| found.offset < view.bound(bound)))
    }

    /// The record with the largest timestamp, the first one where there are several.
    pub fn offset_of_max_timestamp(&self) -> Result<Option<TimestampOffset>, ReadError> {
        let view = self.offsets()?;
        let unwritten = self.write_but_for();
        let is_seen =
            |found: &TimestampOffset| found.offset >= view.log_start && found.offset < view.high_watermark;
        let written = self.looking(newest, view.log_start)?.filter(is_seen);
        let waiting = self.newest_of(&unwritten)?.filter(is_seen);
        let is_newer =
            |found: &TimestampOffset| written.is_none_or(|written| found.timestamp > written.timestamp);
        Ok(waiting.filter(is_newer).or(written))
    }

    /// The first record that fits of batches that no segment has.
    fn first_of(
        &self,
        batches: &[Buf],
        fits: impl Fn(&TimestampOffset) -> bool,
    ) -> Result<Option<TimestampOffset>, StorageError> {
        for bytes in batches {
            let found = self.first_in(bytes, &fits)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn newest_of(&self, batches: &[Buf]) -> Result<Option<TimestampOffset>, StorageError> {
        let mut newest: Option<(Timestamp, &Buf)> = None;
        for bytes in batches {
            let header = BatchHeader::parse(bytes).map_err(|error| self.corrupt(&error.to_string()))?;
            if newest.is_none_or(|(timestamp, _)| header.max_timestamp > timestamp) {
                newest = Some((header.max_timestamp, bytes));
            }
        }
        let Some((timestamp, bytes)) = newest else { return Ok(None) };
        self.first_in(bytes, |record| record.timestamp == timestamp)
    }

    fn first_in(
        &self,
        bytes: &[u8],
        fits: impl Fn(&TimestampOffset) -> bool,
    ) -> Result<Option<TimestampOffset>, StorageError> {
        first_in(bytes, fits).map_err(|why| self.corrupt(&why))
    }

    /// Looks into the segments, again when one of them went while it was looked at.
    fn looking<T>(
        &self,
        look: impl Fn(&[Arc<Segment>]) -> Result<T, StorageError>,
        from: Offset,
    ) -> Result<T, StorageError> {
        for _ in 0..RETRIES_MAX {
            match look(&self.segments_from(from)) {
                Err(error) if error.is_not_found() => {}
                looked => return looked,
            }
        }
        look(&self.segments_from(from))
    }
}

/// The first record from `log_start` on that is not before `timestamp`.
fn first_from(
    segments: &[Arc<Segment>],
    timestamp: Timestamp,
    log_start: Offset,
) -> Result<Option<TimestampOffset>, StorageError> {
    let reaches = |record: &TimestampOffset| record.timestamp >= timestamp && record.offset >= log_start;
    for segment in segments.iter().filter(|segment| segment.largest().timestamp >= timestamp) {
        let size = Position(segment.size());
        let mut from = log_start;
        while let Some(batch) = segment.find_timestamp(timestamp, from, size)? {
            if let Some(found) = first_record(segment, &batch, reaches)? {
                return Ok(Some(found));
            }
            // Compaction keeps the time of a batch whose records are gone.
            from = batch.header.next_offset();
        }
    }
    Ok(None)
}

fn newest(segments: &[Arc<Segment>]) -> Result<Option<TimestampOffset>, StorageError> {
    let mut newest: Option<&Arc<Segment>> = None;
    for segment in segments.iter().filter(|segment| segment.size() > 0) {
        if newest.is_none_or(|newest| segment.largest().timestamp > newest.largest().timestamp) {
            newest = Some(segment);
        }
    }
    let Some(segment) = newest else { return Ok(None) };
    let largest = segment.largest();
    let Some(batch) = segment.find(largest.offset, Position(segment.size()), Access::Waiting)? else {
        return Ok(None);
    };
    first_record(segment, &batch, |record| record.timestamp == largest.timestamp)
}

/// The first record of a batch that fits.
fn first_record(
    segment: &Segment,
    at: &BatchAt,
    fits: impl Fn(&TimestampOffset) -> bool,
) -> Result<Option<TimestampOffset>, StorageError> {
    let leader_epoch = at.header.leader_epoch;
    let found = |timestamp, offset| TimestampOffset { timestamp, offset, leader_epoch };
    let is_whole = at.header.next_offset().0 - at.header.base_offset.0 == i64::from(at.header.records_count);
    let has_one_time = at.header.attributes.timestamp_type() == TimestampType::LogAppendTime;
    if has_one_time && is_whole {
        // The first that is not below the log start; nothing has to be read for it.
        let offsets = at.header.base_offset.0..=at.header.last_offset().0;
        let records = offsets.map(|offset| found(at.header.max_timestamp, Offset(offset)));
        return Ok(records.into_iter().find(fits));
    }
    let bytes = segment.read_batch(at)?;
    first_in(&bytes, fits).map_err(|why| StorageError::corrupt(segment.data().path(), at.position.0, why))
}

/// The same in the bytes of a batch, or why they cannot be read.
fn first_in(
    bytes: &[u8],
    fits: impl Fn(&TimestampOffset) -> bool,
) -> Result<Option<TimestampOffset>, String> {
    let batch = BatchView::parse(bytes).map_err(|error| error.to_string())?;
    let header = *batch.header();
    let has_one_time = header.attributes.timestamp_type() == TimestampType::LogAppendTime;
    let records = batch.records().map_err(|error| error.to_string())?;
    for record in records.iter() {
        let record = record.map_err(|error| error.to_string())?;
        let timestamp = if has_one_time { header.max_timestamp } else { record.timestamp };
        let record = TimestampOffset { timestamp, offset: record.offset, leader_epoch: header.leader_epoch };
        if fits(&record) {
            return Ok(Some(record));
        }
    }
    Ok(None)
}

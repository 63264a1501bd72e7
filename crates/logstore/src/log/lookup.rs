//! Finding records by their time. Reads segments, once they have what is to be found; callers that must not wait for
//! the disk do not call it.

use super::offsets::ReadBound;
use super::types::TimestampOffset;
use super::{Log, ReadError};
use crate::base::error::StorageError;
use crate::base::types::{Offset, Position, Timestamp};
use crate::batch::{BatchView, TimestampType};
use crate::segment::{BatchAt, Segment};

impl Log {
    /// The first record at or after `timestamp`, when it lies below `bound`.
    pub fn offset_for_timestamp(
        &self,
        timestamp: Timestamp,
        bound: ReadBound,
    ) -> Result<Option<TimestampOffset>, ReadError> {
        let view = self.offsets()?;
        self.write_behind();
        for segment in self.segments_from(view.log_start) {
            if segment.largest().timestamp < timestamp {
                continue;
            }
            let size = Position(segment.size());
            let Some(batch) = segment.find_timestamp(timestamp, view.log_start, size)? else {
                continue;
            };
            let reaches =
                |record: &TimestampOffset| record.timestamp >= timestamp && record.offset >= view.log_start;
            if let Some(found) = first_record(&segment, &batch, reaches)? {
                return Ok(Some(found).filter(|found| found.offset < view.bound(bound)));
            }
        }
        Ok(None)
    }

    /// The record with the largest timestamp, the first one where there are several.
    pub fn offset_of_max_timestamp(&self) -> Result<Option<TimestampOffset>, ReadError> {
        let view = self.offsets()?;
        self.write_behind();
        let segments = self.segments_from(view.log_start);
        let mut newest: Option<&std::sync::Arc<Segment>> = None;
        for segment in segments.iter().filter(|segment| segment.size() > 0) {
            if newest.is_none_or(|newest| segment.largest().timestamp > newest.largest().timestamp) {
                newest = Some(segment);
            }
        }
        let Some(segment) = newest else { return Ok(None) };
        let largest = segment.largest();
        let Some(batch) = segment.find(largest.offset, Position(segment.size()))? else {
            return Ok(None);
        };
        let timestamp = largest.timestamp;
        Ok(first_record(segment, &batch, |record| record.timestamp == timestamp)?
            .filter(|found| found.offset >= view.log_start && found.offset < view.high_watermark))
    }
}

/// The first record of a batch that fits.
fn first_record(
    segment: &Segment,
    at: &BatchAt,
    fits: impl Fn(&TimestampOffset) -> bool,
) -> Result<Option<TimestampOffset>, StorageError> {
    let leader_epoch = at.header.leader_epoch;
    let found = |timestamp, offset| TimestampOffset { timestamp, offset, leader_epoch };
    if at.header.attributes.timestamp_type() == TimestampType::LogAppendTime {
        // One time for all records: the first that is not below the log start.
        let offsets = at.header.base_offset.0..=at.header.last_offset().0;
        let records = offsets.map(|offset| found(at.header.max_timestamp, Offset(offset)));
        return Ok(records.into_iter().find(fits));
    }
    let bytes = segment.read_batch(at)?;
    let corrupt = |why: String| StorageError::corrupt(segment.data().path(), at.position.0, why);
    let batch = BatchView::parse(&bytes).map_err(|error| corrupt(error.to_string()))?;
    let records = batch.records().map_err(|error| corrupt(error.to_string()))?;
    for record in records.iter() {
        let record = record.map_err(|error| corrupt(error.to_string()))?;
        let record = found(record.timestamp, record.offset);
        if fits(&record) {
            return Ok(Some(record));
        }
    }
    Ok(None)
}

//! Reading: from the tail where it reaches back far enough, else slices of segment files and what the tail has behind
//! them. No bytes are copied.

use std::sync::Arc;

use super::Log;
use super::error::ReadError;
use super::offsets::{LogOffsets, ReadBound};
use super::state::Phase;
use super::tail::Tail;
use super::types::{AbortedTransaction, FileSlice, LogRead, Slice};
use crate::base::error::StorageError;
use crate::base::types::{Offset, Position};
use crate::io::Access;
use crate::segment::{AbortedEntry, Segment};

/// How often a read starts over when retention or compaction takes the segment that it was about to read.
pub(super) const RETRIES_MAX: usize = 3;

/// What a read of segments has to know of the log, taken at one moment.
struct Plan {
    offsets: LogOffsets,
    /// Where the read ends, and where it ends in the segments.
    limit: Offset,
    bound: Offset,
    /// The log end in the segments, and the size of the active one there.
    written: (Offset, u64),
    segments: Vec<Arc<Segment>>,
}

impl Log {
    /// Reads whole batches from the one that holds `from` on, below `bound`, at most `bytes_max`; with
    /// `min_one_batch` the first one is answered whatever its size. Below the log start or above the log end nothing
    /// can be read; between `bound` and the log end there is nothing yet.
    pub fn read(
        &self,
        from: Offset,
        bytes_max: usize,
        bound: ReadBound,
        min_one_batch: bool,
    ) -> Result<LogRead, ReadError> {
        self.read_as(from, bytes_max, bound, min_one_batch, Access::Waiting)
    }

    /// The same with a say in whether it may wait: [`ReadError::NotResident`] where it may not and would have to.
    pub fn read_as(
        &self,
        from: Offset,
        bytes_max: usize,
        bound: ReadBound,
        min_one_batch: bool,
        access: Access,
    ) -> Result<LogRead, ReadError> {
        let mut retries = 0;
        loop {
            let removals = self.removals();
            let found = match self.read_memory(from, bytes_max, bound, min_one_batch)? {
                Ok(found) => Ok(found),
                Err(plan) => read_segments(&plan, from, bytes_max, min_one_batch, access)
                    .map(|found| self.read_on(found, &plan, bytes_max, min_one_batch)),
            };
            match found.and_then(|found| self.with_aborted(found, from, bound, access)) {
                // What was aborted within a segment that is gone is not known any more, but may have been read.
                Ok(found) if bound == ReadBound::LastStable && self.removals() != removals => drop(found),
                Ok(found) => return Ok(found.read),
                // The segment went while it was looked at.
                Err(error) if error.is_not_found() && retries < RETRIES_MAX => retries += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Reads from the tail, or answers what a read of segments needs.
    fn read_memory(
        &self,
        from: Offset,
        bytes_max: usize,
        bound: ReadBound,
        min_one_batch: bool,
    ) -> Result<Result<Found, Plan>, ReadError> {
        let state = self.opened()?;
        let offsets = state.view();
        if from < offsets.log_start || from > offsets.log_end {
            let (log_start, log_end) = (offsets.log_start, offsets.log_end);
            return Err(ReadError::OffsetOutOfRange { asked: from, log_start, log_end });
        }
        let limit = offsets.bound(bound);
        let mut found = Found::empty(offsets, from);
        if from >= limit {
            return Ok(Ok(found));
        }
        if !state.tail.covers(from) {
            let written = (state.written, state.written_bytes);
            // With the offsets: retention moves the log start and the list together.
            let segments = self.segments_from(from);
            if segments.len() == 1 {
                self.mark_read();
            }
            return Ok(Err(Plan { offsets, limit, bound: limit.min(written.0), written, segments }));
        }
        found.take(&state.tail, limit, bytes_max, min_one_batch);
        Ok(Ok(found))
    }

    /// Goes on in the tail where the segments were read to their end: what is not written yet is of the active one.
    fn read_on(&self, mut found: Found, plan: &Plan, bytes_max: usize, min_one_batch: bool) -> Found {
        if found.next_offset < plan.limit
            && found.next_offset >= plan.written.0
            && let Ok(state) = self.opened()
            && state.tail.covers(found.next_offset)
        {
            found.take(&state.tail, plan.limit, bytes_max, min_one_batch);
        }
        found
    }

    /// The segments that hold `from` and what follows.
    pub(super) fn segments_from(&self, from: Offset) -> Vec<Arc<Segment>> {
        let segments = self.segments.read();
        let after = segments.partition_point(|segment| segment.base() <= from);
        segments.get(after.saturating_sub(1)..).unwrap_or_default().to_vec()
    }

    /// Transactions that were aborted and have records between `from` and `to`.
    pub fn aborted_within(
        &self,
        from: Offset,
        to: Offset,
        access: Access,
    ) -> Result<Vec<AbortedEntry>, StorageError> {
        // Before the segments are asked: what is not here any more is in their indexes by then.
        let mut entries = match &*self.phase.lock() {
            Phase::Open(state) => state.aborted.clone(),
            _ => Vec::new(),
        };
        entries.retain(|entry| entry.last_offset >= from && entry.first_offset < to);
        let unwritten = entries.len();
        for segment in self.segments_from(from) {
            if segment.collect_aborted(from, to, &mut entries, access)? {
                break;
            }
        }
        // One that was written in between is in both.
        let mut written = entries.split_off(unwritten);
        entries.retain(|entry| !written.contains(entry));
        written.append(&mut entries);
        Ok(written)
    }

    /// Fills in the transactions that were aborted within what was read.
    fn with_aborted(
        &self,
        mut found: Found,
        from: Offset,
        bound: ReadBound,
        access: Access,
    ) -> Result<Found, StorageError> {
        if bound != ReadBound::LastStable || found.read.slices.is_empty() {
            return Ok(found);
        }
        let entries = self.aborted_within(from, found.next_offset, access)?;
        found.read.aborted.extend(entries.iter().map(|entry| AbortedTransaction {
            producer_id: entry.producer_id,
            first_offset: entry.first_offset,
            last_offset: entry.last_offset,
        }));
        Ok(found)
    }
}

/// A read that grows.
struct Found {
    read: LogRead,
    /// The offset behind what was read.
    next_offset: Offset,
}

impl Found {
    fn empty(offsets: LogOffsets, from: Offset) -> Self {
        let read = LogRead { slices: Vec::new(), bytes: 0, offsets, aborted: Vec::new() };
        Self { read, next_offset: from }
    }

    fn push(&mut self, slice: Slice, next_offset: Offset) {
        self.read.bytes += slice.len();
        self.read.slices.push(slice);
        self.next_offset = next_offset;
    }

    /// What the tail has from here on, as far as it fits.
    fn take(&mut self, tail: &Tail, limit: Offset, bytes_max: usize, min_one_batch: bool) {
        for (last, bytes) in tail.from(self.next_offset).take_while(|(last, _)| *last < limit) {
            let is_owed = min_one_batch && self.read.slices.is_empty();
            if self.read.bytes + bytes.len() > bytes_max && !is_owed {
                break;
            }
            self.push(Slice::Memory(bytes.clone()), last.plus(1));
        }
    }
}

/// Reads slices of segments, one per segment.
fn read_segments(
    plan: &Plan,
    from: Offset,
    bytes_max: usize,
    min_one_batch: bool,
    access: Access,
) -> Result<Found, StorageError> {
    let mut found = Found::empty(plan.offsets, from);
    for (index, segment) in plan.segments.iter().enumerate() {
        if segment.base() >= plan.bound {
            break;
        }
        let next_base = plan.segments.get(index + 1).map(|next| next.base());
        let limit = limit_in(plan, segment, next_base, access)?;
        let Some(first) = segment.find(found.next_offset.max(from), limit, access)? else {
            continue;
        };
        if let Some(next_base) = next_base {
            segment.refuse_overlap(&first, next_base)?;
        }
        let room = bytes_max.saturating_sub(found.read.bytes) as u64;
        let needed = first.header.size_in_bytes() as u64;
        let is_first = found.read.slices.is_empty();
        let room = if is_first && min_one_batch { room.max(needed) } else { room };
        let Some(fit) = segment.fit(&first, room, limit, access)? else {
            break;
        };
        let len = (fit.end.0 - first.position.0) as usize;
        let slice = FileSlice::new(segment.data().file_for(access)?, first.position, len);
        found.push(Slice::File(slice), fit.next_offset);
        if fit.end < limit || segment.lost(fit.next_offset) {
            break;
        }
    }
    Ok(found)
}

/// Where in a segment the plan's bound lies; `next_base` is that of the segment behind it.
fn limit_in(
    plan: &Plan,
    segment: &Segment,
    next_base: Option<Offset>,
    access: Access,
) -> Result<Position, StorageError> {
    let size = Position(segment.size());
    match next_base {
        Some(next_base) if next_base <= plan.bound => Ok(size),
        // The usual case of the active segment: what is written is what may be read.
        None if plan.bound == plan.written.0 => Ok(Position(plan.written.1).min(size)),
        _ => Ok(segment.first_from(plan.bound, size, access)?.map_or(size, |beyond| beyond.position)),
    }
}

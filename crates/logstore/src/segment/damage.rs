//! Damage in a data file: bytes that do not read back, and where good batches go on behind them.
//!
//! A batch whose length can be believed ends where a good one begins, or the file ends. Otherwise every byte behind it
//! is tried: a batch begins where one is whole, matches its CRC and has an offset that may follow.

use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::RwLock;

use super::recover::{good_batch, scan_from};
use crate::base::error::StorageError;
use crate::base::types::{Offset, Position};
use crate::batch::{BatchHeader, BatchView, HEADER_BYTES};
use crate::io::File;

/// Bytes read at a time in the search for the next good batch.
const SEARCH_BYTES: usize = 1024 * 1024;

/// What is missing in a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hole {
    /// Where the bad bytes lie; an empty range where the bytes are gone altogether.
    pub bytes: Range<u64>,
    /// Offsets that lay there; empty where none did, or another file has brought them back.
    pub offsets: Range<Offset>,
    /// Which check failed.
    pub why: String,
}

impl Hole {
    /// What a read of it is answered.
    pub fn error(&self, path: &Path) -> StorageError {
        let Range { start, end } = self.offsets;
        let why = format!("offsets {start} to {end} are lost: {}", self.why);
        StorageError::corrupt(path, self.bytes.start, why)
    }
}

/// The holes of a segment; asked by every read, and empty but for a damaged one.
#[derive(Debug, Default)]
pub(super) struct Damage {
    any: AtomicBool,
    holes: RwLock<Vec<Hole>>,
}

impl Damage {
    pub(super) fn add(&self, more: impl IntoIterator<Item = Hole>) {
        let mut holes = self.holes();
        holes.extend(more);
        self.replace(holes);
    }

    pub(super) fn replace(&self, mut holes: Vec<Hole>) {
        holes.sort_by_key(|hole| (hole.bytes.start, hole.offsets.start));
        let any = !holes.is_empty();
        *self.holes.write() = holes;
        self.any.store(any, Ordering::Release);
    }

    pub(super) fn holes(&self) -> Vec<Hole> {
        if self.any.load(Ordering::Acquire) { self.holes.read().clone() } else { Vec::new() }
    }

    fn first(&self, is_it: impl Fn(&Hole) -> bool) -> Option<Hole> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        self.holes.read().iter().find(|hole| is_it(hole)).cloned()
    }

    /// The first hole with an offset at or behind `offset`.
    pub(super) fn lost_from(&self, offset: Offset) -> Option<Hole> {
        self.first(|hole| hole.offsets.end > offset && !hole.offsets.is_empty())
    }

    /// The first hole at or behind `position`: no range of batches may reach over it.
    pub(super) fn from(&self, position: Position) -> Option<Position> {
        let hole = self.first(|hole| hole.bytes.start >= position.0);
        hole.map(|hole| Position(hole.bytes.start))
    }

    /// Where the bytes go on that can be read, from `position` on.
    pub(super) fn past(&self, position: Position) -> Position {
        let hole = self.first(|hole| hole.bytes.contains(&position.0));
        hole.map_or(position, |hole| Position(hole.bytes.end))
    }

    /// The offset behind the last hole.
    pub(super) fn end(&self) -> Option<Offset> {
        self.holes().iter().map(|hole| hole.offsets.end).max()
    }
}

/// A data file with its damage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// In order; the last one may reach the end of the file.
    pub holes: Vec<Hole>,
    /// The byte behind the last good batch or hole: what follows is a torn tail.
    pub end: Position,
    /// The offset behind them.
    pub next_offset: Offset,
    /// Why what follows `end` is bad, where anything does.
    pub torn: Option<String>,
}

/// Up to where a data file has to be good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Durable {
    /// A bad batch that begins below it is damage, one above it a torn tail.
    pub below: Offset,
    /// Where the log goes on behind the file, when that is known.
    pub next_base: Option<Offset>,
    /// Offsets that the log had without a gap, where it ends with the file; empty where that is not known.
    pub held: Range<Offset>,
}

/// Reads a data file from the batch at `from` to its end, past everything that is bad.
pub fn survey(
    file: &File,
    from: Position,
    size: Position,
    base: Offset,
    durable: &Durable,
    visit: &mut dyn FnMut(Position, &BatchView<'_>) -> Result<(), StorageError>,
) -> Result<Survey, StorageError> {
    let mut survey = Survey { holes: Vec::new(), end: from, next_offset: base, torn: None };
    loop {
        let mut scanned = scan_from(file, survey.end, size, base, survey.next_offset, visit)?;
        scanned.bound(durable);
        (survey.end, survey.next_offset) = (scanned.end, scanned.next_offset);
        let Some(why) = scanned.bad else {
            return Ok(survey);
        };
        if survey.next_offset >= durable.below {
            survey.torn = Some(why);
            return Ok(survey);
        }
        let start = survey.next_offset;
        (survey.end, survey.next_offset) = match next_good(file, survey.end, size, base, start)? {
            Some((position, header)) => (position, header.base_offset),
            None => (size, durable.next_base.unwrap_or(start).max(start)),
        };
        let bytes = scanned.end.0..survey.end.0;
        survey.holes.push(Hole { bytes, offsets: start..survey.next_offset, why });
    }
}

/// The first good batch behind the bad one at `from`.
pub(super) fn next_good(
    file: &File,
    from: Position,
    size: Position,
    base: Offset,
    next_offset: Offset,
) -> Result<Option<(Position, BatchHeader)>, StorageError> {
    let mut bytes = vec![0; HEADER_BYTES];
    let read = file.read_full_at(&mut bytes, from)?;
    if let Some(Ok(header)) = bytes.get(..read).map(BatchHeader::parse) {
        let behind = Position(from.0 + header.size_in_bytes() as u64);
        if behind == size {
            return Ok(None);
        }
        if let Some(header) = good_at(file, behind, size, base, next_offset)? {
            return Ok(Some((behind, header)));
        }
    }
    let mut window = Vec::new();
    let mut at = Position(from.0 + 1);
    while at < size {
        window.resize(SEARCH_BYTES, 0);
        let read = file.read_full_at(&mut window, at)?;
        window.truncate(read);
        let Some(last) = read.checked_sub(HEADER_BYTES) else {
            return Ok(None);
        };
        for skip in 0..=last {
            let may_begin = |header: BatchHeader| {
                let end = at.0 + skip as u64 + header.size_in_bytes() as u64;
                header.base_offset >= next_offset && header.last_offset_delta >= 0 && end <= size.0
            };
            let header = BatchHeader::parse(window.get(skip..).unwrap_or_default());
            if !header.is_ok_and(may_begin) {
                continue;
            }
            let position = Position(at.0 + skip as u64);
            if let Some(header) = good_at(file, position, size, base, next_offset)? {
                return Ok(Some((position, header)));
            }
        }
        at.0 += last as u64 + 1;
    }
    Ok(None)
}

/// The header of the batch at `at`, when it is good.
fn good_at(
    file: &File,
    at: Position,
    size: Position,
    base: Offset,
    next_offset: Offset,
) -> Result<Option<BatchHeader>, StorageError> {
    let mut bytes = vec![0; HEADER_BYTES];
    let read = file.read_full_at(&mut bytes, at)?;
    bytes.truncate(read);
    let Ok(header) = BatchHeader::parse(&bytes) else {
        return Ok(None);
    };
    if at.0 + header.size_in_bytes() as u64 > size.0 {
        return Ok(None);
    }
    bytes.resize(header.size_in_bytes(), 0);
    let read = file.read_full_at(&mut bytes, at)?;
    bytes.truncate(read);
    let good = BatchView::parse(&bytes).is_ok_and(|batch| good_batch(&batch, base, next_offset).is_ok());
    Ok(good.then_some(header))
}

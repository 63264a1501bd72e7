//! Opening segments that exist: as they are when they were closed, else by reading every batch.
//!
//! The scan stops at the first batch that is short, fails its CRC or steps back in offsets. No CRC covers a batch's
//! offset: where one that lies behind a gap is followed by one of the gap, it is the first of them that is bad, and the
//! last one of a file where the log is known to have had what is missing. Whether that is a torn tail, which is cut, or
//! damage is judged by what was synced. Indexes are built anew on the way; but for the entries below the recovery point,
//! which are durable as the data is: of a segment that lies there in part, only what is behind it is read.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;

use super::damage::{Damage, Durable, Survey};
use super::resumed::Resumed;
use super::{
    BatchFacts, DataFile, Kind, OffsetEntry, OffsetIndex, Segment, Shape, TimeEntry, TimeIndex, TxnIndex,
    names,
};
use crate::base::error::StorageError;
use crate::base::types::{Offset, Position, Timestamp};
use crate::batch::{BatchError, BatchHeader, BatchView};
use crate::io::{Access, File, FilePool};

/// Bytes read at a time; a batch that is larger is read whole.
const SCAN_BYTES: usize = 1024 * 1024;

/// A scan that came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scanned {
    /// The byte behind the last good batch.
    pub end: Position,
    /// The offset behind it.
    pub next_offset: Offset,
    /// A good batch that was shown and lies behind `end`: what follows says that its offset cannot be right.
    pub is_taken_back: bool,
    /// The last good batch where it lies behind a gap: its position, and the offsets of the gap.
    pub doubtful: Option<(Position, Range<Offset>)>,
    /// Why the scan stopped there; `None` at the end of the file.
    pub bad: Option<String>,
}

/// A segment after its recovery.
#[derive(Debug)]
pub struct Rebuilt {
    /// With indexes that fit its data, sealed.
    pub segment: Segment,
    /// What was read and checked.
    pub bytes_read: u64,
    /// What was cut.
    pub bytes_cut: u64,
    /// Why, when anything was.
    pub bad: Option<String>,
    /// The shape for appends that follow.
    pub shape: Shape,
    /// Its transaction index has the aborts below this offset; the others are to be added.
    pub aborted_below: Offset,
}

/// What is known of a segment before it is rebuilt.
#[derive(Clone, Copy, Debug)]
pub enum Known<'s> {
    /// What was synced.
    Durable(&'s Durable),
    /// Which of its bytes are good.
    Surveyed(&'s Survey),
}

/// Reads every batch from `from` up to `to` and shows the good ones to `visit`.
pub fn scan(
    file: &File,
    from: Position,
    to: Position,
    base: Offset,
    visit: &mut dyn FnMut(Position, &BatchView<'_>) -> Result<(), StorageError>,
) -> Result<Scanned, StorageError> {
    scan_from(file, from, to, base, base, visit)
}

/// The same where no offset below `next_offset` may follow.
pub(super) fn scan_from(
    file: &File,
    from: Position,
    to: Position,
    base: Offset,
    next_offset: Offset,
    visit: &mut dyn FnMut(Position, &BatchView<'_>) -> Result<(), StorageError>,
) -> Result<Scanned, StorageError> {
    let mut scanned = Scanned { end: from, next_offset, is_taken_back: false, doubtful: None, bad: None };
    let mut buffer = Vec::new();
    let mut window = SCAN_BYTES;
    loop {
        let left = to.0.saturating_sub(scanned.end.0);
        buffer.resize(window.min(usize::try_from(left).unwrap_or(window)), 0);
        let read = file.read_full_at(&mut buffer, scanned.end)?;
        buffer.truncate(read);
        let mut used = 0;
        let stop = loop {
            match BatchView::parse(buffer.get(used..).unwrap_or_default()) {
                Ok(batch) => {
                    if let Err(why) = good_batch(&batch, base, scanned.next_offset) {
                        if scanned.follows_doubtful(&batch, base) {
                            return Ok(scanned);
                        }
                        break Stop::Bad(why);
                    }
                    visit(scanned.end, &batch)?;
                    used += batch.bytes().len();
                    scanned.pass(&batch);
                }
                Err(BatchError::Short { needed, .. }) => break Stop::Short(needed),
                Err(error) => break Stop::Bad(error.to_string()),
            }
        };
        let left = to.0.saturating_sub(scanned.end.0);
        match stop {
            _ if left == 0 => return Ok(scanned),
            Stop::Bad(why) => {
                scanned.bad = Some(why);
                return Ok(scanned);
            }
            Stop::Short(needed) if needed as u64 > left || read == 0 => {
                scanned.bad = Some(format!("{left} bytes of a batch of {needed}"));
                return Ok(scanned);
            }
            // The batch goes on behind the window; one that is larger than a window widens it.
            Stop::Short(needed) => window = needed.max(SCAN_BYTES),
        }
    }
}

impl Scanned {
    fn pass(&mut self, batch: &BatchView<'_>) {
        let header = batch.header();
        let gap = header.base_offset > self.next_offset;
        self.doubtful = gap.then_some((self.end, self.next_offset..header.base_offset));
        self.end.0 += batch.bytes().len() as u64;
        self.next_offset = header.next_offset();
    }

    /// What is durable was good once.
    fn refuse_damage(&mut self, segment: &Segment, durable: &Durable) -> Result<(), StorageError> {
        self.bound(durable);
        match &self.bad {
            Some(why) if self.next_offset < durable.below || self.is_taken_back => {
                Err(StorageError::corrupt(segment.data.path(), self.end.0, why))
            }
            _ => Ok(()),
        }
    }

    /// Takes back the last batch when this one would follow without it.
    fn follows_doubtful(&mut self, batch: &BatchView<'_>, base: Offset) -> bool {
        let Some((position, Range { start: expected, .. })) = self.doubtful else {
            return false;
        };
        let follows = good_batch(batch, base, expected).is_ok();
        if follows {
            self.take_back(position, expected);
        }
        follows
    }

    fn take_back(&mut self, position: Position, expected: Offset) {
        let why = format!("offset {} cannot be right where {expected} follows", self.next_offset.0 - 1);
        (self.end, self.next_offset) = (position, expected);
        (self.is_taken_back, self.doubtful, self.bad) = (true, None, Some(why));
    }

    /// Takes back the last batch when it ends above where the log is known to go on, or behind a gap that cannot be.
    pub(super) fn bound(&mut self, durable: &Durable) {
        if let Some((position, gap)) = &self.doubtful
            && (durable.next_base.is_some_and(|next_base| self.next_offset > next_base)
                || durable.held.start < gap.end && gap.start < durable.held.end)
        {
            self.take_back(*position, gap.start);
        }
    }
}

enum Stop {
    Bad(String),
    Short(usize),
}

/// Why a batch is not good.
pub(super) fn good_batch(batch: &BatchView<'_>, base: Offset, next_offset: Offset) -> Result<(), String> {
    check_offsets(batch.header(), base, next_offset)?;
    if batch.verify_crc() { Ok(()) } else { Err("the CRC does not match".to_owned()) }
}

/// Why a batch cannot have its offsets.
pub(super) fn check_offsets(header: &BatchHeader, base: Offset, next_offset: Offset) -> Result<(), String> {
    if header.base_offset < next_offset || header.last_offset_delta < 0 {
        return Err(format!("offset {} where {next_offset} or a later one follows", header.base_offset));
    }
    if header.last_offset().0 - base.0 > i64::from(i32::MAX) {
        return Err(format!("offset {} is too far from the segment's base", header.last_offset()));
    }
    Ok(())
}

fn size_of(pool: &FilePool, path: &Path) -> Result<Option<u64>, StorageError> {
    pool.disk().file_len(path).map_err(|error| StorageError::io("stat", path, error))
}

impl Segment {
    /// Opens a segment that was closed or sealed, trusting its indexes as far as they fit its data; `None` when they
    /// do not, so that it has to be rebuilt.
    pub fn open(pool: &Arc<FilePool>, directory: &Path, base: Offset) -> Result<Option<Self>, StorageError> {
        let path = |kind| names::file_path(directory, base, kind);
        let size_of = |kind| size_of(pool, &path(kind));
        let data_bytes = size_of(Kind::Data)?.unwrap_or(0);
        let (Some(offset_bytes), Some(time_bytes)) = (size_of(Kind::OffsetIndex)?, size_of(Kind::TimeIndex)?)
        else {
            return Ok(None);
        };
        let offsets = OffsetIndex::open(pool, &path(Kind::OffsetIndex), base, offset_bytes)?;
        let times = TimeIndex::open(pool, &path(Kind::TimeIndex), base, time_bytes)?;
        let (Some(offsets), Some(times)) = (offsets, times) else {
            return Ok(None);
        };
        if !offsets.fits(data_bytes) || !times.ascends()? {
            return Ok(None);
        }
        let Ok(aborted) = TxnIndex::open(pool, path(Kind::TxnIndex), size_of(Kind::TxnIndex)?.unwrap_or(0))
        else {
            return Ok(None);
        };
        let segment = Self {
            base,
            directory: directory.to_owned(),
            data: DataFile::existing(pool, path(Kind::Data), data_bytes),
            offsets,
            times,
            aborted,
            largest: Mutex::new(TimeEntry { timestamp: Timestamp::NONE, offset: base }),
            damage: Damage::default(),
            resumed: Resumed::default(),
        };
        // An index that passed and yet leads nowhere shows here.
        match segment.largest_written() {
            Ok(largest) => segment.set_largest(largest),
            Err(StorageError::Corrupt { .. }) => return Ok(None),
            Err(error) => return Err(error),
        }
        Ok(Some(segment))
    }

    /// Opens a segment of which only what ends below `durable.below` is durable: from the newest index entry there on every
    /// batch is read, shown to `visit` and indexed anew, and behind the last good one the segment is cut. `None` when an
    /// index is missing or leads nowhere, so that it has to be rebuilt. An error when what is durable is damaged.
    pub fn resume_below(
        pool: &Arc<FilePool>,
        directory: &Path,
        base: Offset,
        durable: &Durable,
        index_interval_bytes: u32,
        now: Timestamp,
        visit: &mut dyn FnMut(&BatchView<'_>),
    ) -> Result<Option<Rebuilt>, StorageError> {
        let Some(segment) = Self::indexed_below(pool, directory, base, durable.below)? else {
            return Ok(None);
        };
        let newest = segment.offsets.0.last();
        let (from, next_offset, mut shape) = match newest {
            None => (Position(0), base, Some(Shape::empty(base, now))),
            Some(entry) => match segment.indexed_batch(&entry)? {
                Some(base_offset) => (entry.position, base_offset, None),
                None => return Ok(None),
            },
        };
        let resumed = segment.resumed_shape(now)?;
        let (file, bytes) = (segment.data.file()?, segment.size());
        let mut scanned = scan_from(&file, from, Position(bytes), base, next_offset, &mut |_, batch| {
            let facts = BatchFacts::from(batch.header());
            if let Some(shape) = &mut shape {
                let (_, entries) = shape.add(&facts, index_interval_bytes);
                segment.index(entries)?;
            } else {
                shape = Some(resumed(&facts));
            }
            visit(batch);
            Ok(())
        })?;
        // Whatever is wrong with the batch of the newest entry, reading from the beginning tells.
        let Some(shape) = shape else { return Ok(None) };
        scanned.refuse_damage(&segment, durable)?;
        let bytes_read = scanned.end.0 - from.0;
        segment.end_at(scanned.end, scanned.bad, shape, bytes_read, durable.below).map(Some)
    }

    /// With what its indexes say of the batches below `synced`: nothing where none was written yet. `None` when that of
    /// times alone is missing.
    fn indexed_below(
        pool: &Arc<FilePool>,
        directory: &Path,
        base: Offset,
        synced: Offset,
    ) -> Result<Option<Self>, StorageError> {
        let path = |kind| names::file_path(directory, base, kind);
        let size_of = |kind| size_of(pool, &path(kind));
        // Without an offset index the other one counts for nothing, and all is indexed anew.
        if size_of(Kind::OffsetIndex)?.is_some() && size_of(Kind::TimeIndex)?.is_none() {
            return Ok(None);
        }
        let data_bytes = size_of(Kind::Data)?.unwrap_or(0);
        let offsets = OffsetIndex::resume(pool, &path(Kind::OffsetIndex), base, synced, data_bytes)?;
        // Beside an entry of the offset index stands the largest timestamp so far.
        let newest = offsets.0.last().map(|entry| entry.offset);
        let txn_bytes = size_of(Kind::TxnIndex)?.unwrap_or(0);
        let segment = Self {
            base,
            directory: directory.to_owned(),
            data: DataFile::existing(pool, path(Kind::Data), data_bytes),
            offsets,
            times: TimeIndex::resume(pool, &path(Kind::TimeIndex), base, newest)?,
            aborted: TxnIndex::resume(pool, path(Kind::TxnIndex), txn_bytes, synced)?,
            largest: Mutex::new(TimeEntry { timestamp: Timestamp::NONE, offset: base }),
            damage: Damage::default(),
            resumed: Resumed::default(),
        };
        Ok(Some(segment))
    }

    /// The first offset of the batch that an index entry leads to, when there is one that ends as it says.
    fn indexed_batch(&self, entry: &OffsetEntry) -> Result<Option<Offset>, StorageError> {
        match self.headers(entry.position, Position(self.size()))?.next() {
            Some(Ok(batch)) if batch.header.last_offset() == entry.offset => {
                Ok(Some(batch.header.base_offset))
            }
            None | Some(Ok(_) | Err(StorageError::Corrupt { .. })) => Ok(None),
            Some(Err(error)) => Err(error),
        }
    }

    /// The shape up to the newest indexed batch, given that one.
    fn resumed_shape(&self, now: Timestamp) -> Result<impl Fn(&BatchFacts) -> Shape + use<>, StorageError> {
        let times = &self.times.0;
        let newest = self.offsets.0.last();
        let first = if newest.is_some() { self.first_timestamp()? } else { None };
        let zeros = TimeEntry { timestamp: Timestamp(0), offset: self.base };
        if times.first()? == Some(zeros) && first != Some(zeros.timestamp) {
            // No entry was ever written: no batch has a timestamp.
            times.truncate(|_| false)?;
        }
        let position = newest.map_or(Position(0), |newest| newest.position);
        let (base, entries, last_time) = (self.base, (self.offsets.0.len(), times.len()), times.last());
        Ok(move |batch: &BatchFacts| {
            Shape::resumed(base, (position, batch.bytes), now, first, entries, last_time)
        })
    }

    /// Cuts what lies behind `end` and completes the indexes.
    fn end_at(
        self,
        end: Position,
        bad: Option<String>,
        mut shape: Shape,
        bytes_read: u64,
        aborted_below: Offset,
    ) -> Result<Rebuilt, StorageError> {
        let bytes_cut = self.size() - end.0;
        if bytes_cut > 0 {
            self.data.truncate(end)?;
            // The next batch may go into another segment, and nobody would sync this one any more.
            self.data.sync()?;
        }
        self.set_largest(shape.largest());
        self.seal(shape.seal())?;
        Ok(Rebuilt { segment: self, bytes_read, bytes_cut, bad, shape, aborted_below })
    }

    /// Reads the whole segment, cuts it behind its last good batch and builds its indexes. `visit` sees each batch.
    /// What ends below `durable.below` was durable once: it is damaged, and not cut; nothing is changed then, and a survey says
    /// what is good.
    pub fn rebuild(
        pool: &Arc<FilePool>,
        directory: &Path,
        base: Offset,
        known: Known<'_>,
        index_interval_bytes: u32,
        now: Timestamp,
        visit: &mut dyn FnMut(&BatchView<'_>),
    ) -> Result<Rebuilt, StorageError> {
        let path = |kind| names::file_path(directory, base, kind);
        let data_path = path(Kind::Data);
        let bytes = size_of(pool, &data_path)?.unwrap_or(0);
        let txn_path = path(Kind::TxnIndex);
        crate::io::remove_if_exists(&**pool.disk(), &txn_path)
            .map_err(|error| StorageError::io("remove", &txn_path, error))?;
        let segment = Self {
            base,
            directory: directory.to_owned(),
            data: DataFile::existing(pool, data_path, bytes),
            offsets: OffsetIndex::create(pool, &path(Kind::OffsetIndex), base)?,
            times: TimeIndex::create(pool, &path(Kind::TimeIndex), base)?,
            aborted: TxnIndex::open(pool, txn_path, 0)?,
            largest: Mutex::new(TimeEntry { timestamp: Timestamp::NONE, offset: base }),
            damage: Damage::default(),
            resumed: Resumed::default(),
        };
        let mut shape = Shape::empty(base, now);
        let file = segment.data.file()?;
        let mut take = |position, batch: &BatchView<'_>| {
            shape.pass_over_to(position);
            let (_, entries) = shape.add(&BatchFacts::from(batch.header()), index_interval_bytes);
            segment.index(entries)?;
            visit(batch);
            Ok(())
        };
        let (end, bad) = match known {
            Known::Durable(durable) => {
                let mut scanned = scan(&file, Position(0), Position(bytes), base, &mut take)?;
                scanned.refuse_damage(&segment, durable)?;
                (scanned.end, scanned.bad)
            }
            Known::Surveyed(survey) => {
                let mut from = Position(0);
                for hole in &survey.holes {
                    scan(&file, from, Position(hole.bytes.start), base, &mut take)?;
                    from = Position(hole.bytes.end);
                }
                scan(&file, from, survey.end, base, &mut take)?;
                segment.damage.add(survey.holes.iter().cloned());
                (survey.end, survey.torn.clone())
            }
        };
        shape.pass_over_to(end);
        let rebuilt = segment.end_at(end, bad, shape, bytes, base)?;
        // Nobody else would: below the recovery point they count as durable.
        rebuilt.segment.sync_indexes()?;
        Ok(rebuilt)
    }

    /// The offset behind its last batch.
    pub fn next_offset(&self) -> Result<Offset, StorageError> {
        let entry = self.offsets.batch_before(Position(self.size()), Access::Waiting)?;
        let mut next = self.base;
        for batch in self.headers_at(entry, Position(self.size()), Access::Waiting)? {
            next = batch?.header.next_offset();
        }
        Ok(self.damage.end().map_or(next, |end| next.max(end)))
    }
}

impl OffsetIndex {
    /// Whether the last entry lies within the data; an index of zeros does not.
    fn fits(&self, data_bytes: u64) -> bool {
        self.0.last().is_none_or(|last| last.position.0 > 0 && last.position.0 < data_bytes)
    }
}

impl TimeIndex {
    /// Whether the last entry is above the first; the zeros behind the entries of a segment that was not closed
    /// are not.
    fn ascends(&self) -> Result<bool, StorageError> {
        let (Some(first), Some(last)) = (self.0.first()?, self.0.last()) else {
            return Ok(true);
        };
        Ok(self.0.len() == 1 || first.timestamp < last.timestamp)
    }
}

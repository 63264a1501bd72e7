//! Opening segments that exist: as they are when they were closed, else by reading every batch.
//!
//! The scan stops at the first batch that is short, fails its CRC or steps back in offsets. No CRC covers a batch's
//! offset: where one that lies behind a gap is followed by one of the gap, it is the first of them that is bad. Whether
//! that is a torn tail, which is cut, or damage is judged by what was synced. Indexes are built anew on the way.

use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;

use super::damage::{Damage, Survey};
use super::{
    AbortedEntry, BatchFacts, DataFile, Kind, OffsetIndex, Segment, Shape, TimeEntry, TimeIndex, TxnIndex,
    names,
};
use crate::base::error::StorageError;
use crate::base::types::{Offset, Position, Timestamp};
use crate::batch::{BatchError, BatchView};
use crate::io::{File, FilePool};

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
    /// The last good batch where it lies behind a gap: its position, and the offset that would have followed.
    pub doubtful: Option<(Position, Offset)>,
    /// Why the scan stopped there; `None` at the end of the file.
    pub bad: Option<String>,
}

/// A segment after its recovery.
#[derive(Debug)]
pub struct Rebuilt {
    /// With indexes that fit its data, sealed.
    pub segment: Segment,
    /// What was cut.
    pub bytes_cut: u64,
    /// Why, when anything was.
    pub bad: Option<String>,
    /// The shape for appends that follow.
    pub shape: Shape,
}

/// What is known of a segment before it is rebuilt.
#[derive(Clone, Copy, Debug)]
pub enum Known<'s> {
    /// What ends below was synced.
    SyncedTo(Offset),
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
        self.doubtful = gap.then_some((self.end, self.next_offset));
        self.end.0 += batch.bytes().len() as u64;
        self.next_offset = header.next_offset();
    }

    /// Takes back the last batch when this one would follow without it.
    fn follows_doubtful(&mut self, batch: &BatchView<'_>, base: Offset) -> bool {
        let Some((position, expected)) = self.doubtful else {
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

    /// Takes back the last batch when it ends above `next_base`, where the log is known to go on.
    pub(super) fn bound(&mut self, next_base: Offset) {
        if let Some((position, expected)) = self.doubtful
            && self.bad.is_none()
            && self.next_offset > next_base
        {
            self.take_back(position, expected);
        }
    }
}

enum Stop {
    Bad(String),
    Short(usize),
}

/// Why a batch is not good.
pub(super) fn good_batch(batch: &BatchView<'_>, base: Offset, next_offset: Offset) -> Result<(), String> {
    let header = batch.header();
    if header.base_offset < next_offset || header.last_offset_delta < 0 {
        return Err(format!("offset {} where {next_offset} or a later one follows", header.base_offset));
    }
    if header.last_offset().0 - base.0 > i64::from(i32::MAX) {
        return Err(format!("offset {} is too far from the segment's base", header.last_offset()));
    }
    if batch.verify_crc() { Ok(()) } else { Err("the CRC does not match".to_owned()) }
}

impl Segment {
    /// Opens a segment that was closed or sealed, trusting its indexes as far as they fit its data; `None` when they
    /// do not, so that it has to be rebuilt.
    pub fn open(pool: &Arc<FilePool>, directory: &Path, base: Offset) -> Result<Option<Self>, StorageError> {
        let path = |kind| names::file_path(directory, base, kind);
        let size_of = |kind| {
            let path = path(kind);
            pool.disk().file_len(&path).map_err(|error| StorageError::io("stat", &path, error))
        };
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
        };
        // An index that passed and yet leads nowhere shows here.
        match segment.largest_written() {
            Ok(largest) => segment.set_largest(largest),
            Err(StorageError::Corrupt { .. }) => return Ok(None),
            Err(error) => return Err(error),
        }
        Ok(Some(segment))
    }

    /// Reads the whole segment, cuts it behind its last good batch and builds its indexes. `visit` sees each batch
    /// and answers with the transaction that it aborted. What ends below `synced` was durable once: it is damaged, and
    /// not cut; nothing is changed then, and a survey says what is good.
    pub fn rebuild(
        pool: &Arc<FilePool>,
        directory: &Path,
        base: Offset,
        known: Known<'_>,
        (index_bytes, index_interval_bytes): (u32, u32),
        now: Timestamp,
        visit: &mut dyn FnMut(&BatchView<'_>) -> Result<Option<AbortedEntry>, StorageError>,
    ) -> Result<Rebuilt, StorageError> {
        let path = |kind| names::file_path(directory, base, kind);
        let data_path = path(Kind::Data);
        let bytes = pool.disk().file_len(&data_path);
        let bytes = bytes.map_err(|error| StorageError::io("stat", &data_path, error))?.unwrap_or(0);
        let txn_path = path(Kind::TxnIndex);
        crate::io::remove_if_exists(&**pool.disk(), &txn_path)
            .map_err(|error| StorageError::io("remove", &txn_path, error))?;
        let segment = Self {
            base,
            directory: directory.to_owned(),
            data: DataFile::existing(pool, data_path, bytes),
            offsets: OffsetIndex::create(pool, &path(Kind::OffsetIndex), base, index_bytes)?,
            times: TimeIndex::create(pool, &path(Kind::TimeIndex), base, index_bytes)?,
            aborted: TxnIndex::open(pool, txn_path, 0)?,
            largest: Mutex::new(TimeEntry { timestamp: Timestamp::NONE, offset: base }),
            damage: Damage::default(),
        };
        let mut shape = Shape::empty(base, now);
        let file = segment.data.file()?;
        let mut take = |position, batch: &BatchView<'_>| {
            shape.pass_over_to(position);
            let (_, entries) = shape.add(&BatchFacts::from(batch.header()), index_interval_bytes);
            segment.index(entries)?;
            if let Some(aborted) = visit(batch)? {
                segment.push_aborted(&aborted)?;
            }
            Ok(())
        };
        let (end, bad) = match known {
            Known::SyncedTo(synced) => {
                let scanned = scan(&file, Position(0), Position(bytes), base, &mut take)?;
                if let Some(why) = &scanned.bad
                    && (scanned.next_offset < synced || scanned.is_taken_back)
                {
                    return Err(StorageError::corrupt(segment.data.path(), scanned.end.0, why));
                }
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
        let bytes_cut = bytes - end.0;
        if bytes_cut > 0 {
            segment.data.truncate(end)?;
            // The next batch may go into another segment, and nobody would sync this one any more.
            segment.data.sync()?;
        }
        segment.set_largest(shape.largest());
        segment.seal(shape.seal())?;
        Ok(Rebuilt { segment, bytes_cut, bad, shape })
    }

    /// The offset behind its last batch.
    pub fn next_offset(&self) -> Result<Offset, StorageError> {
        let from = self.offsets.batch_before(Position(self.size()))?;
        let mut next = self.base;
        for batch in self.headers(from, Position(self.size()))? {
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

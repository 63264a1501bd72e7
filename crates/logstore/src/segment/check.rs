//! Whether the files of a segment are what was written: every batch, and every index entry against them.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::damage::{Durable, Survey, survey};
use super::index::IndexEntry;
use super::names::{self, Kind};
use super::{OffsetEntry, TimeEntry, TxnIndex};
use crate::base::error::StorageError;
use crate::base::limits::SMALL_FILE_BYTES_MAX;
use crate::base::types::{Offset, Position};
use crate::batch::BatchHeader;
use crate::io::{self, Disk, File, OpenMode};

/// What a look at a segment found.
#[derive(Debug)]
pub struct Checked {
    /// Its data file.
    pub survey: Survey,
    /// Bytes of it.
    pub bytes: u64,
    /// Good batches.
    pub batches: u64,
    /// A batch of an older epoch than the one before it: its offset.
    pub epoch_steps_back: Option<Offset>,
    /// Indexes that are missing or wrong; a start builds them anew.
    pub indexes: Vec<(Kind, String)>,
}

/// Reads a segment; its indexes too where it was sealed, `with_indexes`. Adds the bytes read to `progress` on the way.
pub fn check(
    disk: &dyn Disk,
    directory: &Path,
    base: Offset,
    durable: &Durable,
    with_indexes: bool,
    progress: &AtomicU64,
) -> Result<Checked, StorageError> {
    let path = |kind| names::file_path(directory, base, kind);
    let file = File::open(disk, &path(Kind::Data), OpenMode::Read)?;
    let bytes = file.size()?;
    let mut offsets = IndexCheck::<OffsetEntry>::read(disk, &path(Kind::OffsetIndex), base, with_indexes)?;
    let mut times = IndexCheck::<TimeEntry>::read(disk, &path(Kind::TimeIndex), base, with_indexes)?;
    let (mut batches, mut epoch, mut epoch_steps_back, mut seen) = (0, -1, None, 0);
    let survey = survey(&file, Position(0), Position(bytes), base, durable, &mut |position, batch| {
        let header = batch.header();
        batches += 1;
        if header.leader_epoch.0 < epoch {
            epoch_steps_back.get_or_insert(header.base_offset);
        }
        epoch = header.leader_epoch.0;
        offsets.pass(
            |entry| entry.position <= position,
            |entry| entry.position == position && entry.offset == header.last_offset(),
        );
        times.pass(|entry| entry.offset <= header.last_offset(), |entry| is_of(entry, header));
        progress.fetch_add(position.0 - seen, Ordering::Relaxed);
        seen = position.0;
        Ok(())
    })?;
    progress.fetch_add(bytes - seen, Ordering::Relaxed);
    let mut indexes = Vec::new();
    let is_empty = batches == 0;
    indexes.extend(offsets.end(is_empty).map(|why| (Kind::OffsetIndex, why)));
    indexes.extend(times.end(is_empty).map(|why| (Kind::TimeIndex, why)));
    indexes.extend(TxnIndex::check(disk, &path(Kind::TxnIndex))?.map(|why| (Kind::TxnIndex, why)));
    Ok(Checked { survey, bytes, batches, epoch_steps_back, indexes })
}

fn is_of(entry: &TimeEntry, header: &BatchHeader) -> bool {
    entry.offset >= header.base_offset && entry.timestamp == header.max_timestamp
}

/// Entries of an index, crossed off as the batches go by.
struct IndexCheck<E> {
    entries: Vec<E>,
    next: usize,
    wrong: Option<String>,
}

impl<E: IndexEntry> IndexCheck<E> {
    fn read(disk: &dyn Disk, path: &Path, base: Offset, wanted: bool) -> Result<Self, StorageError> {
        let mut check = Self { entries: Vec::new(), next: 0, wrong: None };
        if !wanted {
            return Ok(check);
        }
        let bytes = io::read_small(disk, path, SMALL_FILE_BYTES_MAX);
        let Some(bytes) = bytes.map_err(|error| StorageError::io("read", path, error))? else {
            check.wrong = Some("missing".to_owned());
            return Ok(check);
        };
        check.entries = bytes.chunks_exact(E::BYTES).map_while(|entry| E::decode(base, entry)).collect();
        if check.entries.len() * E::BYTES != bytes.len() {
            check.wrong = Some(format!("{} bytes are no whole entries", bytes.len()));
        }
        Ok(check)
    }

    /// Crosses off what is `due` with a batch; each has to be `of` it.
    fn pass(&mut self, due: impl Fn(&E) -> bool, of: impl Fn(&E) -> bool) {
        while let Some(entry) = self.entries.get(self.next).filter(|entry| due(entry)) {
            if !of(entry) && self.wrong.is_none() {
                self.wrong = Some(format!("entry {} fits no batch", self.next));
            }
            self.next += 1;
        }
    }

    /// Whether anything was wrong. An index of a segment without batches may hold a time of before.
    fn end(self, is_empty: bool) -> Option<String> {
        let left = (!is_empty && self.next < self.entries.len())
            .then(|| format!("entry {} lies behind the last batch", self.next));
        self.wrong.or(left)
    }
}

//! From an offset to a range of the data file: never bytes of records, only headers are read.

use std::sync::Arc;

use super::damage::Damage;
use super::recover::check_offsets;
use super::{AbortedEntry, OffsetEntry, Segment};
use crate::base::error::StorageError;
use crate::base::types::{Offset, Position, Timestamp};
use crate::batch::{BatchHeader, HEADER_BYTES};
use crate::io::{Access, File};

/// Bytes read at a time to walk headers: about what lies between two index entries.
const HEADERS_CHUNK_BYTES: usize = 4096;

/// A batch in the data file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchAt {
    /// Its first byte.
    pub position: Position,
    /// Its header.
    pub header: BatchHeader,
}

impl BatchAt {
    /// The byte behind it.
    pub fn end(&self) -> Position {
        Position(self.position.0 + self.header.size_in_bytes() as u64)
    }
}

/// A range of whole batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fit {
    /// The byte behind the last batch.
    pub end: Position,
    /// The offset behind the last batch.
    pub next_offset: Offset,
}

impl Segment {
    /// The first batch below `limit` that ends at or behind `offset`. An error where what is asked for is lost, or the
    /// batch lies behind a gap and the next one shows that its offset is wrong.
    pub fn find(
        &self,
        offset: Offset,
        limit: Position,
        access: Access,
    ) -> Result<Option<BatchAt>, StorageError> {
        let found = self.locate(offset, limit, access)?;
        if let Some(lost) = self.damage.lost_from(offset)
            && found.is_none_or(|(found, _)| lost.offsets.start < found.header.base_offset)
        {
            return Err(lost.error(&self.data.path()));
        }
        let Some((found, is_behind_gap)) = found else {
            return Ok(None);
        };
        if is_behind_gap {
            match self.headers_as(found.end(), limit, access)?.next() {
                Some(Ok(next)) => self.refuse_overlap(&found, next.header.base_offset)?,
                // Who asks for what is damaged is told so.
                None | Some(Err(StorageError::Corrupt { .. })) => {}
                Some(Err(error)) => return Err(error),
            }
        }
        Ok(Some(found))
    }

    /// No CRC covers the offset of a batch: it cannot be right where what follows begins at `next` already.
    pub fn refuse_overlap(&self, batch: &BatchAt, next: Offset) -> Result<(), StorageError> {
        let last = batch.header.last_offset();
        if last < next {
            return Ok(());
        }
        let why = format!("offset {last} cannot be right where {next} follows");
        Err(StorageError::corrupt(self.data.path(), batch.position.0, why))
    }

    /// The same, past what is lost.
    pub fn first_from(
        &self,
        offset: Offset,
        limit: Position,
        access: Access,
    ) -> Result<Option<BatchAt>, StorageError> {
        Ok(self.locate(offset, limit, access)?.map(|(found, _)| found))
    }

    /// The same, and whether offsets are missing before it, as far as was seen.
    fn locate(
        &self,
        offset: Offset,
        limit: Position,
        access: Access,
    ) -> Result<Option<(BatchAt, bool)>, StorageError> {
        if let Some(position) = self.resumed.at(offset) {
            let mut headers = self.headers_as(position, limit, access)?;
            headers.next_offset = offset;
            let next = headers.next().transpose()?;
            return Ok(next.map(|batch| (batch, headers.is_behind_gap)));
        }
        let entry = self.offsets.lookup(offset, access)?;
        self.walk(entry, limit, access, |batch| batch.header.last_offset() >= offset)
    }

    /// The first batch that `is_it`, from an index entry on; from the beginning where that entry leads nowhere.
    fn walk(
        &self,
        entry: Option<OffsetEntry>,
        limit: Position,
        access: Access,
        is_it: impl Fn(&BatchAt) -> bool,
    ) -> Result<Option<(BatchAt, bool)>, StorageError> {
        let find = |mut headers: Headers<'_>| {
            while let Some(batch) = headers.next().transpose()? {
                if is_it(&batch) {
                    return Ok(Some((batch, headers.is_behind_gap)));
                }
            }
            Ok(None)
        };
        match find(self.headers_at(entry, limit, access)?) {
            Err(error) if misleads(entry, &error) => find(self.headers_as(Position(0), limit, access)?),
            found => found,
        }
    }

    /// Whether `offset` is lost.
    pub fn lost(&self, offset: Offset) -> bool {
        self.damage.lost_from(offset).is_some_and(|hole| hole.offsets.contains(&offset))
    }

    /// As many whole batches from `first` on as fit into `bytes_max` and end by `limit`; `None` when not even the
    /// first does.
    pub fn fit(
        &self,
        first: &BatchAt,
        bytes_max: u64,
        limit: Position,
        access: Access,
    ) -> Result<Option<Fit>, StorageError> {
        let limit = self.damage.from(first.end()).map_or(limit, |hole| hole.min(limit));
        let end_max = Position(first.position.0.saturating_add(bytes_max)).min(limit);
        if first.end() > end_max {
            return Ok(None);
        }
        if end_max.0 - first.end().0 < HEADER_BYTES as u64 {
            return Ok(Some(self.fitted(first.end(), first.header.next_offset())));
        }
        // An indexed batch below the end: everything before it fits.
        let entry = self.offsets.batch_before(Position(end_max.0 - 1), access)?;
        let entry = entry.filter(|entry| entry.position > first.position);
        let fit = |headers: Headers<'_>| {
            let (mut end, mut next_offset) = (first.end(), first.header.next_offset());
            for batch in headers {
                let batch = match batch {
                    // Who asks for what is damaged is told so.
                    Err(StorageError::Corrupt { position, .. }) if position == end.0 => break,
                    batch => batch?,
                };
                if batch.end() > end_max {
                    if batch.position > end {
                        (end, next_offset) = (batch.position, batch.header.base_offset);
                    }
                    break;
                }
                (end, next_offset) = (batch.end(), batch.header.next_offset());
            }
            Ok(Some(self.fitted(end, next_offset)))
        };
        let all = || self.headers_as(first.position, limit, access);
        if entry.is_none() {
            return fit(all()?);
        }
        match fit(self.headers_at(entry, limit, access)?) {
            Err(error) if misleads(entry, &error) => fit(all()?),
            fit => fit,
        }
    }

    /// Who reads this will ask for what follows it.
    fn fitted(&self, end: Position, next_offset: Offset) -> Fit {
        self.resumed.note(next_offset, end);
        Fit { end, next_offset }
    }

    /// The first batch at or behind `from` whose largest timestamp reaches `timestamp`.
    pub fn find_timestamp(
        &self,
        timestamp: Timestamp,
        from: Offset,
        limit: Position,
    ) -> Result<Option<BatchAt>, StorageError> {
        let start = self.times.lookup(timestamp)?.unwrap_or(self.base).max(from);
        let entry = self.offsets.lookup(start, Access::Waiting)?;
        let found = self.walk(entry, limit, Access::Waiting, |batch| {
            batch.header.max_timestamp >= timestamp && batch.header.last_offset() >= from
        })?;
        Ok(found.map(|(batch, _)| batch))
    }

    /// The timestamp from which its age counts: the largest of its first batch.
    pub fn first_timestamp(&self) -> Result<Option<Timestamp>, StorageError> {
        let first = self.headers(Position(0), Position(self.size()))?.next().transpose()?;
        Ok(first.map(|batch| batch.header.max_timestamp))
    }

    /// The bytes of one batch.
    pub fn read_batch(&self, batch: &BatchAt) -> Result<Vec<u8>, StorageError> {
        let mut bytes = vec![0; batch.header.size_in_bytes()];
        let read = self.data.file()?.read_full_at(&mut bytes, batch.position)?;
        if read < bytes.len() {
            return Err(StorageError::corrupt(self.data.path(), batch.position.0, "the batch is cut"));
        }
        Ok(bytes)
    }

    /// Adds aborted transactions that overlap `from..to`; true when later segments cannot hold more.
    pub fn collect_aborted(
        &self,
        from: Offset,
        to: Offset,
        found: &mut Vec<AbortedEntry>,
        access: Access,
    ) -> Result<bool, StorageError> {
        self.aborted.collect(from, to, found, access)
    }

    /// Entries of its offset index.
    pub fn index_entries(&self) -> usize {
        self.offsets.0.len()
    }

    /// The batches from the one at `from` on; none is checked against its CRC.
    pub fn batches_from(
        &self,
        from: Position,
    ) -> Result<impl Iterator<Item = Result<BatchAt, StorageError>> + use<'_>, StorageError> {
        self.headers(from, Position(self.size()))
    }

    /// Headers of the batches from `from` on that begin below `limit`.
    pub(super) fn headers(&self, from: Position, limit: Position) -> Result<Headers<'_>, StorageError> {
        self.headers_as(from, limit, Access::Waiting)
    }

    /// The same from an index entry on. No CRC covers it: one that leads to no batch of its offset is an error.
    pub(super) fn headers_at(
        &self,
        entry: Option<OffsetEntry>,
        limit: Position,
        access: Access,
    ) -> Result<Headers<'_>, StorageError> {
        let mut headers =
            self.headers_as(entry.map_or(Position(0), |entry| entry.position), limit, access)?;
        headers.expected = entry;
        Ok(headers)
    }

    fn headers_as(
        &self,
        from: Position,
        limit: Position,
        access: Access,
    ) -> Result<Headers<'_>, StorageError> {
        Ok(Headers {
            file: self.data.file_for(access)?,
            access,
            at: from,
            limit,
            chunk: Vec::new(),
            chunk_at: from,
            failed: false,
            expected: None,
            base: self.base,
            next_offset: self.base,
            is_behind_gap: false,
            damage: &self.damage,
        })
    }
}

/// Whether a walk failed because the index entry that it began at is wrong.
fn misleads(entry: Option<OffsetEntry>, error: &StorageError) -> bool {
    let at = |entry: OffsetEntry| matches!(error, StorageError::Corrupt { position, .. } if *position == entry.position.0);
    entry.is_some_and(at)
}

/// Walks headers with one read per chunk, past what is damaged.
pub(super) struct Headers<'s> {
    damage: &'s Damage,
    file: Arc<File>,
    access: Access,
    at: Position,
    limit: Position,
    chunk: Vec<u8>,
    chunk_at: Position,
    failed: bool,
    /// What the first batch has to be.
    expected: Option<OffsetEntry>,
    base: Offset,
    /// None below it may follow.
    next_offset: Offset,
    /// Offsets before the last batch are missing; where an index entry vouches for it nobody looks.
    is_behind_gap: bool,
}

impl Headers<'_> {
    fn read_next(&mut self) -> Result<Option<BatchAt>, StorageError> {
        self.at = self.damage.past(self.at);
        let expected = self.expected.take();
        if self.at >= self.limit {
            return expected.map_or(Ok(None), |entry| Err(self.misled(entry)));
        }
        let position = self.at;
        let corrupt = |why: String| StorageError::corrupt(self.file.path(), position.0, why);
        let header = if let Some(header) = self.parse_in_chunk() {
            header
        } else {
            self.chunk.resize(HEADERS_CHUNK_BYTES, 0);
            let read = self.file.read_full_as(&mut self.chunk, position, self.access)?;
            self.chunk.truncate(read);
            self.chunk_at = position;
            BatchHeader::parse(&self.chunk).map_err(|error| corrupt(error.to_string()))?
        };
        self.is_behind_gap = expected.is_none() && header.base_offset > self.next_offset;
        if let Some(entry) = expected.filter(|entry| entry.offset != header.last_offset()) {
            return Err(self.misled(entry));
        }
        // No CRC covers it.
        check_offsets(&header, self.base, self.next_offset).map_err(corrupt)?;
        self.next_offset = header.next_offset();
        self.at = Position(position.0 + header.size_in_bytes() as u64);
        Ok(Some(BatchAt { position, header }))
    }

    fn misled(&self, entry: OffsetEntry) -> StorageError {
        StorageError::corrupt(self.file.path(), entry.position.0, "no batch where the index has one")
    }

    fn parse_in_chunk(&self) -> Option<BatchHeader> {
        let skip = usize::try_from(self.at.0.checked_sub(self.chunk_at.0)?).ok()?;
        let bytes = self.chunk.get(skip..skip.checked_add(HEADER_BYTES)?)?;
        BatchHeader::parse(bytes).ok()
    }
}

impl Iterator for Headers<'_> {
    type Item = Result<BatchAt, StorageError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = self.read_next();
        self.failed = next.is_err();
        next.transpose()
    }
}

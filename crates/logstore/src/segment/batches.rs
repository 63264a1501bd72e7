//! The batches of a segment from its beginning, each checked against its CRC: what compaction reads.

use std::sync::Arc;

use super::Segment;
use crate::base::error::StorageError;
use crate::base::types::Position;
use crate::batch::{BatchError, BatchView};
use crate::io::File;

/// Bytes read at a time; a batch that is larger is read whole.
const WINDOW_BYTES: usize = 1024 * 1024;

/// Walks the batches of one segment with one read per window.
#[derive(Debug)]
pub struct Batches {
    file: Arc<File>,
    /// What of the file is in `window`, and how much of that was handed out.
    window: Vec<u8>,
    window_at: Position,
    used: usize,
    end: Position,
}

impl Segment {
    /// Its batches, as many as there are now.
    pub fn batches(&self) -> Result<Batches, StorageError> {
        Ok(Batches {
            file: self.data.file()?,
            window: Vec::new(),
            window_at: Position(0),
            used: 0,
            end: Position(self.size()),
        })
    }
}

impl Batches {
    /// The next batch, `None` behind the last. One that is cut or fails its CRC is an error.
    #[allow(
        clippy::should_implement_trait,
        reason = "the batch borrows from the walk, which no iterator can say"
    )]
    pub fn next(&mut self) -> Result<Option<BatchView<'_>>, StorageError> {
        let at = Position(self.window_at.0 + self.used as u64);
        if at >= self.end {
            return Ok(None);
        }
        let needed = match BatchView::parse(self.rest()) {
            Ok(batch) => batch.bytes().len(),
            Err(BatchError::Short { needed, .. }) => self.refill(at, needed)?,
            Err(error) => return Err(self.damaged(at, error.to_string())),
        };
        let from = self.used;
        self.used += needed;
        let bytes = self.window.get(from..self.used).unwrap_or_default();
        let batch = BatchView::parse(bytes).map_err(|error| self.damaged(at, error.to_string()))?;
        if !batch.verify_crc() {
            return Err(self.damaged(at, "the CRC does not match".into()));
        }
        Ok(Some(batch))
    }

    fn rest(&self) -> &[u8] {
        self.window.get(self.used..).unwrap_or_default()
    }

    /// Reads the window that begins at `at`, with a whole batch in it; answers the size of that batch.
    fn refill(&mut self, at: Position, needed: usize) -> Result<usize, StorageError> {
        let left = usize::try_from(self.end.0 - at.0).unwrap_or(usize::MAX);
        let mut wanted = needed.max(WINDOW_BYTES).min(left);
        loop {
            self.window.resize(wanted, 0);
            let read = self.file.read_full_at(&mut self.window, at)?;
            self.window.truncate(read);
            (self.window_at, self.used) = (at, 0);
            match BatchView::parse(&self.window) {
                Ok(batch) => return Ok(batch.bytes().len()),
                // A header alone was there: now it is known how much is needed.
                Err(BatchError::Short { needed, .. }) if needed > wanted && needed <= left => wanted = needed,
                Err(error) => return Err(self.damaged(at, error.to_string())),
            }
        }
    }

    fn damaged(&self, at: Position, why: String) -> StorageError {
        StorageError::corrupt(self.file.path(), at.0, why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::types::LeaderEpoch;
    use crate::base::types::{Offset, Timestamp};
    use crate::batch::build::BatchBuilder;
    use crate::batch::stamp;
    use crate::io::{Caching, FilePool, SystemDisk};
    use crate::segment::{Entries, TimeEntry};

    fn segment(batches: &[Vec<u8>]) -> (tempfile::TempDir, Segment) {
        let directory = tempfile::tempdir().unwrap();
        let pool = FilePool::new(Arc::new(SystemDisk), 8);
        let segment = Segment::create(&pool, directory.path(), Offset(0)).unwrap();
        let none = TimeEntry { timestamp: Timestamp::NONE, offset: Offset(0) };
        let entries = std::iter::empty::<Entries>();
        segment
            .append(batches.iter().map(Vec::as_slice), entries, std::iter::empty(), none, Caching::Kept)
            .unwrap();
        (directory, segment)
    }

    fn batch(base: i64, bytes: usize) -> Vec<u8> {
        let mut batch = BatchBuilder::new().value(&vec![7; bytes]).build();
        stamp::offsets(&mut batch, Offset(base), LeaderEpoch(0));
        batch
    }

    #[test]
    fn batches_of_every_size_come_whole() {
        let sizes = [10, WINDOW_BYTES - 200, 50, 3 * WINDOW_BYTES, 1, WINDOW_BYTES];
        let written: Vec<_> = sizes.iter().zip(0..).map(|(bytes, base)| batch(base, *bytes)).collect();
        let (_directory, segment) = segment(&written);
        let mut batches = segment.batches().unwrap();
        for expected in &written {
            assert!(batches.next().unwrap().unwrap().bytes() == expected.as_slice());
        }
        assert!(batches.next().unwrap().is_none());
    }

    #[test]
    fn a_bad_batch_is_an_error_and_names_its_place() {
        let mut bad = batch(1, 20);
        *bad.last_mut().unwrap() ^= 1;
        let first = batch(0, 20);
        let at = first.len() as u64;
        for damaged in [
            bad,
            batch(1, 20)[..70].to_vec(),
            b"no batch at all, but some bytes of text in its place".repeat(2),
        ] {
            let (_directory, segment) = segment(&[first.clone(), damaged]);
            let mut batches = segment.batches().unwrap();
            batches.next().unwrap();
            let error = batches.next().unwrap_err();
            assert!(matches!(error, StorageError::Corrupt { position, .. } if position == at), "{error}");
        }
    }
}

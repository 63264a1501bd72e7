//! The data file of a segment, `N.log`: batches one behind the other, only ever appended to.

use std::io::IoSlice;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::base::error::StorageError;
use crate::base::types::Position;
use crate::io::{Access, Caching, File, FilePool, PAGE_BYTES, PooledFile};

/// An append-only file and how much of it holds batches.
#[derive(Debug)]
pub struct DataFile {
    file: PooledFile,
    bytes: AtomicU64,
}

impl DataFile {
    pub(super) fn create(pool: &Arc<FilePool>, path: PathBuf) -> Result<Self, StorageError> {
        let data = Self::existing(pool, path, 0);
        let file = data.file.get_or_create()?;
        if file.size()? > 0 {
            file.set_len(0)?;
        }
        Ok(data)
    }

    pub(super) fn existing(pool: &Arc<FilePool>, path: PathBuf, bytes: u64) -> Self {
        Self { file: PooledFile::new(pool, path), bytes: AtomicU64::new(bytes) }
    }

    /// Bytes in it.
    pub fn size(&self) -> u64 {
        self.bytes.load(Ordering::Acquire)
    }

    /// Where it lies.
    pub fn path(&self) -> PathBuf {
        self.file.path()
    }

    pub(super) fn pooled(&self) -> &PooledFile {
        &self.file
    }

    /// The open file.
    pub fn file(&self) -> Result<Arc<File>, StorageError> {
        self.file.get()
    }

    /// The same with a say in whether it may wait.
    pub fn file_for(&self, access: Access) -> Result<Arc<File>, StorageError> {
        self.file.get_for(access)
    }

    /// Writes all pieces behind what is there, with one call where the system takes them all. Where there is no room
    /// for all of them nothing is added.
    pub(super) fn append(&self, pieces: &mut [IoSlice<'_>], caching: Caching) -> Result<(), StorageError> {
        let bytes: usize = pieces.iter().map(|piece| piece.len()).sum();
        let at = self.size();
        let file = self.file.get()?;
        let written = match caching {
            Caching::Kept | Caching::Begun => file.write_vectored_all_as(pieces, Position(at), caching),
            Caching::Dropped | Caching::Direct => write_pages(&file, pieces, at, caching),
        };
        if let Err(error) = written {
            if error.is_no_space() {
                file.set_len(at)?;
            }
            return Err(error);
        }
        self.bytes.store(at + bytes as u64, Ordering::Release);
        Ok(())
    }

    pub(super) fn truncate(&self, to: Position) -> Result<(), StorageError> {
        self.bytes.store(to.0, Ordering::Release);
        self.file.get()?.set_len(to.0)
    }

    pub(super) fn sync(&self) -> Result<(), StorageError> {
        self.file.get()?.sync()
    }
}

/// Leaves nothing in memory but the pages that are not whole: the next write goes on in the last one, which would have to
/// be read first.
fn write_pages(file: &File, pieces: &[IoSlice<'_>], from: u64, caching: Caching) -> Result<(), StorageError> {
    let to = from + pieces.iter().map(|piece| piece.len() as u64).sum::<u64>();
    let page = PAGE_BYTES as u64;
    let begin = from.next_multiple_of(page).min(to);
    let end = (to - to % page).max(begin);
    let (mut before, behind) = split(pieces, (begin - from) as usize);
    let (mut whole, mut rest) = split(&behind, (end - begin) as usize);
    file.write_vectored_all_at(&mut before, Position(from))?;
    file.write_vectored_all_as(&mut whole, Position(begin), caching)?;
    file.write_vectored_all_at(&mut rest, Position(end))
}

/// The first `bytes` of them, and the others.
fn split<'b>(pieces: &'b [IoSlice<'_>], bytes: usize) -> (Vec<IoSlice<'b>>, Vec<IoSlice<'b>>) {
    let mut room = bytes;
    let (mut first, mut others) = (Vec::with_capacity(pieces.len()), Vec::new());
    for piece in pieces {
        let (left, right) = piece.split_at(piece.len().min(room));
        room -= left.len();
        let filled = |part: &&[u8]| !part.is_empty();
        first.extend(Some(left).filter(filled).map(IoSlice::new));
        others.extend(Some(right).filter(filled).map(IoSlice::new));
    }
    (first, others)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::io::SystemDisk;

    proptest! {
        #[test]
        fn what_is_dropped_from_memory_is_in_the_file(
            runs in prop::collection::vec(prop::collection::vec(0_usize..6000, 1..6), 1..6),
        ) {
            let directory = tempfile::tempdir().unwrap();
            let pool = FilePool::new(Arc::new(SystemDisk), 8);
            let path = directory.path().join("0.log");
            let data = DataFile::create(&pool, path.clone()).unwrap();
            let mut expected = Vec::new();
            for (run, caching) in runs.iter().zip([Caching::Direct, Caching::Dropped, Caching::Direct, Caching::Kept].into_iter().cycle()) {
                let next = |(at, len): (usize, &usize)| vec![(expected.len() + at) as u8; *len];
                let pieces: Vec<_> = run.iter().enumerate().map(next).collect();
                data.append(&mut pieces.iter().map(|piece| IoSlice::new(piece)).collect::<Vec<_>>(), caching).unwrap();
                expected.extend(pieces.concat());
            }
            prop_assert_eq!(std::fs::read(path).unwrap(), expected);
        }
    }
}

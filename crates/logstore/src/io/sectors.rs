//! Writing whole sectors from aligned memory, which is what a file wants that is written past the page cache
//! ([`OpenMode::Sectors`](super::OpenMode::Sectors)).

use std::panic::resume_unwind;
use std::thread::{self, Builder};

use super::File;
use crate::base::error::StorageError;
use crate::base::types::Position;

/// A write begins at a multiple of it: the least that disks take.
pub const SECTOR_BYTES: usize = 512;
/// Where memory begins that is written from.
pub(super) const ALIGNMENT: usize = 4096;
/// The system's memory of files is in pages: one that is written in part may have to be read first.
pub const PAGE_BYTES: usize = 4096;

/// Memory in which pieces are put together, in blocks.
#[derive(Debug)]
pub struct SectorWriter {
    memory: Vec<u8>,
    /// Where the aligned part of it begins.
    begin: usize,
    block_bytes: usize,
}

impl SectorWriter {
    /// A block, a multiple of a page, is one write; at most `blocks` are under way.
    pub fn new(block_bytes: usize, blocks: usize) -> Self {
        debug_assert!(block_bytes.is_multiple_of(PAGE_BYTES));
        let memory = vec![0; block_bytes * blocks + ALIGNMENT];
        let begin = memory.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
        Self { memory, begin, block_bytes }
    }

    /// Writes `pieces` to `file`, one behind the other, from the sector at `at` on, and zeros up to the next page; says how
    /// many bytes that was. After an error any of them may be there.
    pub fn write<'p>(
        &mut self,
        file: &File,
        at: Position,
        pieces: impl Iterator<Item = &'p [u8]>,
    ) -> Result<usize, StorageError> {
        debug_assert!(at.0.is_multiple_of(SECTOR_BYTES as u64));
        let memory = self.memory.get_mut(self.begin..).unwrap_or_default();
        let mut source = Source { piece: &[], pieces, at };
        while source.has_more() {
            let mut blocks = memory.chunks_exact_mut(self.block_bytes);
            let Some(first) = blocks.next().map(|memory| source.fill(memory)) else { break };
            if source.has_more() {
                write_side_by_side(file, first, blocks, &mut source)?;
            } else {
                first.write(file)?;
            }
        }
        Ok((source.at.0 - at.0) as usize)
    }
}

/// What is to be written, and where the next of it goes.
struct Source<'p, Pieces> {
    piece: &'p [u8],
    pieces: Pieces,
    at: Position,
}

impl<'p, Pieces: Iterator<Item = &'p [u8]>> Source<'p, Pieces> {
    fn has_more(&mut self) -> bool {
        while self.piece.is_empty() {
            match self.pieces.next() {
                Some(piece) => self.piece = piece,
                None => return false,
            }
        }
        true
    }

    /// A block of what comes next. It ends with a page, so that all but the first one begin with one.
    fn fill<'b>(&mut self, memory: &'b mut [u8]) -> Block<'b> {
        let room = memory.len() - (self.at.0 % PAGE_BYTES as u64) as usize;
        let mut filled = 0;
        while filled < room && self.has_more() {
            let (taken, rest) = self.piece.split_at(self.piece.len().min(room - filled));
            if let Some(into) = memory.get_mut(filled..filled + taken.len()) {
                into.copy_from_slice(taken);
            }
            (filled, self.piece) = (filled + taken.len(), rest);
        }
        let at = self.at;
        let end = (at.0 + filled as u64).next_multiple_of(PAGE_BYTES as u64);
        let (bytes, _) = memory.split_at_mut((end - at.0) as usize);
        bytes.get_mut(filled..).unwrap_or_default().fill(0);
        self.at = Position(end);
        Block { bytes, at }
    }
}

/// Whole pages but for the beginning of the first, and where they go.
#[derive(Clone, Copy)]
struct Block<'b> {
    bytes: &'b [u8],
    at: Position,
}

impl Block<'_> {
    fn write(self, file: &File) -> Result<(), StorageError> {
        file.write_all_at(self.bytes, self.at)
    }
}

/// Writes one block while the next is filled: a disk takes several at once sooner than one after the other. The last one
/// is written on the caller's thread.
fn write_side_by_side<'b, 'p>(
    file: &File,
    first: Block<'b>,
    others: impl Iterator<Item = &'b mut [u8]>,
    source: &mut Source<'p, impl Iterator<Item = &'p [u8]>>,
) -> Result<(), StorageError> {
    thread::scope(|scope| {
        let mut under_way = Vec::new();
        let mut written = Ok(());
        let mut block = first;
        for memory in others {
            let thread =
                Builder::new().name("sectors".to_owned()).spawn_scoped(scope, move || block.write(file));
            match thread {
                Ok(thread) => under_way.push(thread),
                // The system has no more threads to give.
                Err(_) => written = first_cause(written, block.write(file)),
            }
            block = source.fill(memory);
            if !source.has_more() {
                break;
            }
        }
        written = first_cause(written, block.write(file));
        for thread in under_way {
            written = first_cause(written, thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        written
    })
}

/// A failure of one write makes the others of its file fail, which says nothing.
fn first_cause(one: Result<(), StorageError>, other: Result<(), StorageError>) -> Result<(), StorageError> {
    match one {
        Ok(()) | Err(StorageError::Poisoned { .. }) if other.is_err() => other,
        one => one,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::io::{Disk, OpenMode, SystemDisk};

    #[test]
    fn memory_is_aligned() {
        for writer in (0..10).map(|_| SectorWriter::new(PAGE_BYTES, 1)) {
            let block = &writer.memory[writer.begin..];
            assert!(block.as_ptr().align_offset(ALIGNMENT) == 0 && block.len() >= PAGE_BYTES);
        }
    }

    proptest! {
        #[test]
        fn pieces_lie_one_behind_the_other(
            sector in 0_usize..20,
            sizes in prop::collection::vec(0_usize..20_000, 0..8),
            blocks in 1_usize..5,
        ) {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("file");
            let disk: Arc<dyn Disk> = Arc::new(SystemDisk);
            let before = vec![9; 200_000];
            File::open(&*disk, &path, OpenMode::Create).unwrap().write_all_at(&before, Position(0)).unwrap();
            let file = File::open(&*disk, &path, OpenMode::Sectors).unwrap();
            let pieces: Vec<_> = sizes.iter().zip(1..).map(|(size, n)| vec![n; *size]).collect();
            let at = sector * SECTOR_BYTES;
            let written = SectorWriter::new(2 * PAGE_BYTES, blocks)
                .write(&file, Position(at as u64), pieces.iter().map(Vec::as_slice))
                .unwrap();
            let mut expected = before;
            let pieces = pieces.concat();
            let end = at + pieces.len();
            let to = if pieces.is_empty() { at } else { end.next_multiple_of(PAGE_BYTES) };
            expected[at..end].copy_from_slice(&pieces);
            expected[end..to].fill(0);
            prop_assert_eq!(written, to - at);
            prop_assert!(std::fs::read(path).unwrap() == expected);
        }
    }
}

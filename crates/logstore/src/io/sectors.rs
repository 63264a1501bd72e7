//! Writing whole sectors from aligned memory, which is what a file wants that is written past the page cache
//! ([`OpenMode::Sectors`](super::OpenMode::Sectors)).

use rustix::mm::{Advice, madvise};

use super::File;
use crate::base::error::StorageError;
use crate::base::types::Position;

/// A write begins at a multiple of it: the least that disks take.
pub const SECTOR_BYTES: usize = 512;
/// Where memory begins that is written from: a large page.
pub(super) const ALIGNMENT: usize = 2 * 1024 * 1024;
/// The system's memory of files is in pages: one that is written in part may have to be read first.
pub const PAGE_BYTES: usize = 4096;

/// Memory that a disk reads from by itself, in large pages where the system has them: a request takes some hundred
/// pieces of memory, so that a MiB of small pages goes out in two. Writing from these took 0.13 CPU-s/GB, from large ones
/// 0.05 to 0.09, and went a fifth faster.
#[derive(Debug)]
pub(super) struct Block {
    memory: Vec<u8>,
    /// Where the aligned part of it begins.
    begin: usize,
}

impl Block {
    /// So many bytes of it, a multiple of a page.
    pub(super) fn new(bytes: usize) -> Self {
        debug_assert!(bytes.is_multiple_of(PAGE_BYTES));
        let mut memory = vec![0; bytes + ALIGNMENT];
        let begin = memory.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
        let aligned = memory.get_mut(begin..begin + bytes).unwrap_or_default();
        // SAFETY: the pages are within what was allocated, and the advice changes no byte. Without it they are small.
        let _ = unsafe { madvise(aligned.as_mut_ptr().cast(), bytes, Advice::LinuxHugepage) };
        Self { memory, begin }
    }

    /// All of it.
    pub(super) fn bytes(&mut self) -> &mut [u8] {
        let end = self.begin + self.memory.len() - ALIGNMENT;
        self.memory.get_mut(self.begin..end).unwrap_or_default()
    }
}

/// Copies the front of `piece` to the front of `room`, as much as that takes; says how much it was.
pub(super) fn put(piece: &[u8], room: &mut [u8]) -> usize {
    let len = piece.len().min(room.len());
    if let (Some(from), Some(into)) = (piece.get(..len), room.get_mut(..len)) {
        into.copy_from_slice(from);
    }
    len
}

/// Puts pieces together, and writes them as whole sectors.
#[derive(Debug)]
pub struct SectorWriter(Block);

impl SectorWriter {
    /// Puts at most `bytes`, a multiple of a page, together in one write.
    pub fn new(bytes: usize) -> Self {
        Self(Block::new(bytes))
    }

    /// Writes `pieces` to `file`, one behind the other, from the sector at `at` on, and zeros up to the next page; says how
    /// many bytes that was.
    pub fn write<'p>(
        &mut self,
        file: &File,
        at: Position,
        pieces: impl Iterator<Item = &'p [u8]>,
    ) -> Result<usize, StorageError> {
        debug_assert!(at.0.is_multiple_of(SECTOR_BYTES as u64));
        let block = self.0.bytes();
        // Behind the first write all begin at a page.
        let skew = (at.0 % PAGE_BYTES as u64) as usize;
        let mut room = block.len() - skew;
        let (mut filled, mut written) = (0, 0);
        for mut piece in pieces {
            while !piece.is_empty() {
                let taken = put(piece, block.get_mut(filled..room).unwrap_or_default());
                (filled, piece) = (filled + taken, piece.get(taken..).unwrap_or_default());
                if filled == room {
                    file.write_all_at(block.get(..filled).unwrap_or_default(), behind(at, written))?;
                    written += filled;
                    (filled, room) = (0, block.len());
                }
            }
        }
        if filled > 0 {
            let end = behind(at, written + filled).0.next_multiple_of(PAGE_BYTES as u64);
            let whole = (end - behind(at, written).0) as usize;
            if let Some(rest) = block.get_mut(filled..whole) {
                rest.fill(0);
            }
            file.write_all_at(block.get(..whole).unwrap_or_default(), behind(at, written))?;
            written += whole;
        }
        Ok(written)
    }
}

fn behind(at: Position, bytes: usize) -> Position {
    Position(at.0 + bytes as u64)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::io::{Disk, OpenMode, SystemDisk};

    #[test]
    fn memory_is_aligned() {
        for mut block in (0..10).map(|_| Block::new(PAGE_BYTES)) {
            assert!(block.bytes().as_ptr().align_offset(ALIGNMENT) == 0 && block.bytes().len() == PAGE_BYTES);
        }
    }

    proptest! {
        #[test]
        fn pieces_lie_one_behind_the_other(
            sector in 0_usize..20,
            sizes in prop::collection::vec(0_usize..20_000, 0..8),
        ) {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("file");
            let disk: Arc<dyn Disk> = Arc::new(SystemDisk);
            let before = vec![9; 200_000];
            File::open(&*disk, &path, OpenMode::Create).unwrap().write_all_at(&before, Position(0)).unwrap();
            let file = File::open(&*disk, &path, OpenMode::Sectors).unwrap();
            let pieces: Vec<_> = sizes.iter().zip(1..).map(|(size, n)| vec![n; *size]).collect();
            let at = sector * SECTOR_BYTES;
            let written = SectorWriter::new(2 * PAGE_BYTES)
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

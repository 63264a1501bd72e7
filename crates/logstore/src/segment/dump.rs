//! The files of a segment as they lie there, for people to look at: good or not, whoever wrote them.

use std::ops::Range;
use std::path::Path;

use super::damage::{Hole, next_good};
use super::index::IndexEntry;
use super::recover::scan_from;
use super::time_index::TIME_ENTRY_BYTES;
use super::txn_index::TXN_ENTRY_BYTES;
use super::{AbortedEntry, Kind, OFFSET_ENTRY_BYTES, OffsetEntry, TimeEntry};
use crate::base::error::StorageError;
use crate::base::limits::SMALL_FILE_BYTES_MAX;
use crate::base::types::{Offset, Position};
use crate::batch::{BatchHeader, BatchView, HEADER_BYTES};
use crate::io::{Disk, File, OpenMode, read_small};

/// Bytes of batches looked at in one go; a batch that is larger is read whole.
const STRETCH_BYTES: u64 = 1024 * 1024;

/// A part of a data file.
#[derive(Debug)]
pub struct Stretch<B> {
    /// Its good batches, as they were shown.
    pub batches: Vec<B>,
    /// What follows them and is not good.
    pub hole: Option<Hole>,
    /// Where the next stretch begins.
    pub end: Position,
    /// Which offset may follow.
    pub next_offset: Offset,
    /// Nothing follows.
    pub is_last: bool,
}

/// The batches from the one at `from` on; where that is bad, what is bad up to the next good one.
pub fn stretch<B>(
    disk: &dyn Disk,
    path: &Path,
    base: Offset,
    from: (Position, Offset),
    show: impl Fn(Position, &BatchView<'_>) -> B,
) -> Result<Stretch<B>, StorageError> {
    let (from, next_offset) = from;
    let file = File::open(disk, path, OpenMode::Read)?;
    let size = Position(file.size()?);
    let mut header = vec![0; HEADER_BYTES];
    let read = file.read_full_at(&mut header, from)?;
    let first = BatchHeader::parse(header.get(..read).unwrap_or_default());
    let first = first.map_or(0, |header| header.size_in_bytes() as u64);
    let to = Position(size.0.min(from.0 + STRETCH_BYTES.max(first)));
    let mut batches = Vec::new();
    let scanned = scan_from(&file, from, to, base, next_offset, &mut |position, batch| {
        batches.push(show(position, batch));
        Ok(())
    })?;
    if scanned.is_taken_back {
        batches.pop();
    }
    let (mut end, mut next_offset, mut hole) = (scanned.end, scanned.next_offset, None);
    // Behind a good one the stretch may end within a batch: the next begins with it.
    if let Some(why) = scanned.bad.filter(|_| scanned.end == from) {
        let start = next_offset;
        (end, next_offset) = match next_good(&file, from, size, base, start)? {
            Some((position, header)) => (position, header.base_offset),
            None => (size, start),
        };
        hole = Some(Hole { bytes: from.0..end.0, offsets: start..next_offset, why });
    }
    Ok(Stretch { batches, hole, end, next_offset, is_last: end >= size })
}

/// The entries of an index file, each as its fields in the order of the file; offsets are whole.
#[derive(Debug, PartialEq, Eq)]
pub struct Listed {
    /// Those that ascend from the first one on.
    pub entries: Vec<Vec<i64>>,
    /// The bytes that follow and are no entry; zeros are room that a broker left.
    pub rest: Option<Range<u64>>,
}

/// Reads an index of offsets, of times or of aborted transactions.
pub fn index(disk: &dyn Disk, path: &Path, kind: Kind, base: Offset) -> Result<Listed, StorageError> {
    let read = read_small(disk, path, SMALL_FILE_BYTES_MAX);
    let bytes = read.map_err(|error| StorageError::io("read", path, error))?.unwrap_or_default();
    Ok(match kind {
        Kind::OffsetIndex => {
            let decode = |slot: &[u8]| OffsetEntry::decode(base, slot);
            list(&bytes, OFFSET_ENTRY_BYTES, decode, OffsetEntry::follows, |entry| {
                vec![entry.offset.0, entry.position.0 as i64]
            })
        }
        Kind::TimeIndex => {
            let decode = |slot: &[u8]| TimeEntry::decode(base, slot);
            list(&bytes, TIME_ENTRY_BYTES, decode, TimeEntry::follows, |entry| {
                vec![entry.timestamp.0, entry.offset.0]
            })
        }
        _ => {
            let follows = |entry: &AbortedEntry, last: &AbortedEntry| entry.last_offset > last.last_offset;
            list(&bytes, TXN_ENTRY_BYTES, AbortedEntry::decode, follows, |entry| {
                let AbortedEntry { producer_id, first_offset, last_offset, last_stable } = entry;
                vec![producer_id.0, first_offset.0, last_offset.0, last_stable.0]
            })
        }
    })
}

fn list<E>(
    bytes: &[u8],
    entry_bytes: usize,
    decode: impl Fn(&[u8]) -> Option<E>,
    follows: impl Fn(&E, &E) -> bool,
    fields: impl Fn(&E) -> Vec<i64>,
) -> Listed {
    let mut last: Option<E> = None;
    let mut entries = Vec::new();
    for slot in bytes.chunks_exact(entry_bytes) {
        let entry = decode(slot).filter(|entry| last.as_ref().is_none_or(|last| follows(entry, last)));
        let Some(entry) = entry else { break };
        entries.push(fields(&entry));
        last = Some(entry);
    }
    let end = entries.len() * entry_bytes;
    let is_used = bytes.get(end..).is_some_and(|rest| rest.iter().any(|byte| *byte != 0));
    Listed { entries, rest: is_used.then_some(end as u64..bytes.len() as u64) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::types::LeaderEpoch;
    use crate::batch::build::BatchBuilder;
    use crate::batch::stamp;
    use crate::io::SystemDisk;

    fn batch(base: i64, bytes: usize) -> Vec<u8> {
        let mut batch = BatchBuilder::new().value(&vec![7; bytes]).build();
        stamp::offsets(&mut batch, Offset(base), LeaderEpoch(0));
        batch
    }

    /// Base offsets of the good batches, and the holes, of the whole file.
    fn walk(content: &[u8]) -> (Vec<i64>, Vec<Hole>) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        let (mut offsets, mut holes, mut at) = (Vec::new(), Vec::new(), (Position(0), Offset(0)));
        loop {
            let show = |_: Position, batch: &BatchView<'_>| batch.header().base_offset.0;
            let stretch = stretch(&SystemDisk, file.path(), Offset(0), at, show).unwrap();
            offsets.extend(stretch.batches);
            holes.extend(stretch.hole);
            assert!(stretch.is_last || stretch.end > at.0, "it goes on");
            at = (stretch.end, stretch.next_offset);
            if stretch.is_last {
                return (offsets, holes);
            }
        }
    }

    #[test]
    fn batches_of_every_size_come_once_each() {
        let sizes = [10, STRETCH_BYTES as usize - 200, 50, 3 * STRETCH_BYTES as usize, 1];
        let written = sizes.iter().zip(0..).flat_map(|(bytes, base)| batch(base, *bytes));
        assert_eq!(walk(&written.collect::<Vec<_>>()), (vec![0, 1, 2, 3, 4], vec![]));
        assert_eq!(walk(&[]), (vec![], vec![]));
    }

    #[test]
    fn it_goes_on_behind_what_is_bad() {
        let good = |base| batch(base, 20);
        let size = good(0).len() as u64;
        let mut flipped = good(1);
        *flipped.last_mut().unwrap() ^= 1;
        let garbage = b"no batch at all, but some bytes of text in its place".repeat(2);
        for (bad, why) in [(flipped, "the CRC does not match"), (garbage, "magic")] {
            let content = [good(0), bad.clone(), good(2), good(3)].concat();
            let (offsets, holes) = walk(&content);
            assert_eq!(offsets, [0, 2, 3]);
            assert_eq!(holes.len(), 1);
            assert_eq!(
                (holes[0].bytes.clone(), holes[0].offsets.clone()),
                (size..size + bad.len() as u64, Offset(1)..Offset(2))
            );
            assert!(holes[0].why.contains(why), "{}", holes[0].why);
        }
        let cut = [good(0), good(1)[..70].to_vec()].concat();
        let (offsets, holes) = walk(&cut);
        assert_eq!((offsets, holes[0].bytes.clone()), (vec![0], size..size + 70));
    }

    #[test]
    fn zeros_behind_entries_are_room_and_anything_else_is_not() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let content = [0, 0, 0, 5, 0, 0, 1, 44];
        for (behind, rest) in [(&[0; 80][..], None), (&[1, 2, 3][..], Some(8..11))] {
            std::fs::write(file.path(), [&content, behind].concat()).unwrap();
            let listed = index(&SystemDisk, file.path(), Kind::OffsetIndex, Offset(10)).unwrap();
            assert_eq!(listed, Listed { entries: vec![vec![15, 300]], rest });
        }
    }
}

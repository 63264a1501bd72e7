//! The bytes of the write-ahead log: groups of frames, a group being what one sync made durable.
//!
//! ```text
//! file:   group | zeros up to 512 | group | zeros up to 512 | ... | zeros, or groups of the file's former use
//!
//! group:   0   4  magic "MRG1"
//!          4   4  CRC-32C of the rest of this header
//!          8  16  id of the data directory: what a client sent is never taken for a group
//!         24   8  number of the group, one more than that of the group before it
//!         32   8  highest group that was synced when this one was written
//!         40   4  bytes of frames
//!         44   4  number of frames
//!         48   -  frames
//!
//! frame:   0   4  CRC-32C of all that follows in the frame
//!          4   4  bytes of content
//!          8   4  kind: 1 batch, 2 barrier, 3 summary
//!         12  16  topic id
//!         28   4  partition
//!         32   -  content: a record batch as it goes into the segment; nothing in a barrier;
//!                 that of a summary stands in summary.rs, and its partition is none
//! ```
//!
//! The first frame of a group is its summary: groups of before there were any have none.
//!
//! A barrier says that what the log has of its partition in older groups is void: the segments have what counts.
//!
//! Numbers only grow, over all files and restarts. So a stale group shows by its number, a group that is missing by
//! the gap, and whether that is a torn tail or damage by what the groups behind it say was synced.

use super::summary::{SUMMARY_BYTES, Summary, Touched};
use crate::base::bytes::be;
use crate::base::crc32c::{crc32c, crc32c_of};
use crate::base::limits::WAL_GROUP_BYTES;
use crate::base::types::{PartitionId, PartitionIndex, TopicId};
use crate::io::arena::Buf;
use crate::io::sectors::SECTOR_BYTES;

const MAGIC: &[u8; 4] = b"MRG1";
pub(super) const GROUP_HEADER_BYTES: usize = 48;
const FRAME_HEADER_BYTES: usize = 32;
const CRC_AT: usize = 4;
const DIRECTORY_AT: usize = 8;
const NUMBER_AT: usize = 24;
const SYNCED_AT: usize = 32;
const BYTES_AT: usize = 40;
const FRAMES_AT: usize = 44;

const BATCH: i32 = 1;
const BARRIER: i32 = 2;
const SUMMARY: i32 = 3;
/// What comes before the frames of logs: header and summary.
const GROUP_HEAD_BYTES: usize = GROUP_HEADER_BYTES + FRAME_HEADER_BYTES + SUMMARY_BYTES;

/// Where a group may begin: a sector, so that a torn write never takes part of the group before it.
pub(super) const GROUP_ALIGNMENT: usize = SECTOR_BYTES;

/// Which data directory a file belongs to.
pub type DirectoryId = [u8; 16];

/// Number of a group; the first is 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupNumber(pub u64);

/// Frames that are to be made durable together.
#[derive(Debug, Default)]
pub struct Group {
    headers: Vec<u8>,
    contents: Vec<Buf>,
    bytes: usize,
    touched: Touched,
    has_barrier: bool,
}

/// What a frame says of its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content<'a> {
    Batch(&'a [u8]),
    Barrier,
    Summary(&'a [u8]),
}

/// A group's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct GroupHeader {
    pub(super) number: GroupNumber,
    pub(super) synced: GroupNumber,
    bytes: usize,
    frames: usize,
}

impl Group {
    /// Adds a batch.
    pub fn batch(&mut self, partition: &PartitionId, bytes: Buf) {
        self.push(partition, BATCH, bytes);
    }

    /// Adds a barrier. It is alone in its group.
    pub fn barrier(&mut self, partition: &PartitionId) {
        self.has_barrier = true;
        self.push(partition, BARRIER, Buf::copy_from_slice(&[]));
    }

    fn push(&mut self, partition: &PartitionId, kind: i32, content: Buf) {
        self.touched.add(partition);
        let header = frame_header(partition, kind, &content);
        self.headers.extend_from_slice(&header);
        self.bytes += FRAME_HEADER_BYTES + content.len();
        self.contents.push(content);
    }

    /// Whether there is nothing to make durable.
    pub fn is_empty(&self) -> bool {
        self.contents.is_empty()
    }

    /// Whether what comes next is for another group.
    pub fn is_full(&self) -> bool {
        self.bytes >= WAL_GROUP_BYTES
    }

    /// Number of frames of logs.
    pub fn frames(&self) -> usize {
        self.contents.len()
    }

    /// Bytes that it takes in a file, without what it is filled up with.
    pub fn bytes(&self) -> usize {
        GROUP_HEAD_BYTES + self.bytes
    }

    /// Whose frames it has.
    pub(super) fn touched(&self) -> &Touched {
        &self.touched
    }

    pub(super) fn has_barrier(&self) -> bool {
        self.has_barrier
    }

    /// Forgets the frames and keeps the room for others.
    pub fn clear(&mut self) {
        self.headers.clear();
        self.contents.clear();
        self.bytes = 0;
        self.touched.clear();
        self.has_barrier = false;
    }

    /// What comes before its frames: the header, and what it says of the groups before.
    pub(super) fn head(
        &self,
        directory: &DirectoryId,
        number: GroupNumber,
        synced: GroupNumber,
        summary: &Summary,
    ) -> [u8; GROUP_HEAD_BYTES] {
        let mut head = [0; GROUP_HEAD_BYTES];
        let (header, frame) = head.split_at_mut(GROUP_HEADER_BYTES);
        for (at, field) in [(0, &MAGIC[..]), (DIRECTORY_AT, directory)] {
            if let Some(into) = header.get_mut(at..at + field.len()) {
                into.copy_from_slice(field);
            }
        }
        let _ = be::put_u64(header, NUMBER_AT, number.0);
        let _ = be::put_u64(header, SYNCED_AT, synced.0);
        let _ = be::put_u32(header, BYTES_AT, (self.bytes() - GROUP_HEADER_BYTES) as u32);
        let _ = be::put_u32(header, FRAMES_AT, 1 + self.frames() as u32);
        let crc = crc32c(header.get(DIRECTORY_AT..).unwrap_or_default());
        let _ = be::put_u32(header, CRC_AT, crc);
        let content = summary.encode();
        let (frame, into) = frame.split_at_mut(FRAME_HEADER_BYTES);
        frame.copy_from_slice(&frame_header(&NO_PARTITION, SUMMARY, &content));
        into.copy_from_slice(&content);
        head
    }

    /// What follows the head, piece by piece.
    pub(super) fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        let headers = self.headers.chunks(FRAME_HEADER_BYTES);
        headers.zip(&self.contents).flat_map(|(header, content)| [header, content])
    }
}

const NO_PARTITION: PartitionId = PartitionId { topic: TopicId([0; 16]), index: PartitionIndex(-1) };

fn frame_header(partition: &PartitionId, kind: i32, content: &[u8]) -> [u8; FRAME_HEADER_BYTES] {
    let mut header = [0; FRAME_HEADER_BYTES];
    let _ = be::put_u32(&mut header, 4, content.len() as u32);
    let _ = be::put_i32(&mut header, 8, kind);
    if let Some(topic) = header.get_mut(12..28) {
        topic.copy_from_slice(&partition.topic.0);
    }
    let _ = be::put_i32(&mut header, 28, partition.index.0);
    let crc = crc32c_of(header.get(CRC_AT..).unwrap_or_default(), content);
    let _ = be::put_u32(&mut header, 0, crc);
    header
}

impl GroupHeader {
    /// The header that begins here, if one does that belongs to `directory`.
    pub(super) fn parse(bytes: &[u8], directory: &DirectoryId) -> Option<Self> {
        let header = bytes.get(..GROUP_HEADER_BYTES)?;
        let covered = header.get(DIRECTORY_AT..)?;
        if !header.starts_with(MAGIC)
            || !covered.starts_with(directory)
            || be::get_u32(header, CRC_AT)? != crc32c(covered)
        {
            return None;
        }
        Some(Self {
            number: GroupNumber(be::get_u64(header, NUMBER_AT)?),
            synced: GroupNumber(be::get_u64(header, SYNCED_AT)?),
            bytes: be::get_u32(header, BYTES_AT)? as usize,
            frames: be::get_u32(header, FRAMES_AT)? as usize,
        })
    }

    /// The header that begins here, whichever directory it belongs to.
    pub(super) fn parse_any(bytes: &[u8]) -> Option<Self> {
        let directory = bytes.get(DIRECTORY_AT..NUMBER_AT)?.first_chunk()?;
        Self::parse(bytes, directory)
    }

    /// Bytes of the whole group.
    pub(super) fn group_bytes(&self) -> usize {
        GROUP_HEADER_BYTES + self.bytes
    }

    /// The frames of a group that begins with this header; `None` when any of them is not as it was written.
    pub(super) fn frames<'b>(&self, group: &'b [u8]) -> Option<Vec<(PartitionId, Content<'b>)>> {
        let frames = frames_of(group.get(GROUP_HEADER_BYTES..self.group_bytes())?)?;
        (frames.len() == self.frames).then_some(frames)
    }
}

/// Frames that lie one behind the other; `None` when any of them is not as it was written.
pub(super) fn frames_of(bytes: &[u8]) -> Option<Vec<(PartitionId, Content<'_>)>> {
    let mut rest = bytes;
    let mut frames = Vec::new();
    while !rest.is_empty() {
        let bytes = be::get_u32(rest, 4)? as usize;
        let (frame, behind) = rest.split_at_checked(FRAME_HEADER_BYTES.checked_add(bytes)?)?;
        if crc32c(frame.get(4..)?) != be::get_u32(frame, 0)? {
            return None;
        }
        frames.push(parse_frame(frame)?);
        rest = behind;
    }
    Some(frames)
}

/// Bytes of a frame with this batch.
pub fn frame_bytes(batch: &[u8]) -> u64 {
    Content::Batch(batch).frame_bytes() as u64
}

impl Content<'_> {
    /// Bytes of a frame with it.
    pub(super) fn frame_bytes(&self) -> usize {
        let content = match self {
            Self::Batch(content) | Self::Summary(content) => content.len(),
            Self::Barrier => 0,
        };
        FRAME_HEADER_BYTES + content
    }
}

fn parse_frame(frame: &[u8]) -> Option<(PartitionId, Content<'_>)> {
    let content = frame.get(FRAME_HEADER_BYTES..)?;
    let topic = TopicId(frame.get(12..28)?.try_into().ok()?);
    let partition = PartitionId { topic, index: PartitionIndex(be::get_i32(frame, 28)?) };
    let content = match be::get_i32(frame, 8)? {
        BATCH => Content::Batch(content),
        BARRIER => Content::Barrier,
        SUMMARY => Content::Summary(content),
        _ => return None,
    };
    Some((partition, content))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;

    const DIRECTORY: DirectoryId = [0xd1; 16];

    fn partition(index: i32) -> PartitionId {
        PartitionId { topic: TopicId([7; 16]), index: PartitionIndex(index) }
    }

    fn bytes_of(group: &Group, number: u64) -> Vec<u8> {
        let mut touched = Touched::default();
        touched.add(&partition(9));
        let summary = Summary { last_barrier: GroupNumber(3), touched };
        let head = group.head(&DIRECTORY, GroupNumber(number), GroupNumber(number - 1), &summary);
        let mut bytes = head.to_vec();
        group.pieces().for_each(|piece| bytes.extend_from_slice(piece));
        bytes
    }

    fn read(bytes: &[u8]) -> Option<Vec<(PartitionId, Content<'_>)>> {
        let mut frames = GroupHeader::parse(bytes, &DIRECTORY)?.frames(bytes)?;
        assert!(matches!(frames.remove(0), (NO_PARTITION, Content::Summary(_))));
        Some(frames)
    }

    #[test]
    fn bytes_stay_what_they_are() {
        let mut group = Group::default();
        group.batch(&partition(2), Buf::copy_from_slice(b"batch"));
        group.barrier(&partition(3));
        let bytes = bytes_of(&group, 0x0a);
        assert_eq!(bytes.len(), group.bytes());
        let hex = |bytes: &[u8]| {
            bytes.iter().fold(String::new(), |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            })
        };
        assert_eq!(
            hex(&bytes[..GROUP_HEADER_BYTES]),
            "4d524731HEADCRC_d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1000000000000000a00000000000000090000016d00000003"
                .replace("HEADCRC_", &hex(&crc32c(&bytes[8..GROUP_HEADER_BYTES]).to_be_bytes()))
        );
        let summary = &bytes[GROUP_HEADER_BYTES..GROUP_HEAD_BYTES];
        assert_eq!(hex(&summary[..4]), hex(&crc32c(&summary[4..]).to_be_bytes()));
        assert_eq!(
            hex(&summary[4..40]),
            "000001080000000300000000000000000000000000000000ffffffff0000000000000003"
        );
        assert_eq!(summary[40..].iter().map(|byte| byte.count_ones()).sum::<u32>(), 1);
        let first = &bytes[GROUP_HEAD_BYTES..][..37];
        assert_eq!(hex(&first[..4]), hex(&crc32c(&first[4..]).to_be_bytes()));
        assert_eq!(
            hex(&first[4..]),
            "0000000500000001070707070707070707070707070707070000000262617463\
             68"
        );
        assert_eq!(
            hex(&bytes[GROUP_HEAD_BYTES + 37 + 4..]),
            "00000000000000020707070707070707070707070707070700000003"
        );
    }

    #[test]
    fn a_flipped_bit_anywhere_is_found() {
        let mut group = Group::default();
        group.batch(&partition(0), Buf::copy_from_slice(b"0123456789"));
        group.batch(&partition(1), Buf::copy_from_slice(b"abc"));
        let bytes = bytes_of(&group, 7);
        assert!(read(&bytes).is_some());
        for at in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[at / 8] ^= 1 << (at % 8);
            assert!(read(&flipped).is_none(), "bit {at}");
        }
        for cut in 0..bytes.len() {
            assert!(read(&bytes[..cut]).is_none(), "cut to {cut}");
        }
        assert!(GroupHeader::parse(&bytes, &[0; 16]).is_none(), "of another directory");
    }

    proptest! {
        #[test]
        fn what_was_written_reads_back(
            frames in prop::collection::vec((0..5_i32, prop::collection::vec(any::<u8>(), 0..200)), 0..20),
            number in 1..u64::MAX,
        ) {
            let mut group = Group::default();
            for (index, content) in &frames {
                group.batch(&partition(*index), Buf::copy_from_slice(content));
            }
            let mut bytes = bytes_of(&group, number);
            bytes.extend_from_slice(&[0; 100]);
            let header = GroupHeader::parse(&bytes, &DIRECTORY).unwrap();
            prop_assert_eq!(header.number.0, number);
            prop_assert_eq!(header.group_bytes(), group.bytes());
            let read = read(&bytes).unwrap();
            let expected: Vec<_> =
                frames.iter().map(|(index, content)| (partition(*index), Content::Batch(content))).collect();
            prop_assert_eq!(read, expected);
        }
    }
}

//! Bytes on disk, as Kafka 4.x writes them.

use std::sync::Arc;

use super::*;
use crate::base::types::{Position, ProducerId};
use crate::batch::BatchView;
use crate::batch::build::{BatchBuilder, RecordData};
use crate::io::{Access, Caching, SystemDisk};

const BASE: Offset = Offset(1000);

fn pool() -> Arc<FilePool> {
    FilePool::new(Arc::new(SystemDisk), 16)
}

fn batch(base: i64, records: usize, timestamp: i64) -> Vec<u8> {
    let record =
        RecordData { timestamp: Timestamp(timestamp), value: Some(vec![b'v'; 100]), ..RecordData::default() };
    let builder = (0..records).fold(BatchBuilder::new(), |builder, _| builder.record(record.clone()));
    builder.base_offset(Offset(base)).build()
}

/// Writes batches as the log does: the shape decides, the segment writes.
fn write(directory: &Path, batches: &[Vec<u8>]) -> Segment {
    let segment = Segment::create(&pool(), directory, BASE).unwrap();
    let mut shape = Shape::empty(BASE, Timestamp(0));
    for bytes in batches {
        let facts = BatchFacts::from(BatchView::parse(bytes).unwrap().header());
        let entries = shape.add(&facts, 300).1;
        segment
            .append(
                [&**bytes].into_iter(),
                [entries].into_iter(),
                [].into_iter(),
                shape.largest(),
                Caching::Kept,
            )
            .unwrap();
    }
    segment.seal(shape.seal()).unwrap();
    segment
}

#[test]
fn indexes() {
    let directory = tempfile::tempdir().unwrap();
    // 61 + 2 * 109 = 279 bytes each: an entry for every second batch from the third on.
    let batches: Vec<_> =
        [50, 70, 60, 60, 90].iter().zip(0..).map(|(ts, n)| batch(1000 + 2 * n, 2, *ts)).collect();
    assert_eq!(batches[0].len(), 279);
    let segment = write(directory.path(), &batches);
    let read = |kind| std::fs::read(segment.file_path(kind)).unwrap();
    // Last offset 1005 of the batch at 558, last offset 1009 of the one at 1116.
    assert_eq!(read(Kind::OffsetIndex), [0, 0, 0, 5, 0, 0, 2, 46, 0, 0, 0, 9, 0, 0, 4, 92]);
    // The largest timestamp so far with the last offset of its batch: 70 at 1003, 90 at 1009.
    let times = [0, 0, 0, 0, 0, 0, 0, 70, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 90, 0, 0, 0, 9];
    assert_eq!(read(Kind::TimeIndex), times);
    assert_eq!(read(Kind::Data), batches.concat());
    assert!(!segment.file_path(Kind::TxnIndex).exists());

    let found = |offset| segment.find(Offset(offset), Position(segment.size()), Access::Waiting).unwrap();
    assert_eq!(found(1004).unwrap().position, Position(558));
    assert_eq!(found(1009).unwrap().position, Position(1116));
    assert_eq!(found(1010), None);
    assert_eq!(segment.next_offset().unwrap(), Offset(1010));
}

#[test]
fn indexes_come_with_their_entries_or_the_seal() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("00000000000000001000.index"), [1; 8]).unwrap();
    let segment = Segment::create(&pool(), directory.path(), BASE).unwrap();
    let lengths = || {
        let length = |kind| Some(std::fs::metadata(segment.file_path(kind)).ok()?.len());
        [Kind::Data, Kind::OffsetIndex, Kind::TimeIndex].map(length)
    };
    assert_eq!(lengths(), [Some(0), None, None]);
    let entry = OffsetEntry { offset: Offset(1001), position: Position(100) };
    segment.index(Entries { offset: Some(entry), time: None }).unwrap();
    assert_eq!(lengths(), [Some(0), None, None], "it waits in memory");
    segment.sync().unwrap();
    assert_eq!(lengths(), [Some(0), Some(8), None]);
    segment.seal(None).unwrap();
    assert_eq!(lengths(), [Some(0), Some(8), Some(0)]);
}

#[test]
fn aborted_transactions() {
    let directory = tempfile::tempdir().unwrap();
    let segment = Segment::create(&pool(), directory.path(), BASE).unwrap();
    let aborted = |producer, first, last, stable| AbortedEntry {
        producer_id: ProducerId(producer),
        first_offset: Offset(first),
        last_offset: Offset(last),
        last_stable: Offset(stable),
    };
    let entries = [aborted(1, 2, 30, 12), aborted(5, 12, 40, 20), aborted(1, 35, 50, 51)];
    for entry in &entries {
        segment.push_aborted(entry).unwrap();
    }
    let bytes = std::fs::read(segment.file_path(Kind::TxnIndex)).unwrap();
    let first = [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 30, 0, 0, 0, 0, 0, 0, 0,
        12,
    ];
    assert_eq!((bytes.len(), &bytes[..34]), (102, &first[..]));
    let collect = |from, to| {
        let mut found = Vec::new();
        let complete =
            segment.collect_aborted(Offset(from), Offset(to), &mut found, Access::Waiting).unwrap();
        (found, complete)
    };
    assert_eq!(collect(0, 10), (vec![entries[0]], true), "from 12 on everything is stable");
    assert_eq!(collect(31, 36), (vec![entries[1], entries[2]], true));
    assert_eq!(collect(0, 100), (entries.to_vec(), false));
    assert_eq!(collect(51, 100), (vec![], false));
}

#[test]
fn a_file_that_grew_behind_its_index_is_found_whole() {
    let directory = tempfile::tempdir().unwrap();
    let batches: Vec<_> = (0..50).map(|n| batch(1000 + n, 1, n)).collect();
    drop(write(directory.path(), &batches));
    let segment = Segment::open(&pool(), directory.path(), BASE).unwrap().unwrap();
    let size = Position(segment.size());
    for n in 0..50 {
        assert_eq!(
            segment.find(Offset(1000 + n), size, Access::Waiting).unwrap().unwrap().header.base_offset,
            Offset(1000 + n)
        );
        let found = segment.find_timestamp(Timestamp(n), BASE, size).unwrap().unwrap();
        assert_eq!(found.header.max_timestamp, Timestamp(n));
        let first = segment.find(Offset(1000 + n), size, Access::Waiting).unwrap().unwrap();
        let fit = segment.fit(&first, 500, size, Access::Waiting).unwrap().unwrap();
        assert_eq!(fit.next_offset, Offset((1002 + n).min(1050)), "two batches of 170 bytes fit");
    }
    assert_eq!(segment.largest(), TimeEntry { timestamp: Timestamp(49), offset: Offset(1049) });
}

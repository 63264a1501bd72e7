//! A start after a kill reads what came since the last checkpoint, however large the log is; and finds all the same.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::case_sensitive_file_extension_comparisons,
    reason = "a test stops where something is missing"
)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use logstore::base::types::{
    Offset, PartitionId, PartitionIndex, ProducerEpoch, ProducerId, Sequence, Timestamp,
};
use logstore::batch::Attributes;
use logstore::batch::build::{BatchBuilder, Marker, RecordData};
use logstore::log::{Log, LogConfig, Origin, ReadBound};
use logstore::store::{Store, StoreOptions};
use support::{
    Bed, CLOCK_START_MS, EPOCH, TOPIC, append, durable, expect, fill, id, open_watched, record, settle,
};

/// Below it a producer snapshot is asked for with the next checkpoint.
const MANY: usize = 600;

fn one_segment() -> LogConfig {
    LogConfig { segment_bytes: 1 << 30, segment_index_bytes: 1 << 20, retention_ms: -1, ..durable() }
}

/// Opens it and says how many bytes that read.
fn open(bed: &Bed) -> (Arc<Store>, Arc<Log>, u64) {
    let read = AtomicU64::new(0);
    let options = StoreOptions { defaults: one_segment(), ..bed.options() };
    let store = open_watched(&options, &|progress| read.store(progress.bytes_scanned, Ordering::Relaxed));
    let log = store.ensure(id(), TOPIC, Arc::new(one_segment()), EPOCH);
    (store, log, read.into_inner())
}

/// Killed with 710 records of which 700 are checkpointed, and a snapshot of the producers at 600.
fn killed() -> Bed {
    let bed = Bed::new();
    let (store, log) = bed.open_as(one_segment());
    fill(&log, 0..MANY);
    store.checkpoint();
    fill(&log, MANY..700);
    store.checkpoint();
    fill(&log, 700..710);
    drop((store, log));
    bed
}

/// What is done to a file.
type Damage = fn(&mut Vec<u8>);

/// Index files after a clean stop.
fn indexes(bed: &Bed) -> Vec<(String, Vec<u8>)> {
    bed.files().into_iter().filter(|(name, _)| name.contains("index")).collect()
}

/// Those of 720 records that nobody disturbed.
fn undisturbed() -> Vec<(String, Vec<u8>)> {
    let bed = Bed::new();
    let (store, log) = bed.open_as(one_segment());
    fill(&log, 0..720);
    store.close().unwrap();
    indexes(&bed)
}

#[test]
fn what_lies_below_the_checkpoint_is_not_read_again() {
    let bed = killed();
    let data_bytes = bed.files()["00000000000000000000.log"].len() as u64;
    assert!(bed.files().contains_key("00000000000000000600.snapshot"));
    let (store, log, read) = open(&bed);
    assert!(read > 0 && read < data_bytes / 4, "{read} of {data_bytes}");
    expect(&log, 0..710);
    fill(&log, 710..720);
    expect(&log, 0..720);
    store.close().unwrap();
    assert!(indexes(&bed) == undisturbed());
    assert_eq!(store.take_reports(), []);
}

#[test]
fn an_index_is_used_as_far_as_it_makes_sense() {
    let damages: [(&str, Damage); 6] = [
        ("index", |bytes| bytes[512..1024].fill(0)),
        ("timeindex", |bytes| bytes[1024..1536].fill(0)),
        ("index", |bytes| bytes.fill(0)),
        ("index", Vec::clear),
        // Ascending, and not where batches begin.
        ("index", |bytes| bytes.iter_mut().skip(7).step_by(8).for_each(|byte| *byte ^= 1)),
        ("timeindex", |bytes| bytes.truncate(100)),
    ];
    for (number, (extension, damage)) in damages.into_iter().enumerate() {
        let bed = killed();
        let path = bed.file(&format!("00000000000000000000.{extension}"));
        let mut bytes = std::fs::read(&path).unwrap();
        damage(&mut bytes);
        std::fs::write(&path, bytes).unwrap();
        let (store, log, _) = open(&bed);
        expect(&log, 0..710);
        for n in [0, 1, 77, 333, 709] {
            let found =
                log.offset_for_timestamp(Timestamp(1000 + n), ReadBound::HighWatermark).unwrap().unwrap();
            assert_eq!(found.offset, Offset(n), "damage {number}");
        }
        fill(&log, 710..720);
        store.close().unwrap();
        let of_offsets =
            |indexes: Vec<(String, Vec<u8>)>| indexes.into_iter().find(|(name, _)| name.ends_with(".index"));
        assert!(of_offsets(indexes(&bed)) == of_offsets(undisturbed()), "damage {number}");
    }
}

fn now(n: usize) -> RecordData {
    RecordData { timestamp: Timestamp(CLOCK_START_MS), ..record(n) }
}

#[test]
fn producers_are_those_of_the_snapshot_and_of_what_follows() {
    let bed = Bed::new();
    let (store, log) = bed.open_as(one_segment());
    let batch = |id: i64, sequence: i32| {
        BatchBuilder::new().record(now(0)).producer(ProducerId(id), ProducerEpoch(0), Sequence(sequence))
    };
    let mut offset = 0;
    let mut add = |batch: BatchBuilder| {
        append(&log, batch, Origin::Client).unwrap();
        offset += 1;
        offset - 1
    };
    for sequence in 0..7 {
        add(batch(1, sequence));
    }
    for n in 0..MANY {
        add(BatchBuilder::new().record(now(n)));
    }
    settle(&log);
    store.checkpoint();
    let of_second = add(batch(2, 0));
    settle(&log);
    store.checkpoint();
    add(batch(1, 7));
    settle(&log);
    drop((store, log));

    let (_store, log, read) = open(&bed);
    assert!(read < 10_000, "{read}");
    for (sequence, offset) in [(7, of_second + 1), (6, 6), (5, 5), (4, 4), (3, 3)] {
        let again = append(&log, batch(1, sequence), Origin::Client).unwrap();
        assert_eq!((again.base_offset.0, again.duplicate), (offset, true), "sequence {sequence}");
    }
    assert_eq!(append(&log, batch(1, 9), Origin::Client).unwrap_err().error_code(), 45);
    assert_eq!(append(&log, batch(2, 0), Origin::Client).unwrap().base_offset.0, of_second);
}

#[test]
fn aborted_transactions_are_known_on_both_sides_of_the_checkpoint() {
    let bed = Bed::new();
    let (store, log) = bed.open_as(one_segment());
    let data = |id: i64| {
        let builder = BatchBuilder::new().record(now(0)).attributes(Attributes::TRANSACTIONAL);
        builder.producer(ProducerId(id), ProducerEpoch(0), Sequence(0))
    };
    let abort = |id| {
        BatchBuilder::end_transaction(
            Marker::Abort,
            ProducerId(id),
            ProducerEpoch(0),
            0,
            Timestamp(CLOCK_START_MS),
        )
    };
    let add = |batch, origin| {
        append(&log, batch, origin).unwrap();
    };
    (1..=4).for_each(|id| add(data(id), Origin::Client)); // 0, 1, 2, 3
    add(abort(1), Origin::Coordinator); // 4
    fill(&log, 0..MANY);
    store.checkpoint();
    add(abort(2), Origin::Coordinator);
    settle(&log);
    store.checkpoint();
    add(abort(3), Origin::Coordinator);
    settle(&log);
    drop((store, log));

    let (_store, log, _) = open(&bed);
    let offsets = log.offsets().unwrap();
    assert_eq!((offsets.last_stable, offsets.log_end), (Offset(3), Offset(5 + MANY as i64 + 2)));
    append(&log, abort(4), Origin::Coordinator).unwrap();
    settle(&log);
    let read = log.read(Offset(0), 1 << 20, ReadBound::LastStable, true).unwrap();
    let aborted: Vec<_> = read.aborted.iter().map(|aborted| aborted.first_offset.0).collect();
    assert_eq!(aborted, [0, 1, 2, 3]);
}

fn many(store: &Store) -> Vec<Arc<Log>> {
    let id = |index| PartitionId { index: PartitionIndex(index), ..id() };
    (0..20).map(|index| store.ensure(id(index), TOPIC, Arc::new(one_segment()), EPOCH)).collect()
}

/// Killed with twenty checkpointed logs, one of which was written to since; the tail of another is torn.
fn one_of_many_is_dirty() -> Bed {
    let bed = Bed::new();
    let (store, _) = bed.open_as(one_segment());
    let logs = many(&store);
    for log in &logs {
        fill(log, 0..10);
    }
    store.checkpoint();
    fill(&logs[7], 10..12);
    drop((store, logs));
    let torn = bed.directory.path().join(format!("{TOPIC}-3")).join("00000000000000000000.log");
    let mut bytes = std::fs::read(&torn).unwrap();
    bytes.extend([0; 700]);
    std::fs::write(&torn, bytes).unwrap();
    bed
}

fn expect_many(logs: &[Arc<Log>]) {
    for (index, log) in logs.iter().enumerate() {
        expect(log, 0..if index == 7 { 12 } else { 10 });
    }
}

#[test]
fn logs_that_are_checkpointed_are_opened_when_they_are_used() {
    let bed = one_of_many_is_dirty();
    let opened = AtomicUsize::new(0);
    let store = open_watched(&bed.options(), &|progress| opened.store(progress.logs_done, Ordering::Relaxed));
    assert_eq!(opened.into_inner(), 1);
    expect_many(&many(&store));
    assert_eq!(store.take_reports().len(), 1, "the torn one");
}

#[test]
fn a_stop_in_order_recovers_those_that_nobody_used() {
    let bed = one_of_many_is_dirty();
    open_watched(&bed.options(), &|_| ()).close().unwrap();
    assert!(bed.directory.path().join(".kafka_cleanshutdown").exists());
    let store = open_watched(&bed.options(), &|_| ());
    expect_many(&many(&store));
    assert_eq!(store.take_reports(), []);
}

#[test]
fn what_waits_for_its_topic_outlives_checkpoints() {
    let bed = Bed::new();
    let (store, _) = bed.open_as(one_segment());
    let logs = many(&store);
    for log in &logs {
        fill(log, 0..2);
    }
    assert!(!bed.log_directory().exists());
    drop((store, logs));
    let store = open_watched(&bed.options(), &|_| ());
    store.checkpoint();
    fill(&store.ensure(id(), TOPIC, Arc::new(one_segment()), EPOCH), 2..9);
    store.checkpoint();
    drop(store);
    let store = open_watched(&bed.options(), &|_| ());
    for (index, log) in many(&store).iter().enumerate() {
        expect(log, 0..if index == 0 { 9 } else { 2 });
    }
}

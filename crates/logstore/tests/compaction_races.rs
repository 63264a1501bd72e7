//! Compaction while others take its segments away, at the worst moments of its disk accesses.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/hooked.rs"]
mod hooked;
mod support;

use std::sync::mpsc;
use std::sync::{Arc, Weak};
use std::thread::Builder;
use std::time::Duration;

use hooked::{HookedDisk, Operation};
use logstore::base::types::{
    Offset, PartitionId, PartitionIndex, ProducerEpoch, ProducerId, Sequence, Timestamp, TopicId,
};
use logstore::batch::build::{BatchBuilder, Marker, RecordData};
use logstore::batch::{Attributes, iter};
use logstore::log::{Log, LogConfig, Origin, ReadBound};
use logstore::store::{CleanerOptions, Store, StoreOptions};
use support::{Bed, EPOCH, TOPIC, append, bytes_of, id, settle};

struct Scene {
    bed: Bed,
    disk: HookedDisk,
    store: Arc<Store>,
    log: Arc<Log>,
}

fn config() -> LogConfig {
    LogConfig { delete_retention_ms: 500, ..support::compacted() }
}

impl Scene {
    fn open(open_files_max: usize) -> Self {
        Self::open_at(open_files_max, f64::INFINITY)
    }

    fn open_at(open_files_max: usize, bytes_per_second: f64) -> Self {
        let (bed, disk) = (Bed::new(), HookedDisk::default());
        let options = bed.options();
        // The tests call for a round themselves.
        let cleaner = CleanerOptions { threads: 0, bytes_per_second, ..options.cleaner };
        let options = StoreOptions { cleaner, open_files_max, disk: Arc::new(disk.clone()), ..options };
        let store = Store::open(options, &|_| ()).unwrap();
        let log = store.ensure(id(), TOPIC, Arc::new(config()), EPOCH);
        Self { bed, disk, store, log }
    }

    fn store(&self) -> Weak<Store> {
        Arc::downgrade(&self.store)
    }
}

fn put(log: &Log, key: &str, timestamp: i64) {
    append(log, BatchBuilder::new().record(keyed(key, timestamp)), Origin::Client).unwrap();
}

fn keyed(key: &str, timestamp: i64) -> RecordData {
    RecordData {
        timestamp: Timestamp(timestamp),
        key: Some(key.as_bytes().to_vec()),
        value: Some(support::value(0)),
        ..RecordData::default()
    }
}

/// Some segments, in which `keys` keys follow each other over and over.
fn fill(log: &Log, keys: usize) {
    for n in 0..60 {
        put(log, &format!("key {}", n % keys), 1000 + n as i64);
    }
    settle(log);
}

fn other_id() -> PartitionId {
    PartitionId { topic: TopicId([8; 16]), index: PartitionIndex(0) }
}

/// Deletes the topic and creates another of its name, with as many segments.
fn put_another_in_its_place(store: &Store) {
    store.delete([id()]);
    let other = store.ensure(other_id(), TOPIC, Arc::new(config()), EPOCH);
    fill(&other, 60);
}

#[test]
fn a_segment_that_retention_takes_is_no_reason_to_give_up() {
    let scene = Scene::open(4);
    fill(&scene.log, 7);
    let log = Arc::clone(&scene.log);
    scene.disk.before(Operation::Read, "00000000.log", move || {
        log.delete_records(Offset(45)).unwrap();
        assert!(!log.apply_retention().unwrap().is_empty());
    });
    scene.store.compact();
    assert!(scene.disk.has_happened());
    assert_eq!(scene.store.stats().compactions_given_up, 0, "{:?}", scene.store.take_reports());
    fill(&scene.log, 7);
    assert!(scene.store.compact());
    assert_eq!(scene.store.stats().compactions, 1);
}

#[test]
fn a_topic_that_is_deleted_is_no_reason_to_give_up() {
    let scene = Scene::open(4);
    fill(&scene.log, 7);
    let store = scene.store();
    scene.disk.before(Operation::Read, "00000000.log", move || store.upgrade().unwrap().delete([id()]));
    scene.store.compact();
    assert!(scene.disk.has_happened());
    assert_eq!(scene.store.stats().compactions_given_up, 0);
    assert_eq!(scene.store.take_reports(), []);
}

#[test]
fn how_far_a_deleted_topic_was_compacted_is_not_said_of_the_next_of_its_name() {
    let scene = Scene::open(100);
    fill(&scene.log, 60);
    let last = scene.log.compactable().unwrap().unwrap().sealed.last().unwrap().base();
    let store = scene.store();
    let name = format!("{:020}.log.cleaned", last.0);
    scene.disk.before(Operation::Write, &name, move || put_another_in_its_place(&store.upgrade().unwrap()));
    scene.store.compact();
    assert!(scene.disk.has_happened());
    scene.bed.clock.advance(1000);
    scene.store.keep_house();
    let checkpoint = scene.bed.directory.path().join("cleaner-offset-checkpoint");
    assert_eq!(std::fs::read_to_string(checkpoint).unwrap(), "0\n0\n");
}

#[test]
fn a_swap_never_touches_the_files_of_the_next_topic_of_the_name() {
    let scene = Scene::open(100);
    fill(&scene.log, 7);
    let (store, (done, deleted), (started, deletion)) = (scene.store(), mpsc::channel(), mpsc::channel());
    scene.disk.before(Operation::Rename, "0.log", move || {
        let delete = move || {
            put_another_in_its_place(&store.upgrade().unwrap());
            let _ = done.send(());
        };
        started.send(Builder::new().spawn(delete).unwrap()).unwrap();
        // It has to wait for the swap; where it does not, it is through long before.
        let _ = deleted.recv_timeout(Duration::from_millis(500));
    });
    scene.store.compact();
    deletion.recv().unwrap().join().unwrap();
    let names: Vec<_> = scene.bed.files().into_keys().filter(|name| !name.contains("index")).collect();
    assert!(names.contains(&"00000000000000000000.log".into()), "{names:?}");
    let is_left = |name: &String| [".deleted", ".swap"].iter().any(|suffix| name.ends_with(suffix));
    assert!(!names.iter().any(is_left), "{names:?}");
    assert_eq!(scene.store.failures(), []);
}

#[test]
fn what_is_replaced_again_before_it_is_removed_keeps_a_name_of_its_own() {
    let scene = Scene::open(100);
    scene.log.configure(Arc::new(LogConfig { file_delete_delay_ms: 1000, ..config() }));
    let deleted = || -> Vec<String> {
        let names = scene.bed.files().into_keys();
        names.filter(|name| name.contains("00000.log") && name.ends_with(".deleted")).collect()
    };
    let (first, second) = ("00000000000000000000.log.deleted", "00000000000000000000.log.1.deleted");
    for expected in [&[first][..], &[second, first]] {
        fill(&scene.log, 7);
        assert!(scene.store.compact());
        assert_eq!(deleted(), expected);
        scene.bed.clock.advance(600);
    }
    scene.store.keep_house();
    assert_eq!(deleted(), [second], "the first one's time has come");
    let Scene { bed, store, log, .. } = scene;
    drop((store, log));
    let (store, log) = bed.open_as(config());
    log.offsets().unwrap();
    assert!(!bed.file(second).exists());
    store.close().unwrap();
}

#[test]
fn a_reader_of_committed_records_is_told_of_what_was_aborted_in_what_it_read() {
    let scene = Scene::open(100);
    let producer = |builder: BatchBuilder| builder.producer(ProducerId(1), ProducerEpoch(0), Sequence(0));
    let aborted = BatchBuilder::new().attributes(Attributes::TRANSACTIONAL).record(keyed("aborted", 1000));
    append(&scene.log, producer(aborted), Origin::Client).unwrap();
    let marker =
        BatchBuilder::end_transaction(Marker::Abort, ProducerId(1), ProducerEpoch(1), 0, Timestamp(1000));
    append(&scene.log, marker, Origin::Coordinator).unwrap();
    fill(&scene.log, 7);
    // From the segments, not from the tail.
    scene.log.drop_tail();
    let (log, store) = (Arc::clone(&scene.log), scene.store());
    scene.disk.before(Operation::Read, "00000000.log", move || {
        // The round that takes the aborted records keeps the marker, the next knows of no transaction any more.
        for _ in 0..2 {
            store.upgrade().unwrap().compact();
            fill(&log, 7);
        }
    });
    let read = scene.log.read(Offset(0), 1 << 20, ReadBound::LastStable, true).unwrap();
    assert!(scene.disk.has_happened());
    let bytes: Vec<u8> = read.slices.iter().flat_map(bytes_of).collect();
    let transactional = iter(&bytes).filter(|batch| {
        let header = *batch.as_ref().unwrap().header();
        header.attributes.is_transactional() && !header.attributes.is_control() && header.records_count > 0
    });
    assert_eq!(transactional.count(), read.aborted.len());
}

#[test]
fn looking_for_a_time_goes_on_in_the_copy() {
    let scene = Scene::open(2);
    fill(&scene.log, 60);
    for n in (0..60).step_by(2) {
        put(&scene.log, &format!("key {n}"), 2000);
    }
    settle(&scene.log);
    let store = scene.store();
    scene.disk.before(Operation::Read, ".timeindex", move || while store.upgrade().unwrap().compact() {});
    let found = scene.log.offset_for_timestamp(Timestamp(1031), ReadBound::HighWatermark).unwrap();
    assert!(scene.disk.has_happened());
    assert_eq!(found.unwrap().offset, Offset(31));
}

#[test]
fn a_batch_without_records_hides_none_behind_it_from_a_search_by_time() {
    let scene = Scene::open(100);
    let last = BatchBuilder::new().producer(ProducerId(7), ProducerEpoch(0), Sequence(0));
    append(&scene.log, last.record(keyed("key 1", 500_000)), Origin::Client).unwrap();
    put(&scene.log, "later", 600_000);
    fill(&scene.log, 7);
    assert!(scene.store.compact());
    let found = scene.log.offset_for_timestamp(Timestamp(400_000), ReadBound::HighWatermark).unwrap();
    assert_eq!(found.map(|found| (found.offset, found.timestamp)), Some((Offset(1), Timestamp(600_000))));
}

#[test]
fn a_round_goes_on_at_the_pace_that_is_set_meanwhile() {
    let scene = Scene::open_at(100, 1.0);
    let roomy = LogConfig { segment_bytes: 100_000, ..config() };
    scene.log.configure(Arc::new(roomy));
    for n in 0..50 {
        let record = RecordData { value: Some(vec![n; 10_000]), ..keyed("key", 1000) };
        append(&scene.log, BatchBuilder::new().record(record), Origin::Client).unwrap();
    }
    settle(&scene.log);
    let third = scene.log.compactable().unwrap().unwrap().sealed[2].base();
    let ((begun, begins), (done, ended)) = (mpsc::channel(), mpsc::channel());
    scene.disk.before(Operation::Read, &format!("{:020}.log", third.0), move || begun.send(()).unwrap());
    let store = Arc::clone(&scene.store);
    let round = Builder::new().spawn(move || done.send(store.compact()).unwrap()).unwrap();
    begins.recv().unwrap();
    let options = scene.bed.options().cleaner;
    scene.store.configure_cleaner(CleanerOptions { threads: 0, ..options }).unwrap();
    assert_eq!(ended.recv_timeout(Duration::from_secs(20)), Ok(true));
    round.join().unwrap();
}

#[test]
fn a_search_by_the_time_of_appending_finds_a_record_that_is_there() {
    let scene = Scene::open(100);
    let both = BatchBuilder::new().attributes(Attributes::LOG_APPEND_TIME);
    append(&scene.log, both.record(keyed("key 1", 500_000)).record(keyed("kept", 500_000)), Origin::Client)
        .unwrap();
    fill(&scene.log, 7);
    assert!(scene.store.compact());
    let found = scene.log.offset_for_timestamp(Timestamp(400_000), ReadBound::HighWatermark).unwrap();
    assert_eq!(found.map(|found| (found.offset, found.timestamp)), Some((Offset(1), Timestamp(500_000))));
}

//! The write-ahead log, seen from outside: what an acknowledgement waits for, and what a stop of any kind leaves.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where something is missing")]

#[path = "support/hooked.rs"]
mod hooked;
mod support;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use hooked::{HookedDisk, Operation};
use logstore::base::limits::WAL_GROUP_BYTES;
use logstore::base::types::{
    Offset, PartitionId, PartitionIndex, ProducerEpoch, ProducerId, Sequence, Timestamp,
};
use logstore::batch::build::BatchBuilder;
use logstore::log::{Log, LogConfig, Origin, ReadBound};
use logstore::store::{Store, StoreOptions};
use logstore::wal::WalSize;
use parking_lot::Mutex;
use support::{
    Bed, EPOCH, TOPIC, WAL, append, config, durable, expect, fill, flip, id, open, record, settle,
};

const PATIENCE: usize = 10_000;

fn wait_for(what: &str, condition: impl Fn() -> bool) {
    for _ in 0..PATIENCE {
        if condition() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    panic!("waited in vain for {what}");
}

fn is_wal(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("millrace.wal."))
}

fn is_segment(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "log")
}

/// A store on a disk whose syncs of the write-ahead log stand still until they are let go.
struct Held {
    bed: Bed,
    store: Arc<Store>,
    begun: Arc<AtomicUsize>,
    let_go: Arc<AtomicBool>,
}

impl Held {
    fn new() -> Self {
        let bed = Bed::new();
        let disk = HookedDisk::default();
        // The first file is made ready beside, which takes a sync of its own.
        let made = Arc::new(AtomicBool::new(false));
        let making = Arc::clone(&made);
        disk.hook(move |operation, path| {
            making.fetch_or(operation == Operation::Sync && is_wal(path), Ordering::AcqRel);
            Ok(())
        });
        let store =
            Store::open(StoreOptions { disk: Arc::new(disk.clone()), ..bed.options() }, &|_| ()).unwrap();
        wait_for("a file", || made.load(Ordering::Acquire));
        let (begun, let_go) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (counted, gate) = (Arc::clone(&begun), Arc::clone(&let_go));
        disk.hook(move |operation, path| {
            if operation == Operation::Sync && is_wal(path) {
                counted.fetch_add(1, Ordering::AcqRel);
                wait_for("the test", || gate.load(Ordering::Acquire));
            }
            Ok(())
        });
        Self { bed, store, begun, let_go }
    }

    fn log(&self, index: i32) -> Arc<Log> {
        let id = PartitionId { index: PartitionIndex(index), ..id() };
        self.store.ensure(id, TOPIC, Arc::new(durable()), EPOCH)
    }

    fn let_go(&self) {
        self.let_go.store(true, Ordering::Release);
    }
}

fn wal_files(bed: &Bed) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(bed.directory.path()).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).filter(|path| is_wal(path)).collect();
    files.sort();
    files
}

fn idempotent(n: usize) -> BatchBuilder {
    BatchBuilder::new().producer(ProducerId(9), ProducerEpoch(0), Sequence(n as i32)).record(record(n))
}

#[test]
fn an_answer_follows_the_sync() {
    let held = Held::new();
    let log = held.log(0);
    append(&log, idempotent(0), Origin::Client).unwrap();
    wait_for("the sync", || held.begun.load(Ordering::Acquire) == 1);
    let offsets = log.offsets().unwrap();
    assert_eq!((offsets.log_end, offsets.high_watermark), (Offset(1), Offset(0)));
    assert!(log.read(Offset(0), 1000, ReadBound::HighWatermark, true).unwrap().slices.is_empty());
    let again = append(&log, idempotent(0), Origin::Client).unwrap();
    assert!(again.duplicate, "and it waits for the offset that the original waits for");
    assert_eq!((again.last_offset, log.offsets().unwrap().high_watermark), (Offset(0), Offset(0)));
    held.let_go();
    settle(&log);
    expect(&log, 0..1);
    assert!(!held.bed.log_directory().exists(), "segments come later");
}

#[test]
fn one_sync_is_for_all_that_waits() {
    let held = Held::new();
    let logs: Vec<_> = (0..5).map(|index| held.log(index)).collect();
    append(&logs[0], BatchBuilder::new().record(record(0)), Origin::Client).unwrap();
    wait_for("the sync", || held.begun.load(Ordering::Acquire) == 1);
    for n in 0..10 {
        for log in &logs[1..] {
            append(log, BatchBuilder::new().record(record(n)), Origin::Client).unwrap();
        }
    }
    held.let_go();
    for log in &logs {
        settle(log);
    }
    let stats = held.store.stats();
    assert_eq!((stats.wal_syncs, stats.wal_batches), (2, 41));
}

#[test]
fn what_is_too_much_for_a_group_goes_to_the_next() {
    let held = Held::new();
    let logs = [held.log(0), held.log(1)];
    let segment_bytes = u32::try_from(2 * WAL_GROUP_BYTES).unwrap();
    for log in &logs {
        log.configure(Arc::new(LogConfig { segment_bytes, ..durable() }));
    }
    append(&logs[0], BatchBuilder::new().record(record(0)), Origin::Client).unwrap();
    wait_for("the sync", || held.begun.load(Ordering::Acquire) == 1);
    let value = vec![7; WAL_GROUP_BYTES / 4];
    for log in &logs {
        for _ in 0..10 {
            append(log, BatchBuilder::new().value(&value), Origin::Client).unwrap();
        }
    }
    held.let_go();
    for log in &logs {
        settle(log);
    }
    let stats = held.store.stats();
    assert_eq!(stats.wal_batches, 21);
    assert!((5..=8).contains(&stats.wal_syncs), "{} syncs", stats.wal_syncs);
}

#[test]
fn producers_are_slowed_by_a_disk_that_stands_still() {
    let held = Held::new();
    let log = held.log(0);
    let large = LogConfig { segment_bytes: 1 << 30, ..durable() };
    log.configure(Arc::new(large));
    let mut appended = 0;
    let value = vec![b'.'; 1 << 20];
    while !held.store.pressure() {
        append(&log, BatchBuilder::new().value(&value), Origin::Client).unwrap();
        appended += 1;
    }
    assert!((60..70).contains(&appended), "{appended} MiB");
    held.let_go();
    settle(&log);
    assert_eq!(log.offsets().unwrap().high_watermark, Offset(appended));
    wait_for("segments", || !held.store.pressure());
    let (bed, store) = (held.bed, held.store);
    drop((log, store));
    assert_eq!(bed.open_as(durable()).1.offsets().unwrap().log_end, Offset(appended), "larger than a file");
}

#[test]
fn a_log_has_its_size_while_it_is_written() {
    let bed = Bed::new();
    let disk = HookedDisk::default();
    let store = open(&StoreOptions { disk: Arc::new(disk.clone()), ..bed.options() });
    let log = store.ensure(id(), TOPIC, Arc::new(config()), EPOCH);
    fill(&log, 0..10);
    let (held, let_go) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let sizes = Arc::new(Mutex::new(Vec::new()));
    let (begun, gate, seen, written) =
        (Arc::clone(&held), Arc::clone(&let_go), Arc::clone(&sizes), Arc::downgrade(&log));
    disk.hook(move |operation, path| {
        if operation == Operation::Write && is_segment(path) {
            begun.store(true, Ordering::Release);
            wait_for("the test", || gate.load(Ordering::Acquire));
            seen.lock().extend(written.upgrade().map(|log| log.size_bytes().unwrap()));
        }
        Ok(())
    });
    append(&log, BatchBuilder::new().record(record(10)), Origin::Client).unwrap();
    wait_for("the write", || held.load(Ordering::Acquire));
    for n in 11..100 {
        append(&log, BatchBuilder::new().record(record(n)), Origin::Client).unwrap();
    }
    let size = log.size_bytes().unwrap();
    let_go.store(true, Ordering::Release);
    settle(&log);
    disk.unhook();
    expect(&log, 0..100);
    let files = bed.files().into_iter().filter(|(name, _)| is_segment(Path::new(name)));
    let lengths: Vec<u64> = files.map(|(_, bytes)| bytes.len() as u64).collect();
    assert!(lengths.len() > 2, "{lengths:?}");
    assert_eq!((size, log.size_bytes().unwrap()), (lengths.iter().sum(), size));
    assert!(sizes.lock().len() > 2 && sizes.lock().iter().all(|seen| *seen == size), "{size}: {sizes:?}");
}

#[test]
fn a_failed_sync_acknowledges_nothing_and_is_not_tried_again() {
    let bed = Bed::new();
    let disk = HookedDisk::default();
    // One file, since the sync of another that is made ready beside would be counted.
    let wal = WalSize { files_max: 1, ..bed.options().wal };
    let options = StoreOptions { disk: Arc::new(disk.clone()), wal, ..bed.options() };
    let store = open(&options);
    let log = |store: &Store, index| {
        let id = PartitionId { index: PartitionIndex(index), ..id() };
        store.ensure(id, TOPIC, Arc::new(durable()), EPOCH)
    };
    let (failing, neighbour) = (log(&store, 0), log(&store, 1));
    fill(&failing, 0..10);
    fill(&neighbour, 0..10);
    let failures = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&failures);
    disk.hook(move |operation, path| {
        if operation == Operation::Sync && is_wal(path) && path.exists() {
            counted.fetch_add(1, Ordering::AcqRel);
            return Err(io::Error::other("no"));
        }
        Ok(())
    });
    append(&failing, BatchBuilder::new().record(record(10)), Origin::Client).unwrap();
    wait_for("the failure", || !store.failures().is_empty());
    disk.unhook();
    wait_for("the end of the log", || failing.offsets().is_err());
    for log in [&failing, &neighbour] {
        assert_eq!(log.offsets().unwrap_err().error_code(), 56);
        let refused = append(log, BatchBuilder::new().record(record(10)), Origin::Client);
        assert_eq!(refused.unwrap_err().error_code(), 56);
    }
    assert!(store.failures()[0].1.contains("sync"), "{:?}", store.failures());
    assert_eq!(failures.load(Ordering::Acquire), 1);
    assert!(store.close().is_err());
    assert!(!bed.directory.path().join(".kafka_cleanshutdown").exists());
    drop((failing, neighbour, store));

    let store = open(&options);
    expect(&log(&store, 1), 0..10);
    let end = log(&store, 0).offsets().unwrap().log_end;
    assert!([Offset(10), Offset(11)].contains(&end), "what was not acknowledged is there or not");
}

#[test]
fn a_kill_before_segments_were_written_loses_nothing() {
    let bed = Bed::new();
    for round in 0..3 {
        let (store, log) = bed.open_as(durable());
        store.set_aside_unclaimed();
        expect(&log, 0..round * 70);
        fill(&log, round * 70..(round + 1) * 70);
        drop((store, log));
    }
    expect(&bed.open_as(durable()).1, 0..210);
}

#[test]
fn batches_of_a_topic_that_nobody_names_are_forgotten() {
    let bed = Bed::new();
    let (store, log) = bed.open_as(durable());
    fill(&log, 0..5);
    drop((store, log));
    for round in 0..2 {
        // Until all topics are named a stop keeps them, clean or not.
        let store = open(&bed.options());
        store.close().unwrap();
        assert!(!bed.directory.path().join(".kafka_cleanshutdown").exists(), "round {round}");
    }
    let store = open(&bed.options());
    store.set_aside_unclaimed();
    store.close().unwrap();
    assert!(bed.directory.path().join(".kafka_cleanshutdown").exists());
    drop(store);
    expect(&bed.open_as(durable()).1, 0..0);
}

#[test]
fn a_clean_stop_leaves_what_it_leaves_without_a_write_ahead_log() {
    let (with, without) = (Bed::new(), Bed::new());
    for (bed, config) in [(&with, durable()), (&without, config())] {
        let (store, log) = bed.open_as(config);
        fill(&log, 0..100);
        store.close().unwrap();
    }
    assert!(with.files() == without.files());
    assert_eq!(wal_files(&with).len(), 1, "one is kept for the next start");
    let (store, log) = with.open_as(durable());
    expect(&log, 0..100);
    fill(&log, 100..110);
    drop((store, log));
    expect(&with.open_as(durable()).1, 0..110);
}

#[test]
fn files_are_used_again_behind_checkpoints() {
    let bed = Bed::new();
    let (store, log) = bed.open_as(durable());
    let batches = 12 * WAL.file_bytes / 1000;
    for n in 0..batches {
        append(&log, BatchBuilder::new().record(record(n)).value(&[b'.'; 1000]), Origin::Client).unwrap();
        if n % 50 == 0 {
            settle(&log);
            assert!(wal_files(&bed).len() <= WAL.files_max);
        }
    }
    settle(&log);
    assert_eq!(log.offsets().unwrap().log_end, Offset(2 * batches as i64));
    assert!(store.stats().wal_bytes > 2 * (WAL.file_bytes * WAL.files_max) as u64);
    drop((store, log));
    let (_store, log) = bed.open_as(durable());
    assert_eq!(log.offsets().unwrap().log_end, Offset(2 * batches as i64));
}

/// Where groups begin, file by file.
fn groups(bed: &Bed) -> Vec<(PathBuf, usize)> {
    let mut found = Vec::new();
    for path in wal_files(bed) {
        let bytes = std::fs::read(&path).unwrap();
        let starts = (0..bytes.len()).step_by(512).filter(|at| bytes[*at..].starts_with(b"MRG1"));
        found.extend(starts.map(|at| (path.clone(), at)));
    }
    found
}

/// Ten batches, each in a group of its own, and a kill.
fn ten_groups() -> Bed {
    let bed = Bed::new();
    let (store, log) = bed.open_as(durable());
    for n in 0..10 {
        fill(&log, n..n + 1);
    }
    drop((store, log));
    assert_eq!(groups(&bed).len(), 10);
    bed
}

#[test]
fn a_torn_tail_is_cut_off() {
    for at in [0, 20, 47, 60, 200] {
        let bed = ten_groups();
        let (path, last) = groups(&bed).pop().unwrap();
        flip(&path, last + at);
        let (store, log) = bed.open_as(durable());
        expect(&log, 0..9);
        assert_eq!(store.failures(), []);
        fill(&log, 9..20);
        drop((store, log));
        expect(&bed.open_as(durable()).1, 0..20);
    }
}

#[test]
fn a_segment_that_lost_its_end_gets_it_back() {
    let bed = Bed::new();
    let (store, log) = bed.open_as(durable());
    fill(&log, 0..100);
    log.write_behind();
    drop((store, log));
    let data = bed.newest(".log");
    std::fs::OpenOptions::new().write(true).open(&data).unwrap().set_len(100).unwrap();
    std::fs::remove_file(bed.file("00000000000000000046.log")).unwrap();
    let (_store, log) = bed.open_as(durable());
    expect(&log, 0..100);
}

#[test]
fn retries_are_known_after_a_kill_and_after_a_stop() {
    for stop in [false, true] {
        retries_are_known_after(stop);
    }
}

fn retries_are_known_after(stop: bool) {
    let bed = Bed::new();
    let now = |n| {
        BatchBuilder::new().producer(ProducerId(9), ProducerEpoch(0), Sequence(n)).record(
            logstore::batch::build::RecordData {
                timestamp: Timestamp(support::CLOCK_START_MS),
                ..record(n as usize)
            },
        )
    };
    let (store, log) = bed.open_as(durable());
    for n in 0..40 {
        append(&log, now(n), Origin::Client).unwrap();
    }
    settle(&log);
    if stop {
        store.close().unwrap();
    }
    drop((store, log));
    let (_store, log) = bed.open_as(durable());
    for n in 35..40 {
        let again = append(&log, now(n), Origin::Client).unwrap();
        assert_eq!((again.base_offset.0, again.duplicate), (i64::from(n), true));
    }
    assert!(!append(&log, now(40), Origin::Client).unwrap().duplicate);
}

#[test]
fn a_relaxed_topic_is_synced_as_often_as_it_asks() {
    let bed = Bed::new();
    let (store, log) = bed.open_as(LogConfig { flush_messages: 10, ..config() });
    fill(&log, 0..9);
    assert!(log.is_behind());
    fill(&log, 9..10);
    assert!(!log.is_behind(), "the tenth record brings a sync");
    log.configure(Arc::new(LogConfig { flush_ms: 700, ..config() }));
    fill(&log, 10..11);
    bed.clock.advance(699);
    store.keep_house();
    assert!(log.is_behind());
    bed.clock.advance(1);
    store.keep_house();
    assert!(!log.is_behind());
    assert_eq!(store.stats().wal_syncs, 0);
}

#[test]
fn a_batch_that_reaches_over_the_end_is_damage() {
    let bed = Bed::new();
    let (store, log) = bed.open_as(durable());
    append(&log, BatchBuilder::new().record(record(0)).record(record(1)), Origin::Client).unwrap();
    settle(&log);
    log.write_behind();
    drop((store, log));
    // Half of the batch, as if somebody else had written it.
    let half = BatchBuilder::new().record(record(0)).build();
    std::fs::write(bed.file("00000000000000000000.log"), half).unwrap();
    let (store, log) = bed.open_as(durable());
    assert_eq!(log.offsets().unwrap_err().error_code(), 56);
    let reports = store.take_reports();
    assert!(
        reports.iter().any(|report| report.why.contains("the write-ahead log goes on at 0")),
        "{reports:?}"
    );
}

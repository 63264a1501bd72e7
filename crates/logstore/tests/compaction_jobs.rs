//! Rounds of compaction as others see them, and what the threads that compact do besides.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "support/hooked.rs"]
mod hooked;
mod support;

use std::sync::Arc;

use hooked::{HookedDisk, Operation};
use logstore::base::types::{Offset, Timestamp};
use logstore::batch::build::{BatchBuilder, RecordData};
use logstore::io::Disk;
use logstore::log::{Log, LogConfig, Origin};
use logstore::store::{CleanerOptions, Round, RoundOutcome, Store, StoreOptions};
use parking_lot::Mutex;
use support::{Bed, CLOCK_START_MS, EPOCH, TOPIC, append, compacted, id, settle};

fn options(bed: &Bed, threads: usize) -> StoreOptions {
    let options = bed.options();
    StoreOptions { cleaner: CleanerOptions { threads, backoff_ms: 1, ..options.cleaner }, ..options }
}

fn open(options: &StoreOptions, config: LogConfig) -> (Arc<Store>, Arc<Log>) {
    let store = support::open(options);
    let log = store.ensure(id(), TOPIC, Arc::new(config), EPOCH);
    (store, log)
}

/// Forty records of four keys: some sealed segments.
fn fill(log: &Log) {
    for n in 0..40 {
        let record = RecordData {
            timestamp: Timestamp(CLOCK_START_MS),
            key: Some(vec![n % 4]),
            value: Some(vec![0; 200]),
            ..RecordData::default()
        };
        append(log, BatchBuilder::new().record(record), Origin::Client).unwrap();
    }
    settle(log);
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..30_000 {
        if holds() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    panic!("{what} does not come");
}

#[test]
fn a_round_tells_how_far_it_is_and_how_it_ended() {
    let bed = Bed::new();
    let disk = HookedDisk::default();
    let options = StoreOptions { disk: Arc::new(disk.clone()) as Arc<dyn Disk>, ..options(&bed, 0) };
    let (store, log) = open(&options, compacted());
    fill(&log);
    assert!(store.compactions().is_empty());
    let seen: Arc<Mutex<Vec<Round>>> = Arc::default();
    let (looker, notes) = (Arc::downgrade(&store), Arc::clone(&seen));
    disk.hook(move |operation, path| {
        if operation == Operation::Write && path.to_string_lossy().ends_with(".log.cleaned") {
            notes.lock().extend(looker.upgrade().unwrap().compactions());
        }
        Ok(())
    });
    assert!(store.compact());
    disk.unhook();

    let running = &seen.lock()[0];
    assert_eq!((running.number, running.partition, &*running.topic), (1, id(), TOPIC));
    assert_eq!((&running.outcome, running.ended), (&RoundOutcome::Running, None));
    assert!(0 < running.bytes_read && running.bytes_read <= running.bytes_total);
    bed.clock.advance(5);
    let ended = store.compactions();
    assert_eq!(ended.len(), 1);
    assert_eq!(
        (ended[0].started, ended[0].ended),
        (Timestamp(CLOCK_START_MS), Some(Timestamp(CLOCK_START_MS)))
    );
    assert_eq!(ended[0].bytes_read, ended[0].bytes_total, "all of it was new, and read twice");
    assert!(0 < ended[0].bytes_written && ended[0].bytes_written < ended[0].bytes_read);
    assert!(matches!(ended[0].outcome, RoundOutcome::Done(to) if to > Offset(20)));

    // A second one has little to read twice.
    fill(&log);
    assert!(store.compact());
    let newest = &store.compactions()[0];
    assert_eq!((newest.number, newest.started.0), (2, CLOCK_START_MS + 5));
    store.close().unwrap();
}

#[test]
fn a_round_that_failed_says_why() {
    let bed = Bed::new();
    let disk = HookedDisk::default();
    let options = StoreOptions { disk: Arc::new(disk.clone()) as Arc<dyn Disk>, ..options(&bed, 0) };
    let (store, log) = open(&options, compacted());
    fill(&log);
    disk.hook(|operation, path| {
        let refused = operation == Operation::Write && path.to_string_lossy().ends_with(".log.cleaned");
        if refused { Err(std::io::Error::other("as the test wants it")) } else { Ok(()) }
    });
    assert!(store.compact());
    let rounds = store.compactions();
    assert!(
        matches!(&rounds[0].outcome, RoundOutcome::Failed(why) if why.contains("as the test wants it")),
        "{rounds:?}"
    );
    assert_eq!(store.stats().compactions_given_up, 1);
    disk.unhook();
    store.close().unwrap();
}

#[test]
fn logs_that_are_compacted_and_deleted_lose_what_is_old_between_rounds() {
    let bed = Bed::new();
    // Housekeeping never gets to it: its clock stands.
    let both = LogConfig { cleanup_delete: true, retention_ms: 1000, ..compacted() };
    let (store, log) =
        open(&StoreOptions { retention_check_interval_ms: i64::MAX, ..options(&bed, 1) }, both);
    fill(&log);
    bed.clock.advance(2000);
    wait_until("deletion by age", || log.offsets().unwrap().log_start == Offset(40));
    store.close().unwrap();
}

#[test]
fn without_a_policy_only_what_was_deleted_by_request_goes() {
    let bed = Bed::new();
    let none = LogConfig { cleanup_compact: false, retention_ms: 1000, retention_bytes: 1, ..compacted() };
    let (store, log) = open(&options(&bed, 0), none);
    fill(&log);
    bed.clock.advance(10_000);
    store.keep_house();
    assert!(!store.compact());
    assert_eq!(support::read_all(&log, Offset(0), 1 << 20).len(), 40);
    log.delete_records(Offset(30)).unwrap();
    let before = log.size_bytes().unwrap();
    bed.clock.advance(2000);
    store.keep_house();
    assert!(log.size_bytes().unwrap() < before);
    assert_eq!(log.offsets().unwrap().log_start, Offset(30));
    store.close().unwrap();
}

#[test]
fn a_shorter_backoff_counts_at_once() {
    let bed = Bed::new();
    let hour = StoreOptions {
        cleaner: CleanerOptions { backoff_ms: 3_600_000, ..options(&bed, 1).cleaner },
        ..options(&bed, 1)
    };
    let (store, log) = open(&hour, compacted());
    fill(&log);
    store.configure_cleaner(CleanerOptions { backoff_ms: 1, ..hour.cleaner }).unwrap();
    wait_until("a round", || store.stats().compactions > 0);
    store.close().unwrap();
}

//! A topic's name used again: what is left of the old topic, in memory or on the disk, must not touch the new one.
#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "support/hooked.rs"]
mod hooked;
mod support;

use std::sync::Arc;
use std::sync::mpsc;
use std::thread::{self, scope};
use std::time::Duration;

use logstore::base::types::{Offset, PartitionId, PartitionIndex, TopicId};
use logstore::log::LogConfig;
use logstore::store::{Store, StoreOptions};
use parking_lot::Mutex;

use hooked::{HookedDisk, Operation};
use support::{Bed, EPOCH, TOPIC, config, expect, fill, id};

/// Whoever waits longer waits for ever.
const PATIENCE: Duration = Duration::from_mins(2);

/// The same partition of the topic that comes after.
fn second() -> PartitionId {
    PartitionId { topic: TopicId([8; 16]), index: PartitionIndex(0) }
}

/// The records of these tests are old.
fn keeping() -> Arc<LogConfig> {
    Arc::new(LogConfig { retention_ms: -1, ..config() })
}

fn open(bed: &Bed) -> Arc<Store> {
    Store::open(bed.options(), &|_| ()).unwrap()
}

/// Has the checkpoints say that the log goes from 30 to 40.
fn checkpoint_a_high_start(bed: &Bed) -> Arc<Store> {
    let (store, log) = bed.open();
    log.configure(keeping());
    fill(&log, 0..40);
    log.delete_records(Offset(30)).unwrap();
    bed.clock.advance(1000);
    store.keep_house();
    let starts = bed.directory.path().join("log-start-offset-checkpoint");
    assert!(std::fs::read_to_string(starts).unwrap().contains("topic 0 30"));
    store
}

#[test]
fn checkpoints_of_a_deleted_log_are_not_those_of_the_next_one() {
    let bed = Bed::new();
    let store = checkpoint_a_high_start(&bed);
    store.delete([id()]);
    let log = store.ensure(second(), TOPIC, keeping(), EPOCH);
    fill(&log, 0..10);
    // Killed before the next checkpoint.
    drop((store, log));
    let store = open(&bed);
    let log = store.ensure(second(), TOPIC, keeping(), EPOCH);
    expect(&log, 0..10);
}

#[test]
fn nor_when_a_kill_came_between() {
    let bed = Bed::new();
    let store = checkpoint_a_high_start(&bed);
    store.delete([id()]);
    drop(store);
    let store = open(&bed);
    let log = store.ensure(second(), TOPIC, keeping(), EPOCH);
    fill(&log, 0..10);
    drop((store, log));
    let store = open(&bed);
    let log = store.ensure(second(), TOPIC, keeping(), EPOCH);
    expect(&log, 0..10);
}

#[test]
fn a_topic_is_deleted_and_made_again_while_checkpoints_are_written() {
    let (bed, disk) = (Bed::new(), HookedDisk::default());
    drop(checkpoint_a_high_start(&bed));
    // Nobody checkpoints but the test.
    let options = StoreOptions {
        disk: Arc::new(disk.clone()),
        checkpoint_interval_ms: 1 << 40,
        retention_check_interval_ms: 1 << 40,
        ..bed.options()
    };
    let store = support::open(&options);
    store.ensure(id(), TOPIC, keeping(), EPOCH);
    store.set_aside_unclaimed();
    let (reached, is_reached) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    let waiting = Mutex::new(Some(may_go_on));
    let here = thread::current().id();
    disk.hook(move |operation, path| {
        assert!(thread::current().id() != here, "{operation:?} of {path:?}");
        let path = path.to_string_lossy();
        if operation == Operation::Sync
            && path.contains("recovery-point-offset-checkpoint")
            && let Some(may_go_on) = waiting.lock().take()
        {
            reached.send(()).unwrap();
            may_go_on.recv_timeout(PATIENCE).unwrap();
        }
        Ok(())
    });
    let log = scope(|scope| {
        scope.spawn(|| store.checkpoint());
        is_reached.recv_timeout(PATIENCE).unwrap();
        store.retire([id()]);
        let log = store.ensure(second(), TOPIC, keeping(), EPOCH);
        go_on.send(()).unwrap();
        log
    });
    disk.unhook();
    fill(&log, 0..10);
    // Killed before the next checkpoint.
    drop((store, log));
    let store = open(&bed);
    let log = store.ensure(second(), TOPIC, keeping(), EPOCH);
    expect(&log, 0..10);
}

#[test]
fn a_log_that_was_recovered_gives_way_to_the_next_owner_of_its_name() {
    let bed = Bed::new();
    // Killed after the deletion was decided and before the directory was renamed.
    drop(checkpoint_a_high_start(&bed));
    let store = open(&bed);
    let old = store.log(&id()).unwrap();
    let log = store.ensure(second(), TOPIC, keeping(), EPOCH);
    assert_eq!(log.offsets().unwrap().log_end, Offset(0));
    assert!(old.offsets().is_err() && store.log(&id()).is_none());
    fill(&log, 0..10);
    bed.clock.advance(1000);
    store.keep_house();
    store.close().unwrap();
    drop((store, log, old));
    assert!(!bed.files().contains_key("00000000000000000040.snapshot"));
    let store = open(&bed);
    let log = store.ensure(second(), TOPIC, keeping(), EPOCH);
    expect(&log, 0..10);
}

#[test]
fn a_log_that_was_closed_does_too() {
    let bed = Bed::new();
    checkpoint_a_high_start(&bed).close().unwrap();
    let store = open(&bed);
    let log = store.ensure(second(), TOPIC, keeping(), EPOCH);
    fill(&log, 0..10);
    expect(&log, 0..10);
}

#[test]
fn a_log_that_was_recovered_and_that_no_topic_names_is_set_aside() {
    let bed = Bed::new();
    drop(checkpoint_a_high_start(&bed));
    let store = open(&bed);
    let kept = store.ensure(second(), "kept", keeping(), EPOCH);
    fill(&kept, 0..10);
    store.set_aside_unclaimed();
    assert!(store.log(&id()).is_none());
    expect(&kept, 0..10);
    let entries = std::fs::read_dir(bed.directory.path()).unwrap();
    let names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(names.iter().any(|name| name.starts_with("topic-0.") && name.ends_with("-stray")), "{names:?}");
    assert!(!names.contains(&"topic-0".to_owned()), "{names:?}");
}

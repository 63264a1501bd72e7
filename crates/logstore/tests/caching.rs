//! What is written to segments fast does not fill the system's memory (D48).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/hooked.rs"]
mod hooked;
mod support;

use std::sync::Arc;

use logstore::base::limits::{
    DIRECT_WAITED_BYTES_MIN, DROPPED_BEHIND_BYTES_MIN, DROPPED_BYTES_MIN, DROPPING_BYTES,
};
use logstore::base::types::Offset;
use logstore::batch::build::BatchBuilder;
use logstore::log::{Log, LogConfig, Origin};
use logstore::store::{Store, StoreOptions};
use parking_lot::Mutex;

use hooked::{HookedDisk, Operation};
use support::{Bed, EPOCH, TOPIC, append, config, durable, id, read_all, settle};

const BATCH_BYTES: usize = 1024 * 1024;
/// What the rate is measured over, and for how long a reader is remembered.
const TICK_MS: i64 = 500;
const LATELY_MS: i64 = 11_000;

struct Scene {
    bed: Bed,
    store: Arc<Store>,
    log: Arc<Log>,
    /// How data files were written.
    writes: Arc<Mutex<Vec<Operation>>>,
}

impl Scene {
    fn new(config: &LogConfig) -> Self {
        let (bed, disk) = (Bed::new(), HookedDisk::default());
        let store = support::open(&StoreOptions { disk: Arc::new(disk.clone()), ..bed.options() });
        let config = LogConfig { segment_bytes: 1 << 30, retention_ms: -1, ..config.clone() };
        let log = store.ensure(id(), TOPIC, Arc::new(config), EPOCH);
        let writes: Arc<Mutex<Vec<Operation>>> = Arc::default();
        let seen = Arc::clone(&writes);
        disk.hook(move |operation, path| {
            let ways =
                [Operation::Write, Operation::BeginWriting, Operation::WriteDropped, Operation::WriteDirect];
            if ways.contains(&operation) && path.extension().is_some_and(|kind| kind == "log") {
                seen.lock().push(operation);
            }
            Ok(())
        });
        Self { bed, store, log, writes }
    }

    /// The way that most of a batch of so many bytes takes to its segment.
    fn way_of(&self, bytes: usize) -> Operation {
        self.writes.lock().clear();
        append(&self.log, BatchBuilder::new().value(&vec![7; bytes]), Origin::Client).unwrap();
        settle(&self.log);
        self.log.write_behind();
        let writes = self.writes.lock();
        *writes.iter().find(|way| **way != Operation::Write).unwrap_or(&Operation::Write)
    }

    fn pass(&self, ms: i64) {
        self.bed.clock.advance(ms);
        self.store.keep_house();
    }

    fn become_fast(&self) {
        self.pass(TICK_MS);
        for _ in 0..=DROPPING_BYTES / BATCH_BYTES {
            self.way_of(BATCH_BYTES);
        }
        self.pass(TICK_MS);
    }
}

#[test]
fn what_comes_slowly_stays_in_memory_and_leaves_little_to_a_checkpoint() {
    let scene = Scene::new(&durable());
    assert_eq!(scene.way_of(BATCH_BYTES), Operation::BeginWriting);
    assert_eq!(scene.way_of(DROPPED_BEHIND_BYTES_MIN / 2), Operation::Write);
}

#[test]
fn what_is_durable_already_goes_past_memory() {
    let scene = Scene::new(&durable());
    scene.become_fast();
    assert_eq!(scene.way_of(BATCH_BYTES), Operation::WriteDirect);
    assert_eq!(scene.way_of(2 * DROPPED_BYTES_MIN), Operation::WriteDirect);
    assert_eq!(scene.way_of(DROPPED_BYTES_MIN / 2), Operation::WriteDropped);
    assert_eq!(scene.way_of(DROPPED_BEHIND_BYTES_MIN / 2), Operation::Write);
    let end = scene.log.offsets().unwrap().log_end;
    assert_eq!(read_all(&scene.log, Offset(end.0 - 4), usize::MAX).len(), 4);
}

#[test]
fn what_is_waited_for_goes_past_memory_when_it_is_much() {
    let scene = Scene::new(&config());
    scene.become_fast();
    assert_eq!(scene.way_of(DROPPED_BYTES_MIN / 2), Operation::Write);
    assert_eq!(scene.way_of(DIRECT_WAITED_BYTES_MIN / 2), Operation::WriteDropped);
    assert_eq!(scene.way_of(2 * DIRECT_WAITED_BYTES_MIN), Operation::WriteDirect);
}

#[test]
fn what_comes_behind_a_reader_of_the_segment_stays_for_him() {
    let scene = Scene::new(&durable());
    scene.become_fast();
    scene.store.drop_tails();
    read_all(&scene.log, Offset(0), BATCH_BYTES);
    assert_eq!(scene.way_of(BATCH_BYTES), Operation::BeginWriting);
    scene.pass(LATELY_MS);
    scene.become_fast();
    assert_eq!(scene.way_of(BATCH_BYTES), Operation::WriteDirect);
}

//! Who writes what needs no more than a write: the thread that appended it where that is little, else the log thread (D46).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/hooked.rs"]
mod hooked;
mod support;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;

use logstore::base::limits::{INDEX_ENTRIES_PENDING_MAX, WRITE_HERE_BYTES_MAX};
use logstore::base::types::{LeaderEpoch, Timestamp};
use logstore::batch::build::BatchBuilder;
use logstore::log::{Log, LogConfig, Origin, Wakeups};
use logstore::store::{Store, StoreOptions};
use parking_lot::Mutex;

use hooked::{HookedDisk, Operation};
use support::{Bed, EPOCH, TOPIC, batch, config, id, settle};

const SLOW_MS: i64 = 3;
const SLOW_FOR_MS: i64 = 1000;
const NEVER_MS: i64 = 1 << 40;

struct Scene {
    bed: Bed,
    _store: Arc<Store>,
    log: Arc<Log>,
    /// Who wrote to a data file last.
    writer: Arc<Mutex<String>>,
    /// Who opened or wrote index files.
    indexers: Arc<Mutex<BTreeSet<String>>>,
    /// How long the clock goes on with each write.
    write_ms: Arc<AtomicI64>,
}

impl Scene {
    fn new(config: LogConfig) -> Self {
        let (bed, disk) = (Bed::new(), HookedDisk::default());
        let options = StoreOptions {
            disk: Arc::new(disk.clone()),
            // Housekeeping would write, too, when the clock goes on.
            checkpoint_interval_ms: NEVER_MS,
            retention_check_interval_ms: NEVER_MS,
            ..bed.options()
        };
        let store = support::open(&options);
        let log = store.ensure(id(), TOPIC, Arc::new(config), EPOCH);
        let (writer, write_ms) = (Arc::new(Mutex::new(String::new())), Arc::new(AtomicI64::new(0)));
        let indexers: Arc<Mutex<BTreeSet<String>>> = Arc::default();
        let (seen, pause, clock) = (Arc::clone(&writer), Arc::clone(&write_ms), Arc::clone(&bed.clock));
        let indexing = Arc::clone(&indexers);
        disk.hook(move |operation, path| {
            let (path, by) =
                (path.to_string_lossy(), thread::current().name().unwrap_or_default().to_owned());
            if operation == Operation::Write && path.ends_with(".log") {
                *seen.lock() = by;
                clock.advance(pause.load(Ordering::Relaxed));
            } else if path.ends_with("index") {
                indexing.lock().insert(by);
            }
            Ok(())
        });
        let scene = Self { bed, _store: store, log, writer, indexers, write_ms };
        assert!(!scene.writes_here(10, EPOCH), "there was no file yet");
        scene
    }

    /// Appends so many bytes and has them written; whether this thread did it.
    fn writes_here(&self, bytes: usize, epoch: LeaderEpoch) -> bool {
        let mut to_write = Vec::new();
        let records = batch(BatchBuilder::new().value(&vec![7; bytes]));
        let append =
            self.log.append_and(records, epoch, Origin::Client, Timestamp(1), |log| to_write.push(log));
        append.unwrap();
        assert_eq!(to_write.len(), 1, "nobody else knows of it");
        let mut wakeups = Wakeups::default();
        to_write[0].write_here(&mut wakeups);
        wakeups.deliver();
        settle(&self.log);
        // Waits until the log thread has let go of it.
        self.log.write_behind();
        *self.writer.lock() == thread::current().name().unwrap_or_default()
    }
}

#[test]
fn little_is_written_by_who_appended_it() {
    let scene = Scene::new(LogConfig { segment_bytes: 1 << 20, ..config() });
    assert!(scene.writes_here(10, EPOCH));
    assert!(!scene.writes_here(WRITE_HERE_BYTES_MAX, EPOCH), "more than little");
    assert!(scene.writes_here(10, EPOCH));
    assert!(!scene.writes_here(10, LeaderEpoch(EPOCH.0 + 1)), "an epoch is to be written down");
    assert!(scene.writes_here(10, LeaderEpoch(EPOCH.0 + 1)));
}

#[test]
fn a_new_segment_is_begun_by_the_log_thread() {
    let scene = Scene::new(LogConfig { segment_bytes: 4000, ..config() });
    assert!(scene.writes_here(3000, EPOCH));
    assert!(!scene.writes_here(1000, EPOCH));
    assert!(scene.writes_here(10, EPOCH));
}

#[test]
fn index_files_are_the_log_threads() {
    let config = LogConfig { segment_bytes: 1 << 20, segment_index_bytes: 1 << 20, ..config() };
    let scene = Scene::new(config);
    let written_here = (0..=INDEX_ENTRIES_PENDING_MAX).filter(|_| scene.writes_here(100, EPOCH)).count();
    assert!(written_here > 0);
    let indexers = scene.indexers.lock();
    assert!(
        !indexers.is_empty() && !indexers.contains(thread::current().name().unwrap_or_default()),
        "{indexers:?}"
    );
}

#[test]
fn a_sync_is_waited_for_by_the_log_thread() {
    let scene = Scene::new(LogConfig { flush_messages: 3, ..config() });
    assert!(scene.writes_here(10, EPOCH));
    assert!(!scene.writes_here(10, EPOCH), "the third record asks for a sync");
    assert!(scene.writes_here(10, EPOCH));
}

#[test]
fn a_disk_that_makes_callers_wait_is_left_to_the_log_thread() {
    let scene = Scene::new(config());
    scene.write_ms.store(SLOW_MS, Ordering::Relaxed);
    assert!(scene.writes_here(10, EPOCH));
    scene.write_ms.store(0, Ordering::Relaxed);
    assert!(!scene.writes_here(10, EPOCH));
    scene.bed.clock.advance(SLOW_FOR_MS);
    assert!(scene.writes_here(10, EPOCH));
}

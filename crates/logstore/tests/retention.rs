//! Reaching a limit of retention holds up nobody: not while the names of old segments change, not while they go.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/hooked.rs"]
mod hooked;
mod support;

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, atomic::AtomicBool, atomic::Ordering};

use hooked::{HookedDisk, Operation};
use logstore::base::types::Offset;
use logstore::batch::build::{BatchBuilder, RecordData};
use logstore::io::Disk;
use logstore::log::{Log, LogConfig, Origin};
use logstore::store::{CleanerOptions, Store, StoreOptions};
use parking_lot::Mutex;
use support::{Bed, EPOCH, TOPIC, append, fill, id, read_all, record, settle};

fn open(bed: &Bed, disk: &HookedDisk, config: &LogConfig) -> (Arc<Store>, Arc<Log>) {
    let options = bed.options();
    let cleaner = CleanerOptions { threads: 0, ..options.cleaner };
    let store =
        support::open(&StoreOptions { disk: Arc::new(disk.clone()) as Arc<dyn Disk>, cleaner, ..options });
    let config = LogConfig { retention_bytes: 8000, file_delete_delay_ms: 0, ..config.clone() };
    let log = store.ensure(id(), TOPIC, Arc::new(config), EPOCH);
    (store, log)
}

/// Holds up the first of some operations: says when it is reached, waits until it may go on.
fn hold(
    disk: &HookedDisk,
    matches: impl Fn(Operation, &Path) -> bool + Send + Sync + 'static,
) -> (Receiver<()>, Sender<()>) {
    let (reached, is_reached) = channel();
    let (go_on, may_go_on) = channel();
    let (once, may_go_on) = (AtomicBool::new(true), Mutex::new(may_go_on));
    disk.hook(move |operation, path| {
        if matches(operation, path) && once.swap(false, Ordering::AcqRel) {
            reached.send(()).unwrap();
            // The test ended where nobody answers.
            let _ = may_go_on.lock().recv();
        }
        Ok(())
    });
    (is_reached, go_on)
}

#[test]
fn who_appends_and_reads_does_not_wait_for_it() {
    for config in [support::config(), support::durable()] {
        let bed = Bed::new();
        let disk = HookedDisk::default();
        let (store, log) = open(&bed, &disk, &config);
        fill(&log, 0..200);
        let directory = bed.log_directory();
        let of_log = move |path: &Path| path.starts_with(&directory);
        for operation in [Operation::SyncDirectory, Operation::Remove] {
            let of_log = of_log.clone();
            let (is_reached, go_on) = hold(&disk, move |met, path| met == operation && of_log(path));
            bed.clock.advance(1000);
            std::thread::scope(|scope| {
                let house = scope.spawn(|| store.keep_house());
                is_reached.recv().unwrap();
                let end = log.offsets().unwrap().log_end.0 as usize;
                fill(&log, end..end + 100);
                log.write_behind();
                let kept = read_all(&log, log.offsets().unwrap().log_start, 1 << 20);
                assert_eq!(kept.last().unwrap().0, end as i64 + 99);
                go_on.send(()).unwrap();
                house.join().unwrap();
            });
            disk.unhook();
        }
        assert!(log.offsets().unwrap().log_start > Offset(0));
        store.close().unwrap();
    }
}

#[test]
fn room_in_the_write_ahead_log_is_made_between_removals() {
    let bed = Bed::new();
    let disk = HookedDisk::default();
    let (store, log) = open(&bed, &disk, &LogConfig { segment_bytes: 70_000, ..support::durable() });
    // Nearly a file of the write-ahead log each, and a segment.
    let fill = |batches: usize| {
        for n in 0..batches {
            let record = RecordData { value: Some(vec![0; 60_000]), ..record(n) };
            append(&log, BatchBuilder::new().record(record), Origin::Client).unwrap();
            settle(&log);
        }
    };
    fill(3);
    store.checkpoint();
    let events: Arc<Mutex<Vec<&str>>> = Arc::default();
    let notes = Arc::clone(&events);
    let (is_reached, go_on) = hold(&disk, move |operation, path| {
        let path = path.to_string_lossy();
        if operation == Operation::Remove && path.ends_with(".deleted") {
            notes.lock().push("removed");
            return true;
        }
        if operation == Operation::Sync && path.contains("millrace.wal-checkpoint") {
            notes.lock().push("room");
        }
        false
    });
    bed.clock.advance(1000);
    // The thread that keeps house is the one that waits; meanwhile the write-ahead log asks it for room.
    is_reached.recv().unwrap();
    events.lock().clear();
    fill(2);
    go_on.send(()).unwrap();
    for _ in 0..30_000 {
        if events.lock().len() > 1 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    assert_eq!(events.lock().first(), Some(&"room"));
    disk.unhook();
    store.close().unwrap();
}

//! Two who make the same log durable at once: neither takes for durable what the other one has not synced yet.
#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "support/hooked.rs"]
mod hooked;
#[path = "support/sim.rs"]
mod sim;
mod support;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::scope;
use std::time::Duration;

use logstore::log::{Log, LogConfig};
use logstore::store::{Store, StoreOptions};

use hooked::{HookedDisk, Operation};
use sim::SimDisk;
use support::{Bed, EPOCH, TOPIC, config, durable, expect, fill, id};

/// Those of two full segments, and one more: a segment that has no index yet, so that nobody syncs its name for that.
const RECORDS: usize = 7;
/// So many are durable before.
const DURABLE: usize = 5;
const PATIENCE: Duration = Duration::from_mins(2);

/// A sync, by the end of its path.
type Held = (Operation, &'static str);

const SYNCS: [Held; 5] = [
    (Operation::Sync, "00000000000000000003.log"),
    (Operation::Sync, "00000000000000000003.index"),
    (Operation::Sync, "00000000000000000003.timeindex"),
    (Operation::Sync, "00000000000000000006.snapshot"),
    (Operation::SyncDirectory, "topic-0"),
];

/// Three records to a segment.
fn small(config: &LogConfig) -> LogConfig {
    LogConfig { segment_bytes: 600, retention_ms: -1, ..config.clone() }
}

fn open(disk: &HookedDisk, bed: &Bed, config: LogConfig) -> (Arc<Store>, Arc<Log>) {
    let options = StoreOptions {
        directories: vec![PathBuf::from("/data")],
        disk: Arc::new(disk.clone()),
        // Nobody flushes but the test.
        checkpoint_interval_ms: 1 << 40,
        ..bed.options()
    };
    let store = support::open(&options);
    let log = store.ensure(id(), TOPIC, Arc::new(config), EPOCH);
    store.set_aside_unclaimed();
    (store, log)
}

/// Stops `first` at a sync, has `second` do its own meanwhile, and then the power fails: what `second` relied on is there.
fn play(config: LogConfig, held: Held, first: impl Fn(&Log) + Sync, second: impl Fn(&Store, &Log) -> usize) {
    let (below, bed) = (SimDisk::new(), Bed::new());
    let disk = HookedDisk::over(below.clone());
    let (store, log) = open(&disk, &bed, config.clone());
    fill(&log, 0..DURABLE);
    log.flush().unwrap();
    fill(&log, DURABLE..RECORDS);
    log.write_behind();
    let (reached, is_reached) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    let (may_go_on, is_first) = (parking_lot::Mutex::new(may_go_on), AtomicBool::new(true));
    disk.hook(move |operation, path| {
        if (operation, true) == (held.0, path.to_string_lossy().ends_with(held.1))
            && is_first.swap(false, Ordering::AcqRel)
        {
            reached.send(()).unwrap();
            // Nobody is there any more where the test has failed.
            let _ = may_go_on.lock().recv_timeout(PATIENCE);
        }
        Ok(())
    });
    let (left, records) = scope(|scope| {
        scope.spawn(|| first(&log));
        is_reached.recv_timeout(PATIENCE).unwrap();
        let records = second(&store, &log);
        let left = below.crash_to_synced();
        go_on.send(()).unwrap();
        (left, records)
    });
    drop((store, log));
    let (store, log) = open(&HookedDisk::over(left), &bed, config);
    assert_eq!(store.take_reports().len(), 0, "{held:?}");
    expect(&log, 0..records);
}

fn checkpoint(store: &Store, _: &Log) -> usize {
    store.checkpoint();
    RECORDS
}

/// The sync that a change of the configuration has made due.
fn answer(_: &Store, log: &Log) -> usize {
    log.configure(Arc::new(LogConfig { flush_messages: 2, ..small(&config()) }));
    fill(log, RECORDS..RECORDS + 1);
    RECORDS + 1
}

fn sync_sealed(log: &Log) {
    // The power fails meanwhile.
    let _ = log.sync_sealed();
}

fn flush(log: &Log) {
    let _ = log.flush();
}

#[test]
fn a_checkpoint_does_not_rely_on_who_syncs_sealed_segments() {
    for held in SYNCS {
        play(small(&durable()), held, sync_sealed, checkpoint);
    }
}

#[test]
fn a_checkpoint_does_not_rely_on_who_flushes() {
    for held in SYNCS {
        play(small(&durable()), held, flush, checkpoint);
    }
}

#[test]
fn an_answer_does_not_rely_on_who_syncs_sealed_segments() {
    for held in SYNCS {
        play(small(&config()), held, sync_sealed, answer);
    }
}

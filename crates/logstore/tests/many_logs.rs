//! Thousands of logs in one store: what they leave on the disk, how many files they hold open, what a checkpoint of all
//! of them costs.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/hooked.rs"]
mod hooked;
mod support;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::Duration;

use hooked::{HookedDisk, Operation};
use logstore::base::limits::{WAL_MANY_LOGS, WAL_MANY_LOGS_FACTOR};
use logstore::base::types::{Offset, PartitionId, PartitionIndex};
use logstore::batch::build::BatchBuilder;
use logstore::io::Disk;
use logstore::log::{Log, LogConfig, Origin};
use logstore::store::{Store, StoreOptions};
use logstore::wal::WalSize;
use support::{Bed, EPOCH, TOPIC, append, config, durable, expect, fill, id, open, settle};

const LOGS: i32 = 2000;

fn ensure(store: &Store, logs: i32, config: LogConfig) -> Vec<Arc<Log>> {
    let config = Arc::new(config);
    let partition = |index| PartitionId { index: PartitionIndex(index), ..id() };
    (0..logs).map(|index| store.ensure(partition(index), TOPIC, Arc::clone(&config), EPOCH)).collect()
}

fn directories(bed: &Bed) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(bed.directory.path()).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_dir()).collect()
}

#[test]
fn a_log_that_nothing_was_appended_to_is_nowhere_on_the_disk() {
    let bed = Bed::new();
    let store = open(&bed.options());
    let logs = ensure(&store, LOGS, config());
    for log in logs.iter().step_by(3) {
        assert_eq!(log.offsets().unwrap().log_end, Offset(0), "asked for, and opened for it");
    }
    fill(&logs[7], 0..3);
    store.close().unwrap();
    assert_eq!(directories(&bed), [bed.directory.path().join("topic-7")]);
    let points = std::fs::read_to_string(bed.directory.path().join("recovery-point-offset-checkpoint"));
    assert_eq!(points.unwrap(), "0\n1\ntopic 7 3\n");

    let store = open(&bed.options());
    let logs = ensure(&store, LOGS, config());
    fill(&logs[0], 0..2);
    for (log, records) in [(&logs[0], 2), (&logs[1], 0), (&logs[7], 3)] {
        expect(log, 0..records);
    }
    assert!(store.take_reports().is_empty());
    store.close().unwrap();
    assert_eq!(directories(&bed).len(), 2);
}

#[test]
fn the_files_of_all_logs_share_a_bound() {
    const OPEN_FILES_MAX: usize = 50;
    let bed = Bed::new();
    let store = open(&StoreOptions { open_files_max: OPEN_FILES_MAX, ..bed.options() });
    let logs = ensure(&store, 300, config());
    for round in 0..2 {
        for log in &logs {
            fill(log, round * 2..round * 2 + 2);
        }
        // One that is being opened while another is handed out stays over the bound for that moment.
        let files = store.stats().open_files;
        assert!(files <= OPEN_FILES_MAX as u64 + 2, "{files} files are open");
    }
    store.drop_tails();
    for log in &logs {
        expect(log, 0..4);
    }
    store.close().unwrap();
}

#[test]
fn what_connections_leave_is_for_logs() {
    let bed = Bed::new();
    let shares = StoreOptions { open_files_max: 100, open_files_shared: 120, ..bed.options() };
    let store = open(&shares);
    let logs = ensure(&store, 110, config());
    for (connections, files_max) in [(0, 100), (90, 30), (40, 80)] {
        store.share_files(connections);
        assert!(store.stats().open_files <= files_max, "{connections} connections");
        for log in &logs {
            let end = log.offsets().unwrap().log_end.0 as usize;
            fill(log, end..end + 1);
        }
        assert_eq!(store.stats().open_files, files_max);
    }
    store.close().unwrap();
}

#[test]
fn a_checkpoint_of_many_logs_is_one_sync_of_the_file_system() {
    let bed = Bed::new();
    let disk = HookedDisk::default();
    // So much that it never asks for a checkpoint by itself.
    let wal = WalSize { file_bytes: 4 * 1024 * 1024, files_max: 2 };
    let store = open(&StoreOptions { disk: Arc::new(disk.clone()) as Arc<dyn Disk>, wal, ..bed.options() });
    let logs = ensure(&store, 200, durable());
    for log in &logs {
        fill(log, 0..1);
    }
    let (whole, single) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let counted = (Arc::clone(&whole), Arc::clone(&single));
    disk.hook(move |operation, path| {
        let of_log = path.extension().is_some_and(|extension| extension == "log");
        match operation {
            Operation::SyncAll => drop(counted.0.fetch_add(1, Ordering::Relaxed)),
            Operation::Sync if of_log => drop(counted.1.fetch_add(1, Ordering::Relaxed)),
            _ => {}
        }
        Ok(())
    });
    store.checkpoint();
    assert_eq!((whole.load(Ordering::Relaxed), single.load(Ordering::Relaxed)), (1, 0));
    store.close().unwrap();
    assert_eq!((whole.load(Ordering::Relaxed), single.load(Ordering::Relaxed)), (2, 0));
}

#[test]
fn appends_to_many_logs_go_on_in_more_files_while_a_checkpoint_takes_long() {
    let bed = Bed::new();
    let disk = HookedDisk::default();
    // Larger than a group, of which each would have a file of its own.
    let wal = WalSize { file_bytes: 8 * 1024 * 1024, files_max: 2 };
    let store = open(&StoreOptions { disk: Arc::new(disk.clone()) as Arc<dyn Disk>, wal, ..bed.options() });
    let logs = ensure(&store, WAL_MANY_LOGS as i32, LogConfig { segment_bytes: 1 << 30, ..durable() });
    let files = || {
        let entries = std::fs::read_dir(bed.directory.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with("millrace.wal.")).count()
    };
    for log in &logs {
        fill(log, 0..1);
    }
    store.checkpoint();
    let let_go = Arc::new(AtomicBool::new(false));
    let gate = Arc::clone(&let_go);
    disk.hook(move |operation, _| {
        while operation == Operation::SyncAll && !gate.load(Ordering::Acquire) {
            sleep(Duration::from_millis(1));
        }
        Ok(())
    });
    for _ in 0..2 {
        for log in &logs {
            append(log, BatchBuilder::new().value(&vec![7; 60_000]), Origin::Client).unwrap();
        }
    }
    let files_max = wal.files_max * WAL_MANY_LOGS_FACTOR;
    let is_waiting = |log: &Arc<Log>| {
        let offsets = log.offsets().unwrap();
        offsets.high_watermark < offsets.log_end
    };
    while files() < files_max && logs.iter().any(is_waiting) {
        sleep(Duration::from_millis(1));
    }
    sleep(Duration::from_millis(50));
    assert_eq!(files(), files_max);
    assert!(logs.iter().any(is_waiting), "the log is bounded");
    let_go.store(true, Ordering::Release);
    for log in &logs {
        settle(log);
    }
    store.close().unwrap();
    assert_eq!(files(), 1);
}

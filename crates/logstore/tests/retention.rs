//! Reaching a limit of retention holds up nobody: not while the names of old segments change, not while they go.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/hooked.rs"]
mod hooked;
mod support;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use hooked::{HookedDisk, Operation};
use logstore::base::types::{Offset, PartitionId, PartitionIndex, TopicId};
use logstore::batch::build::{BatchBuilder, RecordData};
use logstore::io::Disk;
use logstore::log::{Log, LogConfig, LogError, Origin, ReadBound};
use logstore::store::{CleanerOptions, RemovalState, Store, StoreOptions};
use parking_lot::Mutex;
use support::{Bed, EPOCH, TOPIC, append, bytes_of, expect, fill, id, read_all, record, settle};

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

/// Does something while the first of some operations of `work` is held up, and ends with both done.
fn meanwhile<T>(
    disk: &HookedDisk,
    matches: impl Fn(Operation, &Path) -> bool + Send + Sync + 'static,
    work: impl FnOnce() + Send,
    something: impl FnOnce() -> T,
) -> T {
    let (is_reached, go_on) = hold(disk, matches);
    let done = std::thread::scope(|scope| {
        // Dropped where an assertion fails, so that nobody waits for it.
        let go_on = go_on;
        let work = scope.spawn(work);
        is_reached.recv().unwrap();
        let done = something();
        go_on.send(()).unwrap();
        work.join().unwrap();
        done
    });
    disk.unhook();
    done
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
            let matches = move |met, path: &Path| met == operation && of_log(path);
            bed.clock.advance(1000);
            meanwhile(
                &disk,
                matches,
                || store.keep_house(),
                || {
                    let end = log.offsets().unwrap().log_end.0 as usize;
                    fill(&log, end..end + 100);
                    log.write_behind();
                    let kept = read_all(&log, log.offsets().unwrap().log_start, 1 << 20);
                    assert_eq!(kept.last().unwrap().0, end as i64 + 99);
                },
            );
        }
        assert!(log.offsets().unwrap().log_start > Offset(0));
        store.close().unwrap();
    }
}

#[test]
fn room_in_the_write_ahead_log_is_made_while_files_are_removed() {
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
    let made: Arc<AtomicUsize> = Arc::default();
    let noted = Arc::clone(&made);
    let (is_reached, go_on) = hold(&disk, move |operation, path| {
        let path = path.to_string_lossy();
        if operation == Operation::Sync && path.contains("millrace.wal-checkpoint") {
            noted.fetch_add(1, Ordering::AcqRel);
        }
        operation == Operation::Remove && path.ends_with(".deleted")
    });
    bed.clock.advance(1000);
    is_reached.recv().unwrap();
    let before = made.load(Ordering::Acquire);
    fill(2);
    wait_for(|| made.load(Ordering::Acquire) > before);
    go_on.send(()).unwrap();
    disk.unhook();
    store.close().unwrap();
}

#[test]
fn files_are_removed_while_a_checkpoint_waits_for_the_disk() {
    let bed = Bed::new();
    let disk = HookedDisk::default();
    let (store, log) = large_segments(&bed, &disk);
    log.configure(Arc::new(LogConfig { retention_bytes: 8000, file_delete_delay_ms: 5000, ..large() }));
    bed.clock.advance(1000);
    until(&store, || !store.removals().is_empty());
    let is_sync = |operation, _: &Path| operation == Operation::Sync;
    meanwhile(
        &disk,
        is_sync,
        || store.checkpoint(),
        || {
            bed.clock.advance(5000);
            wait_for(|| store.removals().iter().all(|removal| removal.state == RemovalState::Done));
        },
    );
    store.close().unwrap();
}

/// Segments of which a removal takes several steps. The records of these tests are old.
fn large() -> LogConfig {
    LogConfig { segment_bytes: 20 << 20, retention_ms: -1, ..support::config() }
}

fn large_segments(bed: &Bed, disk: &HookedDisk) -> (Arc<Store>, Arc<Log>) {
    let (store, log) = open(bed, disk, &large());
    for n in 0..50 {
        let record = RecordData { value: Some(vec![n as u8; 1 << 20]), ..record(n) };
        append(&log, BatchBuilder::new().record(record), Origin::Client).unwrap();
    }
    settle(&log);
    (store, log)
}

/// The steps in which files are shrunk from now on: their names.
fn watch_steps(disk: &HookedDisk) -> Arc<Mutex<Vec<String>>> {
    let steps: Arc<Mutex<Vec<String>>> = Arc::default();
    let notes = Arc::clone(&steps);
    disk.hook(move |operation, path| {
        if operation == Operation::SetLen {
            notes.lock().push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
        Ok(())
    });
    steps
}

#[test]
fn what_a_removal_shrinks_is_never_a_live_segment() {
    let bed = Bed::new();
    let disk = HookedDisk::default();
    let (store, log) = large_segments(&bed, &disk);
    let steps: Arc<Mutex<Vec<String>>> = Arc::default();
    let notes = Arc::clone(&steps);
    disk.hook(move |operation, path| {
        let mut notes = notes.lock();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if operation == Operation::SetLen && name.contains(".log") {
            notes.push(name);
            if notes.len() > 1 {
                return Err(std::io::Error::other("the process is killed here"));
            }
        }
        Ok(())
    });
    bed.clock.advance(1000);
    store.keep_house();
    for _ in 0..30_000 {
        if store.stats().removal_failures > 0 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    assert!(steps.lock().len() > 1 && steps.lock().iter().all(|name| name.ends_with(".log.deleted")));
    let start = log.offsets().unwrap().log_start;
    assert!(Offset(0) < start && start < Offset(50));
    drop((store, log));
    disk.unhook();
    let (store, log) = open(&bed, &disk, &large());
    let kept = read_all(&log, start, 8 << 20);
    let expected: Vec<_> = (start.0..50).map(|n| (n, vec![n as u8; 1 << 20])).collect();
    assert!(kept == expected, "{} of {} records", kept.len(), expected.len());
    assert!(bed.files().keys().all(|name| !name.ends_with(".deleted")));
    store.close().unwrap();
}

#[test]
fn who_reads_a_segment_has_all_of_it_until_he_is_done() {
    let bed = Bed::new();
    let disk = HookedDisk::default();
    let (store, log) = large_segments(&bed, &disk);
    store.drop_tails();
    let read = log.read(Offset(0), 18 << 20, ReadBound::HighWatermark, true).unwrap();
    let steps = watch_steps(&disk);
    bed.clock.advance(1000);
    let gone = || bed.files().keys().all(|name| name != "00000000000000000000.log.deleted");
    until(&store, || log.offsets().unwrap().log_start > Offset(0) && gone());
    let bytes: usize = read.slices.iter().map(|slice| bytes_of(slice).len()).sum();
    assert!(bytes > 17 << 20, "{bytes} bytes");
    assert!(!steps.lock().contains(&"00000000000000000000.log.deleted".to_owned()));
    disk.unhook();
    store.close().unwrap();
}

/// Keeps house until it is so.
fn until(store: &Store, is_so: impl Fn() -> bool) {
    wait_for(|| {
        store.keep_house();
        is_so()
    });
}

fn wait_for(is_so: impl Fn() -> bool) {
    for _ in 0..30_000 {
        if is_so() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    panic!("it does not come");
}

#[test]
fn a_removal_tells_how_far_it_is() {
    let bed = Bed::new();
    let disk = HookedDisk::default();
    let (store, log) = large_segments(&bed, &disk);
    log.configure(Arc::new(LogConfig { retention_bytes: 8000, file_delete_delay_ms: 5000, ..large() }));
    bed.clock.advance(1000);
    until(&store, || !store.removals().is_empty());
    let [waiting] = &store.removals()[..] else { panic!("{:?}", store.removals()) };
    assert_eq!((waiting.topic.as_str(), waiting.partition), (TOPIC, Some(PartitionIndex(0))));
    assert_eq!((waiting.state, waiting.bytes_removed, waiting.ended), (RemovalState::Waiting, 0, None));
    assert!(waiting.bytes_total > 2 * (18 << 20), "{waiting:?}");
    // Held up at its first step.
    let is_step = |met, path: &Path| met == Operation::SetLen && path.extension() == Some("deleted".as_ref());
    let now = || store.removals().into_iter().find(|other| other.number == waiting.number).unwrap();
    bed.clock.advance(5000);
    meanwhile(&disk, is_step, || store.keep_house(), || assert_eq!(now().state, RemovalState::Running));
    until(&store, || now().state == RemovalState::Done);
    assert_eq!(now().bytes_removed, waiting.bytes_total);
    assert!(now().ended >= Some(waiting.started));
    store.delete([id()]);
    let removals = store.removals();
    let deletion = removals.iter().find(|other| other.partition.is_none()).unwrap();
    assert_eq!((deletion.topic.as_str(), deletion.state), (TOPIC, RemovalState::Waiting));
    assert!(deletion.bytes_total > 1 << 20, "{deletion:?}");
    store.close().unwrap();
}

#[test]
fn so_has_he_where_the_topic_goes_after_the_segment() {
    let bed = Bed::new();
    let disk = HookedDisk::default();
    let (store, log) = large_segments(&bed, &disk);
    store.drop_tails();
    let read = log.read(Offset(0), 18 << 20, ReadBound::HighWatermark, true).unwrap();
    // The segment's file waits for its removal when the topic is deleted, and another comes in its place.
    let late = LogConfig { retention_bytes: 8000, file_delete_delay_ms: 5000, ..large() };
    log.configure(Arc::new(late));
    bed.clock.advance(1000);
    let first = "00000000000000000000.log.deleted";
    until(&store, || bed.files().contains_key(first));
    store.delete([id()]);
    let next = PartitionId { topic: TopicId([8; 16]), index: PartitionIndex(0) };
    let next = store.ensure(next, TOPIC, Arc::new(support::config()), EPOCH);
    fill(&next, 0..20);
    settle(&next);
    // A file of that name, which is not yet to go.
    std::fs::write(bed.file(first), "of the next topic").unwrap();
    let steps = watch_steps(&disk);
    bed.clock.advance(10_000);
    let directories = || std::fs::read_dir(bed.directory.path()).unwrap();
    let is_deleted = |name: &std::ffi::OsStr| name.to_string_lossy().ends_with("-delete");
    until(&store, || !directories().any(|entry| is_deleted(&entry.unwrap().file_name())));
    let bytes: usize = read.slices.iter().map(|slice| bytes_of(slice).len()).sum();
    assert!(bytes > 17 << 20, "{bytes} bytes");
    assert!(!steps.lock().contains(&first.to_owned()), "{:?}", steps.lock());
    assert!(bed.file(first).exists());
    disk.unhook();
    store.close().unwrap();
}

#[test]
fn who_deletes_a_topic_does_not_wait_for_who_is_at_work_on_it() {
    let bed = Bed::new();
    let disk = HookedDisk::default();
    let (store, log) = open(&bed, &disk, &support::durable());
    fill(&log, 0..200);
    log.write_behind();
    let first = bed.file("00000000000000000000.log");
    let is_first = move |met, path: &Path| met == Operation::Rename && path == first;
    bed.clock.advance(1000);
    let next = PartitionId { topic: TopicId([8; 16]), index: PartitionIndex(0) };
    let next = meanwhile(
        &disk,
        is_first,
        || store.keep_house(),
        || {
            // Retention holds the log; each of these returns all the same.
            store.retire([id()]);
            assert!(store.log(&id()).is_none());
            let next = store.ensure(next, TOPIC, Arc::new(support::durable()), EPOCH);
            fill(&next, 0..20);
            assert!(bed.directory.path().join("topic-0").is_dir(), "of the first topic, still");
            next
        },
    );
    next.write_behind();
    assert_eq!(log.offsets().map(drop), Err(LogError::Deleted));
    store.drop_tails();
    expect(&next, 0..20);
    assert_eq!(store.failures(), []);
    store.close().unwrap();
    let names: Vec<_> = bed.files().into_keys().collect();
    assert!(names.contains(&"00000000000000000000.log".into()), "{names:?}");
}

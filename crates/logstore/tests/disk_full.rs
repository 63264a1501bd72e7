//! A disk that fills: producers are refused, everything that frees space goes on, and so do producers once there is
//! some (D30, D31).
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is missing")]

#[path = "support/hooked.rs"]
mod hooked;
mod support;

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread::Builder;
use std::time::Duration;

use hooked::{Extent, HookedDisk, Operation};
use logstore::base::clock::{Clock, SystemClock};
use logstore::base::types::{Offset, ProducerEpoch, ProducerId, Sequence, Timestamp};
use logstore::batch::build::{BatchBuilder, RecordData};
use logstore::io::Space;
use logstore::log::{AppendError, Appended, Log, LogConfig, LogError, Mailbox, Origin, ReadBound, Watch};
use logstore::store::catalogue::{Catalogue, Change, CommitError};
use logstore::store::{CleanerOptions, Store, StoreOptions};
use logstore::wal::SpaceLimits;
use parking_lot::Mutex;
use support::{Bed, CLOCK_START_MS, EPOCH, TOPIC, append, expect, fill, id, record, settle};

const GIB: u64 = 1 << 30;
/// How often housekeeping tries again what there was no room for.
const TICK: Duration = Duration::from_millis(500);
/// Longer than anything takes that comes to an end.
const PATIENCE: Duration = Duration::from_mins(2);
const FULL: AppendError = AppendError::Log(LogError::DiskFull);

/// Records of a test are older than any retention, and on a full disk that is looked after at once.
fn config() -> LogConfig {
    LogConfig { retention_ms: -1, ..support::config() }
}

fn durable() -> LogConfig {
    LogConfig { retention_ms: -1, ..support::durable() }
}

struct World {
    bed: Bed,
    disk: HookedDisk,
    store: Arc<Store>,
    log: Arc<Log>,
}

impl World {
    fn new(config: LogConfig) -> Self {
        Self::open(Bed::new(), HookedDisk::default(), config)
    }

    fn open(bed: Bed, disk: HookedDisk, config: LogConfig) -> Self {
        let options = bed.options();
        // The tests call for a round themselves.
        let cleaner = CleanerOptions { threads: 0, ..options.cleaner };
        let options = StoreOptions { disk: Arc::new(disk.clone()), cleaner, ..options };
        let store = support::open(&options);
        let log = store.ensure(id(), TOPIC, Arc::new(config), EPOCH);
        Self { bed, disk, store, log }
    }

    fn free(&self, usable_bytes: u64) {
        self.disk.free(Space { total_bytes: 100 * GIB, usable_bytes });
        self.store.keep_house();
    }

    fn append(&self, n: usize) -> Result<Appended, AppendError> {
        append(&self.log, BatchBuilder::new().record(record(n)), Origin::Client)
    }

    fn files_of_the_write_ahead_log(&self) -> usize {
        let entries = std::fs::read_dir(self.bed.directory.path()).unwrap();
        entries.filter(|entry| is_of_the_write_ahead_log(&entry.as_ref().unwrap().path())).count()
    }

    /// No file of those that `matches` grows any more, until that is over.
    fn fill_up(&self, matches: impl Fn(&str) -> bool + Send + Sync + 'static) -> FullDisk {
        let full = FullDisk::default();
        let (is_full, refused) = (Arc::clone(&full.is_full), Arc::clone(&full.refused));
        let cut_off = Arc::clone(&full.cut_off);
        is_full.store(true, Ordering::Release);
        let begun: Mutex<HashSet<PathBuf>> = Mutex::default();
        self.disk.hook(move |operation, path| {
            let name = path.to_string_lossy();
            cut_off
                .fetch_add(usize::from(operation == Operation::SetLen && matches(&name)), Ordering::AcqRel);
            if operation != Operation::Write || !matches(&name) || !is_full.load(Ordering::Acquire) {
                return Ok(Extent::All);
            }
            refused.fetch_add(1, Ordering::AcqRel);
            // As ext4 does it: a part, and then nothing. Other files are written meanwhile.
            let mut begun = begun.lock();
            if begun.remove(path) {
                return Err(io::ErrorKind::StorageFull.into());
            }
            begun.insert(path.to_owned());
            Ok(Extent::Half)
        });
        full
    }
}

fn is_of_the_write_ahead_log(path: &Path) -> bool {
    path.to_string_lossy().contains("millrace.wal.")
}

fn of_segments(name: &str) -> bool {
    name.strip_suffix(".log").is_some()
}

#[derive(Default)]
struct FullDisk {
    is_full: Arc<AtomicBool>,
    refused: Arc<AtomicUsize>,
    /// How often what was written in part was taken back.
    cut_off: Arc<AtomicUsize>,
}

impl FullDisk {
    fn make_room(&self) {
        self.is_full.store(false, Ordering::Release);
    }

    fn wait_until_met(&self) {
        wait_for("a write that is refused", || self.refused.load(Ordering::Acquire) > 1);
    }
}

fn wait_for(what: &str, condition: impl Fn() -> bool) {
    for _ in 0..20_000 {
        if condition() {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("waited for {what}");
}

#[derive(Default)]
struct Bell(AtomicUsize);

impl Mailbox for Bell {
    fn deliver(&self, tokens: &mut dyn Iterator<Item = u64>) {
        self.0.fetch_add(tokens.count(), Ordering::AcqRel);
    }
}

/// Waits until the log calls whoever answers a producer.
fn answered(log: &Log, target: Offset) {
    let bell = Arc::new(Bell::default());
    let mailbox: Arc<dyn Mailbox> = bell.clone();
    log.watch(Watch::AcknowledgedTo(target), &mailbox, 1);
    wait_for("an answer", || bell.0.load(Ordering::Acquire) == 1);
}

#[test]
fn producers_are_refused_below_the_hard_limit_and_go_on_above_it() {
    let world = World::new(durable());
    fill(&world.log, 0..10);
    world.free(6 * GIB);
    assert_eq!(world.store.stats().disks_low, 0);
    world.free(4 * GIB);
    assert_eq!((world.store.stats().disks_low, world.store.stats().disks_full), (1, 0));
    fill(&world.log, 10..20);
    world.free(GIB - 1);
    assert_eq!(world.store.stats().disks_full, 1);
    assert!(world.store.stats().disk_free_bytes < GIB);
    assert_eq!(world.append(20), Err(FULL));
    assert_eq!(world.append(20).unwrap_err().error_code(), 56);
    assert_eq!(world.store.stats().disk_refusals, 2);
    expect(&world.log, 0..20);
    // What the broker itself stores.
    append(&world.log, BatchBuilder::new().record(record(20)), Origin::Coordinator).unwrap();
    settle(&world.log);
    world.free(GIB + 1);
    assert_eq!(world.append(21), Err(FULL), "a little is not enough");
    world.free(2 * GIB);
    fill(&world.log, 21..30);
    expect(&world.log, 0..30);

    world.store.limit_space(SpaceLimits { soft_bytes: None, hard_bytes: Some(3 * GIB) });
    assert_eq!(world.append(30), Err(FULL));
    world.store.limit_space(SpaceLimits { soft_bytes: Some(0), hard_bytes: Some(0) });
    fill(&world.log, 30..31);
    assert_eq!(world.store.failures(), []);
    world.store.close().unwrap();
}

#[test]
fn a_full_disk_is_freed_at_once() {
    let delay = LogConfig { file_delete_delay_ms: 60_000, ..config() };
    let world = World::new(delay);
    fill(&world.log, 0..100);
    let bytes = || -> usize {
        let files = world.bed.files().into_iter().filter(|(name, _)| name.contains(".log"));
        files.map(|(_, content)| content.len()).sum()
    };
    let before = bytes();
    world.free(0);
    world.log.delete_records(Offset(90)).unwrap();
    world.bed.clock.advance(2000);
    world.store.keep_house();
    assert!(bytes() < before / 2, "{} of {before} bytes", bytes());
    assert!(world.bed.files().keys().all(|name| !name.ends_with(".deleted")));
    world.store.delete([id()]);
    world.store.keep_house();
    let left = std::fs::read_dir(world.bed.directory.path()).unwrap();
    assert!(left.map(|entry| entry.unwrap()).all(|entry| entry.file_type().unwrap().is_file()));
    world.store.close().unwrap();
}

#[test]
fn a_disk_that_runs_low_keeps_nothing_that_may_go_and_takes_what_comes() {
    let world = World::new(LogConfig { file_delete_delay_ms: 60_000, ..config() });
    fill(&world.log, 0..100);
    let is_kept = || world.bed.files().keys().any(|name| name.ends_with(".deleted"));
    world.log.delete_records(Offset(50)).unwrap();
    world.bed.clock.advance(30_000);
    world.free(6 * GIB);
    assert!(is_kept(), "its time has not come");
    world.free(4 * GIB);
    assert!(!is_kept(), "there is little room");
    assert_eq!((world.store.stats().disks_low, world.store.stats().disks_full), (1, 0));
    fill(&world.log, 100..110);
    world.log.delete_records(Offset(90)).unwrap();
    world.bed.clock.advance(30_000);
    world.store.keep_house();
    assert!(!is_kept());
    world.store.close().unwrap();
}

#[test]
fn a_group_for_which_there_is_no_room_is_committed_later() {
    let world = World::new(durable());
    fill(&world.log, 0..10);
    let full = world.fill_up(|name| name.contains("millrace.wal."));
    let target = world.append(10).unwrap().last_offset.plus(1);
    answered(&world.log, target);
    assert_eq!(world.log.offsets().unwrap().high_watermark, Offset(10));
    assert_eq!(world.append(11), Err(FULL));
    wait_for("who is refused not to be slowed as well", || world.store.stats().pending_bytes == 0);
    expect_readable(&world.log, 10);
    full.make_room();
    wait_for("the rest", || world.log.offsets().unwrap().high_watermark == Offset(11));
    world.store.keep_house();
    fill(&world.log, 11..20);
    expect(&world.log, 0..20);
    kill_and_expect(world, 0..20);
}

#[test]
fn more_than_a_group_that_waits_for_room_is_tried_now_and_then() {
    const BATCHES: i64 = 8;
    let world = World::new(LogConfig { segment_bytes: 64 << 20, ..durable() });
    let full = world.fill_up(|name| name.contains("millrace.wal."));
    for n in 0..BATCHES {
        let record = RecordData { value: Some(vec![7; 1 << 20]), ..record(n as usize) };
        // What the broker itself stores is not refused.
        append(&world.log, BatchBuilder::new().record(record), Origin::Coordinator).unwrap();
    }
    answered(&world.log, Offset(BATCHES));
    let (before, clock) = (full.cut_off.load(Ordering::Acquire), SystemClock::default());
    wait_for("four more attempts", || full.cut_off.load(Ordering::Acquire) >= before + 4);
    assert!(clock.monotonic() >= TICK);
    wait_for("who waits not to be slowed as well", || world.store.stats().pending_bytes == 0);
    let (closing, (ended, end)) = (Arc::clone(&world.store), channel());
    Builder::new().name("close".into()).spawn(move || ended.send(closing.close())).unwrap();
    assert_eq!(end.recv_timeout(PATIENCE), Ok(Ok(())));
    let world = World::open(world.bed, HookedDisk::default(), durable());
    expect_readable(&world.log, BATCHES);
    world.store.close().unwrap();
}

#[test]
fn a_group_whose_end_is_not_cut_off_durably_puts_the_directory_out_of_service() {
    let world = World::new(durable());
    fill(&world.log, 0..10);
    world.disk.hook(|operation, path| match operation {
        Operation::Write if is_of_the_write_ahead_log(path) => Err(io::ErrorKind::StorageFull.into()),
        Operation::Sync if is_of_the_write_ahead_log(path) => Err(io::Error::other("broken")),
        _ => Ok(()),
    });
    world.append(10).unwrap();
    let marker = world.bed.directory.path().join("millrace.sync-failed");
    wait_for("what the next start is told by", || marker.exists());
    assert_eq!(world.store.failures().len(), 1);
    kill_and_expect(world, 0..10);
}

#[test]
fn a_rename_for_which_there_is_no_room_is_made_in_that_of_the_write_ahead_log() {
    let delete: fn(&World) = |world| {
        world.log.delete_records(Offset(90)).unwrap();
        world.bed.clock.advance(2000);
        world.store.keep_house();
    };
    let compact: fn(&World) = |world| while world.store.compact() {};
    for (ending, act) in [(".log", delete), (".cleaned", compact), (".swap", compact)] {
        for is_reserve_enough in [true, false] {
            let world = World::new(LogConfig { segment_bytes: 4000, ..support::compacted() });
            fill(&world.log, 0..100);
            world.store.checkpoint();
            wait_for("a file that is ready", || world.files_of_the_write_ahead_log() > 0);
            let has_room = AtomicBool::new(false);
            world.disk.hook(move |operation, path| match operation {
                Operation::Remove if is_of_the_write_ahead_log(path) => {
                    has_room.store(is_reserve_enough, Ordering::Release);
                    Ok(())
                }
                Operation::Rename
                    if path.to_string_lossy().ends_with(ending) && !has_room.load(Ordering::Acquire) =>
                {
                    Err(io::ErrorKind::StorageFull.into())
                }
                _ => Ok(()),
            });
            act(&world);
            let what = format!("{ending}, {is_reserve_enough}: {:?}", world.store.failures());
            assert_eq!(world.store.failures().is_empty(), is_reserve_enough, "{what}");
            if is_reserve_enough {
                let old = world.bed.files().into_keys().filter(|name| name.contains(".deleted"));
                assert!(old.count() > 1, "{what}");
                world.store.close().unwrap();
            }
        }
    }
}

#[test]
fn a_retry_of_what_waits_for_room_is_the_original() {
    let world = World::new(durable());
    fill(&world.log, 0..1);
    let full = world.fill_up(|name| name.contains("millrace.wal."));
    // A producer is known as long as its records are young.
    let young = RecordData { timestamp: Timestamp(CLOCK_START_MS), ..record(1) };
    let producer = || BatchBuilder::new().producer(ProducerId(1), ProducerEpoch(0), Sequence(0));
    let builder = || producer().record(young.clone());
    let first = append(&world.log, builder(), Origin::Client).unwrap();
    answered(&world.log, first.last_offset.plus(1));
    assert_eq!(append(&world.log, builder(), Origin::Client), Err(FULL));
    full.make_room();
    settle(&world.log);
    let again = append(&world.log, builder(), Origin::Client).unwrap();
    assert!(again.duplicate && again.base_offset == first.base_offset);
    kill_and_expect(world, 0..2);
}

#[test]
fn segments_for_which_there_is_no_room_are_written_later() {
    let world = World::new(durable());
    fill(&world.log, 0..10);
    let full = world.fill_up(of_segments);
    // Committed already when it is met.
    fill(&world.log, 10..60);
    world.log.write_behind();
    assert!(full.refused.load(Ordering::Acquire) > 1);
    assert_eq!(world.append(60), Err(FULL));
    expect(&world.log, 0..60);
    world.store.checkpoint();
    full.make_room();
    world.store.keep_house();
    wait_for("the segments", || !world.log.is_put_off());
    world.store.keep_house();
    fill(&world.log, 60..100);
    world.store.drop_tails();
    expect(&world.log, 0..100);
    kill_and_expect(world, 0..100);
}

#[test]
fn what_waits_for_room_is_found_by_its_time() {
    let world = World::new(durable());
    fill(&world.log, 0..10);
    let full = world.fill_up(of_segments);
    fill(&world.log, 10..60);
    let found = |n: usize| {
        let from = record(n).timestamp;
        let found = world.log.offset_for_timestamp(from, ReadBound::HighWatermark).unwrap();
        found.map(|found| (found.timestamp, found.offset))
    };
    let at = |n: usize| Some((record(n).timestamp, Offset(n as i64)));
    let is_found = || [0, 9, 10, 35, 59].into_iter().for_each(|n| assert_eq!(found(n), at(n)));
    is_found();
    assert!(world.log.is_put_off());
    assert_eq!(found(60), None);
    let newest = || world.log.offset_of_max_timestamp().unwrap().map(|found| (found.timestamp, found.offset));
    assert_eq!(newest(), at(59));
    full.make_room();
    world.store.keep_house();
    wait_for("the segments", || !world.log.is_put_off());
    is_found();
    assert_eq!(newest(), at(59));
    world.store.close().unwrap();
}

#[test]
fn a_topic_that_is_acknowledged_by_a_write_is_told_too() {
    let world = World::new(config());
    fill(&world.log, 0..10);
    let full = world.fill_up(of_segments);
    let target = world.append(10).unwrap().last_offset.plus(1);
    answered(&world.log, target);
    assert_eq!(world.append(11), Err(FULL));
    full.make_room();
    wait_for("the rest", || world.log.offsets().unwrap().high_watermark == Offset(11));
    world.store.keep_house();
    fill(&world.log, 11..60);
    expect(&world.log, 0..60);
    world.store.close().unwrap();
    let world = World::open(world.bed, HookedDisk::default(), config());
    expect(&world.log, 0..60);
}

#[test]
fn nothing_of_a_roll_is_done_twice() {
    for kind in ["index", "timeindex", "snapshot.tmp", "leader-epoch-checkpoint.tmp"] {
        let world = World::new(durable());
        fill(&world.log, 0..5);
        let full = world.fill_up(move |name| name.ends_with(kind));
        fill(&world.log, 5..100);
        world.log.write_behind();
        full.make_room();
        wait_for("the segments", || {
            world.store.keep_house();
            !world.log.is_put_off()
        });
        world.store.keep_house();
        fill(&world.log, 100..120);
        world.store.close().unwrap();
        let found = world.bed.files();
        let expected = {
            let world = World::new(durable());
            fill(&world.log, 0..5);
            world.log.write_behind();
            fill(&world.log, 5..120);
            world.store.close().unwrap();
            world.bed.files()
        };
        let differs = |name: &&String| !name.ends_with("metadata") && found.get(*name) != expected.get(*name);
        assert_eq!(expected.keys().find(differs), None, "{kind}");
    }
}

#[test]
fn a_stop_without_room_leaves_what_a_start_recovers() {
    let world = World::new(durable());
    fill(&world.log, 0..10);
    let full = world.fill_up(of_segments);
    fill(&world.log, 10..60);
    assert_eq!(world.store.close(), Err(LogError::DiskFull));
    full.wait_until_met();
    assert!(!world.bed.directory.path().join(".kafka_cleanshutdown").exists());
    let world = World::open(world.bed, HookedDisk::default(), durable());
    expect(&world.log, 0..60);
    world.store.close().unwrap();
}

#[test]
fn a_commit_for_which_there_is_no_room_is_not_made() {
    let bed = Bed::new();
    let disk = HookedDisk::default();
    let put = |key: &str| vec![Change { key: key.to_owned(), value: Some(vec![7; 100]) }];
    let reserves = Arc::new(AtomicUsize::new(0));
    let asked = Arc::clone(&reserves);
    let catalogue = Catalogue::open(Arc::new(disk.clone()), bed.directory.path()).unwrap();
    let catalogue = catalogue.with_reserve(move || asked.fetch_sub(1, Ordering::AcqRel) > 0);
    let commit = |key| catalogue.wait(catalogue.take(put(key)).unwrap());
    commit("a").unwrap();
    let left = Arc::new(AtomicUsize::new(0));
    let refuse = Arc::clone(&left);
    let fail_next = move |count: usize| refuse.store(2 * count, Ordering::Release);
    disk.hook(move |operation, _| {
        let mut counted = left.load(Ordering::Acquire);
        if operation != Operation::Write || counted == 0 {
            return Ok(Extent::All);
        }
        counted -= 1;
        left.store(counted, Ordering::Release);
        if counted % 2 == 1 { Ok(Extent::Half) } else { Err(io::ErrorKind::StorageFull.into()) }
    });
    fail_next(1);
    reserves.store(0, Ordering::Release);
    assert!(matches!(commit("b"), Err(CommitError::NoSpace(_))));
    fail_next(1);
    reserves.store(1, Ordering::Release);
    commit("c").unwrap();
    let reopened = Catalogue::open(Arc::new(HookedDisk::default()), bed.directory.path()).unwrap();
    let keys: Vec<_> = reopened.entries().into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["a", "c"]);
}

fn expect_readable(log: &Log, to: i64) {
    assert_eq!(support::read_all(log, Offset(0), 1 << 20).len() as i64, to);
}

/// The process is gone; what it wrote is there.
fn kill_and_expect(world: World, range: std::ops::Range<usize>) {
    let World { bed, store, log, disk } = world;
    disk.unhook();
    drop((log, store));
    let world = World::open(bed, HookedDisk::default(), durable());
    expect(&world.log, range);
    world.store.close().unwrap();
}

//! Every call to the disk fails once, in everything that the engine does: nothing panics, nothing hangs, nothing is
//! acknowledged that is not durable, and after a restart everything that was is there (D17, D31).
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where something is missing"
)]

#[path = "../support/hooked.rs"]
mod hooked;
#[path = "../support/sim.rs"]
mod sim;
#[path = "../support/mod.rs"]
mod support;
mod world;

use std::collections::HashSet;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use hooked::{Extent, Operation};
use logstore::base::types::Offset;
use logstore::io::Disk;
use parking_lot::Mutex;
use sim::Chance;
use world::{COMPACTED, Known, LOGS, PLAIN, Running, World, partition, wait_for};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// One call answers EIO.
    Broken,
    /// One sync says that there is no room.
    FullSync,
    /// From one call on there is no room; that one, where it is a write, is done in half.
    Full,
}

/// Calls that fail, from the `first` on, and which of them did.
struct Armed {
    calls: AtomicUsize,
    failed: AtomicBool,
    operations: Mutex<HashSet<Operation>>,
    /// One of them was a sync of what is the logs'.
    sync_of_logs: AtomicBool,
}

impl Armed {
    /// What a failed sync was to make durable is not believed any more (D39).
    fn expect_distrust(&self, world: &World, running: &Running, what: &str) {
        if self.sync_of_logs.load(Ordering::Acquire) {
            wait_for(what, || running.store.failures().len() == 1 && world.is_distrusted());
        }
    }
}

const SYNCS: [Operation; 3] = [Operation::Sync, Operation::SyncDirectory, Operation::SyncAll];
const GROWING: [Operation; 2] = [Operation::Write, Operation::CreateDir];
/// More calls than anything makes.
const CALLS_MAX: usize = 1000;
const RETRIES_MAX: usize = 10_000;
/// The short form has every so many calls fail.
const STEP: usize = 7;

fn step() -> usize {
    if std::env::var("MILLRACE_FULL").is_ok() { 1 } else { STEP }
}

fn arm(world: &World, fault: Fault, first: usize) -> Arc<Armed> {
    let armed = Arc::new(Armed {
        calls: AtomicUsize::new(0),
        failed: AtomicBool::new(false),
        operations: Mutex::default(),
        sync_of_logs: AtomicBool::new(false),
    });
    let (hooked, disk) = (Arc::clone(&armed), world.sim.clone());
    world.disk.hook(move |operation, path| {
        let created = operation == Operation::Open && matches!(disk.file_len(path), Ok(None));
        let counts = match fault {
            Fault::Broken => true,
            Fault::FullSync => SYNCS.contains(&operation),
            Fault::Full => created || GROWING.contains(&operation),
        };
        if !counts {
            return Ok(Extent::All);
        }
        let call = hooked.calls.fetch_add(1, Ordering::AcqRel) + 1;
        let fails = if fault == Fault::Full { call >= first } else { call == first };
        if !fails {
            return Ok(Extent::All);
        }
        hooked.failed.store(true, Ordering::Release);
        hooked.operations.lock().insert(operation);
        let is_of_logs = SYNCS.contains(&operation) && !path.ends_with("millrace.catalogue");
        hooked.sync_of_logs.fetch_or(is_of_logs, Ordering::AcqRel);
        match fault {
            Fault::Broken => Err(io::Error::from_raw_os_error(5)),
            Fault::Full if call == first && operation == Operation::Write => Ok(Extent::Half),
            Fault::Full | Fault::FullSync => Err(io::ErrorKind::StorageFull.into()),
        }
    });
    armed
}

type Deed = fn(&mut World, &Running);

/// The engine's threads by their names.
const THREADS: [&str; 5] = ["wal", "log", "housekeeping", "cleaner", "recovery"];

/// Panics of the engine's threads, in all tests.
fn panics() -> &'static AtomicUsize {
    static PANICS: AtomicUsize = AtomicUsize::new(0);
    static HOOKED: OnceLock<()> = OnceLock::new();
    HOOKED.get_or_init(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let thread = std::thread::current();
            let name = thread.name().and_then(|name| name.split(' ').next()).unwrap_or_default();
            PANICS.fetch_add(usize::from(THREADS.contains(&name)), Ordering::AcqRel);
            before(info);
        }));
    });
    &PANICS
}

/// A disk with records in sealed segments, in the active one and in the write-ahead log alone.
fn base(closed: bool) -> World {
    let mut world = World::new();
    let running = world.open().unwrap();
    for n in 0..40 {
        (0..LOGS).for_each(|index| world.send(&running, index, 150 + n));
    }
    running.store.checkpoint();
    world.commit(&running, "first");
    for n in 0..10 {
        (0..LOGS).for_each(|index| world.send(&running, index, 150 + n));
    }
    if closed {
        running.store.close().unwrap();
    }
    world
}

/// Plays a deed with each of its calls failing, one after the other; in the short form with some of them.
fn every_call_fails(name: &str, deed: Deed) {
    let base = base(true);
    let step = step();
    for fault in [Fault::Broken, Fault::FullSync, Fault::Full] {
        let mut met = 0;
        for first in (1..CALLS_MAX).step_by(step) {
            let what = format!("{name}, {fault:?} at call {first}");
            let mut world = base.copy();
            let running = world.open().unwrap();
            let armed = arm(&world, fault, first);
            deed(&mut world, &running);
            world.disk.unhook();
            if !armed.failed.load(Ordering::Acquire) {
                break;
            }
            met = first;
            armed.expect_distrust(&world, &running, &what);
            if !world.is_closed {
                go_on(&mut world, &running, fault, &armed, &what);
            }
            world.expect_all(&mut Chance(first as u64), &what);
            assert_eq!(panics().load(Ordering::Acquire), 0, "{what}");
        }
        assert!(met > 0 && met < CALLS_MAX - step, "{name}: {fault:?} met {met} calls");
    }
}

/// What becomes of the store when nothing fails any more.
fn go_on(world: &mut World, running: &Running, fault: Fault, armed: &Armed, what: &str) {
    let only_room = fault == Fault::Full && !armed.operations.lock().contains(&Operation::Rename);
    if only_room {
        assert_eq!(running.store.failures(), [], "{what}");
        world.bed.clock.advance(2000);
        wait_for("room", || {
            running.store.keep_house();
            running.store.rooms().iter().all(|(_, room)| !room.is_full)
        });
        let others = (0..LOGS).filter(|index| running.logs[*index].offsets().is_ok());
        for index in others.collect::<Vec<_>>() {
            // One that comes before what was put off is written is told once more that there is no room.
            let goes_on = (0..RETRIES_MAX).any(|_| world.retry(running, index));
            assert!(goes_on, "{what}: log {index} goes on");
            world.send(running, index, 100);
        }
        world.commit(running, "later");
        assert!(world.committed.contains("later"), "{what}");
    } else if running.store.failures().is_empty() {
        // Nothing was lost by it.
        for index in 0..LOGS {
            world.retry(running, index);
            world.send(running, index, 100);
        }
    }
}

fn append(world: &mut World, running: &Running) {
    for n in 0..3 {
        (0..LOGS).for_each(|index| world.send(running, index, 100 * n));
    }
}

fn roll(world: &mut World, running: &Running) {
    for _ in 0..3 {
        (0..LOGS).for_each(|index| world.send(running, index, 3000));
    }
    running.logs.iter().for_each(|log| log.write_behind());
}

#[test]
fn appending() {
    every_call_fails("appending", append);
}

#[test]
fn rolling() {
    every_call_fails("rolling", roll);
}

#[test]
fn a_checkpoint() {
    every_call_fails("a checkpoint", |world, running| {
        append(world, running);
        running.store.checkpoint();
    });
}

#[test]
fn retention() {
    every_call_fails("retention", |world, running| {
        for (known, log) in world.known.iter_mut().zip(&running.logs) {
            let Ok(offsets) = log.offsets() else { continue };
            let start = Offset(offsets.high_watermark.0 - 3);
            known.start = start.0;
            let _ = log.delete_records(start);
        }
        world.bed.clock.advance(2000);
        running.store.keep_house();
    });
}

#[test]
fn compaction() {
    every_call_fails("compaction", |world, running| {
        running.store.checkpoint();
        while running.store.compact() {}
        world.send(running, COMPACTED, 100);
    });
}

#[test]
fn truncation() {
    every_call_fails("truncation", |world, running| {
        let known = &mut world.known[PLAIN];
        // A cut that was not completed may be there or not: this is about the others.
        known.is_uncertain = true;
        let _ = running.logs[PLAIN].truncate(Offset(known.acked.len() as i64 - 5));
        // The barrier that follows a cut is not put off.
        world.is_closed = !running.store.failures().is_empty();
    });
}

#[test]
fn a_topic_that_comes_again() {
    every_call_fails("a topic that comes again", |world, running| {
        running.store.delete([partition(PLAIN, &world.known[PLAIN])]);
        running.store.keep_house();
        world.known[PLAIN] = Known::of(1);
        let again = running.with_log_again(world, PLAIN);
        world.send(&again, PLAIN, 100);
        world.send(&again, PLAIN, 100);
    });
}

#[test]
fn commits() {
    every_call_fails("commits", |world, running| {
        for n in 0..3 {
            world.commit(running, &format!("key {n}"));
        }
    });
}

#[test]
fn a_clean_stop() {
    every_call_fails("a clean stop", |world, running| {
        append(world, running);
        let _ = running.store.close();
        world.is_closed = true;
    });
}

/// A start that fails is refused, or leaves logs or a directory out of service; the next one has everything.
#[test]
fn a_start() {
    let step = step();
    for closed in [true, false] {
        let base = base(closed);
        for fault in [Fault::Broken, Fault::FullSync, Fault::Full] {
            let mut met = 0;
            for first in (1..CALLS_MAX).step_by(step) {
                let what = format!("a start, closed {closed}, {fault:?} at call {first}");
                let mut world = base.copy();
                let armed = arm(&world, fault, first);
                let opened = world.open();
                world.disk.unhook();
                if !armed.failed.load(Ordering::Acquire) {
                    break;
                }
                met = first;
                if let Ok(running) = &opened {
                    running.logs.iter().for_each(|log| drop(log.offsets()));
                    armed.expect_distrust(&world, running, &what);
                    running.store.checkpoint();
                    (0..LOGS).for_each(|index| world.send(running, index, 100));
                }
                world.expect_all(&mut Chance(first as u64), &what);
                assert_eq!(panics().load(Ordering::Acquire), 0, "{what}");
            }
            // What was closed is opened without writing much.
            assert!(met < CALLS_MAX - step, "{fault:?}");
        }
    }
}

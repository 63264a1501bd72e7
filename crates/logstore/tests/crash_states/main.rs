//! Every state in which a power failure may leave the disk, for every operation of the engine: a start makes of each of
//! them a store that holds what was acknowledged.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::case_sensitive_file_extension_comparisons,
    reason = "a test stops where something is missing"
)]

mod catalogue;
mod check;
#[path = "../support/crash.rs"]
mod crash;
mod operations;
#[path = "../support/sim.rs"]
mod sim;
#[path = "../support/mod.rs"]
mod support;
mod world;

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{available_parallelism, scope};

use crash::{Bounds, Crash, each_crash};
use logstore::base::clock::{Clock, SystemClock};
use operations::{OPERATIONS, Operation};
use sim::{LeftOut, SimDisk};
use world::Played;

const QUICK: Bounds = Bounds { of_file: 12, sectors: 3, of_point: 12, by_chance: 1, recoveries: 200 };
const FULL: Bounds = Bounds { of_file: 64, sectors: 64, of_point: 256, by_chance: 96, recoveries: 60 };

struct Explored {
    states: usize,
    /// Those that a failure while another state recovers leaves.
    of_recovery: usize,
}

/// Looks at every state of an operation.
fn explore(operation: &Operation, disk: &SimDisk, bounds: &Bounds, seed: u64) -> Explored {
    let Played { recording, start, check } = (operation.play)(disk);
    let (mut known, mut shown, mut to_recover) = (HashSet::new(), 0, Vec::new());
    let look = |crash: &Crash, what: &str| {
        let disk = SimDisk::of(crash.inodes.clone());
        let checked = catch_unwind(AssertUnwindSafe(|| check(&disk, crash.notes)));
        assert!(checked.is_ok(), "{}{what}: {} steps, {} notes", operation.name, crash.steps, crash.notes);
    };
    each_crash(recording, bounds, seed, &mut known, &mut |crash| {
        look(&crash, "");
        shown += 1;
        if shown % bounds.recoveries == 0 {
            to_recover.push(crash);
        }
    });
    let states = known.len();
    for Crash { inodes, notes, .. } in to_recover {
        let disk = SimDisk::of(inodes);
        disk.record();
        start(&disk, notes);
        each_crash(disk.recorded(), bounds, seed, &mut known, &mut |crash| {
            look(&Crash { notes, ..crash }, ", recovering");
        });
    }
    Explored { states, of_recovery: known.len() - states }
}

#[test]
fn every_state_recovers() {
    // The whole of it is for an optimised build.
    let is_full = std::env::var("MILLRACE_FULL").is_ok() && !cfg!(debug_assertions);
    let seed = std::env::var("MILLRACE_SEED").map_or(1, |seed| seed.parse().unwrap());
    let only = std::env::var("MILLRACE_OPERATION").ok();
    let bounds = if is_full { FULL } else { QUICK };
    let (next, all, clock) = (AtomicUsize::new(0), AtomicUsize::new(0), SystemClock::default());
    scope(|scope| {
        for _ in 0..available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(operation) = OPERATIONS.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if only.as_ref().is_some_and(|only| only != operation.name) {
                        continue;
                    }
                    let clock = SystemClock::default();
                    let Explored { states, of_recovery } = explore(operation, &SimDisk::new(), &bounds, seed);
                    all.fetch_add(states + of_recovery, Ordering::Relaxed);
                    let (name, took) = (operation.name, clock.monotonic());
                    eprintln!("{name}: {states} states, {of_recovery} more of its recovery, {took:.1?}");
                }
            });
        }
    });
    let all = all.into_inner();
    eprintln!("{all} states, {:.1?}", clock.monotonic());
    assert!(!is_full || only.is_some() || all >= 100_000, "{all} states");
}

/// Syncs that must not be left out, and the operation that shows it.
const NEEDED: &[(&str, LeftOut, &str)] = &[
    ("an acknowledged group", |path| path.contains("millrace.wal."), "append_through_the_write_ahead_log"),
    ("the bytes of segments before a checkpoint", |path| path.ends_with(".log"), "checkpoint"),
    ("the names of segments before a checkpoint", |path| path.ends_with("-0/"), "checkpoint"),
    ("the names of files and partitions", |path| path.ends_with("data/"), "first_append"),
    ("the bytes of a checkpoint before its name", |path| path.ends_with("wal-checkpoint.tmp"), "recycling"),
    ("a checkpoint before its files are used again", |path| path.ends_with("data/"), "recycling"),
    ("a copy before its name", |path| path.ends_with(".log.cleaned"), "compaction"),
    ("who took the name of a topic", |path| path.ends_with("data/"), "deletion"),
    ("a relaxed topic at its flush", |path| path.ends_with(".log"), "append_to_a_relaxed_topic"),
    ("segments before the marker of a clean stop", |path| path.ends_with(".log"), "clean_stop"),
    ("a commit of the catalogue", |path| path.ends_with(".catalogue"), "catalogue"),
    ("a rewritten catalogue before its name", |path| path.ends_with(".catalogue.tmp"), "rewritten_catalogue"),
    ("the name of a rewritten catalogue", |path| path.ends_with("data/"), "rewritten_catalogue"),
];

#[test]
fn a_sync_that_is_left_out_shows() {
    for (what, left_out, name) in NEEDED {
        let operation = OPERATIONS.iter().find(|operation| operation.name == *name).unwrap();
        let disk = SimDisk::new();
        disk.leave_out(*left_out);
        let explored = catch_unwind(AssertUnwindSafe(|| explore(operation, &disk, &QUICK, 1)));
        assert!(explored.is_err(), "{what}: nobody missed it");
    }
}

//! Every state in which a power failure may leave the disk, for every operation of the engine: a start makes of each of
//! them a store that holds what was acknowledged.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where something is missing"
)]

mod check;
#[path = "../support/crash.rs"]
mod crash;
mod operations;
#[path = "../support/sim.rs"]
mod sim;
#[path = "../support/mod.rs"]
mod support;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{available_parallelism, scope};

use check::check;
use crash::{Bounds, each_crash};
use logstore::base::clock::{Clock, SystemClock};
use operations::{OPERATIONS, Operation};
use sim::SimDisk;

const QUICK: Bounds = Bounds { of_file: 12, sectors: 3, of_point: 12, by_chance: 1 };
const FULL: Bounds = Bounds { of_file: 64, sectors: 64, of_point: 256, by_chance: 6 };

/// Looks at every state of an operation; answers how many different ones there were.
fn explore(operation: &Operation, bounds: &Bounds, seed: u64) -> usize {
    let played = (operation.play)();
    let mut states = 0;
    each_crash(played.recording, bounds, seed, &mut |crash| {
        states += usize::from(!crash.again);
        let (notes, steps) = (crash.notes, crash.steps);
        let disk = SimDisk::of(crash.inodes);
        let checked = catch_unwind(AssertUnwindSafe(|| check(&disk, &played.expected[notes])));
        assert!(checked.is_ok(), "{}: {states} states, {steps} steps, {notes} notes", operation.name);
    });
    states
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
                    let states = explore(operation, &bounds, seed);
                    all.fetch_add(states, Ordering::Relaxed);
                    eprintln!("{}: {states} states, {:.1?}", operation.name, clock.monotonic());
                }
            });
        }
    });
    eprintln!("{} states, {:.1?}", all.into_inner(), clock.monotonic());
}

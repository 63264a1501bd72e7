//! Damage in what was synced: it is reported and kept out, what lies around it is served, and nothing is cut.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where something is missing")]

mod support;

use std::path::Path;
use std::sync::Arc;

use logstore::log::Log;
use logstore::store::Store;
use support::{Bed, config, durable, expect, fill, flip, readable};

/// Batches of the tests have this size: 23 of them in a segment.
const BATCH_BYTES: usize = 170;

/// A hundred records in five segments and a clean stop.
fn hundred() -> Bed {
    let bed = Bed::new();
    let (store, log) = bed.open();
    fill(&log, 0..100);
    store.close().unwrap();
    bed
}

fn second(bed: &Bed) -> std::path::PathBuf {
    bed.file("00000000000000000023.log")
}

/// Has a start read a segment whole.
fn forget_index(bed: &Bed) {
    std::fs::remove_file(bed.file("00000000000000000023.index")).unwrap();
}

fn all_but(lost: std::ops::Range<usize>, end: usize) -> (Vec<usize>, Vec<usize>) {
    (0..end).partition(|n| !lost.contains(n))
}

fn expect_hole(store: &Store, log: &Log, lost: std::ops::Range<usize>, end: usize) {
    assert_eq!(readable(log, end), all_but(lost.clone(), end));
    assert_eq!(store.stats().ranges_lost, 1);
    let reports = store.take_reports();
    let offsets = format!("offsets {} to {} answer storage errors", lost.start, lost.end);
    assert!(reports.iter().any(|report| report.why.contains(&offsets)), "{reports:?}");
    assert!(reports.iter().all(|report| report.bytes_cut == 0), "{reports:?}");
}

#[test]
fn what_lies_around_a_hole_is_served_and_appends_go_on() {
    let bed = hundred();
    flip(&second(&bed), 5 * BATCH_BYTES + 100);
    forget_index(&bed);
    let before = std::fs::read(second(&bed)).unwrap();
    let (store, log) = bed.open();
    expect_hole(&store, &log, 28..29, 100);
    fill(&log, 100..150);
    store.close().unwrap();
    drop((store, log));

    // Known from now on, though nothing would have this segment read.
    for stop_in_order in [false, true] {
        let (store, log) = bed.open();
        expect_hole(&store, &log, 28..29, 150);
        if stop_in_order {
            store.close().unwrap();
        }
    }
    assert_eq!(std::fs::read(second(&bed)).unwrap(), before, "nothing was cut");
}

type Harm = fn(&mut [u8]);

#[test]
fn a_hole_is_as_large_as_the_damage() {
    let at = |n: usize| n * BATCH_BYTES;
    let harms: [(&str, Harm, std::ops::Range<usize>); 8] = [
        ("length", |batch| batch[10] ^= 1, 28..29),
        ("magic", |batch| batch[16] = 0, 28..29),
        ("offset, upwards", |batch| batch[5] ^= 1, 28..29),
        ("offset, downwards", |batch| batch[7] ^= 8 | 16, 28..29),
        ("offset delta", |batch| batch[26] ^= 1, 28..29),
        ("zeros", |batches| batches[..500].fill(0), 28..31),
        ("the last batch", |batch| batch[17 * BATCH_BYTES + 100] ^= 1, 45..46),
        ("offset of the last batch", |batch| batch[17 * BATCH_BYTES + 6] ^= 1, 45..46),
    ];
    for (what, harm, lost) in harms {
        let bed = hundred();
        let mut bytes = std::fs::read(second(&bed)).unwrap();
        harm(&mut bytes[at(5)..]);
        std::fs::write(second(&bed), bytes).unwrap();
        forget_index(&bed);
        let (store, log) = bed.open();
        assert_eq!(readable(&log, 100), all_but(lost.clone(), 100), "{what}");
        expect_hole(&store, &log, lost, 100);
    }
}

#[test]
fn damage_below_the_recovery_point_is_no_torn_tail() {
    let bed = Bed::new();
    let (store, log) = bed.open();
    fill(&log, 0..100);
    log.flush().unwrap();
    store.checkpoint();
    fill(&log, 100..105);
    drop((store, log));
    // The newest that is indexed: from there on it is read.
    flip(&bed.file("00000000000000000092.log"), 7 * BATCH_BYTES + 100);
    let (store, log) = bed.open();
    expect_hole(&store, &log, 99..100, 105);
}

/// Durable records up to 100 in a segment and in the write-ahead log, and a kill.
fn in_both() -> Bed {
    let bed = Bed::new();
    let (store, log) = bed.open_as(durable());
    fill(&log, 0..95);
    store.checkpoint();
    fill(&log, 95..100);
    log.write_behind();
    drop((store, log));
    bed
}

fn set_len(path: &Path, len: usize) {
    std::fs::OpenOptions::new().write(true).open(path).unwrap().set_len(len as u64).unwrap();
}

#[test]
fn a_file_that_lost_synced_bytes_has_a_hole_at_its_end() {
    let bed = in_both();
    let last = bed.file("00000000000000000092.log");
    set_len(&last, BATCH_BYTES);
    let (store, log) = bed.open_as(durable());
    expect_hole(&store, &log, 93..95, 100);
    fill(&log, 100..130);
    drop((store, log));
    let (store, log) = bed.open_as(durable());
    expect_hole(&store, &log, 93..95, 130);
}

#[test]
fn the_write_ahead_log_brings_back_what_it_has() {
    let bed = in_both();
    let last = bed.file("00000000000000000092.log");
    let mut bytes = std::fs::read(&last).unwrap();
    bytes[2 * BATCH_BYTES..].fill(0xa5);
    std::fs::write(&last, bytes).unwrap();
    let (store, log) = bed.open_as(durable());
    expect_hole(&store, &log, 94..95, 100);
}

#[test]
fn a_clean_log_that_is_shorter_than_its_checkpoint_says_is_damaged() {
    let bed = hundred();
    set_len(&bed.newest(".log"), 2 * BATCH_BYTES);
    let (store, log) = bed.open();
    expect_hole(&store, &log, 94..100, 100);
    fill(&log, 100..101);
}

#[test]
fn a_log_without_its_segments_goes_on_behind_them() {
    let bed = hundred();
    for name in bed.files().keys().filter(|name| name.starts_with("0000")) {
        std::fs::remove_file(bed.file(name)).unwrap();
    }
    let (store, log) = bed.open();
    fill(&log, 100..110);
    expect(&log, 100..110);
    assert!(store.take_reports()[0].why.contains("every segment is gone"));
}

#[test]
fn other_logs_go_on() {
    let bed = hundred();
    flip(&second(&bed), 1000);
    forget_index(&bed);
    let (store, _log) = bed.open();
    let other = logstore::base::types::PartitionId {
        index: logstore::base::types::PartitionIndex(1),
        ..support::id()
    };
    let other = store.ensure(other, support::TOPIC, Arc::new(config()), support::EPOCH);
    fill(&other, 0..3);
    expect(&other, 0..3);
}

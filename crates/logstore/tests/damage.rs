//! Damage in what was synced: it is reported and kept out, what lies around it is served, and nothing is cut.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where something is missing")]

mod support;

use std::path::Path;
use std::sync::Arc;

use logstore::base::clock::Clock;
use logstore::base::types::{Offset, PartitionIndex};
use logstore::io::{Disk, SystemDisk};
use logstore::log::{Log, LogConfig, ReadBound};
use logstore::store::inspect::{Finding, Repaired, Selected, Severity, Verified, repair, verify};
use logstore::store::{OpenError, Store};
use support::{Bed, config, durable, expect, fill, flip, read_all, readable, verified};

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

/// Few batches are indexed.
fn sparse() -> LogConfig {
    LogConfig { index_interval_bytes: 1000, ..config() }
}

/// A hundred records and a clean stop; then a high bit of the offset of record `n` changes.
fn offset_flipped(n: usize, file: &str, first: usize) -> Bed {
    let bed = Bed::new();
    let (store, log) = bed.open_as(sparse());
    fill(&log, 0..100);
    store.close().unwrap();
    flip(&bed.file(file), (n - first) * BATCH_BYTES + 3);
    bed
}

#[test]
fn an_offset_that_cannot_be_right_behind_the_last_index_entry_is_found_at_a_start() {
    for (n, file, first) in [(45, "00000000000000000023.log", 23), (99, "00000000000000000092.log", 92)] {
        let bed = offset_flipped(n, file, first);
        let (store, log) = bed.open_as(sparse());
        expect_hole(&store, &log, n..n + 1, 100);
        fill(&log, 100..105);
    }
}

#[test]
fn an_offset_that_cannot_be_right_is_not_read_over() {
    let bed = offset_flipped(30, "00000000000000000023.log", 23);
    let (_store, log) = bed.open_as(sparse());
    let (good, bad) = readable(&log, 100);
    assert!(bad.starts_with(&[30]) && bad.len() < 10 && good.len() + bad.len() == 100, "{bad:?}");
    let read = log.read(Offset(23), 8 * BATCH_BYTES, ReadBound::HighWatermark, true).unwrap();
    assert_eq!(read.bytes, 7 * BATCH_BYTES);
}

/// The offset of record `n` changes by one bit upwards, to one that its segment may well have.
fn raise(bed: &Bed, n: usize, file: &str, first: usize) {
    let path = bed.file(file);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[(n - first) * BATCH_BYTES + 7] ^= 0x10;
    assert_eq!(usize::from(bytes[(n - first) * BATCH_BYTES + 7]), n + 0x10);
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn an_offset_that_was_raised_is_not_read_over_after_a_stop_in_order() {
    for (n, file, first) in [
        (23 + 9, "00000000000000000023.log", 23),
        (45, "00000000000000000023.log", 23),
        (99, "00000000000000000092.log", 92),
    ] {
        let bed = hundred();
        raise(&bed, n, file, first);
        assert!(verified(&bed).is_damaged(), "record {n}");
        let (_store, log) = bed.open();
        assert_eq!(readable(&log, 100), all_but(n..n + 1, 100));
    }
}

#[test]
fn the_last_offset_cannot_be_raised_over_the_recovery_point() {
    let bed = Bed::new();
    let (store, log) = bed.open();
    fill(&log, 0..100);
    log.flush().unwrap();
    store.checkpoint();
    drop((store, log));
    raise(&bed, 99, "00000000000000000092.log", 92);
    assert!(verified(&bed).is_damaged());
    let (store, log) = bed.open();
    expect_hole(&store, &log, 99..100, 100);
    fill(&log, 100..105);
}

#[test]
fn the_last_offset_cannot_be_raised_over_what_the_write_ahead_log_has() {
    let bed = in_both();
    raise(&bed, 99, "00000000000000000092.log", 92);
    let (store, log) = bed.open_as(durable());
    expect(&log, 0..100);
    let reports = store.take_reports();
    assert!(reports.iter().any(|report| report.why.contains("cannot be right")), "{reports:?}");
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
    for (bed, lost) in [(hundred(), 100), (in_both(), 95)] {
        for name in bed.files().keys().filter(|name| name.starts_with("0000")) {
            std::fs::remove_file(bed.file(name)).unwrap();
        }
        let (store, log) = bed.open_as(durable());
        expect_hole(&store, &log, 0..lost, 100);
        fill(&log, 100..110);
        drop((store, log));
        let (store, log) = bed.open_as(durable());
        expect_hole(&store, &log, 0..lost, 110);
    }
}

#[test]
fn a_repaired_log_ends_where_it_did() {
    for gone in [".log", "0000"] {
        let bed = hundred();
        if gone == ".log" {
            set_len(&bed.newest(gone), 2 * BATCH_BYTES);
        } else {
            for name in bed.files().keys().filter(|name| name.starts_with(gone)) {
                std::fs::remove_file(bed.file(name)).unwrap();
            }
        }
        repaired(&bed);
        for _ in 0..2 {
            assert_eq!(damage_in(&verified(&bed)), []);
            let (store, log) = bed.open();
            assert_eq!((log.offsets().unwrap().log_end, store.stats().ranges_lost), (Offset(100), 0));
            store.close().unwrap();
        }
        let (_store, log) = bed.open();
        fill(&log, 100..110);
    }
}

#[test]
fn other_logs_go_on() {
    let bed = hundred();
    flip(&second(&bed), 1000);
    forget_index(&bed);
    let (store, _log) = bed.open();
    let other = logstore::base::types::PartitionId { index: PartitionIndex(1), ..support::id() };
    let other = store.ensure(other, support::TOPIC, Arc::new(config()), support::EPOCH);
    fill(&other, 0..3);
    expect(&other, 0..3);
}

fn disk() -> Arc<dyn Disk> {
    Arc::new(SystemDisk)
}

fn damage_in(verified: &Verified) -> Vec<Finding> {
    let findings = verified.partitions.iter().flat_map(|partition| partition.findings.clone());
    findings.filter(|finding| finding.severity == Severity::Damage).collect()
}

#[test]
fn a_good_directory_is_verified() {
    for clean in [true, false] {
        let bed = Bed::new();
        let (store, log) = bed.open_as(durable());
        fill(&log, 0..100);
        if clean {
            store.close().unwrap();
        } else {
            log.write_behind();
            assert!(matches!(
                verify(&disk(), bed.directory.path(), &[], 1, &|_| ()),
                Err(OpenError::Locked(_))
            ));
        }
        drop((store, log));
        let verified = verified(&bed);
        assert!(!verified.is_damaged(), "{verified:?}");
        assert!(verified.partitions[0].findings.is_empty() && verified.findings.is_empty(), "{verified:?}");
        assert_eq!((verified.clean, verified.partitions[0].batches), (clean, 100));
        assert_eq!(verified.partitions[0].log_end, Offset(100));
    }
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(verify(&disk(), empty.path(), &[], 1, &|_| ()), Err(OpenError::NotADataDirectory(_))));
}

#[test]
fn verify_says_where_damage_is_and_changes_nothing() {
    let bed = hundred();
    flip(&second(&bed), 5 * BATCH_BYTES + 100);
    flip(&bed.file("00000000000000000046.index"), 11);
    flip(&bed.file("00000000000000000069.timeindex"), 7);
    flip(&bed.file("00000000000000000100.snapshot"), 3);
    let before = bed.files();
    let verified = verified(&bed);
    assert!(verified.is_damaged());
    let harmless: Vec<_> =
        verified.partitions[0].findings.iter().map(|finding| finding.file.clone()).collect();
    for name in
        ["00000000000000000046.index", "00000000000000000069.timeindex", "00000000000000000100.snapshot"]
    {
        assert!(harmless.contains(&bed.file(name)), "{name}: {verified:?}");
    }
    let damage = damage_in(&verified);
    assert_eq!(damage.len(), 1);
    assert_eq!(damage[0].file, second(&bed));
    assert_eq!(damage[0].bytes, Some(5 * BATCH_BYTES as u64..6 * BATCH_BYTES as u64));
    assert_eq!(damage[0].offsets, Some(Offset(28)..Offset(29)));
    assert_eq!(bed.files(), before);
}

fn repaired(bed: &Bed) -> Repaired {
    let clock: Arc<dyn Clock> = bed.clock.clone();
    let selected = [Selected { name: support::TOPIC.to_owned() }];
    repair(&disk(), bed.directory.path(), &selected, clock).unwrap()
}

#[test]
fn a_repair_takes_out_what_is_damaged_and_nothing_else() {
    let bed = hundred();
    let mut bytes = std::fs::read(second(&bed)).unwrap();
    bytes[5 * BATCH_BYTES..][..300].fill(0xa5);
    std::fs::write(second(&bed), &bytes).unwrap();
    flip(&bed.newest(".log"), 6 * BATCH_BYTES + 100);
    forget_index(&bed);
    let repaired = repaired(&bed);
    assert_eq!(repaired.partitions, [("topic".to_owned(), PartitionIndex(0))]);
    assert_eq!(repaired.kept.len(), 2, "{repaired:?}");
    assert_eq!(std::fs::read(&repaired.kept[0]).unwrap(), bytes[5 * BATCH_BYTES..7 * BATCH_BYTES]);
    let verified = verified(&bed);
    assert!(!verified.is_damaged() && verified.clean, "{verified:?}");
    assert_eq!(verified.partitions[0].findings, []);

    let (store, log) = bed.open();
    assert_eq!(store.stats().ranges_lost, 0);
    let offsets: Vec<_> = read_all(&log, Offset(0), 1 << 20).into_iter().map(|(offset, _)| offset).collect();
    let expected: Vec<_> = (0..100).filter(|n| ![28, 29, 98].contains(n)).collect();
    assert_eq!(offsets, expected);
    fill(&log, 100..101);
    assert!(store.take_reports().is_empty());
}

#[test]
fn a_repair_gives_up_the_end_that_is_gone() {
    let bed = in_both();
    set_len(&bed.file("00000000000000000092.log"), BATCH_BYTES);
    let (store, log) = bed.open_as(durable());
    expect_hole(&store, &log, 93..95, 100);
    store.close().unwrap();
    drop((store, log));
    assert_eq!(damage_in(&verified(&bed))[0].offsets, Some(Offset(93)..Offset(95)));
    assert!(repaired(&bed).kept.is_empty());
    assert!(!verified(&bed).is_damaged());
    let (store, log) = bed.open_as(durable());
    assert_eq!(read_all(&log, Offset(0), 1 << 20).len(), 98);
    assert_eq!(store.stats().ranges_lost, 0);
}

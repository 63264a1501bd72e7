//! Groups of the write-ahead log that were synced and are gone: whom that concerns is known, the others go on.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where something is missing")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use logstore::base::clock::Clock;
use logstore::base::types::{Offset, PartitionId, PartitionIndex, TopicId};
use logstore::batch::build::BatchBuilder;
use logstore::io::{Disk, SystemDisk};
use logstore::log::{Log, Origin};
use logstore::store::Store;
use logstore::store::inspect::{Repaired, Selected, Severity, Verified, repair};
use support::{
    Bed, EPOCH, TOPIC, append, durable, expect, fill, flip, id, open, read_all, readable, record, settle,
    verified,
};

fn partition(index: i32) -> PartitionId {
    PartitionId { index: PartitionIndex(index), ..id() }
}

fn log(store: &Store, index: i32) -> Arc<Log> {
    store.ensure(partition(index), TOPIC, Arc::new(durable()), EPOCH)
}

/// Where groups begin, by their numbers.
fn groups(bed: &Bed) -> BTreeMap<u64, (PathBuf, usize)> {
    let entries = std::fs::read_dir(bed.directory.path()).unwrap().map(|entry| entry.unwrap().path());
    let mut found = BTreeMap::new();
    for path in entries.filter(|path| path.to_string_lossy().contains("millrace.wal.")) {
        let bytes = std::fs::read(&path).unwrap();
        for at in (0..bytes.len()).step_by(512).filter(|at| bytes[*at..].starts_with(b"MRG1")) {
            let number = u64::from_be_bytes(bytes[at + 24..at + 32].try_into().unwrap());
            found.insert(number, (path.clone(), at));
        }
    }
    found
}

/// Damages what a group has for logs, and not what it says of others.
fn lose(bed: &Bed, group: u64) {
    let (path, at) = &groups(bed)[&group];
    flip(path, at + 400);
}

type Files = Vec<(PathBuf, Vec<u8>)>;

/// Files of a partition.
fn files(bed: &Bed, index: i32) -> Files {
    let directory = bed.directory.path().join(format!("{TOPIC}-{index}"));
    let Ok(entries) = std::fs::read_dir(directory) else { return Vec::new() };
    entries
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect()
}

/// Puts partitions back to what they were: what came since is in the write-ahead log alone.
fn put_back(bed: &Bed, before: &[(i32, Files)]) {
    for (index, files) in before {
        let directory = bed.directory.path().join(format!("{TOPIC}-{index}"));
        let _ = std::fs::remove_dir_all(&directory);
        for (path, bytes) in files {
            std::fs::create_dir_all(&directory).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }
}

fn is_refused(log: &Log) -> bool {
    let answer = append(log, BatchBuilder::new().record(record(0)), Origin::Client);
    answer.err().is_some_and(|error| error.error_code() == 56)
}

fn all_but(lost: Range<usize>, end: usize) -> (Vec<usize>, Vec<usize>) {
    (0..end).partition(|n| !lost.contains(n))
}

/// What is lost of partitions by their index; an end of `i64::MAX` is not known.
fn lost(verified: &Verified) -> Vec<(i32, Range<i64>)> {
    let of = |partition: &logstore::store::inspect::VerifiedPartition| {
        let index = partition.index.0;
        let damage = partition.findings.clone().into_iter();
        let damage = damage.filter(|finding| finding.severity == Severity::Damage);
        damage.filter_map(move |finding| Some((index, finding.offsets?))).collect::<Vec<_>>()
    };
    let lost = verified.partitions.iter().flat_map(of);
    lost.map(|(index, lost)| (index, lost.start.0..lost.end.0)).collect()
}

fn repaired(bed: &Bed, name: &str) -> Repaired {
    let disk: Arc<dyn Disk> = Arc::new(SystemDisk);
    let clock: Arc<dyn Clock> = bed.clock.clone();
    repair(&disk, bed.directory.path(), &[Selected { name: name.to_owned() }], clock).unwrap()
}

/// Four logs and a kill. Of the groups behind the checkpoint the first is of 0 and lost; those of 0 and 1 follow. What 2
/// and 3 had was checkpointed, and 2 got another batch before.
fn four_logs() -> Bed {
    let bed = Bed::new();
    let store = open(&bed.options());
    let logs: Vec<_> = (0..4).map(|index| log(&store, index)).collect();
    for log in &logs {
        fill(log, 0..5);
    }
    store.checkpoint();
    fill(&logs[2], 5..6);
    let before: Vec<_> = (0..4).map(|index| (index, files(&bed, index))).collect();
    let first = groups(&bed).len() as u64 + 1;
    fill(&logs[0], 5..6);
    fill(&logs[0], 6..7);
    fill(&logs[1], 5..6);
    drop((logs, store));
    put_back(&bed, &before);
    lose(&bed, first);
    bed
}

#[test]
fn only_logs_that_missing_groups_may_concern_are_out_of_service() {
    let bed = four_logs();
    let before = verified(&bed);
    assert_eq!(lost(&before), [(0, 5..6), (2, 6..i64::MAX)]);
    assert!(before.findings.iter().all(|finding| finding.severity == Severity::Harmless), "{before:?}");
    let store = open(&bed.options());
    let logs: Vec<_> = (0..4).map(|index| log(&store, index)).collect();
    assert_eq!((store.stats().ranges_lost, store.failures()), (2, vec![]));
    assert_eq!(readable(&logs[0], 7), all_but(5..6, 7), "what is missing is known");
    fill(&logs[0], 7..8);
    expect(&logs[1], 0..6);
    expect(&logs[2], 0..6);
    assert!(is_refused(&logs[2]), "its end may have been in the group");
    expect(&logs[3], 0..5);
    fill(&logs[3], 5..6);
}

#[test]
fn what_is_lost_stays_known_until_it_is_given_up() {
    let bed = four_logs();
    for stop_in_order in [false, false, true] {
        let store = open(&bed.options());
        let (first, third) = (log(&store, 0), log(&store, 2));
        assert_eq!(readable(&first, 7), all_but(5..6, 7));
        expect(&third, 0..6);
        assert!(is_refused(&third));
        if stop_in_order {
            store.close().unwrap();
        }
    }
    let known = [(0, 5..6), (2, 6..i64::MAX)];
    assert_eq!(lost(&verified(&bed)), known);
    assert_eq!(repaired(&bed, "topic-2").partitions.len(), 1);
    assert_eq!(lost(&verified(&bed)), known[..1]);
    assert_eq!(repaired(&bed, TOPIC).partitions.len(), 4);
    assert!(!verified(&bed).is_damaged());
    let store = open(&bed.options());
    fill(&log(&store, 2), 6..8);
    let first = log(&store, 0);
    fill(&first, 7..8);
    let offsets: Vec<_> =
        read_all(&first, Offset(0), 1 << 20).into_iter().map(|(offset, _)| offset).collect();
    assert_eq!(offsets, [0, 1, 2, 3, 4, 6, 7]);
}

#[test]
fn a_repair_needs_no_start_before_and_keeps_what_is_damaged() {
    let bed = four_logs();
    let kept = repaired(&bed, TOPIC).kept;
    assert!(kept.iter().all(|path| path.to_string_lossy().contains("millrace.wal-damaged.")), "{kept:?}");
    assert!(!kept.is_empty());
    assert!(!verified(&bed).is_damaged());
    let store = open(&bed.options());
    fill(&log(&store, 2), 6..8);
}

#[test]
fn a_log_that_segments_have_whole_has_lost_nothing() {
    let bed = Bed::new();
    let store = open(&bed.options());
    let one = log(&store, 0);
    for n in 0..10 {
        fill(&one, n..n + 1);
    }
    one.flush().unwrap();
    drop((one, store));
    lose(&bed, 5);
    assert!(!verified(&bed).is_damaged());
    let store = open(&bed.options());
    let one = log(&store, 0);
    expect(&one, 0..10);
    fill(&one, 10..20);
    assert_eq!((store.stats().ranges_lost, store.failures()), (0, vec![]));
    assert!(store.take_reports()[0].why.contains("group 5"), "it is told all the same");
}

#[test]
fn a_group_that_is_bad_anywhere_is_a_hole() {
    for at in [0, 20, 47, 60, 200, 350] {
        let bed = Bed::new();
        let store = open(&bed.options());
        let one = log(&store, 0);
        for n in 0..10 {
            fill(&one, n..n + 1);
        }
        drop((one, store));
        put_back(&bed, &[(0, Vec::new())]);
        let (path, damaged) = groups(&bed)[&5].clone();
        flip(&path, damaged + at);
        let evidence = std::fs::read(&path).unwrap();
        let store = open(&bed.options());
        assert_eq!(readable(&log(&store, 0), 10), all_but(4..5, 10), "byte {at}");
        let entries = std::fs::read_dir(bed.directory.path()).unwrap().map(|entry| entry.unwrap().path());
        let mut kept = entries.filter(|path| path.to_string_lossy().contains("wal-damaged.5."));
        assert!(kept.any(|copy| std::fs::read(copy).unwrap() == evidence));
    }
}

#[test]
fn a_file_that_is_gone_leaves_holes() {
    let bed = Bed::new();
    let store = open(&bed.options());
    let logs = [log(&store, 0), log(&store, 1)];
    fill(&logs[1], 0..1);
    let mut n = 0;
    // Short of half of the files, when a checkpoint would make room.
    let in_use = || groups(&bed).into_values().map(|(path, _)| path).collect::<BTreeSet<_>>().len();
    while in_use() < 2 {
        append(&logs[0], BatchBuilder::new().record(record(n)).value(&[b'.'; 3000]), Origin::Client).unwrap();
        settle(&logs[0]);
        n += 1;
    }
    let end = logs[0].offsets().unwrap().log_end;
    drop((logs, store));
    put_back(&bed, &[(0, Vec::new()), (1, Vec::new())]);
    let gone = groups(&bed).first_key_value().unwrap().1.0.clone();
    std::fs::remove_file(&gone).unwrap();
    let store = open(&bed.options());
    let one = log(&store, 0);
    assert_eq!((one.offsets().unwrap().log_end, store.failures()), (end, vec![]));
    assert_eq!((one.offsets().unwrap().log_start, store.stats().ranges_lost), (Offset(0), 1));
    assert!(is_refused(&log(&store, 1)), "all of it was in that file");
}

fn is_out_of_service(bed: &Bed, why: &str) {
    let before: Vec<_> = groups(bed).values().map(|(path, _)| std::fs::read(path).unwrap()).collect();
    let store = open(&bed.options());
    assert_eq!(log(&store, 0).offsets().unwrap_err().error_code(), 56);
    assert!(store.failures()[0].1.contains(why), "{:?}", store.failures());
    assert!(store.close().is_err());
    let after: Vec<_> = groups(bed).values().map(|(path, _)| std::fs::read(path).unwrap()).collect();
    assert!(before == after, "evidence is kept");
}

#[test]
fn a_barrier_that_may_be_gone_concerns_everybody() {
    let bed = Bed::new();
    let store = open(&bed.options());
    let one = log(&store, 0);
    fill(&one, 0..10);
    one.truncate(Offset(5)).unwrap();
    fill(&one, 5..6);
    drop((one, store));
    let barrier = *groups(&bed).keys().nth_back(1).unwrap();
    let (path, at) = groups(&bed)[&barrier].clone();
    flip(&path, at + 350);
    is_out_of_service(&bed, &format!("group {barrier}"));
    assert!(verified(&bed).is_damaged());
    repaired(&bed, TOPIC);
    assert!(!verified(&bed).is_damaged());
}

#[test]
fn without_a_group_behind_it_a_missing_one_concerns_everybody() {
    let bed = four_logs();
    let numbers: Vec<_> = groups(&bed).into_keys().collect();
    let [.., last_but_one, last] = numbers[..] else { panic!("{numbers:?}") };
    lose(&bed, last_but_one);
    lose(&bed, last);
    is_out_of_service(&bed, "whom that concerns is not known");
    repaired(&bed, TOPIC);
    assert!(!verified(&bed).is_damaged());
    expect(&log(&open(&bed.options()), 3), 0..5);
}

#[test]
fn a_log_that_lay_in_a_missing_group_alone_gives_no_offset_twice() {
    let bed = Bed::new();
    let store = open(&bed.options());
    let topic = TopicId([8; 16]);
    let other = PartitionId { topic, index: PartitionIndex(0) };
    fill(&store.ensure(other, "other", Arc::new(durable()), EPOCH), 0..1);
    fill(&log(&store, 0), 0..1);
    drop(store);
    put_back(&bed, &[]);
    let _ = std::fs::remove_dir_all(bed.directory.path().join("other-0"));
    lose(&bed, 1);
    for _ in 0..2 {
        let store = open(&bed.options());
        let lost = store.ensure(other, "other", Arc::new(durable()), EPOCH);
        assert!(is_refused(&lost));
        store.set_aside_unclaimed();
        let new = PartitionId { topic, index: PartitionIndex(1) };
        fill(&store.ensure(new, "other", Arc::new(durable()), EPOCH), 0..1);
        store.close().unwrap();
        assert!(!has_directory(&bed, "other-0"));
        std::fs::remove_dir_all(bed.directory.path().join("other-1")).unwrap();
    }
    let found = verified(&bed);
    assert!(found.findings.iter().any(|finding| finding.why.contains("which has no directory")), "{found:?}");
    repaired(&bed, TOPIC);
    assert!(!verified(&bed).is_damaged());
    fill(&open(&bed.options()).ensure(other, "other", Arc::new(durable()), EPOCH), 0..1);
}

#[test]
fn a_log_that_lost_its_first_batches_misses_them() {
    let bed = Bed::new();
    let store = open(&bed.options());
    let one = log(&store, 0);
    (0..10).for_each(|n| fill(&one, n..n + 1));
    drop((one, store));
    put_back(&bed, &[(0, Vec::new())]);
    lose(&bed, 1);
    lose(&bed, 2);
    for (end, stop_in_order) in [(10, false), (11, true), (12, false)] {
        let store = open(&bed.options());
        let one = log(&store, 0);
        assert_eq!(readable(&one, end), all_but(0..2, end));
        assert_eq!(store.stats().ranges_lost, 1);
        fill(&one, end..end + 1);
        if stop_in_order {
            store.close().unwrap();
        }
    }
    assert_eq!(lost(&verified(&bed)), [(0, 0..2)]);
    repaired(&bed, TOPIC);
    assert!(!verified(&bed).is_damaged());
    let store = open(&bed.options());
    fill(&log(&store, 0), 13..14);
}

#[test]
fn nothing_is_missed_of_a_topic_that_is_deleted() {
    let bed = four_logs();
    let store = open(&bed.options());
    (0..4).for_each(|index| drop(log(&store, index)));
    store.delete([partition(0), partition(2)]);
    store.close().unwrap();
    drop(store);
    assert!(!verified(&bed).is_damaged());
}

fn has_directory(bed: &Bed, name: &str) -> bool {
    Path::new(bed.directory.path()).join(name).exists()
}

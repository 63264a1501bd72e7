//! What is left of a store after a clean stop, after a kill and after damage, seen through its public face alone.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::case_sensitive_file_extension_comparisons,
    reason = "a test stops where something is missing"
)]

mod support;

use std::sync::Arc;

use logstore::base::clock::Clock;
use logstore::base::types::{
    BrokerId, Offset, PartitionId, PartitionIndex, ProducerEpoch, ProducerId, Sequence, Timestamp, TopicId,
};
use logstore::batch::Attributes;
use logstore::batch::build::{BatchBuilder, Marker, RecordData};
use logstore::log::{LogConfig, Origin, ReadBound};
use logstore::store::{OpenError, RecoveryPhase, RecoveryProgress, Store, StoreOptions};
use parking_lot::Mutex;
use support::{
    Bed, EPOCH, TOPIC, append, config, durable, expect, fill, flip, id, open_watched, record, settle, value,
    verified,
};

#[test]
fn a_clean_stop_leaves_kafkas_files() {
    let bed = Bed::new();
    let (store, log) = bed.open();
    assert!(!bed.log_directory().exists(), "the directory appears with the first append");
    fill(&log, 0..100);
    store.close().unwrap();
    store.close().unwrap();

    let files = bed.files();
    let logs: Vec<_> = files.keys().filter(|name| name.ends_with(".log")).collect();
    assert_eq!(logs.len(), 5);
    assert_eq!(logs[1], "00000000000000000023.log");
    for name in logs {
        let index = &files[&name.replace(".log", ".index")];
        let times = &files[&name.replace(".log", ".timeindex")];
        assert_eq!((index.len() % 8, times.len() % 12), (0, 0));
        assert!(
            !index.is_empty() && times.len() / 12 >= index.len() / 8,
            "one time entry beside each, one at the end"
        );
    }
    assert!(files.contains_key("00000000000000000100.snapshot"));
    assert_eq!(files["leader-epoch-checkpoint"], b"0\n1\n3 0\n");
    assert_eq!(files["partition.metadata"], b"version: 0\ntopic_id: BwcHBwcHBwcHBwcHBwcHBw");
    let read = |name: &str| std::fs::read_to_string(bed.directory.path().join(name)).unwrap();
    assert_eq!(read("recovery-point-offset-checkpoint"), "0\n1\ntopic 0 100\n");
    assert_eq!(read("replication-offset-checkpoint"), "0\n1\ntopic 0 100\n");
    assert_eq!(read("log-start-offset-checkpoint"), "0\n0\n");
    assert_eq!(read(".kafka_cleanshutdown"), r#"{"version":0,"brokerEpoch":-1}"#);
    assert!(read("meta.properties").contains("cluster.id=cluster\n"));
    drop((store, log));

    let (store, log) = bed.open();
    assert!(!bed.directory.path().join(".kafka_cleanshutdown").exists());
    expect(&log, 0..100);
    fill(&log, 100..150);
    expect(&log, 0..150);
    store.close().unwrap();
    assert!(store.take_reports().is_empty());
}

#[test]
fn indexes_of_the_active_segment_come_with_a_stop() {
    let bed = Bed::new();
    let (store, log) = bed.open();
    fill(&log, 0..30);
    let indexes =
        |base: i32| ["index", "timeindex"].map(|kind| bed.file(&format!("{base:020}.{kind}")).exists());
    assert_eq!((indexes(0), indexes(23)), ([true, true], [false, false]));
    store.close().unwrap();
    assert_eq!(indexes(23), [true, true]);
}

#[test]
fn a_kill_before_its_indexes_came_loses_nothing_and_is_no_news() {
    let bed = Bed::new();
    let (store, log) = bed.open();
    fill(&log, 0..3);
    store.checkpoint();
    assert!(!bed.file("00000000000000000000.index").exists());
    drop((store, log));
    let (store, log) = bed.open();
    expect(&log, 0..3);
    assert!(store.take_reports().is_empty());
    store.close().unwrap();
}

#[test]
fn a_kill_loses_nothing_that_was_written() {
    let bed = Bed::new();
    for round in 0..3 {
        let (store, log) = bed.open();
        expect(&log, 0..round * 70);
        fill(&log, round * 70..(round + 1) * 70);
        drop((store, log));
    }
}

#[test]
fn recovered_indexes_are_those_of_a_clean_stop() {
    let (clean, killed) = (Bed::new(), Bed::new());
    for bed in [&clean, &killed] {
        let (store, log) = bed.open();
        fill(&log, 0..100);
        if bed.directory.path() == clean.directory.path() {
            store.close().unwrap();
        }
    }
    let (store, _log) = killed.open();
    store.close().unwrap();
    let (of_clean, of_killed) = (clean.files(), killed.files());
    for (name, bytes) in of_clean.iter().filter(|(name, _)| !name.ends_with(".snapshot")) {
        assert!(of_killed[name] == *bytes, "{name}");
    }
}

#[test]
fn a_torn_tail_is_cut() {
    for cut in [1, 60, 61, 100, 169] {
        let bed = Bed::new();
        let (store, log) = bed.open();
        fill(&log, 0..50);
        drop((store, log));
        let data = bed.newest(".log");
        let len = std::fs::metadata(&data).unwrap().len();
        std::fs::OpenOptions::new().write(true).open(&data).unwrap().set_len(len - cut).unwrap();
        let (store, log) = bed.open();
        let reports = store.take_reports();
        assert_eq!(reports.len(), 1, "cut by {cut}: {reports:?}");
        assert_eq!(reports[0].path, data);
        expect(&log, 0..49);
        fill(&log, 49..60);
        expect(&log, 0..60);
    }
}

#[test]
fn zeros_and_garbage_behind_the_log_are_cut() {
    for garbage in [vec![0; 5000], vec![0xa5; 77], value(1)] {
        let bed = Bed::new();
        let (store, log) = bed.open();
        fill(&log, 0..30);
        drop((store, log));
        let data = bed.newest(".log");
        let mut bytes = std::fs::read(&data).unwrap();
        bytes.extend(&garbage);
        std::fs::write(&data, bytes).unwrap();
        let (_store, log) = bed.open();
        expect(&log, 0..30);
    }
}

#[test]
fn what_follows_a_cut_goes() {
    let bed = Bed::new();
    let (store, log) = bed.open();
    fill(&log, 0..100);
    drop((store, log));
    flip(&bed.file("00000000000000000023.log"), 1000);
    let (store, log) = bed.open();
    assert_eq!(store.take_reports().len(), 4, "the cut one and three behind it");
    expect(&log, 0..28);
    assert!(!bed.file("00000000000000000046.log").exists());
}

#[test]
fn missing_and_senseless_indexes_are_rebuilt() {
    let good = Bed::new();
    let (store, log) = good.open();
    fill(&log, 0..100);
    store.close().unwrap();
    let good = good.files();
    for clean in [true, false] {
        let bed = Bed::new();
        let (store, log) = bed.open();
        fill(&log, 0..100);
        if clean {
            store.close().unwrap();
        }
        drop((store, log));
        std::fs::remove_file(bed.file("00000000000000000000.index")).unwrap();
        std::fs::remove_file(bed.file("00000000000000000023.timeindex")).unwrap();
        std::fs::write(bed.file("00000000000000000046.index"), vec![0x7f; 800]).unwrap();
        std::fs::write(bed.file("00000000000000000069.timeindex"), vec![0; 1200]).unwrap();
        std::fs::write(bed.file("00000000000000000092.index"), [1; 7]).unwrap();
        let (store, log) = bed.open();
        expect(&log, 0..100);
        store.close().unwrap();
        let files = bed.files();
        for (name, bytes) in good.iter().filter(|(name, _)| name.contains("index")) {
            assert!(files[name] == *bytes, "{name}, clean: {clean}");
        }
    }
}

#[test]
fn leftovers_are_cleared_and_swaps_completed() {
    let bed = Bed::new();
    let (store, log) = bed.open();
    fill(&log, 0..100);
    store.close().unwrap();
    drop((store, log));
    let rename = |from: &str, to: &str| std::fs::rename(bed.file(from), bed.file(to)).unwrap();
    std::fs::write(bed.file("00000000000000000000.log.deleted"), b"gone").unwrap();
    std::fs::write(bed.file("00000000000000000092.log.cleaned"), b"half").unwrap();
    std::fs::write(bed.file("00000000000000000092.log.swap"), b"of a split").unwrap();
    // A compaction that had merged the segments at 0 and 23 when the process was killed.
    let merged =
        [bed.files()["00000000000000000000.log"].clone(), bed.files()["00000000000000000023.log"].clone()];
    std::fs::write(bed.file("00000000000000000000.log.swap"), merged.concat()).unwrap();
    rename("00000000000000000000.index", "00000000000000000000.index.swap");
    std::fs::remove_file(bed.file("00000000000000000000.timeindex")).unwrap();

    let (store, log) = bed.open();
    expect(&log, 0..100);
    let names: Vec<_> = bed.files().into_keys().collect();
    assert!(names.iter().all(|name| !name.ends_with("swap") && !name.ends_with("ed")), "{names:?}");
    assert!(!names.contains(&"00000000000000000023.log".to_owned()));
    store.close().unwrap();
}

#[test]
fn producers_survive_a_stop_and_a_kill() {
    for clean in [true, false] {
        let bed = Bed::new();
        let producer = |sequence: i32| {
            // A producer whose last batch is older than a day is forgotten.
            let record = RecordData { timestamp: bed.clock.now(), ..record(0) };
            BatchBuilder::new().record(record).producer(ProducerId(5), ProducerEpoch(0), Sequence(sequence))
        };
        let (store, log) = bed.open();
        for sequence in 0..60 {
            append(&log, producer(sequence), Origin::Client).unwrap();
        }
        settle(&log);
        if clean {
            store.close().unwrap();
        }
        drop((store, log));
        let (_store, log) = bed.open();
        let again = append(&log, producer(59), Origin::Client).unwrap();
        assert_eq!((again.base_offset, again.duplicate), (Offset(59), true));
        assert_eq!(append(&log, producer(61), Origin::Client).unwrap_err().error_code(), 45);
        assert_eq!(append(&log, producer(60), Origin::Client).unwrap().base_offset, Offset(60));
    }
}

#[test]
fn transactions_survive_a_stop_and_a_kill() {
    for clean in [true, false] {
        let bed = Bed::new();
        let data = |id: i64, sequence: i32| {
            let producer = (ProducerId(id), ProducerEpoch(0), Sequence(sequence));
            let builder = BatchBuilder::new().record(record(0)).attributes(Attributes::TRANSACTIONAL);
            builder.producer(producer.0, producer.1, producer.2)
        };
        let end = |id: i64, marker| {
            BatchBuilder::end_transaction(marker, ProducerId(id), ProducerEpoch(0), 0, Timestamp(5))
        };
        let (store, log) = bed.open();
        append(&log, data(1, 0), Origin::Client).unwrap(); // 0
        append(&log, data(2, 0), Origin::Client).unwrap(); // 1
        append(&log, end(1, Marker::Abort), Origin::Coordinator).unwrap(); // 2
        append(&log, data(1, 1), Origin::Client).unwrap(); // 3
        append(&log, end(1, Marker::Commit), Origin::Coordinator).unwrap(); // 4
        settle(&log);
        assert_eq!(log.offsets().unwrap().last_stable, Offset(1));
        if clean {
            store.close().unwrap();
        }
        drop((store, log));

        let (_store, log) = bed.open();
        let offsets = log.offsets().unwrap();
        assert_eq!((offsets.last_stable, offsets.high_watermark), (Offset(1), Offset(5)));
        let read = log.read(Offset(0), 1 << 20, ReadBound::LastStable, true).unwrap();
        assert_eq!(read.aborted.len(), 1);
        assert_eq!((read.aborted[0].first_offset, read.aborted[0].last_offset), (Offset(0), Offset(2)));
        append(&log, end(2, Marker::Abort), Origin::Coordinator).unwrap(); // 5
        settle(&log);
        assert_eq!(log.offsets().unwrap().last_stable, Offset(6));
        let read = log.read(Offset(1), 1 << 20, ReadBound::LastStable, true).unwrap();
        assert_eq!(read.aborted.len(), 2);
        let read = log.read(Offset(3), 1 << 20, ReadBound::LastStable, true).unwrap();
        assert_eq!(read.aborted.len(), 1, "the marker at 2 lies before what is read");
    }
}

#[test]
fn records_go_by_time_and_by_request() {
    let bed = Bed::new();
    let (store, log) = bed.open();
    fill(&log, 0..100);
    assert_eq!(log.delete_records(Offset(30)).unwrap(), Offset(30));
    assert_eq!(log.delete_records(Offset(101)).unwrap_err().error_code(), 1);
    assert_eq!(log.delete_records(Offset(-2)).unwrap_err().error_code(), 1);
    assert_eq!(log.read(Offset(29), 1, ReadBound::HighWatermark, true).unwrap_err().error_code(), 1);
    let retention = LogConfig { retention_ms: -1, file_delete_delay_ms: 5000, ..config() };
    log.configure(Arc::new(retention.clone()));
    bed.clock.advance(1000);
    store.keep_house();
    assert!(bed.file("00000000000000000000.log.deleted").exists());
    assert!(!bed.file("00000000000000000000.log").exists());
    expect(&log, 30..100);
    bed.clock.advance(5000);
    store.keep_house();
    assert!(!bed.file("00000000000000000000.log.deleted").exists());
    let starts = std::fs::read_to_string(bed.directory.path().join("log-start-offset-checkpoint")).unwrap();
    assert_eq!(starts, "0\n1\ntopic 0 30\n");
    drop((store, log));

    let (store, log) = bed.open();
    log.configure(Arc::new(retention.clone()));
    expect(&log, 30..100);
    // Everything is older than a minute, the active segment too.
    log.configure(Arc::new(LogConfig { retention_ms: 60_000, ..retention }));
    bed.clock.advance(1000);
    store.keep_house();
    let offsets = log.offsets().unwrap();
    assert_eq!((offsets.log_start, offsets.log_end), (Offset(100), Offset(100)));
    assert!(bed.file("00000000000000000100.log").exists());
    fill(&log, 100..110);
    expect(&log, 100..110);
    store.close().unwrap();
    drop((store, log));
    let (_store, log) = bed.open();
    expect(&log, 100..110);
}

#[test]
fn truncation_leaves_a_prefix() {
    for to in [0, 10, 23, 50, 99] {
        let bed = Bed::new();
        let (store, log) = bed.open();
        fill(&log, 0..100);
        let offsets = log.truncate(Offset(to)).unwrap();
        assert_eq!((offsets.log_end, offsets.high_watermark), (Offset(to), Offset(to)));
        expect(&log, 0..to as usize);
        fill(&log, to as usize..120);
        expect(&log, 0..120);
        store.close().unwrap();
        drop((store, log));
        let (_store, log) = bed.open();
        expect(&log, 0..120);
    }
}

#[test]
fn a_deleted_partition_goes_and_its_name_is_free() {
    let bed = Bed::new();
    let (store, log) = bed.open();
    fill(&log, 0..10);
    store.delete([id()]);
    assert_eq!(log.offsets().unwrap_err().error_code(), 3);
    assert!(store.log(&id()).is_none());
    let other = PartitionId { topic: TopicId([8; 16]), ..id() };
    let log = store.ensure(other, TOPIC, Arc::new(config()), EPOCH);
    fill(&log, 0..5);
    expect(&log, 0..5);
    let renamed = |bed: &Bed| {
        let entries = std::fs::read_dir(bed.directory.path()).unwrap();
        entries
            .filter(|entry| entry.as_ref().unwrap().file_name().to_str().unwrap().ends_with("-delete"))
            .count()
    };
    assert_eq!(renamed(&bed), 1);
    bed.clock.advance(60_000);
    store.keep_house();
    assert_eq!(renamed(&bed), 0);
}

#[test]
fn a_directory_of_another_topic_is_set_aside() {
    let bed = Bed::new();
    let (store, log) = bed.open();
    fill(&log, 0..10);
    drop((store, log));
    let store = Store::open(bed.options(), &|_| ()).unwrap();
    let other = PartitionId { topic: TopicId([8; 16]), ..id() };
    store.close().unwrap();
    drop(store);
    let store = Store::open(bed.options(), &|_| ()).unwrap();
    let log = store.ensure(other, TOPIC, Arc::new(config()), EPOCH);
    assert_eq!(log.offsets().unwrap().log_end, Offset(0));
    fill(&log, 0..3);
    let entries = std::fs::read_dir(bed.directory.path()).unwrap();
    assert!(
        entries
            .map(|entry| entry.unwrap().file_name())
            .any(|name| name.to_str().unwrap().ends_with("-stray"))
    );
}

#[test]
fn directories_are_guarded() {
    let bed = Bed::new();
    let (store, log) = bed.open();
    assert!(matches!(Store::open(bed.options(), &|_| ()), Err(OpenError::Locked(_))));
    drop((store, log));
    let foreign = StoreOptions { cluster_id: "other".into(), ..bed.options() };
    assert!(matches!(Store::open(foreign, &|_| ()), Err(OpenError::Foreign { key: "cluster.id", .. })));
    let foreign = StoreOptions { broker_id: BrokerId(2), ..bed.options() };
    assert!(matches!(Store::open(foreign, &|_| ()), Err(OpenError::Foreign { key: "node.id", .. })));
    let none = StoreOptions { directories: Vec::new(), ..bed.options() };
    assert!(matches!(Store::open(none, &|_| ()), Err(OpenError::NoDirectory)));
}

#[test]
fn recovery_reports_its_progress() {
    let bed = Bed::new();
    let (store, first) = bed.open();
    for index in 0..20 {
        let log = store.ensure(
            PartitionId { index: PartitionIndex(index), ..id() },
            TOPIC,
            Arc::new(config()),
            EPOCH,
        );
        fill(&log, 0..10);
    }
    drop((store, first));
    let seen = Mutex::new(Vec::new());
    let store = Store::open(bed.options(), &|progress| seen.lock().push(progress)).unwrap();
    let seen = seen.into_inner();
    assert_eq!(seen[0], RecoveryProgress::default());
    assert_eq!((seen[1].phase, seen[1].logs_done, seen[1].logs), (RecoveryPhase::Recovering, 0, 20));
    assert!((0..=20).all(|done| seen.iter().any(|so_far| so_far.logs_done == done)));
    let last = *seen.last().unwrap();
    assert_eq!((last.phase, last.logs_done, last.bytes_to_replay), (RecoveryPhase::Done, 20, 0));
    assert!(last.bytes_scanned > 20 * 10 * 100);
    let directories = store.directories();
    assert_eq!((directories.len(), directories[0].logs.len(), directories[0].failed), (1, 20, false));
    assert!(directories[0].logs.iter().all(|(_, bytes)| *bytes > 1000));
}

#[test]
fn a_replay_counts_what_it_reads_and_what_it_takes_in() {
    let bed = Bed::new();
    let (store, log) = bed.open_as(durable());
    fill(&log, 0..50);
    log.write_behind();
    fill(&log, 50..80);
    drop((store, log));
    let in_segments = verified(&bed).partitions[0].log_end.0 as u64;
    let last = Mutex::new(RecoveryProgress::default());
    let store = open_watched(&bed.options(), &|progress| *last.lock() = progress);
    // Nobody has named its topic: it lies in a directory.
    let last = last.into_inner();
    assert_eq!((last.phase, last.logs_done, last.logs), (RecoveryPhase::Done, 1, 1));
    assert!(last.bytes_to_replay > 80 * 100);
    assert_eq!((last.bytes_replayed, last.records_replayed), (last.bytes_to_replay, 80 - in_segments));
    store.close().unwrap();
}

#[test]
fn a_log_that_ends_below_its_start_goes_on_there() {
    let bed = Bed::new();
    let (store, log) = bed.open();
    fill(&log, 0..40);
    log.delete_records(Offset(30)).unwrap();
    log.flush().unwrap();
    store.checkpoint();
    drop((store, log));
    for name in bed.files().into_keys().filter(|name| !name.starts_with("00000000000000000000.")) {
        std::fs::remove_file(bed.file(&name)).unwrap();
    }
    std::fs::write(bed.directory.path().join("recovery-point-offset-checkpoint"), "0\n0\n").unwrap();
    let (_store, log) = bed.open();
    assert_eq!((log.offsets().unwrap().log_start, log.offsets().unwrap().log_end), (Offset(30), Offset(30)));
}

#[test]
fn a_log_whose_topic_cannot_be_told_answers_storage_errors() {
    let bed = Bed::new();
    let (store, log) = bed.open();
    fill(&log, 0..5);
    drop((store, log));
    std::fs::write(bed.file("partition.metadata"), "version: 0\ntopic_id: not one").unwrap();
    let (store, log) = bed.open();
    assert_eq!(log.offsets().unwrap_err().error_code(), 56);
    assert!(!store.take_reports().is_empty());
}

#[test]
fn a_write_ahead_log_of_another_directory_is_not_replayed() {
    let bed = Bed::new();
    let (store, log) = bed.open_as(durable());
    fill(&log, 0..5);
    drop((store, log));
    let path = bed.directory.path().join("meta.properties");
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<_> = text.lines().filter(|line| !line.starts_with("directory.id=")).collect();
    std::fs::write(&path, lines.join("\n")).unwrap();
    let (store, log) = bed.open_as(durable());
    assert_eq!(log.offsets().unwrap_err().error_code(), 56);
    assert!(store.failures().iter().any(|(_, why)| why.contains("directory.id")));
}

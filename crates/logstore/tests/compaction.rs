//! Compaction against a simple oracle, beside readers, and over crashes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use logstore::base::types::{Offset, PartitionId, ProducerEpoch, ProducerId, Sequence, Timestamp, TopicId};
use logstore::batch::build::{BatchBuilder, Marker, RecordData};
use logstore::batch::{self, Attributes, Codec};
use logstore::log::{Log, LogConfig, Origin, ReadBound};
use logstore::store::{CleanerOptions, Store, StoreOptions};
use proptest::prelude::*;
use support::{Bed, EPOCH, TOPIC, append, bytes_of, id, settle};

/// How long tombstones stay.
const DELETE_RETENTION_MS: i64 = 500;

fn config() -> LogConfig {
    LogConfig { delete_retention_ms: DELETE_RETENTION_MS, ..support::compacted() }
}

fn options(bed: &Bed) -> StoreOptions {
    let options = bed.options();
    // The tests call for a round themselves.
    StoreOptions { cleaner: CleanerOptions { threads: 0, ..options.cleaner }, ..options }
}

fn open_with(config: LogConfig, options: &StoreOptions) -> (Arc<Store>, Arc<Log>) {
    let store = support::open(options);
    let log = store.ensure(id(), TOPIC, Arc::new(config), EPOCH);
    (store, log)
}

fn open(bed: &Bed) -> (Arc<Store>, Arc<Log>) {
    open_with(config(), &options(bed))
}

/// Names of the partition's files that end so.
fn ending(bed: &Bed, suffix: &str) -> Vec<String> {
    bed.files().into_keys().filter(|name| name.ends_with(suffix)).collect()
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    timestamp: i64,
    key: Option<Vec<u8>>,
    value: Option<Vec<u8>>,
}

fn keyed(key: u8, value: Option<&str>, timestamp: i64) -> RecordData {
    RecordData {
        timestamp: Timestamp(timestamp),
        key: Some(vec![key]),
        value: value.map(|value| value.as_bytes().to_vec()),
        headers: vec![("h".into(), Some(vec![key]))],
    }
}

/// Every record, by offset, as consumers get them; control batches left out.
fn records(log: &Log) -> BTreeMap<i64, Seen> {
    let mut all = BTreeMap::new();
    let mut next = log.offsets().unwrap().log_start;
    loop {
        let read = log.read(next, 700, ReadBound::HighWatermark, true).unwrap();
        if read.slices.is_empty() {
            return all;
        }
        for bytes in read.slices.iter().map(bytes_of) {
            for batch in batch::iter(&bytes) {
                let batch = batch.unwrap();
                assert!(batch.verify_crc());
                assert!(batch.header().next_offset() > next, "offsets ascend");
                next = batch.header().next_offset();
                if batch.header().attributes.is_control() {
                    continue;
                }
                for record in batch.records().unwrap().iter() {
                    let record = record.unwrap();
                    let [key, value] = [record.key, record.value].map(|bytes| bytes.map(<[u8]>::to_vec));
                    let seen = Seen { timestamp: record.timestamp.0, key, value };
                    assert!(all.insert(record.offset.0, seen).is_none(), "each offset once");
                }
            }
        }
    }
}

/// Fills the active segment's rest with keys that nobody else has, until another one begins.
fn roll(log: &Log) {
    let filler = RecordData { key: Some(b"filler".to_vec()), ..support::record(0) };
    let filler = RecordData { timestamp: Timestamp(support::CLOCK_START_MS), ..filler };
    let filler = BatchBuilder::new().record(filler);
    for _ in 0..16 {
        append(log, filler.clone(), Origin::Client).unwrap();
    }
    settle(log);
}

fn put(log: &Log, key: u8, value: Option<&str>) -> i64 {
    let builder = BatchBuilder::new().record(keyed(key, value, 1000));
    append(log, builder, Origin::Client).unwrap().base_offset.0
}

/// Values of all records with a one-byte key.
fn values(log: &Log) -> Vec<(u8, Option<String>)> {
    let text = |value: Vec<u8>| String::from_utf8(value).unwrap();
    let kept = records(log).into_values().filter(|seen| seen.key.as_ref().is_some_and(|key| key.len() == 1));
    kept.map(|seen| (seen.key.unwrap()[0], seen.value.map(text))).collect()
}

fn compact(store: &Store) -> usize {
    let rounds = std::iter::from_fn(|| store.compact().then_some(())).take(20).count();
    assert!(rounds < 20, "it ends");
    rounds
}

#[test]
fn the_newest_record_of_each_key_stays() {
    let bed = Bed::new();
    let (store, log) = open(&bed);
    for value in ["a", "b", "c"] {
        put(&log, 1, Some(value));
        put(&log, 2, Some(value));
    }
    let last = put(&log, 3, Some("only"));
    roll(&log);
    put(&log, 1, Some("active"));
    settle(&log);
    let end = log.offsets().unwrap().log_end;
    assert_eq!(compact(&store), 1);
    let some = |value: &str| Some(value.to_owned());
    assert_eq!(values(&log), [(1, some("c")), (2, some("c")), (3, some("only")), (1, some("active"))]);
    assert_eq!(records(&log)[&last].key, Some(vec![3]), "at its old offset");
    assert_eq!(log.offsets().unwrap().log_end, end);
    assert_eq!(compact(&store), 0, "nothing is new");

    put(&log, 3, Some("newer"));
    roll(&log);
    assert_eq!(compact(&store), 1);
    assert_eq!(values(&log), [(2, some("c")), (1, some("active")), (3, some("newer"))]);
    store.close().unwrap();
    let (_store, log) = open(&bed);
    assert_eq!(values(&log).len(), 3, "after a restart too");
}

#[test]
fn tombstones_stay_for_a_while_after_the_round_that_could_drop_them() {
    let bed = Bed::new();
    let (store, log) = open(&bed);
    put(&log, 1, Some("x"));
    put(&log, 1, None);
    roll(&log);
    let round = |log: &Log| {
        put(log, 9, Some("new"));
        roll(log);
        compact(&store);
    };
    round(&log);
    assert_eq!(values(&log)[0], (1, None));
    bed.clock.advance(DELETE_RETENTION_MS - 1);
    round(&log);
    assert_eq!(values(&log)[0], (1, None), "not yet");
    assert_eq!(records(&log).values().next().unwrap().timestamp, 1000, "its time is as it was");
    bed.clock.advance(1);
    round(&log);
    assert!(values(&log).iter().all(|(key, _)| *key != 1));
}

#[test]
fn what_is_too_young_waits() {
    let bed = Bed::new();
    let lag = LogConfig { min_compaction_lag_ms: 10_000, ..config() };
    let (store, log) = open_with(lag, &options(&bed));
    let now = support::CLOCK_START_MS;
    for _ in 0..2 {
        let builder = BatchBuilder::new().record(keyed(1, Some("x"), now));
        append(&log, builder, Origin::Client).unwrap();
    }
    roll(&log);
    assert_eq!(compact(&store), 0);
    bed.clock.advance(10_000);
    assert_eq!(compact(&store), 1);
    assert_eq!(values(&log).len(), 1);
}

#[test]
fn a_log_with_little_new_waits_unless_it_waited_for_long() {
    let bed = Bed::new();
    let lazy = LogConfig { min_cleanable_dirty_ratio: 0.9, max_compaction_lag_ms: 5000, ..config() };
    let (store, log) = open_with(lazy, &options(&bed));
    let fill = |keys: std::ops::Range<u8>| {
        for key in keys {
            let now = bed_now(&bed);
            append(&log, BatchBuilder::new().record(keyed(key, Some("value"), now)), Origin::Client).unwrap();
        }
        roll(&log);
    };
    fill(0..100);
    assert_eq!(compact(&store), 1, "all of it is new");
    fill(0..3);
    assert_eq!(compact(&store), 0, "a small part is new");
    bed.clock.advance(5001);
    assert_eq!(compact(&store), 1, "it waited for too long");
}

fn bed_now(bed: &Bed) -> i64 {
    use logstore::base::clock::Clock as _;
    bed.clock.now().0
}

#[test]
fn records_without_a_key_go() {
    let bed = Bed::new();
    let (store, log) = open_with(LogConfig { cleanup_compact: false, ..config() }, &options(&bed));
    append(&log, BatchBuilder::new().value(b"no key"), Origin::Client).unwrap();
    put(&log, 1, Some("x"));
    roll(&log);
    assert_eq!(compact(&store), 0, "not compacted");
    log.configure(Arc::new(config()));
    compact(&store);
    let kept = records(&log);
    assert!(kept.values().all(|seen| seen.key.is_some()));
    assert_eq!(values(&log).len(), 1);
}

#[test]
fn small_segments_become_one() {
    let bed = Bed::new();
    let (store, log) = open(&bed);
    for n in 0..200_u8 {
        put(&log, n % 5, Some("some value that takes room"));
    }
    roll(&log);
    let before = ending(&bed, ".log").len();
    compact(&store);
    // The first round made them small, the next puts them together.
    put(&log, 1, Some("new"));
    roll(&log);
    compact(&store);
    let after = ending(&bed, ".log").len();
    assert!(before > 10 && after <= 5, "{before} became {after}");
    assert!(ending(&bed, ".cleaned").is_empty() && ending(&bed, ".swap").is_empty());
    assert!(!ending(&bed, ".deleted").is_empty());
    bed.clock.advance(config().file_delete_delay_ms);
    store.keep_house();
    assert!(ending(&bed, ".deleted").is_empty());
}

#[test]
fn a_map_without_room_for_all_keys_takes_several_rounds() {
    let bed = Bed::new();
    let options = options(&bed);
    let cleaner = CleanerOptions { map_bytes: 24 * 12, ..options.cleaner };
    let (store, log) = open_with(config(), &StoreOptions { cleaner, ..options });
    for n in 0..90_u8 {
        put(&log, n % 30, Some("v"));
    }
    roll(&log);
    let rounds = std::iter::from_fn(|| store.compact().then_some(())).take(200).count();
    assert!((9..100).contains(&rounds), "{rounds} rounds");
    let kept = values(&log);
    assert_eq!(kept.len(), 30);
    assert!(kept.iter().map(|(key, _)| *key).eq(0..30));
}

#[test]
fn a_producers_last_batch_stays_so_that_its_sequence_is_known() {
    let bed = Bed::new();
    let (store, log) = open(&bed);
    let batch = |sequence: i32| {
        let builder = BatchBuilder::new().producer(ProducerId(7), ProducerEpoch(0), Sequence(sequence));
        builder.record(keyed(1, Some("x"), 1000))
    };
    append(&log, batch(0), Origin::Client).unwrap();
    append(&log, batch(1), Origin::Client).unwrap();
    put(&log, 1, Some("newest"));
    roll(&log);
    compact(&store);
    assert_eq!(values(&log), [(1, Some("newest".into()))]);
    drop((store, log));
    // Not closed: the producers come from the batches, and no snapshot is left to help.
    for name in ending(&bed, ".snapshot") {
        std::fs::remove_file(bed.file(&name)).unwrap();
    }
    let (_store, log) = open(&bed);
    assert!(append(&log, batch(1), Origin::Client).unwrap().duplicate);
    assert!(append(&log, batch(3), Origin::Client).is_err());
    append(&log, batch(2), Origin::Client).unwrap();
}

#[test]
fn aborted_records_go_and_markers_after_them() {
    let bed = Bed::new();
    let (store, log) = open(&bed);
    let transactional = |producer: i64, sequence: i32, key: u8| {
        BatchBuilder::new()
            .attributes(Attributes::TRANSACTIONAL)
            .producer(ProducerId(producer), ProducerEpoch(0), Sequence(sequence))
            .record(keyed(key, Some("transactional"), 1000))
    };
    let end = |marker, producer: i64| {
        let builder =
            BatchBuilder::end_transaction(marker, ProducerId(producer), ProducerEpoch(0), 0, Timestamp(1000));
        append(&log, builder, Origin::Coordinator).unwrap();
    };
    put(&log, 1, Some("before"));
    append(&log, transactional(1, 0, 1), Origin::Client).unwrap();
    append(&log, transactional(2, 0, 2), Origin::Client).unwrap();
    end(Marker::Abort, 1);
    end(Marker::Commit, 2);
    // Later batches of both, so that none of the above is a producer's last.
    for producer in [1, 2] {
        append(&log, transactional(producer, 1, 3), Origin::Client).unwrap();
        end(Marker::Commit, producer);
    }
    roll(&log);
    let controls = |log: &Log| {
        let read = log.read(Offset(0), 1 << 20, ReadBound::HighWatermark, true).unwrap();
        let bytes: Vec<u8> = read.slices.iter().flat_map(bytes_of).collect();
        batch::iter(&bytes).filter(|batch| batch.as_ref().unwrap().header().attributes.is_control()).count()
    };
    compact(&store);
    let kept = values(&log);
    assert_eq!(kept[0], (1, Some("before".into())), "an aborted record does not hide an older one");
    assert_eq!(kept.iter().filter(|(_, value)| value.as_deref() == Some("transactional")).count(), 2);
    assert_eq!(controls(&log), 4, "no marker goes with its records");
    let aborted =
        |log: &Log| log.read(Offset(0), 1 << 20, ReadBound::LastStable, true).unwrap().aborted.len();
    assert_eq!(aborted(&log), 1, "readers of committed records are still told");

    let round = || {
        put(&log, 9, Some("new"));
        roll(&log);
        compact(&store);
    };
    round();
    bed.clock.advance(DELETE_RETENTION_MS);
    round();
    assert_eq!(controls(&log), 3, "the marker without records is gone");
    assert_eq!(aborted(&log), 0);
}

#[test]
fn an_open_transaction_is_not_touched() {
    let bed = Bed::new();
    let (store, log) = open(&bed);
    put(&log, 1, Some("old"));
    put(&log, 1, Some("new"));
    roll(&log);
    let builder =
        BatchBuilder::new().attributes(Attributes::TRANSACTIONAL).record(keyed(1, Some("open"), 1000));
    append(&log, builder.producer(ProducerId(1), ProducerEpoch(0), Sequence(0)), Origin::Client).unwrap();
    put(&log, 1, Some("behind it"));
    put(&log, 1, Some("behind it"));
    roll(&log);
    compact(&store);
    let kept = values(&log);
    assert!(kept.iter().filter(|(_, value)| value.as_deref() == Some("behind it")).count() == 2);
    assert!(kept.iter().all(|(_, value)| value.as_deref() != Some("old")));
}

/// Compacts a log in which each of four keys has two records.
fn compact_twos(store: &Store, log: &Log, value: &str) {
    for n in 0..8 {
        put(log, n % 4, Some(value));
    }
    roll(log);
    compact(store);
}

fn once(value: &str) -> Vec<(u8, Option<String>)> {
    (0..4).map(|key| (key, Some(value.to_owned()))).collect()
}

#[test]
fn how_far_a_log_was_compacted_is_not_said_of_the_next_one_of_its_name() {
    let bed = Bed::new();
    let (store, log) = open(&bed);
    compact_twos(&store, &log, "old");
    assert_eq!(values(&log), once("old"));
    store.close().unwrap();
    drop((store, log));
    // Whose its directory is shows when it is first used.
    let store = support::open(&options(&bed));
    let next = PartitionId { topic: TopicId([8; 16]), ..id() };
    let log = store.ensure(next, TOPIC, Arc::new(config()), EPOCH);
    compact_twos(&store, &log, "new");
    assert_eq!(values(&log), once("new"));
}

#[test]
fn what_takes_the_place_of_what_was_cut_is_compacted() {
    let bed = Bed::new();
    let (store, log) = open(&bed);
    compact_twos(&store, &log, "old");
    log.truncate(Offset(6)).unwrap();
    compact_twos(&store, &log, "new");
    assert_eq!(values(&log), once("new"));
}

#[test]
fn readers_go_on_while_segments_are_replaced() {
    let bed = Bed::new();
    // Files are closed and opened again all the time.
    let options = StoreOptions { open_files_max: 4, ..options(&bed) };
    let (store, log) = open_with(config(), &options);
    for n in 0..100_u8 {
        put(&log, n % 10, Some("before"));
    }
    roll(&log);
    let stop = AtomicBool::new(false);
    let read_on = || {
        let mut reads = 0;
        while !stop.load(Ordering::Relaxed) {
            // What is read is checked there: CRC, order, each offset once.
            let newest: HashMap<_, _> =
                records(&log).into_values().map(|seen| (seen.key, seen.value)).collect();
            assert_eq!(newest.len(), 11, "no key is ever missing");
            reads += 1;
        }
        reads
    };
    std::thread::scope(|scope| {
        let readers = [(); 2].map(|()| scope.spawn(read_on));
        for round in 0..25 {
            for n in 0..30_u8 {
                put(&log, n % 10, Some(&format!("round {round}")));
            }
            roll(&log);
            log.drop_tail();
            compact(&store);
            bed.clock.advance(config().file_delete_delay_ms);
            store.keep_house();
        }
        stop.store(true, Ordering::Relaxed);
        assert!(readers.into_iter().all(|reader| reader.join().unwrap() > 0));
    });
}

/// What a crash may leave of a swap is completed or undone.
#[test]
fn a_swap_is_completed_after_a_crash() {
    let bed = Bed::new();
    let (store, log) = open(&bed);
    for n in 0..60_u8 {
        put(&log, n % 4, Some("value"));
    }
    roll(&log);
    compact(&store);
    put(&log, 1, Some("new"));
    roll(&log);
    let not_deleted = |bed: &Bed| -> BTreeMap<_, _> {
        bed.files().into_iter().filter(|(name, _)| !name.ends_with(".deleted")).collect()
    };
    let before = not_deleted(&bed);
    compact(&store);
    let after = not_deleted(&bed);
    let expected = records(&log);
    // Written before anything is compacted.
    let name = "recovery-point-offset-checkpoint";
    let recovery_points = std::fs::read(bed.directory.path().join(name)).unwrap();
    let after_crash = || {
        let bed = Bed::new();
        std::fs::create_dir(bed.log_directory()).unwrap();
        std::fs::write(bed.directory.path().join(name), &recovery_points).unwrap();
        bed
    };
    drop((store, log));
    let copy = |name: &str| after.contains_key(name) && before.get(name) != after.get(name);
    let copied: Vec<&String> = after.keys().filter(|name| copy(name)).collect();
    let replaced: Vec<&String> = before.keys().filter(|name| !after.contains_key(*name)).collect();
    assert!(copied.len() >= 2 && replaced.len() >= 4, "{copied:?} {replaced:?}");

    // Decided, and as many of the old files gone as a crash may have left.
    for gone in 0..=replaced.len() {
        let bed = after_crash();
        for (name, bytes) in
            before.iter().filter(|(name, _)| !replaced.iter().take(gone).any(|gone| gone == name))
        {
            std::fs::write(bed.file(name), bytes).unwrap();
        }
        for name in &copied {
            std::fs::write(bed.file(&format!("{name}.swap")), &after[*name]).unwrap();
        }
        let (_store, log) = open(&bed);
        assert_eq!(records(&log), expected, "{gone} of the replaced files were gone");
    }
    // Not decided yet.
    let bed = after_crash();
    for (name, bytes) in &before {
        std::fs::write(bed.file(name), bytes).unwrap();
    }
    for name in &copied {
        std::fs::write(bed.file(&format!("{name}.cleaned")), &after[*name]).unwrap();
    }
    let (_store, log) = open(&bed);
    assert!(records(&log).len() > expected.len());
}

#[test]
fn a_damaged_segment_is_left_alone_and_reported() {
    let bed = Bed::new();
    let (store, log) = open(&bed);
    for n in 0..60_u8 {
        put(&log, n % 4, Some("value"));
    }
    roll(&log);
    let path = bed.file("00000000000000000000.log");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[200] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    compact(&store);
    assert_eq!(std::fs::read(&path).unwrap(), bytes, "nothing was replaced");
    let reports = store.take_reports();
    assert!(reports.iter().any(|report| report.why.contains("compaction")), "{reports:?}");
    assert_eq!(store.stats().compactions_given_up, 1);
    assert_eq!(compact(&store), 0);
}

#[derive(Clone, Debug)]
enum Step {
    Batch { keys: Vec<(u8, bool)>, codec: Codec, producer: bool },
    Compact,
    Wait(i64),
    Restart { clean: bool },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let codec = prop::sample::select(vec![Codec::None, Codec::Lz4, Codec::Zstd]);
    let batch = (prop::collection::vec((0..8_u8, prop::bool::weighted(0.2)), 1..6), codec, any::<bool>())
        .prop_map(|(keys, codec, producer)| Step::Batch { keys, codec, producer });
    let step = prop_oneof![
        12 => batch,
        2 => Just(Step::Compact),
        1 => (1..DELETE_RETENTION_MS * 2).prop_map(Step::Wait),
        1 => any::<bool>().prop_map(|clean| Step::Restart { clean }),
    ];
    prop::collection::vec(step, 1..120)
}

/// What is in the log against everything that was ever appended.
fn check(log: &Log, appended: &BTreeMap<i64, Seen>) -> Result<(), TestCaseError> {
    let kept = records(log);
    for (offset, seen) in &kept {
        prop_assert_eq!(appended.get(offset), Some(seen), "offset {}", offset);
    }
    let mut newest: HashMap<&Option<Vec<u8>>, (i64, &Seen)> = HashMap::new();
    for (offset, seen) in appended {
        newest.insert(&seen.key, (*offset, seen));
    }
    for (offset, seen) in newest.into_values().filter(|(_, seen)| seen.value.is_some()) {
        prop_assert_eq!(kept.get(&offset), Some(seen), "the newest of its key");
    }
    Ok(())
}

/// Below where a round ended no key is there twice.
fn check_compacted(log: &Log, below: Offset) -> Result<(), TestCaseError> {
    let mut keys = HashMap::new();
    for (offset, seen) in records(log).range(..below.0) {
        prop_assert_eq!(keys.insert(seen.key.clone(), *offset), None, "twice");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if std::env::var_os("MILLRACE_FULL").is_some() { 400 } else { 24 }, ..ProptestConfig::default() })]

    #[test]
    fn model(steps in steps()) {
        let bed = Bed::new();
        let (mut store, mut log) = open(&bed);
        let mut appended = BTreeMap::new();
        let mut sequence = 0;
        for step in steps {
            match step {
                Step::Batch { keys, codec, producer } => {
                    let mut builder = BatchBuilder::new().codec(codec);
                    if producer {
                        builder = builder.producer(ProducerId(3), ProducerEpoch(0), Sequence(sequence));
                        sequence += keys.len() as i32;
                    }
                    let now = bed_now(&bed);
                    let texts: Vec<String> = (0..keys.len()).map(|n| format!("{} {n} {}", now, "x".repeat(40))).collect();
                    for ((key, tombstone), text) in keys.iter().zip(&texts) {
                        builder = builder.record(keyed(*key, (!tombstone).then_some(text.as_str()), now));
                    }
                    let at = append(&log, builder, Origin::Client).unwrap();
                    prop_assert!(!at.duplicate);
                    for (((key, tombstone), text), offset) in keys.iter().zip(&texts).zip(at.base_offset.0..) {
                        let value = (!tombstone).then(|| text.clone().into_bytes());
                        appended.insert(offset, Seen { timestamp: now, key: Some(vec![*key]), value });
                    }
                    settle(&log);
                }
                Step::Compact => {
                    let active = log.compactable().unwrap().map(|view| view.active_base);
                    compact(&store);
                    check_compacted(&log, active.unwrap_or(Offset(0)))?;
                }
                Step::Wait(ms) => {
                    bed.clock.advance(ms);
                    store.keep_house();
                }
                Step::Restart { clean } => {
                    if clean {
                        store.close().unwrap();
                    }
                    drop((store, log));
                    (store, log) = open(&bed);
                }
            }
            check(&log, &appended)?;
        }
        prop_assert_eq!(store.stats().compactions_given_up, 0);
    }
}

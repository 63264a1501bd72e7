//! One byte changes in a file of a stopped store, of any class: no panic, and each acknowledged record reads back as it
//! was written or the store says that something is wrong. `MILLRACE_FULL=1` plays thousands.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where something is missing")]

#[path = "support/sim.rs"]
mod sim;
mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use logstore::base::types::{Offset, ProducerEpoch, ProducerId, Sequence, Timestamp};
use logstore::batch::build::{BatchBuilder, Marker, RecordData};
use logstore::batch::{self, Attributes};
use logstore::io::SystemDisk;
use logstore::log::{Log, Origin, ReadBound};
use logstore::store::Store;
use logstore::store::catalogue::{Catalogue, Change};
use sim::Chance;
use support::{Bed, EPOCH, TOPIC, append, bytes_of, durable, id, record, settle, value};

const QUICK: usize = 240;
const FULL: usize = 4000;
const RECORDS: usize = 120;
const LOG_START: usize = 10;
const COMMITS: usize = 3;

/// A directory as a stop left it.
struct Left {
    files: BTreeMap<PathBuf, Vec<u8>>,
    /// Offset and value of what was acknowledged.
    acked: Vec<(i64, Vec<u8>)>,
    clean: bool,
}

fn idempotent(sequence: usize, record: RecordData) -> BatchBuilder {
    BatchBuilder::new()
        .producer(ProducerId(9), ProducerEpoch(0), Sequence(sequence as i32))
        .record(RecordData { timestamp: Timestamp(support::CLOCK_START_MS), ..record })
}

fn transactional(sequence: usize) -> BatchBuilder {
    let builder = BatchBuilder::new().record(record(0)).attributes(Attributes::TRANSACTIONAL);
    builder.producer(ProducerId(5), ProducerEpoch(0), Sequence(sequence as i32))
}

/// Writes a store with every class of file, and stops it.
fn written(clean: bool) -> Left {
    let bed = Bed::new();
    let (store, log) = bed.open_as(durable());
    let catalogue = Catalogue::open(Arc::new(SystemDisk), bed.directory.path()).unwrap();
    for n in 0..COMMITS {
        let change = Change { key: format!("key {n}"), value: Some(value(n)) };
        let revision = catalogue.take(vec![change]).unwrap();
        catalogue.wait(revision).unwrap();
    }
    let mut acked = Vec::new();
    let mut transactions = 0;
    for n in 0..RECORDS {
        if n % 20 == 19 {
            append(&log, transactional(transactions), Origin::Client).unwrap();
            let abort = BatchBuilder::end_transaction(
                Marker::Abort,
                ProducerId(5),
                ProducerEpoch(0),
                0,
                Timestamp(5),
            );
            append(&log, abort, Origin::Coordinator).unwrap();
            transactions += 1;
        }
        let appended = append(&log, idempotent(n, record(n)), Origin::Client).unwrap();
        acked.push((appended.base_offset.0, value(n)));
        settle(&log);
        if n == RECORDS / 2 {
            log.delete_records(Offset(LOG_START as i64)).unwrap();
            log.write_behind();
            store.checkpoint();
        }
        if n == RECORDS * 3 / 4 {
            log.write_behind();
        }
    }
    if clean {
        store.close().unwrap();
    }
    acked.retain(|(offset, _)| *offset >= LOG_START as i64);
    drop((store, log, catalogue));
    Left { files: files_below(bed.directory.path()), acked, clean }
}

fn files_below(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut todo = vec![directory.to_owned()];
    while let Some(next) = todo.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else {
                files.insert(path.strip_prefix(directory).unwrap().to_owned(), std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// Files of a kind: what follows the digits of its name.
fn class_of(path: &Path) -> String {
    let name = path.file_name().unwrap().to_str().unwrap();
    name.trim_matches(|c: char| c.is_ascii_digit()).to_owned()
}

/// What a start makes of a directory in which one byte changed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    /// The store does not open.
    refused: Option<String>,
    /// Records that are not read as they were written, and the answers.
    lost: Vec<(i64, String)>,
    /// What the start had to say.
    said: Vec<String>,
}

fn changed_copy(left: &Left, changed: &Path, at: usize, mask: u8) -> Bed {
    let bed = Bed::new();
    std::fs::create_dir(bed.log_directory()).unwrap();
    for (path, bytes) in &left.files {
        let mut bytes = bytes.clone();
        if path == changed {
            bytes[at] ^= mask;
        }
        std::fs::write(bed.directory.path().join(path), bytes).unwrap();
    }
    bed
}

fn start_with(left: &Left, changed: &Path, at: usize, mask: u8) -> Outcome {
    let bed = changed_copy(left, changed, at, mask);
    let mut outcome = Outcome::default();
    match Catalogue::open(Arc::new(SystemDisk), bed.directory.path()) {
        Err(error) => outcome.said.push(error.to_string()),
        // The last commit may be taken for one that was being written.
        Ok(catalogue) => {
            let entries = catalogue.entries();
            for n in (0..COMMITS - 1).filter(|n| !entries.contains(&(format!("key {n}"), value(*n)))) {
                outcome.lost.push((n as i64, "a commit".to_owned()));
            }
        }
    }
    let store = match Store::open(bed.options(), &|_| ()) {
        Ok(store) => store,
        Err(error) => {
            outcome.refused = Some(error.to_string());
            return outcome;
        }
    };
    let log = store.ensure(id(), TOPIC, Arc::new(durable()), EPOCH);
    for (offset, value) in &left.acked {
        if let Err(why) = read_back(&log, *offset, value) {
            outcome.lost.push((*offset, why));
        }
    }
    // Whatever an operation finds is told.
    let _ = append(&log, BatchBuilder::new().record(record(0)), Origin::Client);
    outcome.said.extend(store.take_reports().into_iter().map(|report| report.why));
    outcome.said.extend(store.failures().into_iter().map(|(_, why)| why));
    outcome
}

fn read_back(log: &Log, offset: i64, value: &[u8]) -> Result<(), String> {
    let read = log
        .read(Offset(offset), 1, ReadBound::HighWatermark, true)
        .map_err(|error| format!("{}: {error}", error.error_code()))?;
    let bytes = bytes_of(read.slices.first().ok_or("nothing")?);
    let batch = batch::iter(&bytes).next().ok_or("no batch")?.map_err(|error| format!("client: {error}"))?;
    // What a client does before it looks into it.
    if !batch.verify_crc() {
        return Err("client: the CRC does not match".to_owned());
    }
    let records = batch.records().map_err(|error| format!("client: {error}"))?;
    let found = records.iter().find(|record| record.as_ref().is_ok_and(|record| record.offset.0 == offset));
    match found {
        Some(Ok(record)) if record.value == Some(value) => Ok(()),
        other => Err(format!("{other:?} at {}", batch.header().base_offset)),
    }
}

/// Whether nobody is told of a loss that could have been known.
fn is_silent(left: &Left, class: &str, outcome: &Outcome) -> bool {
    let last = left.acked.last().map_or(0, |(offset, _)| *offset);
    let is_told = |(offset, why): &(i64, String)| {
        why.starts_with("56")
            || why.starts_with("client")
            // Kafka's file has no checksum: one number in it is as good as another.
            || (class == "log-start-offset-checkpoint" && why.starts_with("1:"))
            // No group says that the last one was synced.
            || (class == "millrace.wal." && !left.clean && *offset == last)
    };
    outcome.refused.is_none() && outcome.said.is_empty() && !outcome.lost.iter().all(is_told)
}

#[test]
fn a_changed_byte_is_harmless_or_told() {
    let panics = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&panics);
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        counted.fetch_add(1, Ordering::Relaxed);
        before(info);
    }));
    let full = std::env::var("MILLRACE_FULL").is_ok();
    let flips = if full { FULL } else { QUICK };
    let mut chance = Chance(std::env::var("SEED").map_or(5, |seed| seed.parse().unwrap()));
    let mut counts: BTreeMap<(bool, String), (usize, usize, usize)> = BTreeMap::new();
    let mut silent = Vec::new();
    for left in [written(true), written(false)] {
        let mut classes: BTreeMap<String, Vec<&PathBuf>> = BTreeMap::new();
        for path in left.files.keys().filter(|path| !left.files[*path].is_empty()) {
            classes.entry(class_of(path)).or_default().push(path);
        }
        let classes: Vec<_> = classes.into_iter().collect();
        assert!(classes.len() >= 15, "{classes:?}");
        for flip in 0..flips / 2 {
            let (class, paths) = &classes[flip % classes.len()];
            let path = paths[chance.below(paths.len())];
            // Zeros behind what was written are of no interest, most of the time.
            let bytes = &left.files[path];
            let written = bytes.iter().rposition(|byte| *byte != 0).map_or(1, |last| last + 1);
            let among = if chance.below(8) == 0 { bytes.len() } else { written };
            let at = chance.below(among);
            let mask = 1 << chance.below(8);
            let outcome = start_with(&left, path, at, mask);
            let count = counts.entry((left.clean, class.clone())).or_default();
            count.0 += 1;
            count.1 += usize::from(outcome.refused.is_some() || !outcome.said.is_empty());
            count.2 += usize::from(!outcome.lost.is_empty());
            if is_silent(&left, class, &outcome) {
                silent.push((left.clean, path.clone(), at, mask, outcome));
            }
        }
    }
    assert_eq!(panics.load(Ordering::Relaxed), 0);
    assert!(silent.is_empty(), "{} silent losses of {counts:?}: {silent:#?}", silent.len());
}

//! Logs that come from elsewhere: found in the directories, or taken in from under another name.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where something is missing")]

mod support;

use std::fs;
use std::io::Write as _;
use std::sync::Arc;

use logstore::base::types::{Offset, ProducerEpoch, ProducerId, Sequence, Timestamp};
use logstore::batch::Attributes;
use logstore::batch::build::{BatchBuilder, RecordData};
use logstore::log::{Checkpointed, Origin};
use logstore::store::{Adopted, Holdings, Store};
use support::{Bed, CLOCK_START_MS, EPOCH, TOPIC, append, config, expect, fill, id, open, record};

const NAME: &str = "import-0.07070707070707070707070707070707-delete";

/// A closed store with a hundred records, one of a producer.
fn written() -> Bed {
    let bed = Bed::new();
    let (store, log) = bed.open();
    fill(&log, 0..99);
    let producer = BatchBuilder::new().producer(ProducerId(41), ProducerEpoch(0), Sequence(0));
    // Producers expire by the time of their last batch.
    let recent = RecordData { timestamp: Timestamp(CLOCK_START_MS), ..record(99) };
    append(&log, producer.record(recent), Origin::Client).unwrap();
    store.close().unwrap();
    bed
}

/// The files of `from` in a data directory, under a name that is no partition's.
fn staged(from: &Bed, to: &Bed, clean: bool, recovery_point: i64) -> Adopted {
    let directory = to.directory.path().to_owned();
    fs::create_dir(directory.join(NAME)).unwrap();
    for (name, bytes) in from.files() {
        fs::write(directory.join(NAME).join(name), bytes).unwrap();
    }
    Adopted {
        directory,
        name: NAME.to_owned(),
        topic: TOPIC.to_owned(),
        id: id(),
        clean,
        checkpointed: Checkpointed {
            recovery_point: Offset(recovery_point),
            log_start: Some(Offset(7)),
            high_watermark: Offset(0),
            cleaned_to: None,
        },
    }
}

fn adopt(store: &Store, adopted: Adopted) -> Holdings {
    let found = store.adopt(&[adopted]).unwrap();
    assert_eq!((found[0].topic.as_str(), found[0].id), (TOPIC, id()));
    found[0].holds.clone().unwrap()
}

const HOLDINGS: Holdings = Holdings {
    log_start: Offset(7),
    log_end: Offset(100),
    leader_epoch: EPOCH,
    open_transaction: false,
    producer_ids_end: 42,
};

#[test]
fn what_lies_in_a_closed_directory_is_found_without_a_topic() {
    let bed = written();
    let store = open(&bed.options());
    let found = store.survey().unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].holds, Ok(Holdings { log_start: Offset(0), ..HOLDINGS }));
    // Nobody named it: it is nobody's.
    store.set_aside_unclaimed();
    assert!(store.log(&id()).is_none());
    assert!(!bed.log_directory().exists());
}

#[test]
fn an_adopted_log_is_served_and_stays() {
    let (from, to) = (written(), Bed::new());
    let store = open(&to.options());
    let adopted = staged(&from, &to, true, 100);
    assert_eq!(adopt(&store, adopted), HOLDINGS);
    let log = store.ensure(id(), TOPIC, Arc::new(config()), EPOCH);
    expect(&log, 7..100);
    fill(&log, 100..120);
    store.close().unwrap();
    drop((store, log));
    let (store, log) = to.open();
    expect(&log, 7..120);
    store.close().unwrap();
}

#[test]
fn an_adopted_log_that_was_not_closed_is_recovered() {
    for recovery_point in [0, 50] {
        let (from, to) = (written(), Bed::new());
        let newest = from.newest(".log");
        fs::remove_file(newest.with_extension("index")).unwrap();
        fs::OpenOptions::new().append(true).open(newest).unwrap().write_all(&[9; 40]).unwrap();
        let store = open(&to.options());
        let adopted = staged(&from, &to, false, recovery_point);
        assert_eq!(adopt(&store, adopted), HOLDINGS);
        assert_eq!(store.take_reports().into_iter().map(|report| report.bytes_cut).max(), Some(40));
        let log = store.ensure(id(), TOPIC, Arc::new(config()), EPOCH);
        expect(&log, 7..100);
        store.close().unwrap();
    }
}

#[test]
fn a_transaction_that_was_not_ended_is_told() {
    let from = Bed::new();
    let (store, log) = from.open();
    fill(&log, 0..10);
    let builder = BatchBuilder::new().attributes(Attributes::TRANSACTIONAL);
    let producer = builder.producer(ProducerId(5), ProducerEpoch(0), Sequence(0));
    append(&log, producer.record(record(10)), Origin::Client).unwrap();
    store.close().unwrap();

    let to = Bed::new();
    let store = open(&to.options());
    let holds = adopt(&store, staged(&from, &to, true, 11));
    assert!(holds.open_transaction);
    // It was not wanted: nothing is left of it under its name.
    store.delete([id()]);
    assert!(!to.log_directory().exists());
    store.close().unwrap();
}

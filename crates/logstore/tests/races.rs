//! What housekeeping must not do to a log that is used or deleted at the same moment. Each test tries many times.
#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::scope;

use logstore::base::clock::Clock;
use logstore::base::types::{LeaderEpoch, PartitionId, TopicId};
use logstore::batch::build::{BatchBuilder, RecordData};
use logstore::log::{LogConfig, Origin};
use support::{Bed, EPOCH, TOPIC, append, config, fill, id, read_all, settle};

#[test]
fn a_deletion_while_segments_are_synced_harms_nobody() {
    let bed = Bed::new();
    let (store, neighbour) = bed.open();
    let keeping = Arc::new(LogConfig { retention_ms: -1, ..config() });
    let done = AtomicBool::new(false);
    scope(|scope| {
        scope.spawn(|| {
            for _ in 0..20_000 {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                bed.clock.advance(1000);
                store.keep_house();
            }
        });
        for round in 10..=100 {
            let id = PartitionId { topic: TopicId([round; 16]), ..id() };
            let log = store.ensure(id, "short-lived", Arc::clone(&keeping), LeaderEpoch(0));
            for n in 0..60 {
                let record = support::record(n);
                log.append(
                    support::batch(BatchBuilder::new().record(record)),
                    LeaderEpoch(0),
                    Origin::Client,
                    bed.clock.now(),
                )
                .unwrap();
            }
            settle(&log);
            std::thread::yield_now();
            store.delete([id]);
        }
        done.store(true, Ordering::Relaxed);
    });
    assert!(!store.directories()[0].failed);
    fill(&neighbour, 0..1);
}

#[test]
fn retention_takes_nothing_that_was_appended_meanwhile() {
    let bed = Bed::new();
    let (store, _) = bed.open();
    let config = Arc::new(LogConfig { retention_ms: 1000, ..config() });
    let mut lost = 0;
    for round in 0..200 {
        let id = PartitionId { topic: TopicId([round; 16]), ..id() };
        let log = store.ensure(id, &format!("{TOPIC}-{round}"), Arc::clone(&config), EPOCH);
        let now = || {
            BatchBuilder::new().record(RecordData {
                timestamp: bed.clock.now(),
                value: Some(vec![b'v'; 50]),
                ..RecordData::default()
            })
        };
        append(&log, now(), Origin::Client).unwrap();
        settle(&log);
        bed.clock.advance(2000);
        let kept = scope(|scope| {
            let appending = scope.spawn(|| append(&log, now(), Origin::Client).unwrap().base_offset);
            log.apply_retention().unwrap();
            appending.join().unwrap()
        });
        settle(&log);
        let start = log.offsets().unwrap().log_start;
        let found = read_all(&log, start, 1 << 20);
        lost += usize::from(!found.iter().any(|(offset, _)| *offset == kept.0));
    }
    assert_eq!(lost, 0);
}

//! Several appenders, readers and housekeeping on one store at once.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where something is missing")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::scope;
use std::time::Duration;

use logstore::base::types::{
    Offset, PartitionId, PartitionIndex, ProducerEpoch, ProducerId, Sequence, Timestamp,
};
use logstore::batch::build::{BatchBuilder, RecordData};
use logstore::log::{Log, LogConfig, Mailbox, Origin, ReadBound, Watch};
use parking_lot::{Condvar, Mutex};
use support::{Bed, CLOCK_START_MS, EPOCH, TOPIC, append, config, id, read_all};

const APPENDERS: usize = 4;
const BATCHES: i32 = 300;

/// A worker's mailbox: tokens, and how often it was woken.
#[derive(Default)]
struct Inbox {
    tokens: Mutex<Vec<u64>>,
    arrived: Condvar,
}

impl Mailbox for Inbox {
    fn deliver(&self, tokens: &mut dyn Iterator<Item = u64>) {
        self.tokens.lock().extend(tokens);
        self.arrived.notify_all();
    }
}

impl Inbox {
    fn wait_for(&self, token: u64) {
        let mut tokens = self.tokens.lock();
        while !tokens.contains(&token) {
            self.arrived.wait(&mut tokens);
        }
        tokens.retain(|other| *other != token);
    }
}

fn batch(appender: usize, n: i32) -> BatchBuilder {
    let value = format!("{appender}:{n:0>60}").into_bytes();
    let record = RecordData {
        timestamp: Timestamp(CLOCK_START_MS + i64::from(n)),
        value: Some(value),
        ..RecordData::default()
    };
    let id = ProducerId(appender as i64);
    BatchBuilder::new().record(record).producer(id, ProducerEpoch(0), Sequence(n))
}

/// Appends in order, each batch acknowledged before the next; every third is sent twice.
fn produce(log: &Log, appender: usize) {
    let inbox = Arc::new(Inbox::default());
    let mailbox: Arc<dyn Mailbox> = inbox.clone();
    for n in 0..BATCHES {
        let placed = append(log, batch(appender, n), Origin::Client).unwrap();
        if n % 3 == 0 {
            let again = append(log, batch(appender, n), Origin::Client).unwrap();
            assert_eq!((again.base_offset, again.duplicate), (placed.base_offset, true));
        }
        let target = placed.last_offset.plus(1);
        log.watch(Watch::HighWatermarkAt(target), &mailbox, n as u64);
        inbox.wait_for(n as u64);
        assert!(log.offsets().unwrap().high_watermark >= target);
    }
}

/// Follows the log to its end: offsets without a gap, each appender's records in order.
fn consume(log: &Log, total: usize) {
    let inbox = Arc::new(Inbox::default());
    let mailbox: Arc<dyn Mailbox> = inbox.clone();
    let (mut next, mut token) = (0, 0);
    let mut last = [-1; APPENDERS];
    while next < total as i64 {
        token += 1;
        log.watch(Watch::AnyMove, &mailbox, token);
        for (offset, value) in read_all(log, Offset(next), 2000) {
            assert_eq!(offset, next);
            next += 1;
            let value = String::from_utf8(value).unwrap();
            let (appender, n) = value.split_once(':').unwrap();
            let (appender, n): (usize, i32) = (appender.parse().unwrap(), n.parse().unwrap());
            assert_eq!(n, last[appender] + 1);
            last[appender] = n;
        }
        if next < total as i64 {
            inbox.wait_for(token);
        } else {
            log.unwatch(&mailbox, token);
        }
    }
}

#[test]
fn appenders_readers_and_housekeeping_at_once() {
    let bed = Bed::new();
    let (store, first) = bed.open();
    let second = PartitionId { index: PartitionIndex(1), ..id() };
    let second = store.ensure(second, TOPIC, Arc::new(config()), EPOCH);
    let logs = [first, second];
    let total = APPENDERS * BATCHES as usize;
    let done = AtomicBool::new(false);
    scope(|scope| {
        let housekeeper = scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                // Slow enough that no producer expires, however long an appender is kept from its turn: producers
                // expire by the time of their last batch.
                bed.clock.advance(1);
                store.keep_house();
                store.drop_tails();
                std::thread::yield_now();
            }
        });
        let mut workers = Vec::new();
        for log in &logs {
            log.configure(Arc::new(LogConfig { retention_ms: -1, ..config() }));
            for appender in 0..APPENDERS {
                workers.push(scope.spawn(move || produce(log, appender)));
            }
            workers.push(scope.spawn(move || consume(log, total)));
            workers.push(scope.spawn(move || consume(log, total)));
        }
        let failed =
            workers.into_iter().map(|worker| worker.join().is_err()).filter(|failed| *failed).count();
        done.store(true, Ordering::Relaxed);
        housekeeper.join().unwrap();
        assert_eq!(failed, 0);
    });
    assert_eq!(store.stats().batches_written, 2 * total as u64);
    assert_eq!((store.stats().pending_bytes, store.pressure()), (0, false));
    store.close().unwrap();
    drop((store, logs));
    let (_store, log) = bed.open();
    assert_eq!(read_all(&log, Offset(0), 1 << 20).len(), total);
}

#[test]
fn who_waits_on_a_log_that_goes_is_told() {
    let bed = Bed::new();
    let (store, log) = bed.open();
    let inbox = Arc::new(Inbox::default());
    let mailbox: Arc<dyn Mailbox> = inbox.clone();
    log.watch(Watch::HighWatermarkAt(Offset(1)), &mailbox, 1);
    log.watch(Watch::AnyMove, &mailbox, 2);
    store.delete([id()]);
    inbox.wait_for(1);
    inbox.wait_for(2);
    log.watch(Watch::AnyMove, &mailbox, 3);
    inbox.wait_for(3);
    assert_eq!(log.read(Offset(0), 1, ReadBound::HighWatermark, true).unwrap_err().error_code(), 3);
    assert_eq!(append(&log, batch(0, 0), Origin::Client).unwrap_err().error_code(), 3);
}

#[test]
fn tails_of_all_logs_together_are_bounded() {
    let bed = Bed::new();
    let (store, _first) = bed.open();
    let config = Arc::new(LogConfig { retention_ms: -1, ..LogConfig::default() });
    let value = vec![b'v'; 900_000];
    let logs: Vec<_> = (0..8)
        .map(|index| PartitionId { index: PartitionIndex(index), ..id() })
        .map(|id| store.ensure(id, TOPIC, Arc::clone(&config), EPOCH))
        .collect();
    for (index, log) in logs.iter().enumerate() {
        for _ in 0..12 {
            let record = RecordData { value: Some(value.clone()), ..RecordData::default() };
            append(log, BatchBuilder::new().record(record), Origin::Client).unwrap();
        }
        support::settle(log);
        assert!(store.stats().tail_bytes > 0, "log {index}");
    }
    // The log thread trims once its turn is done.
    let bounded = || store.stats().tail_bytes <= logstore::base::limits::TAIL_BYTES_MAX as u64;
    for _ in 0..1000 {
        if bounded() {
            break;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(bounded() && store.stats().tail_bytes > 30_000_000);
}

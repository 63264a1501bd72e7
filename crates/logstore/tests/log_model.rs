//! The log against an oracle: random appends, reads, deletions, cuts, stops and kills.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where something is missing")]

mod support;

use std::sync::Arc;

use logstore::base::types::{Offset, ProducerEpoch, ProducerId, Sequence, Timestamp};
use logstore::batch::build::{BatchBuilder, RecordData};
use logstore::log::{Log, LogConfig, Origin, ReadBound};
use logstore::store::Store;
use proptest::prelude::*;
use support::{Bed, append, config, durable, read_all, settle};

/// What happens to the log.
#[derive(Clone, Debug)]
enum Step {
    /// Batches of so many records of so many bytes, `late` milliseconds after the last.
    Append {
        batches: usize,
        records: usize,
        bytes: usize,
        late: i64,
    },
    /// Repeats the last batch of the producer.
    Repeat,
    Delete {
        share: f64,
    },
    Truncate {
        share: f64,
    },
    Retention {
        bytes: i64,
    },
    Evict,
    Stop,
    Kill,
}

fn step() -> impl Strategy<Value = Step> {
    let append = (1..6_usize, 1..5_usize, 0..400_usize, -3..200_i64);
    prop_oneof![
        6 => append.prop_map(|(batches, records, bytes, late)| Step::Append { batches, records, bytes, late }),
        1 => Just(Step::Repeat),
        1 => (0.0..1.0).prop_map(|share| Step::Delete { share }),
        1 => (0.0..1.0).prop_map(|share| Step::Truncate { share }),
        1 => (0..20_000_i64).prop_map(|bytes| Step::Retention { bytes }),
        1 => Just(Step::Evict),
        1 => Just(Step::Stop),
        1 => Just(Step::Kill),
    ]
}

/// A batch as the oracle has it.
#[derive(Clone, Debug)]
struct Known {
    base: i64,
    values: Vec<Vec<u8>>,
    timestamps: Vec<i64>,
    epoch: i16,
    sequence: i32,
}

impl Known {
    fn end(&self) -> i64 {
        self.base + self.values.len() as i64
    }
}

struct Model {
    bed: Bed,
    config: LogConfig,
    open: Option<(Arc<Store>, Arc<Log>)>,
    batches: Vec<Known>,
    log_start: i64,
    log_end: i64,
    now: i64,
    sequence: i32,
    epoch: i16,
    written: u64,
}

impl Model {
    fn new(config: LogConfig) -> Self {
        let bed = Bed::new();
        let open = Some(bed.open_as(config.clone()));
        let now = 1_700_000_000_000;
        Self {
            bed,
            config,
            open,
            batches: Vec::new(),
            log_start: 0,
            log_end: 0,
            now,
            sequence: 0,
            epoch: 0,
            written: 0,
        }
    }

    fn log(&self) -> &Log {
        &self.open.as_ref().unwrap().1
    }

    fn apply(&mut self, step: &Step) {
        match step {
            Step::Append { batches, records, bytes, late } => {
                for _ in 0..*batches {
                    self.append(*records, *bytes, *late);
                }
                settle(self.log());
            }
            Step::Repeat => self.repeat(),
            Step::Delete { share } => {
                let to = self.log_start + ((self.log_end - self.log_start) as f64 * share) as i64;
                assert_eq!(self.log().delete_records(Offset(to)).unwrap(), Offset(to));
                self.log_start = to;
            }
            Step::Truncate { share } => self.truncate(*share),
            Step::Retention { bytes } => self.retain(*bytes),
            Step::Evict => self.evict(),
            Step::Stop => {
                self.open.as_ref().unwrap().0.close().unwrap();
                self.reopen();
            }
            Step::Kill => self.kill(),
        }
    }

    fn builder(batch: &Known) -> BatchBuilder {
        let producer = (ProducerId(9), ProducerEpoch(batch.epoch), Sequence(batch.sequence));
        let builder = BatchBuilder::new().producer(producer.0, producer.1, producer.2);
        batch.values.iter().zip(&batch.timestamps).fold(builder, |builder, (value, timestamp)| {
            let timestamp = Timestamp(*timestamp);
            builder.record(RecordData { timestamp, value: Some(value.clone()), ..RecordData::default() })
        })
    }

    fn append(&mut self, records: usize, bytes: usize, late: i64) {
        self.now += late;
        let values: Vec<Vec<u8>> = (0..records)
            .map(|_| {
                self.written += 1;
                let mut value = self.written.to_be_bytes().to_vec();
                value.resize(8 + bytes, b'.');
                value
            })
            .collect();
        let timestamps = (0..records as i64).map(|n| self.now + n % 2).collect();
        let batch =
            Known { base: self.log_end, values, timestamps, epoch: self.epoch, sequence: self.sequence };
        let appended = append(self.log(), Self::builder(&batch), Origin::Client).unwrap();
        assert_eq!((appended.base_offset.0, appended.duplicate), (self.log_end, false));
        self.log_end = batch.end();
        self.sequence += records as i32;
        self.batches.push(batch);
    }

    fn repeat(&mut self) {
        // What is below the log start may be forgotten.
        let last = self.batches.last().filter(|last| last.end() > self.log_start);
        let Some(last) = last else { return };
        let again = append(self.log(), Self::builder(last), Origin::Client).unwrap();
        assert_eq!((again.base_offset.0, again.last_offset.0 + 1), (last.base, last.end()));
        assert!(again.duplicate);
    }

    fn truncate(&mut self, share: f64) {
        let to = self.log_start + ((self.log_end - self.log_start) as f64 * share) as i64;
        let end = self.log().truncate(Offset(to)).unwrap().log_end.0;
        // Whole batches go, but the log does not end before it begins.
        while self.batches.last().is_some_and(|batch| batch.end() > to) {
            self.log_end = self.batches.pop().unwrap().base;
        }
        self.log_end = self.log_end.max(self.log_start);
        assert_eq!(end, self.log_end);
        self.new_epoch();
    }

    /// The producer starts anew: what it knows of the log is no longer so.
    fn new_epoch(&mut self) {
        self.epoch += 1;
        self.sequence = 0;
    }

    fn retain(&mut self, bytes: i64) {
        let (store, log) = self.open.as_ref().unwrap();
        let kept = LogConfig { retention_bytes: bytes, retention_ms: -1, ..self.config.clone() };
        log.configure(Arc::new(kept));
        self.bed.clock.advance(1000);
        store.keep_house();
        log.configure(Arc::new(self.config.clone()));
        let start = log.offsets().unwrap().log_start.0;
        assert!(start >= self.log_start);
        assert!(log.size_bytes().unwrap() < bytes as u64 + u64::from(self.config.segment_bytes));
        self.log_start = start;
    }

    /// Reads go to the files from here on.
    fn evict(&mut self) {
        self.log().write_behind();
        self.open.as_ref().unwrap().0.drop_tails();
    }

    fn reopen(&mut self) {
        self.open = None;
        self.open = Some(self.bed.open_as(self.config.clone()));
    }

    /// Everything was written or committed, so that a kill takes no record. The log start goes back to the last checkpoint.
    fn kill(&mut self) {
        self.reopen();
        let start = self.log().offsets().unwrap().log_start.0;
        assert!(start <= self.log_start);
        self.log_start = start;
    }

    fn check(&self) {
        let log = self.log();
        let offsets = log.offsets().unwrap();
        assert_eq!((offsets.log_start.0, offsets.log_end.0), (self.log_start, self.log_end));
        assert_eq!(offsets.high_watermark, offsets.log_end);
        let expected: Vec<_> = self.records().filter(|(offset, _, _)| *offset >= self.log_start).collect();
        let values: Vec<_> = expected.iter().map(|(offset, _, value)| (*offset, value.clone())).collect();
        for bytes_max in [1, 1000] {
            assert!(
                read_all(log, Offset(self.log_start), bytes_max) == values,
                "answers of {bytes_max} bytes"
            );
        }
        let middle = i64::midpoint(self.log_start, self.log_end);
        assert!(read_all(log, Offset(middle), 1 << 20) == values[(middle - self.log_start) as usize..]);
        for target in [0, self.now - 100, self.now, self.now + 2] {
            let found = log.offset_for_timestamp(Timestamp(target), ReadBound::HighWatermark).unwrap();
            let first = expected.iter().find(|(_, timestamp, _)| *timestamp >= target);
            let found = found.map(|found| (found.offset.0, found.timestamp.0));
            assert_eq!(found, first.map(|(offset, timestamp, _)| (*offset, *timestamp)), "time {target}");
        }
    }

    fn records(&self) -> impl Iterator<Item = (i64, i64, Vec<u8>)> + '_ {
        self.batches.iter().flat_map(|batch| {
            let records = batch.timestamps.iter().zip(&batch.values);
            (batch.base..)
                .zip(records)
                .map(|(offset, (timestamp, value))| (offset, *timestamp, value.clone()))
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn the_log_is_what_the_oracle_says(
        steps in prop::collection::vec(step(), 1..40),
        config in prop_oneof![Just(config()), Just(durable())],
    ) {
        let mut model = Model::new(config);
        for step in &steps {
            model.apply(step);
            model.check();
        }
    }
}

//! What the parts of the data path cost on their own: `cargo bench -p logstore`.
#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark stops where something is missing")]

#[path = "../tests/support/mod.rs"]
mod support;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use logstore::base::types::{Offset, Timestamp};
use logstore::batch::build::{BatchBuilder, RecordData};
use logstore::batch::validate::Rules;
use logstore::batch::{TimestampType, ValidatedBatch};
use logstore::io::arena::BufMut;
use logstore::log::{LogConfig, Origin, ReadBound};
use support::{Bed, EPOCH, settle};

const RECORDS: usize = 16;
const RECORD_BYTES: usize = 1024;
const BATCH_BYTES: usize = RECORDS * RECORD_BYTES;

fn main() {
    divan::main();
}

fn batch() -> Vec<u8> {
    let record = |n: usize| RecordData {
        timestamp: Timestamp(1000 + n as i64),
        value: Some(vec![0x5a; RECORD_BYTES]),
        ..RecordData::default()
    };
    (0..RECORDS).fold(BatchBuilder::new(), |builder, n| builder.record(record(n))).build()
}

fn rules(strict: bool) -> Rules {
    Rules {
        produce_version: 9,
        message_bytes_max: 1 << 20,
        timestamp_type: TimestampType::CreateTime,
        timestamp_before_max_ms: i64::MAX,
        timestamp_after_max_ms: i64::MAX,
        compacted: false,
        strict,
        compressor: None,
        now: Timestamp(1000),
    }
}

fn valid(bytes: &[u8]) -> ValidatedBatch {
    ValidatedBatch::from_producer(BufMut::from(bytes.to_vec()), &rules(false)).unwrap()
}

#[divan::bench(args = [1 << 10, 16 << 10, 1 << 20])]
fn crc32c(bencher: Bencher<'_, '_>, bytes: usize) {
    let data = vec![0x5a; bytes];
    bencher.counter(BytesCount::new(bytes)).bench_local(|| logstore::base::crc32c::crc32c(black_box(&data)));
}

/// Header and checksum, or every record as well.
#[divan::bench(args = [false, true])]
fn validate(bencher: Bencher<'_, '_>, strict: bool) {
    let (bytes, rules) = (batch(), rules(strict));
    bencher
        .counter(BytesCount::new(BATCH_BYTES))
        .with_inputs(|| BufMut::from(bytes.clone()))
        .bench_local_values(|records| ValidatedBatch::from_producer(records, &rules).is_ok());
}

/// Until the batch may be read: it is written, or durable.
#[divan::bench(args = [false, true], sample_count = 200, sample_size = 10)]
fn append(bencher: Bencher<'_, '_>, durable: bool) {
    let bed = Bed::new();
    let flush_messages = if durable { 1 } else { i64::MAX };
    let (_store, log) = bed.open_as(LogConfig { flush_messages, ..LogConfig::default() });
    let bytes = batch();
    bencher.counter(BytesCount::new(BATCH_BYTES)).with_inputs(|| valid(&bytes)).bench_local_values(|batch| {
        log.append(batch, EPOCH, Origin::Client, Timestamp(1)).unwrap();
        settle(&log);
    });
}

const FILLED: i64 = 2000;
/// No divisor of what is there, so that each batch has its turn.
const STEP: i64 = 997;

/// From any of 2,000 batches on: what the tail holds, or what is found by way of an index in one of eight segments.
#[divan::bench(args = [true, false])]
fn read(bencher: Bencher<'_, '_>, in_tail: bool) {
    let bed = Bed::new();
    let (_store, log) =
        bed.open_as(LogConfig { flush_messages: i64::MAX, segment_bytes: 4 << 20, ..LogConfig::default() });
    let bytes = batch();
    for _ in 0..FILLED {
        log.append(valid(&bytes), EPOCH, Origin::Client, Timestamp(1)).unwrap();
    }
    settle(&log);
    let end = FILLED * RECORDS as i64;
    let mut at = 0;
    if !in_tail {
        log.drop_tail();
    }
    bencher.bench_local(|| {
        at = (at + STEP * RECORDS as i64) % end;
        let from = if in_tail { end - RECORDS as i64 } else { at };
        log.read(Offset(from), 1, ReadBound::HighWatermark, true).unwrap().slices.len()
    });
}

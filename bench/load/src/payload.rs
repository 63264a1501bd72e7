//! What is written: lines of JSON, as applications write them, which compress to about a quarter; the same in every run.

use std::fmt::Write;

use clap::{Args, ValueEnum};
use logstore::base::types::Timestamp;
use logstore::batch::build::{BatchBuilder, RecordData};
use logstore::batch::codec::Codec;

/// The shape of a batch.
#[derive(Args, Clone)]
pub(crate) struct Shape {
    /// Records in a request.
    #[arg(long, default_value_t = 1)]
    pub(crate) records: usize,
    /// Bytes of each record's value.
    #[arg(long, default_value_t = 100)]
    pub(crate) record_bytes: usize,
    /// How the batches are compressed.
    #[arg(long, value_enum, default_value_t = CodecName::None)]
    pub(crate) codec: CodecName,
    /// Records have keys: those of a request go to all partitions, in a batch for each.
    #[arg(long)]
    pub(crate) keyed: bool,
}

/// Kafka's names.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum CodecName {
    None,
    Gzip,
    Snappy,
    Lz4,
    Zstd,
}

impl From<CodecName> for Codec {
    fn from(name: CodecName) -> Self {
        match name {
            CodecName::None => Self::None,
            CodecName::Gzip => Self::Gzip,
            CodecName::Snappy => Self::Snappy,
            CodecName::Lz4 => Self::Lz4,
            CodecName::Zstd => Self::Zstd,
        }
    }
}

/// A generator of the same numbers in every run (`SplitMix64`).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

const WORDS: [&str; 16] = [
    "order",
    "created",
    "customer",
    "amount",
    "currency",
    "EUR",
    "shipped",
    "warehouse",
    "north",
    "south",
    "pending",
    "paid",
    "sensor",
    "temperature",
    "status",
    "ok",
];

fn value(numbers: &mut Numbers, bytes: usize) -> Vec<u8> {
    let mut line = format!("{{\"id\":{},\"events\":[", numbers.next());
    while line.len() < bytes {
        let (word, number) = (numbers.next() as usize % WORDS.len(), numbers.next() % 100_000);
        // Writing to a string cannot fail.
        let _ = write!(line, "{{\"{}\":{number}}},", WORDS.get(word).copied().unwrap_or_default());
    }
    line.truncate(bytes);
    line.into_bytes()
}

/// The batches of one request, each with its partition: one of `partition`, or with keys one for each of `partitions`.
pub(crate) fn batches(shape: &Shape, partition: i32, partitions: i32, now: i64) -> Vec<(i32, BatchBuilder)> {
    let targets = if shape.keyed { 0..partitions } else { partition..partition + 1 };
    let each = (shape.records / targets.len().max(1)).max(1);
    targets
        .map(|partition| {
            let mut numbers = Numbers(partition as u64);
            let records = (0..each).map(|_| RecordData {
                timestamp: Timestamp(now),
                key: shape.keyed.then(|| format!("{:016x}", numbers.next()).into_bytes()),
                value: Some(value(&mut numbers, shape.record_bytes)),
                headers: Vec::new(),
            });
            (partition, records.fold(BatchBuilder::new().codec(shape.codec.into()), BatchBuilder::record))
        })
        .collect()
}

//! A store in a directory of its own, and what tests do with it.
#![allow(dead_code, reason = "no test binary uses all of it")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use logstore::base::clock::Clock;
use logstore::base::types::{BrokerId, LeaderEpoch, Offset, PartitionId, PartitionIndex, Timestamp, TopicId};
use logstore::batch::build::{BatchBuilder, RecordData};
use logstore::batch::{self, ValidatedBatch};
use logstore::io::arena::BufMut;
use logstore::io::{Disk, SystemDisk};
use logstore::log::{AppendError, Appended, Log, LogConfig, Origin, ReadBound, Slice};
use logstore::store::inspect::{Verified, verify};
use logstore::store::{RecoveryProgress, Store, StoreOptions};
use logstore::wal::WalSize;
use parking_lot::Mutex;

pub(crate) const TOPIC: &str = "topic";
pub(crate) const EPOCH: LeaderEpoch = LeaderEpoch(3);

/// Where the clock of a test begins.
pub(crate) const CLOCK_START_MS: i64 = 1_700_000_000_000;

/// A clock that stands until it is moved.
#[derive(Default)]
pub(crate) struct ManualClock(Mutex<i64>);

impl ManualClock {
    pub(crate) fn advance(&self, ms: i64) {
        *self.0.lock() += ms;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(CLOCK_START_MS + *self.0.lock())
    }
    fn monotonic(&self) -> Duration {
        Duration::from_millis(*self.0.lock() as u64)
    }
}

pub(crate) struct Bed {
    pub(crate) directory: tempfile::TempDir,
    pub(crate) clock: Arc<ManualClock>,
}

pub(crate) fn id() -> PartitionId {
    PartitionId { topic: TopicId([7; 16]), index: PartitionIndex(0) }
}

/// Small segments and an index entry for nearly every batch; acknowledged after the write, so that what was
/// acknowledged is in the files.
pub(crate) fn config() -> LogConfig {
    LogConfig { flush_messages: i64::MAX, ..durable() }
}

/// The same, acknowledged once it is durable.
pub(crate) fn durable() -> LogConfig {
    LogConfig {
        segment_bytes: 4000,
        index_interval_bytes: 100,
        segment_index_bytes: 4096,
        ..LogConfig::default()
    }
}

/// A compacted topic of small segments, in which whatever is sealed is due.
pub(crate) fn compacted() -> LogConfig {
    LogConfig {
        segment_bytes: 1500,
        cleanup_delete: false,
        cleanup_compact: true,
        min_cleanable_dirty_ratio: 0.0,
        ..config()
    }
}

/// Files of the write-ahead log that a test can fill.
pub(crate) const WAL: WalSize = WalSize { file_bytes: 64 * 1024, files_max: 4 };

pub(crate) fn open(options: &StoreOptions) -> Arc<Store> {
    open_watched(options, &|_| ())
}

/// The same, with the progress of its recovery.
pub(crate) fn open_watched(options: &StoreOptions, progress: &dyn Fn(RecoveryProgress)) -> Arc<Store> {
    Store::open(options.clone(), progress).unwrap()
}

/// What `log verify` finds in what a store left.
pub(crate) fn verified(bed: &Bed) -> Verified {
    let disk: Arc<dyn Disk> = Arc::new(SystemDisk);
    verify(&disk, bed.directory.path(), &[], 2, &|_| ()).unwrap()
}

impl Bed {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), clock: Arc::default() }
    }

    pub(crate) fn options(&self) -> StoreOptions {
        let clock: Arc<dyn Clock> = self.clock.clone();
        let directories = vec![self.directory.path().to_owned()];
        StoreOptions {
            defaults: config(),
            retention_check_interval_ms: 1000,
            checkpoint_interval_ms: 1000,
            wal: WAL,
            ..StoreOptions::new(directories, BrokerId(1), "cluster".into(), clock)
        }
    }

    pub(crate) fn open(&self) -> (Arc<Store>, Arc<Log>) {
        self.open_as(config())
    }

    pub(crate) fn open_as(&self, config: LogConfig) -> (Arc<Store>, Arc<Log>) {
        let store = open(&self.options());
        let log = store.ensure(id(), TOPIC, Arc::new(config), EPOCH);
        (store, log)
    }

    pub(crate) fn log_directory(&self) -> PathBuf {
        self.directory.path().join("topic-0")
    }

    /// Files of the partition by name.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = std::fs::read_dir(self.log_directory()).unwrap().map(|entry| entry.unwrap());
        entries
            .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
            .collect()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.log_directory().join(name)
    }

    pub(crate) fn newest(&self, extension: &str) -> PathBuf {
        let mut names: Vec<_> = self.files().into_keys().filter(|name| name.ends_with(extension)).collect();
        self.file(&names.pop().unwrap())
    }
}

pub(crate) fn batch(builder: BatchBuilder) -> ValidatedBatch {
    ValidatedBatch::from_coordinator(BufMut::from(builder.build())).unwrap()
}

pub(crate) fn append(log: &Log, builder: BatchBuilder, origin: Origin) -> Result<Appended, AppendError> {
    log.append(batch(builder), EPOCH, origin, Timestamp(1))
}

pub(crate) fn value(n: usize) -> Vec<u8> {
    format!("{n:0>100}").into_bytes()
}

pub(crate) fn record(n: usize) -> RecordData {
    RecordData { timestamp: Timestamp(1000 + n as i64), value: Some(value(n)), ..RecordData::default() }
}

/// Appends records `range`, one per batch.
pub(crate) fn fill(log: &Log, range: std::ops::Range<usize>) {
    for n in range {
        append(log, BatchBuilder::new().record(record(n)), Origin::Client).unwrap();
    }
    settle(log);
}

/// Waits until everything appended may be read.
pub(crate) fn settle(log: &Log) {
    for round in 0..20_000 {
        let offsets = log.offsets().unwrap();
        if offsets.high_watermark == offsets.log_end {
            return;
        }
        // Often it is a matter of microseconds.
        if round < 10_000 { std::thread::yield_now() } else { std::thread::sleep(Duration::from_millis(1)) }
    }
    panic!("the high watermark does not move");
}

pub(crate) fn bytes_of(slice: &Slice) -> Vec<u8> {
    match slice {
        Slice::Memory(bytes) => bytes.to_vec(),
        Slice::File(slice) => {
            let mut bytes = vec![0; slice.len()];
            let mut filled = 0;
            while filled < bytes.len() {
                let read = slice.read_at(&mut bytes[filled..], filled).unwrap();
                assert!(read > 0);
                filled += read;
            }
            bytes
        }
    }
}

/// Every record from `from` on, read in answers of at most `bytes_max`.
pub(crate) fn read_all(log: &Log, from: Offset, bytes_max: usize) -> Vec<(i64, Vec<u8>)> {
    let mut records = Vec::new();
    let mut next = from;
    loop {
        let read = log.read(next, bytes_max, ReadBound::HighWatermark, true).unwrap();
        if read.slices.is_empty() {
            return records;
        }
        for slice in &read.slices {
            let bytes = bytes_of(slice);
            for batch in batch::iter(&bytes) {
                let batch = batch.unwrap();
                assert!(batch.verify_crc());
                for record in batch.records().unwrap().iter() {
                    let record = record.unwrap();
                    if record.offset >= next {
                        records.push((record.offset.0, record.value.unwrap_or_default().to_vec()));
                    }
                }
                next = batch.header().next_offset();
            }
        }
    }
}

pub(crate) fn expect(log: &Log, range: std::ops::Range<usize>) {
    let expected: Vec<_> = range.clone().map(|n| (n as i64, value(n))).collect();
    for bytes_max in [1, 500, 1 << 20] {
        assert!(
            read_all(log, Offset(range.start as i64), bytes_max) == expected,
            "answers of {bytes_max} bytes"
        );
    }
    assert_eq!(log.offsets().unwrap().log_end, Offset(range.end as i64));
}

/// Which of the records `0..end`, one to a batch, read back, and which are answered by a storage error. Any other
/// answer fails the test.
pub(crate) fn readable(log: &Log, end: usize) -> (Vec<usize>, Vec<usize>) {
    (0..end).partition(|n| match log.read(Offset(*n as i64), 1, ReadBound::HighWatermark, true) {
        Err(error) => {
            assert_eq!(error.error_code(), 56, "offset {n}: {error}");
            false
        }
        Ok(read) => {
            let bytes = bytes_of(read.slices.first().unwrap_or_else(|| panic!("nothing at {n}")));
            let batch = batch::iter(&bytes).next().unwrap().unwrap();
            assert!(batch.verify_crc(), "offset {n}");
            let records = batch.records().unwrap();
            let record = records.iter().next().unwrap().unwrap();
            assert_eq!((record.offset.0, record.value), (*n as i64, Some(value(*n).as_slice())));
            true
        }
    })
}

/// Changes one byte of a file.
pub(crate) fn flip(path: &std::path::Path, at: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[at] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

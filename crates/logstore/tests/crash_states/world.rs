//! A store on a recorded disk, and what its producers and consumers know at each moment.

use std::path::PathBuf;
use std::sync::Arc;

use logstore::base::types::{
    BrokerId, Offset, PartitionId, PartitionIndex, ProducerEpoch, ProducerId, Sequence, Timestamp, TopicId,
};
use logstore::batch::build::{BatchBuilder, RecordData};
use logstore::io::Disk;
use logstore::log::{AppendError, Appended, Log, LogConfig, Origin};
use logstore::store::{CleanerOptions, Store, StoreOptions};
use logstore::wal::WalSize;

use crate::check::{check, start};
use crate::sim::{Recording, SimDisk};
use crate::support::{CLOCK_START_MS, EPOCH, ManualClock, append, config, durable, settle};

pub(crate) const DATA: &str = "/data";
/// Small enough to be used again and again.
const WAL: WalSize = WalSize { file_bytes: 8 * 1024, files_max: 4 };
/// Longer than any life here: what is done is done when the test says so.
const NEVER_MS: i64 = 1 << 40;

/// A batch that a producer sent.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) first: i64,
    pub(crate) records: Vec<(Option<Vec<u8>>, Vec<u8>)>,
    producer: i64,
    sequence: i32,
}

/// A topic of one partition.
#[derive(Clone, Debug)]
pub(crate) struct Topic {
    pub(crate) id: PartitionId,
    pub(crate) name: String,
    pub(crate) config: Arc<LogConfig>,
    /// Everything that it was sent, by offset.
    pub(crate) sent: Vec<Sent>,
    /// Records below it were acknowledged durably.
    pub(crate) least: i64,
    /// The highest log start that anybody asked for.
    pub(crate) start: i64,
}

/// What a start has to find: the topics that the metadata names.
pub(crate) type Expected = Vec<Topic>;

pub(crate) struct World {
    pub(crate) disk: SimDisk,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: Arc<Store>,
    pub(crate) topics: Expected,
    /// What was expected before the first note, and after each.
    told: Vec<Expected>,
}

/// What is done with a disk that was left after some of the notes.
pub(crate) type Start = Box<dyn Fn(&SimDisk, usize)>;

/// What was recorded.
pub(crate) struct Played {
    pub(crate) recording: Recording,
    /// What a start does to the disk.
    pub(crate) start: Start,
    /// What it has to make of it.
    pub(crate) check: Start,
}

pub(crate) fn options(disk: &SimDisk, clock: &Arc<ManualClock>) -> StoreOptions {
    let options =
        StoreOptions::new(vec![PathBuf::from(DATA)], BrokerId(1), "cluster".into(), Arc::clone(clock) as _);
    StoreOptions {
        defaults: strict(),
        disk: Arc::new(disk.clone()) as Arc<dyn Disk>,
        retention_check_interval_ms: 1000,
        checkpoint_interval_ms: NEVER_MS,
        wal: WAL,
        // The test calls for a round itself.
        cleaner: CleanerOptions { threads: 0, map_bytes: 1 << 20, ..options.cleaner },
        ..options
    }
}

/// Acknowledged once it is durable; a segment takes some batches.
pub(crate) fn strict() -> LogConfig {
    LogConfig { segment_bytes: 1200, segment_index_bytes: 600, retention_ms: -1, ..durable() }
}

/// Acknowledged once it is written.
pub(crate) fn relaxed() -> LogConfig {
    LogConfig { flush_messages: config().flush_messages, ..strict() }
}

pub(crate) fn compacted() -> LogConfig {
    LogConfig {
        cleanup_delete: false,
        cleanup_compact: true,
        min_cleanable_dirty_ratio: 0.0,
        delete_retention_ms: 500,
        ..strict()
    }
}

impl Sent {
    pub(crate) fn next_offset(&self) -> i64 {
        self.first + self.records.len() as i64
    }

    pub(crate) fn batch(&self) -> BatchBuilder {
        let builder = BatchBuilder::new().producer(
            ProducerId(self.producer),
            ProducerEpoch(0),
            Sequence(self.sequence),
        );
        self.records.iter().fold(builder, |builder, (key, value)| {
            let timestamp = Timestamp(CLOCK_START_MS + self.first);
            let (key, value) = (key.clone(), Some(value.clone()));
            builder.record(RecordData { timestamp, key, value, ..RecordData::default() })
        })
    }

    /// Whether both are of the producer whose batches follow each other.
    pub(crate) fn is_of_producer_of(&self, other: &Self) -> bool {
        self.producer == other.producer
    }
}

impl Topic {
    pub(crate) fn end(&self) -> i64 {
        self.sent.last().map_or(0, Sent::next_offset)
    }

    /// The batch that a producer sends next.
    pub(crate) fn next(&self, producer: i64, at: i64, records: Vec<(Option<Vec<u8>>, Vec<u8>)>) -> Sent {
        let of_producer = self.sent.iter().filter(|sent| sent.producer == producer);
        let sequence = of_producer.map(|sent| sent.records.len() as i32).sum();
        Sent { first: at, records, producer, sequence }
    }
}

/// A value that tells where it was sent to, and that no other is like.
pub(crate) fn value(topic: &str, n: i64, bytes: usize) -> Vec<u8> {
    let mut value = format!("{topic} {n} ").into_bytes();
    value.resize(value.len().max(bytes), b'.');
    value
}

impl World {
    /// A store on a new disk; nothing is recorded yet.
    pub(crate) fn new(disk: &SimDisk) -> Self {
        let (disk, clock) = (disk.clone(), Arc::default());
        let store = open(&disk, &clock);
        store.set_aside_unclaimed();
        Self { disk, clock, store, topics: Vec::new(), told: Vec::new() }
    }

    /// Records from here on.
    pub(crate) fn record(&mut self) {
        self.disk.record();
        self.told = vec![self.topics.clone()];
    }

    /// What is expected now is expected of every crash from here on.
    pub(crate) fn note(&mut self) {
        if !self.told.is_empty() {
            self.told.push(self.topics.clone());
            self.disk.note();
        }
    }

    pub(crate) fn played(self) -> Played {
        let Self { disk, told, .. } = self;
        let told = Arc::new(told);
        let expected = Arc::clone(&told);
        Played {
            recording: disk.recorded(),
            start: Box::new(move |disk, notes| drop(start(&open(disk, &Arc::default()), &expected[notes]))),
            check: Box::new(move |disk, notes| check(disk, &told[notes])),
        }
    }

    /// A start on the disk as it is, after a stop.
    pub(crate) fn start_again(&mut self) {
        self.store = open(&self.disk, &self.clock);
        for topic in &self.topics {
            self.store.ensure(topic.id, &topic.name, Arc::clone(&topic.config), EPOCH);
        }
        self.store.set_aside_unclaimed();
    }

    /// The process is killed and started again; the system goes on.
    pub(crate) fn kill(&mut self) {
        self.disk = self.disk.kill();
        self.start_again();
    }

    /// Returns once a failure took the directory out of service.
    pub(crate) fn out_of_service(&self) {
        while self.store.failures().is_empty() {
            std::thread::yield_now();
        }
    }

    /// Where the next batch of the log goes.
    pub(crate) fn log_end(&self, topic: usize) -> i64 {
        self.log(topic).offsets().unwrap().log_end.0
    }

    /// A topic that the metadata names from now on.
    pub(crate) fn create(&mut self, name: &str, id: u8, config: LogConfig) -> usize {
        let id = PartitionId { topic: TopicId([id; 16]), index: PartitionIndex(0) };
        let config = Arc::new(config);
        self.topics.push(Topic {
            id,
            name: name.to_owned(),
            config: Arc::clone(&config),
            sent: Vec::new(),
            least: 0,
            start: 0,
        });
        self.note();
        self.store.ensure(id, name, config, EPOCH);
        self.topics.len() - 1
    }

    pub(crate) fn log(&self, topic: usize) -> Arc<Log> {
        self.store.log(&self.topics[topic].id).unwrap()
    }

    /// A batch of records without keys.
    pub(crate) fn send(&mut self, topic: usize, records: usize, bytes: usize) {
        self.begin(topic, 9, records, bytes);
        self.acknowledged(topic);
    }

    /// The same, without waiting for the answer.
    pub(crate) fn begin(&mut self, topic: usize, producer: i64, records: usize, bytes: usize) {
        let end = self.topics[topic].end();
        let name = self.topics[topic].name.clone();
        let records = (end..end + records as i64).map(|n| (None, value(&name, n, bytes))).collect();
        self.begin_batch(topic, producer, records);
    }

    pub(crate) fn begin_batch(
        &mut self,
        topic: usize,
        producer: i64,
        records: Vec<(Option<Vec<u8>>, Vec<u8>)>,
    ) {
        let (first, appended) = self.offer_batch(topic, producer, records);
        let appended = appended.unwrap();
        assert_eq!((appended.base_offset, appended.duplicate), (Offset(first), false));
    }

    /// The same for a directory that may be out of service: what is refused counts as sent.
    pub(crate) fn offer(&mut self, topic: usize, bytes: usize) {
        let end = self.topics[topic].end();
        let record = (None, value(&self.topics[topic].name, end, bytes));
        let (first, appended) = self.offer_batch(topic, 9, vec![record]);
        assert!(appended.is_err() || appended.is_ok_and(|appended| appended.base_offset == Offset(first)));
    }

    fn offer_batch(
        &mut self,
        topic: usize,
        producer: i64,
        records: Vec<(Option<Vec<u8>>, Vec<u8>)>,
    ) -> (i64, Result<Appended, AppendError>) {
        let sent = self.topics[topic].next(producer, self.topics[topic].end(), records);
        let (first, batch) = (sent.first, sent.batch());
        self.topics[topic].sent.push(sent);
        self.note();
        (first, append(&self.log(topic), batch, Origin::Client))
    }

    /// Everything that was sent was acknowledged.
    pub(crate) fn acknowledged(&mut self, topic: usize) {
        let log = self.log(topic);
        settle(&log);
        if log.config().is_durable() {
            self.topics[topic].least = self.topics[topic].end();
            self.note();
        }
    }

    /// Another configuration from now on.
    pub(crate) fn configure(&mut self, topic: usize, config: LogConfig) {
        let config = Arc::new(config);
        self.topics[topic].config = Arc::clone(&config);
        self.log(topic).configure(config);
    }

    /// Everything that was sent is durable, whatever the topic asks for.
    pub(crate) fn all_durable(&mut self) {
        for topic in &mut self.topics {
            topic.least = topic.end();
        }
        self.note();
    }
}

pub(crate) fn open(disk: &SimDisk, clock: &Arc<ManualClock>) -> Arc<Store> {
    let store = Store::open(options(disk, clock), &|_| ()).unwrap();
    assert_eq!(store.failures(), []);
    store
}

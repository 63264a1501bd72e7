//! A store over a disk that can be made to fail, and what its producers know.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use logstore::base::types::{
    Offset, PartitionId, PartitionIndex, ProducerEpoch, ProducerId, Sequence, Timestamp, TopicId,
};
use logstore::batch::build::{BatchBuilder, RecordData};
use logstore::io::Disk;
use logstore::log::{Log, LogConfig, Mailbox, Origin, Watch};
use logstore::store::catalogue::{Catalogue, Change, CommitError};
use logstore::store::{CleanerOptions, OpenError, Store, StoreOptions};
use logstore::wal::WalSize;

use super::hooked::HookedDisk;
use super::sim::{Chance, SimDisk};
use super::support::{Bed, CLOCK_START_MS, EPOCH, append, bytes_of, config, durable, read_all};

const DIRECTORY: &str = "/data";
const ROUNDS_MAX: usize = 40_000;

pub(crate) const PLAIN: usize = 0;
pub(crate) const COMPACTED: usize = 1;
/// Acknowledged by a write: a power failure may take what it has.
const RELAXED: usize = 2;
pub(crate) const LOGS: usize = 3;

/// A partition as its producer knows it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// Incarnation of the topic.
    topic: u8,
    /// Every value that was sent, in order.
    pub(crate) sent: Vec<Vec<u8>>,
    pub(crate) acked: BTreeMap<i64, Vec<u8>>,
    /// The batch without an answer that is good: its sequence and value.
    open: Option<(i32, Vec<u8>)>,
    sequence: i32,
    /// Records below it may be gone.
    pub(crate) start: i64,
    /// What the log holds is not known.
    pub(crate) is_uncertain: bool,
}

pub(crate) struct World {
    pub(crate) sim: SimDisk,
    pub(crate) disk: HookedDisk,
    pub(crate) bed: Arc<Bed>,
    pub(crate) known: Vec<Known>,
    pub(crate) committed: HashSet<String>,
    /// The store was closed, in order or not, or its directory gave up as it should: nothing goes on.
    pub(crate) is_closed: bool,
}

/// What is open of it.
pub(crate) struct Running {
    pub(crate) store: Arc<Store>,
    pub(crate) logs: Vec<Arc<Log>>,
    pub(crate) catalogue: Arc<Catalogue>,
}

impl Running {
    /// The same with the log of a topic that was created again.
    pub(crate) fn with_log_again(&self, world: &World, index: usize) -> Self {
        let mut logs = self.logs.clone();
        logs[index] = ensure(&self.store, index, &world.known[index]);
        Self { store: Arc::clone(&self.store), logs, catalogue: Arc::clone(&self.catalogue) }
    }
}

fn ensure(store: &Store, index: usize, known: &Known) -> Arc<Log> {
    store.ensure(partition(index, known), &format!("t{index}"), Arc::new(config_of(index)), EPOCH)
}

#[derive(Default)]
struct Bell(AtomicUsize);

impl Mailbox for Bell {
    fn deliver(&self, tokens: &mut dyn Iterator<Item = u64>) {
        self.0.fetch_add(tokens.count(), Ordering::AcqRel);
    }
}

pub(crate) fn wait_for(what: &str, condition: impl Fn() -> bool) {
    for round in 0..ROUNDS_MAX {
        if condition() {
            return;
        }
        // Often it is a matter of microseconds.
        if round < ROUNDS_MAX / 2 {
            std::thread::yield_now();
        } else {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    panic!("waited for {what}");
}

pub(crate) fn partition(index: usize, known: &Known) -> PartitionId {
    PartitionId { topic: TopicId([16 * known.topic + index as u8 + 1; 16]), index: PartitionIndex(0) }
}

fn config_of(index: usize) -> LogConfig {
    let config = if index == RELAXED { config() } else { durable() };
    let compacted = index == COMPACTED;
    LogConfig {
        retention_ms: -1,
        file_delete_delay_ms: 0,
        cleanup_compact: compacted,
        cleanup_delete: !compacted,
        min_cleanable_dirty_ratio: 0.0,
        ..config
    }
}

impl World {
    pub(crate) fn new() -> Self {
        Self::on(SimDisk::new(), vec![Known::default(); LOGS])
    }

    fn on(sim: SimDisk, known: Vec<Known>) -> Self {
        let (disk, bed) = (HookedDisk::over(sim.clone()), Arc::new(Bed::new()));
        Self { sim, disk, bed, known, committed: HashSet::new(), is_closed: false }
    }

    /// The same disk as it is after a power failure, for another life.
    pub(crate) fn copy(&self) -> Self {
        Self { committed: self.committed.clone(), ..Self::on(self.sim.crash_to_synced(), self.known.clone()) }
    }

    pub(crate) fn open(&self) -> Result<Running, OpenError> {
        let options = self.bed.options();
        let options = StoreOptions {
            directories: vec![PathBuf::from(DIRECTORY)],
            disk: Arc::new(self.disk.clone()),
            wal: WalSize { file_bytes: 16 * 1024, files_max: 4 },
            cleaner: CleanerOptions { threads: 0, ..options.cleaner },
            ..options
        };
        let store = Store::open(options, &|_| ())?;
        let logs = self.known.iter().enumerate().map(|(index, known)| ensure(&store, index, known)).collect();
        store.set_aside_unclaimed();
        let catalogue = Catalogue::open(Arc::new(self.disk.clone()), DIRECTORY.as_ref())?;
        let catalogue = Arc::new(catalogue.with_reserve(store.reserve()));
        Ok(Running { store, logs, catalogue })
    }

    /// Whether the next start is told of a failed sync.
    pub(crate) fn is_distrusted(&self) -> bool {
        let marker = PathBuf::from(DIRECTORY).join("millrace.sync-failed");
        self.sim.file_len(&marker).unwrap().is_some()
    }

    /// Sends a record and notes what the answer is.
    pub(crate) fn send(&mut self, running: &Running, index: usize, bytes: usize) {
        let known = &mut self.known[index];
        let mut value = format!("{}-{} ", known.topic, known.sent.len()).into_bytes();
        value.resize(value.len() + bytes, b'.');
        known.sent.push(value.clone());
        let sequence = known.sequence;
        known.sequence += 1;
        known.open = Some((sequence, value));
        self.retry(running, index);
    }

    /// Sends again what has no good answer; says whether it has one now.
    pub(crate) fn retry(&mut self, running: &Running, index: usize) -> bool {
        let known = &mut self.known[index];
        let Some((sequence, value)) = known.open.clone() else { return true };
        let record = RecordData {
            timestamp: Timestamp(CLOCK_START_MS),
            key: Some(vec![b'k', (sequence % 4) as u8]),
            value: Some(value.clone()),
            ..RecordData::default()
        };
        let producer = ProducerId(100 + i64::from(known.topic));
        let batch =
            BatchBuilder::new().producer(producer, ProducerEpoch(0), Sequence(sequence)).record(record);
        let log = &running.logs[index];
        let Ok(appended) = append(log, batch, Origin::Client) else {
            // What was not taken has no sequence.
            if known.sequence == sequence + 1 && !is_taken(log, &value) {
                known.sequence = sequence;
                known.open = None;
            }
            return false;
        };
        let target = appended.last_offset.plus(1);
        let bell = Arc::new(Bell::default());
        let mailbox: Arc<dyn Mailbox> = bell.clone();
        log.watch(Watch::AcknowledgedTo(target), &mailbox, 1);
        wait_for("an answer", || bell.0.load(Ordering::Acquire) > 0);
        if !log.offsets().is_ok_and(|offsets| offsets.high_watermark >= target) {
            return false;
        }
        if let Some(before) = known.acked.insert(appended.base_offset.0, value.clone()) {
            assert_eq!(before, value, "an offset is given once");
        }
        known.open = None;
        true
    }

    pub(crate) fn commit(&mut self, running: &Running, key: &str) {
        let change = Change { key: key.to_owned(), value: Some(vec![1; 50]) };
        let taken = running.catalogue.take(vec![change]);
        match taken.and_then(|revision| running.catalogue.wait(revision)) {
            Ok(()) => drop(self.committed.insert(key.to_owned())),
            Err(CommitError::NoSpace(_) | CommitError::OutOfService(_)) => {}
            Err(other) => panic!("{other}"),
        }
    }

    /// The power fails, and the store opens once more: everything acknowledged is there, and nothing twice.
    pub(crate) fn expect_all(&self, chance: &mut Chance, what: &str) {
        let next = Self::on(self.sim.crash(chance), self.known.clone());
        let running = next.open().unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(running.store.failures(), [], "{what}");
        for (index, known) in self.known.iter().enumerate() {
            known.expect_in(&running.logs[index], index, &format!("{what}: log {index}"));
        }
        let keys: HashSet<_> = running.catalogue.entries().into_iter().map(|(key, _)| key).collect();
        assert!(self.committed.is_subset(&keys), "{what}: {:?} and {keys:?}", self.committed);
        running.store.close().unwrap_or_else(|error| panic!("{what}: {error}"));
    }
}

/// Whether a value is in a log, or waits to be.
fn is_taken(log: &Log, value: &[u8]) -> bool {
    let Ok(offsets) = log.offsets() else { return true };
    if offsets.high_watermark < offsets.log_end {
        return true;
    }
    let from = offsets.log_start;
    match log.read(from, usize::MAX, logstore::log::ReadBound::HighWatermark, true) {
        Ok(read) => {
            let bytes: Vec<u8> = read.slices.iter().flat_map(bytes_of).collect();
            bytes.windows(value.len()).any(|window| window == value)
        }
        Err(_) => true,
    }
}

impl Known {
    /// Of a topic that is new.
    pub(crate) fn of(topic: u8) -> Self {
        Self { topic, ..Self::default() }
    }

    fn expect_in(&self, log: &Log, index: usize, what: &str) {
        if self.is_uncertain {
            return;
        }
        let offsets = log.offsets().unwrap_or_else(|error| panic!("{what}: {error}"));
        let found = read_all(log, offsets.log_start, 1 << 20);
        let place = |value: &Vec<u8>| self.sent.iter().position(|sent| sent == value);
        let places: Vec<_> = found.iter().map(|(_, value)| place(value)).collect();
        assert!(places.iter().all(Option::is_some), "{what}: only what was sent");
        assert!(places.is_sorted_by(|one, other| one < other), "{what}: in order and once, {places:?}");
        if index == RELAXED {
            return;
        }
        let found: BTreeMap<_, _> = found.into_iter().collect();
        let newest = found.values().filter_map(place).max();
        for (offset, value) in self.acked.range(self.start..) {
            if index == COMPACTED {
                assert!(newest >= place(value), "{what}: {offset} or newer");
            } else {
                assert_eq!(found.get(offset), Some(value), "{what}: {offset} of {offsets:?}");
            }
        }
        assert!(offsets.log_start <= Offset(self.start.max(0)), "{what}: {offsets:?}");
    }
}

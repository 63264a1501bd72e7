//! The power fails at any moment, and what was not synced is there or not, sector by sector: everything that was
//! acknowledged is there afterwards, unchanged, at its offset, and once.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where something is missing")]

#[path = "support/sim.rs"]
mod sim;
mod support;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use logstore::base::types::{
    Offset, PartitionId, PartitionIndex, ProducerEpoch, ProducerId, Sequence, Timestamp, TopicId,
};
use logstore::batch::Attributes;
use logstore::batch::build::{BatchBuilder, Marker, RecordData};
use logstore::io::Disk;
use logstore::log::{Log, LogConfig, Origin, ReadBound};
use logstore::store::inspect::verify;
use logstore::store::{Store, StoreOptions};
use logstore::wal::WalSize;
use sim::{Chance, SimDisk};
use support::{Bed, CLOCK_START_MS, EPOCH, append, config, durable, read_all, settle};

/// Failures in a row on one disk.
const LIVES: usize = 4;
const STEPS: usize = 40;
const PARTITIONS: usize = 4;
/// The last partition asks for no more than a write: what it has is a prefix of what it was given.
const RELAXED: usize = PARTITIONS - 1;
/// The one before it changes its mind: what is appended durably makes everything before it durable.
const FICKLE: usize = PARTITIONS - 2;

/// A partition as its producer knows it.
#[derive(Clone, Debug, Default)]
struct Known {
    values: Vec<Vec<u8>>,
    /// Records below it were acknowledged.
    acked: usize,
    epoch: i16,
    sequence: i32,
    /// First record, number of records and sequence of the newest batch in this epoch.
    last: Option<(usize, usize, i32)>,
}

struct World {
    disk: SimDisk,
    bed: Bed,
    chance: Chance,
    known: Vec<Known>,
    written: u64,
}

fn partition(index: usize) -> PartitionId {
    PartitionId { topic: TopicId([index as u8 + 1; 16]), index: PartitionIndex(0) }
}

fn config_of(index: usize) -> Arc<LogConfig> {
    Arc::new(if index == RELAXED { config() } else { durable() })
}

impl World {
    fn new(seed: u64) -> Self {
        let known = vec![Known::default(); PARTITIONS];
        Self { disk: SimDisk::new(), bed: Bed::new(), chance: Chance(seed), known, written: 0 }
    }

    fn open(&self) -> (Arc<Store>, Vec<Arc<Log>>) {
        let options = StoreOptions {
            directories: vec![PathBuf::from("/data")],
            disk: Arc::new(self.disk.clone()),
            wal: WalSize { file_bytes: 16 * 1024, files_max: 4 },
            ..self.bed.options()
        };
        let store = Store::open(options, &|_| ()).unwrap();
        let log = |index| store.ensure(partition(index), &format!("t{index}"), config_of(index), EPOCH);
        let logs = (0..PARTITIONS).map(log).collect();
        store.set_aside_unclaimed();
        assert_eq!(store.failures(), []);
        (store, logs)
    }

    fn batch(known: &Known, first: usize, count: usize, sequence: i32) -> BatchBuilder {
        let builder =
            BatchBuilder::new().producer(ProducerId(9), ProducerEpoch(known.epoch), Sequence(sequence));
        known.values[first..first + count].iter().fold(builder, |builder, value| {
            let timestamp = Timestamp(CLOCK_START_MS + first as i64);
            builder.record(RecordData { timestamp, value: Some(value.clone()), ..RecordData::default() })
        })
    }

    fn append(&mut self, log: &Log, index: usize) {
        let count = 1 + self.chance.below(3);
        let size = [10, 200, 3000][self.chance.below(3)] / count;
        let known = &mut self.known[index];
        let first = known.values.len();
        for _ in 0..count {
            self.written += 1;
            let mut value = self.written.to_be_bytes().to_vec();
            value.resize(8 + size, b'.');
            known.values.push(value);
        }
        let sequence = known.sequence;
        let appended = append(log, Self::batch(known, first, count, sequence), Origin::Client).unwrap();
        assert_eq!((appended.base_offset.0, appended.duplicate), (first as i64, false));
        known.sequence += count as i32;
        known.last = Some((first, count, sequence));
    }

    /// What is there after a failure; what was not acknowledged may be gone.
    fn check(&mut self, index: usize, log: &Log) {
        let offsets = log.offsets().unwrap();
        assert_eq!(offsets.high_watermark, offsets.log_end);
        let end = offsets.log_end.0 as usize;
        let known = &mut self.known[index];
        assert!(end >= known.acked, "partition {index}: {end} of {} acknowledged", known.acked);
        let found: Vec<_> = read_all(log, Offset(0), 1 << 20).into_iter().map(|(_, value)| value).collect();
        let differs = found.iter().zip(&known.values).position(|(found, known)| found != known);
        assert_eq!((found.len(), differs), (end, None), "partition {index} holds what was appended");
        known.values.truncate(end);
        // Whoever reads has seen it.
        if index != RELAXED {
            known.acked = end;
        }
        if let Some((first, count, sequence)) = known.last.filter(|(first, count, _)| first + count <= end) {
            let again = append(log, Self::batch(known, first, count, sequence), Origin::Client).unwrap();
            assert!(again.duplicate && again.base_offset.0 == first as i64, "a retry is not a second record");
        }
        known.epoch += 1;
        (known.sequence, known.last) = (0, None);
    }

    fn live(&mut self) {
        let (store, logs) = self.open();
        for (index, log) in logs.iter().enumerate() {
            self.check(index, log);
        }
        for _ in 0..self.chance.below(STEPS) {
            let index = self.chance.below(PARTITIONS);
            match self.chance.below(20) {
                0 => settle(&logs[index]),
                1 => {
                    self.bed.clock.advance(1000);
                    store.keep_house();
                }
                2 => logs[index].write_behind(),
                3 => store.checkpoint(),
                4 => store.drop_tails(),
                5 => {
                    let config = if self.chance.below(2) == 0 { config() } else { durable() };
                    logs[FICKLE].configure(Arc::new(config));
                }
                _ => self.append(&logs[index], index),
            }
        }
        let clean = self.chance.below(4) == 0;
        if clean {
            store.close().unwrap();
            for known in &mut self.known {
                known.acked = known.values.len();
            }
        } else {
            if logs[FICKLE].config().is_durable() {
                self.append(&logs[FICKLE], FICKLE);
                settle(&logs[FICKLE]);
            }
            let is_durable = |log: &&Arc<Log>| log.config().is_durable();
            for (known, log) in self.known.iter_mut().zip(&logs).filter(|(_, log)| is_durable(log)) {
                known.acked = log.offsets().unwrap().high_watermark.0 as usize;
            }
        }
        self.disk = self.disk.crash(&mut self.chance);
    }
}

#[test]
fn what_was_acknowledged_survives() {
    let seeds = std::env::var("MILLRACE_FULL").map_or(150, |_| 10_000);
    let first = std::env::var("MILLRACE_SEED").map_or(1, |seed| seed.parse().unwrap());
    for seed in first..first + seeds {
        let outcome = std::panic::catch_unwind(|| {
            let mut world = World::new(seed);
            for _ in 0..LIVES {
                world.live();
            }
        });
        assert!(outcome.is_ok(), "seed {seed}");
    }
}

/// The index of aborted transactions comes into being behind a checkpoint, and is below the next one.
#[test]
fn aborted_transactions_stay_known() {
    let mut world = World::new(1);
    let (store, logs) = world.open();
    append(&logs[0], BatchBuilder::new().value(b"before"), Origin::Client).unwrap();
    settle(&logs[0]);
    store.checkpoint();
    let (id, epoch) = (ProducerId(4), ProducerEpoch(0));
    let data = BatchBuilder::new().value(b"aborted").attributes(Attributes::TRANSACTIONAL);
    append(&logs[0], data.producer(id, epoch, Sequence(0)), Origin::Client).unwrap();
    let abort = BatchBuilder::end_transaction(Marker::Abort, id, epoch, 0, Timestamp(CLOCK_START_MS));
    append(&logs[0], abort, Origin::Coordinator).unwrap();
    settle(&logs[0]);
    store.checkpoint();
    world.disk = world.disk.crash_to_synced();
    let (_store, logs) = world.open();
    let read = logs[0].read(Offset(0), 1 << 20, ReadBound::LastStable, true).unwrap();
    let aborted: Vec<_> = read.aborted.iter().map(|aborted| aborted.first_offset).collect();
    assert_eq!(aborted, [Offset(1)]);
}

/// A broker may be down for a while after a sync failed: who looks at what it left is told what the disk has.
#[test]
fn what_a_failed_sync_left_in_memory_is_not_verified() {
    let mut world = World::new(1);
    let (store, logs) = world.open();
    world.append(&logs[0], 0);
    settle(&logs[0]);
    world.disk.fail_syncs(|path| path.contains(".log"));
    store.checkpoint();
    assert_eq!(store.failures().len(), 1);
    world.disk = world.disk.kill();
    let disk: Arc<dyn Disk> = Arc::new(world.disk.clone());
    for _ in 0..2 {
        let verified = verify(&disk, Path::new("/data"), &[], 1, &|_| ()).unwrap();
        let batches: Vec<_> = verified.partitions.iter().map(|partition| partition.batches).collect();
        assert_eq!(batches, [0], "{verified:?}");
    }
    // A start has it from the write-ahead log.
    let (_store, logs) = world.open();
    assert_eq!(logs[0].offsets().unwrap().log_end.0 as usize, world.known[0].values.len());
}

//! One look at the logs of a Fetch.

use crate::base::codes::{
    FENCED_LEADER_EPOCH, INCONSISTENT_TOPIC_ID, NONE, NOT_LEADER_OR_FOLLOWER, OFFSET_OUT_OF_RANGE,
    UNKNOWN_LEADER_EPOCH, UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION, UNSUPPORTED_COMPRESSION_TYPE,
};
use crate::base::types::{BrokerId, LeaderEpoch, Offset};
use crate::batch::Codec;
use crate::io::Access;
use crate::log::{FileSlice, Log, LogOffsets, LogRead, ReadBound, ReadError, Slice};
use crate::server::cold::Loaded;
use crate::server::fetch_session::{News, Told};
use crate::server::produce::led_here;
use crate::server::view::{ClusterView, PartitionView, TopicKey, TopicView};

use super::Wanted;

const ZSTD_SINCE: i16 = 10;

/// What one look at the logs gave.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(super) partitions: Vec<PartitionReading>,
    pub(super) bytes: usize,
    /// Partitions that there are. The others are told of, but do not end a wait for these.
    pub(super) existing: usize,
    /// Something that a client has to hear at once.
    pub(super) urgent: bool,
}

#[derive(Debug)]
pub(super) struct PartitionReading {
    pub(super) wanted: Wanted,
    pub(super) error_code: i16,
    pub(super) read: Option<LogRead>,
    pub(super) offsets: Option<LogOffsets>,
    pub(super) diverging: Option<(LeaderEpoch, Offset)>,
    pub(super) leader: Option<(BrokerId, LeaderEpoch)>,
    /// There is a batch, but it is larger than what was left of the limits.
    pub(super) too_large: bool,
}

impl Reading {
    /// The ranges of files in it, in order.
    pub(super) fn files(&self) -> Vec<FileSlice> {
        let slices = self.partitions.iter().filter_map(|partition| partition.read.as_ref());
        let files = slices.flat_map(|read| &read.slices).filter_map(|slice| match slice {
            Slice::File(slice) => Some(slice.clone()),
            Slice::Memory(_) => None,
        });
        files.collect()
    }

    /// Puts what was read of these in their place.
    pub(super) fn put(&mut self, loaded: Loaded) {
        let mut loaded = loaded.into_iter();
        let mut put = |slice| match slice {
            Slice::File(file) => match loaded.next().flatten() {
                Some(bytes) => {
                    let rest = file.part(bytes.len(), file.len());
                    [Some(Slice::Memory(bytes)), Some(Slice::File(rest))]
                }
                None => [Some(Slice::File(file)), None],
            },
            memory @ Slice::Memory(_) => [Some(memory), None],
        };
        for read in self.partitions.iter_mut().filter_map(|partition| partition.read.as_mut()) {
            read.slices = std::mem::take(&mut read.slices).into_iter().flat_map(&mut put).flatten().collect();
        }
    }
}

/// What a look goes by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    pub(super) version: i16,
    pub(super) bytes_max: usize,
    pub(super) bound: ReadBound,
}

/// Why a partition gives nothing.
enum Refused {
    Code(i16),
    /// The disk would have to be waited for.
    Cold,
}

impl From<i16> for Refused {
    fn from(code: i16) -> Self {
        Self::Code(code)
    }
}

impl From<ReadError> for Refused {
    fn from(error: ReadError) -> Self {
        if error == ReadError::NotResident { Self::Cold } else { Self::Code(error.error_code()) }
    }
}

impl Rules {
    /// Reads every partition, in order, as far as the limits go; `None` when that would have to wait for the disk.
    pub(super) fn read<'a>(
        self,
        wanted: impl Iterator<Item = &'a Wanted>,
        view: &ClusterView,
        access: Access,
    ) -> Option<Reading> {
        let mut reading = Reading { partitions: Vec::new(), bytes: 0, existing: 0, urgent: false };
        for wanted in wanted {
            self.read_partition(wanted, &mut reading, view, access)?;
        }
        // Kafka answers for what it does not know after all that it read.
        reading.partitions.sort_by_key(|partition| match partition.error_code {
            UNKNOWN_TOPIC_ID => 1,
            UNKNOWN_TOPIC_OR_PARTITION => 2,
            _ => 0,
        });
        Some(reading)
    }

    fn read_partition(
        self,
        wanted: &Wanted,
        reading: &mut Reading,
        view: &ClusterView,
        access: Access,
    ) -> Option<()> {
        let mut partition = PartitionReading {
            wanted: wanted.clone(),
            error_code: NONE,
            read: None,
            offsets: None,
            diverging: None,
            leader: None,
            too_large: false,
        };
        // The first partition that has anything gives at least one batch, whatever the limits.
        let at_least_one = reading.bytes == 0;
        let left = self.bytes_max.saturating_sub(reading.bytes);
        match find(wanted, view) {
            Ok(found) => {
                reading.existing += 1;
                match self.read_log(found, left, at_least_one, &mut partition, (view, access)) {
                    Ok(()) => {}
                    Err(Refused::Cold) => return None,
                    Err(Refused::Code(code)) => {
                        partition.error_code = code;
                        reading.urgent = true;
                    }
                }
            }
            Err(code) => partition.error_code = code,
        }
        reading.urgent |= partition.diverging.is_some();
        reading.bytes += partition.read.as_ref().map_or(0, |read| read.bytes);
        reading.partitions.push(partition);
        Some(())
    }

    fn read_log(
        self,
        (topic, partition): (&TopicView, &PartitionView),
        left: usize,
        at_least_one: bool,
        into: &mut PartitionReading,
        (view, access): (&ClusterView, Access),
    ) -> Result<(), Refused> {
        let wanted = &into.wanted;
        let codec = topic.config.compression.map(|compressor| compressor.codec);
        if codec == Some(Codec::Zstd) && self.version < ZSTD_SINCE {
            return Err(UNSUPPORTED_COMPRESSION_TYPE.into());
        }
        let leader = Some((partition.leader, partition.leader_epoch));
        let Some(log) = led_here(view, partition) else {
            into.leader = leader;
            return Err(NOT_LEADER_OR_FOLLOWER.into());
        };
        if let Err(code) = check_leader_epoch(wanted.current_leader_epoch, partition.leader_epoch) {
            into.leader = leader.filter(|_| code == FENCED_LEADER_EPOCH);
            return Err(code.into());
        }
        if let Some(diverging) = diverging(wanted, log, partition.leader_epoch)? {
            into.diverging = Some(diverging);
            into.offsets = log.offsets().ok();
            return Ok(());
        }
        let bytes_max = wanted.bytes_max.min(left);
        let read = log.read_as(wanted.offset, bytes_max, self.bound, at_least_one, access)?;
        into.too_large = read.bytes == 0 && bytes_max > 0 && wanted.offset < read.offsets.last_stable;
        into.offsets = Some(read.offsets);
        into.read = Some(read);
        Ok(())
    }
}

pub(super) fn find<'a>(
    wanted: &Wanted,
    view: &'a ClusterView,
) -> Result<(&'a TopicView, &'a PartitionView), i16> {
    let topic = view.topic(&wanted.topic).ok_or_else(|| unknown_topic(wanted, view))?;
    let partition = topic.partition(wanted.partition).ok_or(UNKNOWN_TOPIC_OR_PARTITION)?;
    Ok((topic, partition))
}

/// As Kafka, which resolves an id once: later it looks for the name, and then whether that still has the id.
fn unknown_topic(wanted: &Wanted, view: &ClusterView) -> i16 {
    let has_partition = |name| {
        let topic = view.topics_by_name.get(name);
        topic.is_some_and(|topic| topic.partition(wanted.partition).is_some())
    };
    match (&wanted.topic, &wanted.known_as) {
        (TopicKey::Id(_), None) => UNKNOWN_TOPIC_ID,
        (TopicKey::Id(_), Some(name)) if has_partition(name) => INCONSISTENT_TOPIC_ID,
        _ => UNKNOWN_TOPIC_OR_PARTITION,
    }
}

fn check_leader_epoch(asked: LeaderEpoch, current: LeaderEpoch) -> Result<(), i16> {
    match asked {
        asked if asked <= LeaderEpoch::NONE => Ok(()),
        asked if asked < current => Err(FENCED_LEADER_EPOCH),
        asked if asked > current => Err(UNKNOWN_LEADER_EPOCH),
        _ => Ok(()),
    }
}

/// Where the reader's log parted from this one, if it did.
fn diverging(wanted: &Wanted, log: &Log, current: LeaderEpoch) -> Result<Option<(LeaderEpoch, Offset)>, i16> {
    if wanted.last_fetched_epoch <= LeaderEpoch::NONE {
        return Ok(None);
    }
    let log_start = log.offsets().map_err(|error| error.error_code())?.log_start;
    let end = log.epoch_end_offset(wanted.last_fetched_epoch, current).map_err(|error| error.error_code())?;
    if end.leader_epoch == LeaderEpoch::NONE || end.end_offset < Offset(0) || wanted.offset < log_start {
        return Err(OFFSET_OUT_OF_RANGE);
    }
    let parted = end.leader_epoch < wanted.last_fetched_epoch || end.end_offset < wanted.offset;
    Ok(parted.then_some((end.leader_epoch, end.end_offset)))
}

impl PartitionReading {
    pub(super) fn key(&self) -> (TopicKey, i32) {
        (self.wanted.topic.clone(), self.wanted.partition)
    }

    pub(super) fn told(&self) -> Told {
        Told {
            high_watermark: self.offsets.map_or(-1, |offsets| offsets.high_watermark.0),
            log_start: self.offsets.map_or(-1, |offsets| offsets.log_start.0),
        }
    }

    pub(super) fn news(&self) -> News {
        News {
            told: self.told(),
            has_records: self.read.as_ref().is_some_and(|read| read.bytes > 0),
            must_tell: self.diverging.is_some(),
            is_error: self.error_code != NONE,
        }
    }
}

//! Fetch (1), versions 4-18: decode, plan slices, answer now or park.
//!
//! v5 log start offset; v7 sessions; v9 leader epochs; v11 rack, preferred replica; v12 flexible, diverging epochs;
//! v13 topics by id; v15 the replica as a tagged field; v16 who leads instead; v17, v18 for followers.

mod answer;
mod request;

use std::sync::Arc;
use std::time::Duration;

use crate::base::bytes::Malformed;
use crate::base::codes::{
    CLUSTER_AUTHORIZATION_FAILED, FENCED_LEADER_EPOCH, INCONSISTENT_TOPIC_ID, INVALID_FETCH_SESSION_EPOCH,
    NONE, NOT_LEADER_OR_FOLLOWER, OFFSET_OUT_OF_RANGE, UNKNOWN_LEADER_EPOCH, UNKNOWN_SERVER_ERROR,
    UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION, UNSUPPORTED_COMPRESSION_TYPE,
};
use crate::base::types::{BrokerId, LeaderEpoch, Offset};
use crate::batch::Codec;
use crate::log::{Compression, Log, LogOffsets, LogRead, ReadBound};

use super::context::Context;
use super::delayed::fetch::ParkedFetch;
use super::fetch_session::{NO_SESSION, News, Scope, Told};
use super::header::RequestHeader;
use super::produce::led_here;
use super::reply::Answer;
use super::stats::{Native, add};
use super::view::{PartitionView, TopicKey, TopicView};

pub(crate) use request::Wanted;
use request::{CONSUMER, parse};

use answer::{empty, encode, refuse};

const FLEXIBLE_SINCE: i16 = 12;
const IDS_SINCE: i16 = 13;
const ZSTD_SINCE: i16 = 10;
const READ_UNCOMMITTED: i8 = 0;
const READ_COMMITTED: i8 = 1;
/// Longest wait granted, whatever a client asks for.
const WAIT_MAX: Duration = Duration::from_mins(5);

/// What became of a Fetch request.
pub(crate) enum Fetched {
    Answer(Answer),
    Park(ParkedFetch),
}

/// A request whose partitions are known.
#[derive(Debug)]
pub(crate) struct Fetch {
    header: RequestHeader,
    bytes_min: usize,
    bytes_max: usize,
    bound: ReadBound,
    pub(crate) deadline: Duration,
    scope: Scope,
    /// Partitions that there were at the first look: when one goes, its client has to hear of it.
    existing: usize,
}

/// What one look at the logs gave.
#[derive(Debug)]
pub(crate) struct Reading {
    partitions: Vec<PartitionReading>,
    bytes: usize,
    /// Partitions that there are. The others are told of, but do not end a wait for these.
    existing: usize,
    /// Something that a client has to hear at once.
    urgent: bool,
}

#[derive(Debug)]
struct PartitionReading {
    wanted: Wanted,
    error_code: i16,
    read: Option<LogRead>,
    offsets: Option<LogOffsets>,
    diverging: Option<(LeaderEpoch, Offset)>,
    leader: Option<(BrokerId, LeaderEpoch)>,
    /// There is a batch, but it is larger than what was left of the limits.
    too_large: bool,
}

pub(crate) fn handle(
    header: RequestHeader,
    frame: &[u8],
    context: &Context<'_>,
) -> Result<Fetched, Malformed> {
    context.counters.request(Native::Fetch);
    let version = header.api_version;
    let mut request = parse(frame, version)?;
    for wanted in &mut request.session.wanted {
        wanted.known_as = context.view.topic(&wanted.topic).map(|topic| Arc::clone(&topic.name));
    }
    if request.replica > CONSUMER {
        // Followers fetch through their own listener, not where clients come in.
        return Ok(Fetched::Answer(refuse(header, &request.session, CLUSTER_AUTHORIZATION_FAILED, context)));
    }
    let wait = Duration::from_millis(u64::try_from(request.wait_ms_max).unwrap_or(0)).min(WAIT_MAX);
    let bytes_max =
        (usize::try_from(request.bytes_max).unwrap_or(0)).min(context.view.limits.fetch_bytes_max);
    let (bound, refused) = match request.isolation {
        READ_UNCOMMITTED => (ReadBound::HighWatermark, None),
        READ_COMMITTED => (ReadBound::LastStable, None),
        // Not less than the client wants, whatever that is; the code is Kafka's.
        _ => {
            let refused = refuse(header, &request.session, UNKNOWN_SERVER_ERROR, context);
            (ReadBound::LastStable, Some(refused))
        }
    };
    let scope = match context.sessions.open(request.session, context.now) {
        Ok(scope) => scope,
        Err(code) => return Ok(Fetched::Answer(empty(header, code, NO_SESSION, context))),
    };
    let mut fetch = Fetch {
        header,
        bytes_min: usize::try_from(request.bytes_min).unwrap_or(0).min(bytes_max),
        bytes_max,
        bound,
        deadline: context.now + wait,
        scope,
        existing: 0,
    };
    let reading = fetch.read(context);
    if let Some(refused) = refused.filter(|_| reading.existing > 0) {
        return Ok(Fetched::Answer(refused));
    }
    fetch.existing = reading.existing;
    if fetch.satisfied(&reading) || wait.is_zero() {
        return Ok(Fetched::Answer(fetch.answer(reading, context)));
    }
    Ok(ParkedFetch::park(fetch, context))
}

impl Fetch {
    /// Reads every partition, in order, as far as the limits go.
    pub(crate) fn read(&self, context: &Context<'_>) -> Reading {
        let mut reading = Reading { partitions: Vec::new(), bytes: 0, existing: 0, urgent: false };
        match &self.scope {
            Scope::Listed { wanted, .. } => {
                for wanted in wanted {
                    self.read_partition(wanted, &mut reading, context);
                }
            }
            Scope::Session { session, .. } => {
                session.lock().wanted().for_each(|wanted| self.read_partition(wanted, &mut reading, context));
            }
        }
        // Kafka answers for what it does not know after all that it read.
        reading.partitions.sort_by_key(|partition| match partition.error_code {
            UNKNOWN_TOPIC_ID => 1,
            UNKNOWN_TOPIC_OR_PARTITION => 2,
            _ => 0,
        });
        reading
    }

    /// Whether a client has to be answered now, its patience left aside.
    pub(crate) fn satisfied(&self, reading: &Reading) -> bool {
        let gone = reading.existing == 0 || reading.existing < self.existing;
        gone || reading.urgent || reading.bytes >= self.bytes_min
    }

    fn read_partition(&self, wanted: &Wanted, reading: &mut Reading, context: &Context<'_>) {
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
        match find(wanted, context) {
            Ok(found) => {
                reading.existing += 1;
                if let Err(code) = self.read_log(found, left, at_least_one, &mut partition, context) {
                    partition.error_code = code;
                    reading.urgent = true;
                }
            }
            Err(code) => partition.error_code = code,
        }
        reading.urgent |= partition.diverging.is_some();
        reading.bytes += partition.read.as_ref().map_or(0, |read| read.bytes);
        reading.partitions.push(partition);
    }

    fn read_log(
        &self,
        (topic, partition): (&TopicView, &PartitionView),
        left: usize,
        at_least_one: bool,
        into: &mut PartitionReading,
        context: &Context<'_>,
    ) -> Result<(), i16> {
        let wanted = &into.wanted;
        if topic.config.compression == Compression::To(Codec::Zstd) && self.header.api_version < ZSTD_SINCE {
            return Err(UNSUPPORTED_COMPRESSION_TYPE);
        }
        let leader = Some((partition.leader, partition.leader_epoch));
        let Some(log) = led_here(&context.view, partition) else {
            into.leader = leader;
            return Err(NOT_LEADER_OR_FOLLOWER);
        };
        if let Err(code) = check_leader_epoch(wanted.current_leader_epoch, partition.leader_epoch) {
            into.leader = leader.filter(|_| code == FENCED_LEADER_EPOCH);
            return Err(code);
        }
        if let Some(diverging) = diverging(wanted, log, partition.leader_epoch)? {
            into.diverging = Some(diverging);
            into.offsets = log.offsets().ok();
            return Ok(());
        }
        let bytes_max = wanted.bytes_max.min(left);
        let read = log
            .read(wanted.offset, bytes_max, self.bound, at_least_one)
            .map_err(|error| error.error_code())?;
        into.too_large = read.bytes == 0 && bytes_max > 0 && wanted.offset < read.offsets.last_stable;
        into.offsets = Some(read.offsets);
        into.read = Some(read);
        Ok(())
    }

    /// The logs that this request would wait for.
    pub(crate) fn logs(&self, context: &Context<'_>) -> Vec<Arc<Log>> {
        let log = |wanted: &Wanted| {
            let (_, partition) = find(wanted, context).ok()?;
            led_here(&context.view, partition).map(Arc::clone)
        };
        match &self.scope {
            Scope::Listed { wanted, .. } => wanted.iter().filter_map(log).collect(),
            Scope::Session { session, .. } => session.lock().wanted().filter_map(log).collect(),
        }
    }

    /// The answer; sessions learn from it what their client knows.
    pub(crate) fn answer(&self, mut reading: Reading, context: &Context<'_>) -> Answer {
        let session_id = match &self.scope {
            Scope::Listed { begins_session: true, by_id, .. } => {
                let partitions =
                    reading.partitions.iter().map(|partition| (partition.wanted.clone(), partition.told()));
                context.sessions.begin(partitions.collect(), *by_id, context.now)
            }
            Scope::Listed { .. } => NO_SESSION,
            Scope::Session { id, epoch, session } => {
                let mut session = session.lock();
                if !session.is_at(*epoch) {
                    return empty(self.header, INVALID_FETCH_SESSION_EPOCH, *id, context);
                }
                reading.partitions.retain(|partition| session.tells(&partition.key(), partition.news()));
                *id
            }
        };
        add(&context.counters.records_bytes_out, reading.bytes);
        encode(self.header, NONE, session_id, reading, self.bound, context)
    }
}

fn find<'a>(wanted: &Wanted, context: &'a Context<'_>) -> Result<(&'a TopicView, &'a PartitionView), i16> {
    let topic = context.view.topic(&wanted.topic).ok_or_else(|| unknown_topic(wanted, context))?;
    let partition = topic.partition(wanted.partition).ok_or(UNKNOWN_TOPIC_OR_PARTITION)?;
    Ok((topic, partition))
}

/// As Kafka, which resolves an id once: later it looks for the name, and then whether that still has the id.
fn unknown_topic(wanted: &Wanted, context: &Context<'_>) -> i16 {
    let has_partition = |name| {
        let topic = context.view.topics_by_name.get(name);
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
    fn key(&self) -> (TopicKey, i32) {
        (self.wanted.topic.clone(), self.wanted.partition)
    }

    fn told(&self) -> Told {
        Told {
            high_watermark: self.offsets.map_or(-1, |offsets| offsets.high_watermark.0),
            log_start: self.offsets.map_or(-1, |offsets| offsets.log_start.0),
        }
    }

    fn news(&self) -> News {
        News {
            told: self.told(),
            has_records: self.read.as_ref().is_some_and(|read| read.bytes > 0),
            must_tell: self.diverging.is_some(),
            is_error: self.error_code != NONE,
        }
    }
}

//! Fetch (1), versions 4-18: decode, plan slices, answer now or park.
//!
//! v5 log start offset; v7 sessions; v9 leader epochs; v11 rack, preferred replica; v12 flexible, diverging epochs;
//! v13 topics by id; v15 the replica as a tagged field; v16 who leads instead; v17, v18 for followers.

use std::sync::Arc;
use std::time::Duration;

use crate::base::bytes::{Malformed, Reader, Writer};
use crate::base::codes::{
    CLUSTER_AUTHORIZATION_FAILED, FENCED_LEADER_EPOCH, INVALID_FETCH_SESSION_EPOCH, KAFKA_STORAGE_ERROR,
    NONE, NOT_LEADER_OR_FOLLOWER, OFFSET_OUT_OF_RANGE, UNKNOWN_LEADER_EPOCH, UNKNOWN_TOPIC_ID,
    UNKNOWN_TOPIC_OR_PARTITION, UNSUPPORTED_COMPRESSION_TYPE,
};
use crate::base::types::{BrokerId, LeaderEpoch, Offset};
use crate::batch::Codec;
use crate::log::{Compression, Log, LogOffsets, LogRead, ReadBound};

use super::context::Context;
use super::delayed::fetch::ParkedFetch;
use super::fetch_session::{NO_SESSION, News, Scope, SessionRequest, Told};
use super::header::{Fields, RequestHeader};
use super::nodes::Leaders;
use super::produce::led_here;
use super::reply::{Answer, AnswerWriter};
use super::stats::{Native, add};
use super::view::{PartitionView, TopicKey, TopicView};

const FLEXIBLE_SINCE: i16 = 12;
const IDS_SINCE: i16 = 13;
const LEADER_HINTS_SINCE: i16 = 16;
const ZSTD_SINCE: i16 = 10;
/// A consumer; followers name themselves.
const CONSUMER: i32 = -1;
const READ_COMMITTED: i8 = 1;
/// Longest wait granted, whatever a client asks for.
const WAIT_MAX: Duration = Duration::from_mins(5);

/// One partition as a client wants it.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) topic: TopicKey,
    pub(crate) partition: i32,
    current_leader_epoch: LeaderEpoch,
    offset: Offset,
    last_fetched_epoch: LeaderEpoch,
    bytes_max: usize,
}

impl Wanted {
    /// From an offset, without epoch checks or a bound.
    #[cfg(test)]
    pub(crate) fn at(topic: TopicKey, partition: i32, offset: i64) -> Self {
        Self {
            topic,
            partition,
            current_leader_epoch: LeaderEpoch::NONE,
            offset: Offset(offset),
            last_fetched_epoch: LeaderEpoch::NONE,
            bytes_max: usize::MAX,
        }
    }
}

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
}

#[derive(Debug)]
struct Request {
    replica: i32,
    wait_ms_max: i32,
    bytes_min: i32,
    bytes_max: i32,
    isolation: i8,
    session: SessionRequest,
}

/// What one look at the logs gave.
#[derive(Debug)]
pub(crate) struct Reading {
    partitions: Vec<PartitionReading>,
    bytes: usize,
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
}

pub(crate) fn handle(
    header: RequestHeader,
    frame: &[u8],
    context: &Context<'_>,
) -> Result<Fetched, Malformed> {
    context.counters.request(Native::Fetch);
    let version = header.api_version;
    let request = parse(frame, version)?;
    if request.replica > CONSUMER {
        // Followers fetch through their own listener, not where clients come in.
        return Ok(Fetched::Answer(refuse(
            header,
            &request.session,
            CLUSTER_AUTHORIZATION_FAILED,
            context,
        )));
    }
    let wait = Duration::from_millis(u64::try_from(request.wait_ms_max).unwrap_or(0)).min(WAIT_MAX);
    let bytes_max =
        (usize::try_from(request.bytes_max).unwrap_or(0)).min(context.view.limits.fetch_bytes_max);
    let session_id = request.session.id;
    let scope = match context.sessions.open(request.session, context.now) {
        Ok(scope) => scope,
        Err(code) => return Ok(Fetched::Answer(empty(header, code, session_id, context))),
    };
    let fetch = Fetch {
        header,
        bytes_min: usize::try_from(request.bytes_min).unwrap_or(0).min(bytes_max),
        bytes_max,
        bound: if request.isolation == READ_COMMITTED {
            ReadBound::LastStable
        } else {
            ReadBound::HighWatermark
        },
        deadline: context.now + wait,
        scope,
    };
    let reading = fetch.read(context);
    if fetch.satisfied(&reading) || wait.is_zero() {
        return Ok(Fetched::Answer(fetch.answer(reading, context)));
    }
    Ok(ParkedFetch::park(fetch, context))
}

fn parse(frame: &[u8], version: i16) -> Result<Request, Malformed> {
    const REPLICA_STATE: u32 = 1;
    const TOPIC_BYTES_MIN: usize = 2;
    let (mut fields, _) = Fields::open(frame, version >= FLEXIBLE_SINCE)?;
    let mut replica = if version <= 14 {
        fields.reader.i32()?
    } else {
        CONSUMER
    };
    let wait_ms_max = fields.reader.i32()?;
    let bytes_min = fields.reader.i32()?;
    let bytes_max = fields.reader.i32()?;
    let isolation = fields.reader.i8()?;
    let (id, epoch) = if version >= 7 {
        (fields.reader.i32()?, fields.reader.i32()?)
    } else {
        (NO_SESSION, -1)
    };
    let mut wanted = Vec::new();
    for _ in 0..fields.array_len(TOPIC_BYTES_MIN)? {
        let topic = fields.topic(version, IDS_SINCE)?;
        parse_partitions(&mut fields, version, &topic, &mut wanted)?;
        fields.tags()?;
    }
    let mut forgotten = Vec::new();
    if version >= 7 {
        for _ in 0..fields.array_len(TOPIC_BYTES_MIN)? {
            let topic = fields.topic(version, IDS_SINCE)?;
            for _ in 0..fields.array_len(4)? {
                forgotten.push((topic.clone(), fields.reader.i32()?));
            }
            fields.tags()?;
        }
    }
    if version >= 11 {
        fields.string()?;
    }
    fields.each_tag(|tag, bytes| {
        if tag == REPLICA_STATE && version >= 15 {
            replica = Reader::new(bytes).i32()?;
        }
        Ok(())
    })?;
    let session = SessionRequest {
        id,
        epoch,
        by_id: version >= IDS_SINCE,
        wanted,
        forgotten,
    };
    Ok(Request {
        replica,
        wait_ms_max,
        bytes_min,
        bytes_max,
        isolation,
        session,
    })
}

fn parse_partitions(
    fields: &mut Fields<'_>,
    version: i16,
    topic: &TopicKey,
    into: &mut Vec<Wanted>,
) -> Result<(), Malformed> {
    const PARTITION_BYTES_MIN: usize = 16;
    for _ in 0..fields.array_len(PARTITION_BYTES_MIN)? {
        let partition = fields.reader.i32()?;
        let current_leader_epoch = LeaderEpoch(if version >= 9 { fields.reader.i32()? } else { -1 });
        let offset = Offset(fields.reader.i64()?);
        let last_fetched_epoch = LeaderEpoch(if version >= 12 { fields.reader.i32()? } else { -1 });
        if version >= 5 {
            // A follower's log start offset.
            fields.reader.i64()?;
        }
        let bytes_max = usize::try_from(fields.reader.i32()?).unwrap_or(0);
        fields.tags()?;
        into.push(Wanted {
            topic: topic.clone(),
            partition,
            current_leader_epoch,
            offset,
            last_fetched_epoch,
            bytes_max,
        });
    }
    Ok(())
}

impl Fetch {
    /// Reads every partition, in order, as far as the limits go.
    pub(crate) fn read(&self, context: &Context<'_>) -> Reading {
        let mut reading = Reading {
            partitions: Vec::new(),
            bytes: 0,
            urgent: false,
        };
        match &self.scope {
            Scope::Listed { wanted, .. } => {
                reading.urgent = wanted.is_empty();
                for wanted in wanted {
                    self.read_partition(wanted, &mut reading, context);
                }
            }
            Scope::Session { session, .. } => {
                session
                    .lock()
                    .wanted()
                    .for_each(|wanted| self.read_partition(wanted, &mut reading, context));
            }
        }
        reading
    }

    /// Whether a client has to be answered now, its patience left aside.
    pub(crate) fn satisfied(&self, reading: &Reading) -> bool {
        reading.urgent || reading.bytes >= self.bytes_min
    }

    fn read_partition(&self, wanted: &Wanted, reading: &mut Reading, context: &Context<'_>) {
        let mut partition = PartitionReading {
            wanted: wanted.clone(),
            error_code: NONE,
            read: None,
            offsets: None,
            diverging: None,
            leader: None,
        };
        // The first partition that has anything gives at least one batch, whatever the limits.
        let at_least_one = reading.bytes == 0;
        let left = self.bytes_max.saturating_sub(reading.bytes);
        if let Err(code) = self.read_log(wanted, left, at_least_one, &mut partition, context) {
            partition.error_code = code;
            reading.urgent = true;
        }
        reading.urgent |= partition.diverging.is_some();
        reading.bytes += partition.read.as_ref().map_or(0, |read| read.bytes);
        reading.partitions.push(partition);
    }

    fn read_log(
        &self,
        wanted: &Wanted,
        left: usize,
        at_least_one: bool,
        into: &mut PartitionReading,
        context: &Context<'_>,
    ) -> Result<(), i16> {
        let (topic, partition) = find(wanted, context)?;
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
            Scope::Listed {
                begins_session: true,
                by_id,
                ..
            } => {
                let partitions = reading
                    .partitions
                    .iter()
                    .map(|partition| (partition.wanted.clone(), partition.told()));
                context.sessions.begin(partitions.collect(), *by_id, context.now)
            }
            Scope::Listed { .. } => NO_SESSION,
            Scope::Session { id, epoch, session } => {
                let mut session = session.lock();
                if !session.is_at(*epoch) {
                    return empty(self.header, INVALID_FETCH_SESSION_EPOCH, *id, context);
                }
                reading
                    .partitions
                    .retain(|partition| session.tells(&partition.key(), partition.news()));
                *id
            }
        };
        add(&context.counters.records_bytes_out, reading.bytes);
        encode(self.header, NONE, session_id, reading, self.bound, context)
    }
}

fn find<'a>(wanted: &Wanted, context: &'a Context<'_>) -> Result<(&'a TopicView, &'a PartitionView), i16> {
    let Some(topic) = context.view.topic(&wanted.topic) else {
        let by_id = matches!(wanted.topic, TopicKey::Id(_));
        return Err(if by_id {
            UNKNOWN_TOPIC_ID
        } else {
            UNKNOWN_TOPIC_OR_PARTITION
        });
    };
    let partition = topic
        .partition(wanted.partition)
        .ok_or(UNKNOWN_TOPIC_OR_PARTITION)?;
    Ok((topic, partition))
}

fn check_leader_epoch(asked: LeaderEpoch, current: LeaderEpoch) -> Result<(), i16> {
    match asked {
        LeaderEpoch::NONE => Ok(()),
        asked if asked < current => Err(FENCED_LEADER_EPOCH),
        asked if asked > current => Err(UNKNOWN_LEADER_EPOCH),
        _ => Ok(()),
    }
}

/// Where the reader's log parted from this one, if it did.
fn diverging(wanted: &Wanted, log: &Log, current: LeaderEpoch) -> Result<Option<(LeaderEpoch, Offset)>, i16> {
    if wanted.last_fetched_epoch == LeaderEpoch::NONE {
        return Ok(None);
    }
    let log_start = log.offsets().map_err(|error| error.error_code())?.log_start;
    let end = log
        .epoch_end_offset(wanted.last_fetched_epoch, current)
        .map_err(|error| error.error_code())?;
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

/// An answer without partitions.
fn empty(header: RequestHeader, error: i16, session: i32, context: &Context<'_>) -> Answer {
    let nothing = Reading {
        partitions: Vec::new(),
        bytes: 0,
        urgent: true,
    };
    encode(header, error, session, nothing, ReadBound::HighWatermark, context)
}

/// The same error for the request and for every partition it lists, since old versions have no other place.
fn refuse(header: RequestHeader, request: &SessionRequest, error_code: i16, context: &Context<'_>) -> Answer {
    let partitions = request.wanted.iter().map(|wanted| PartitionReading {
        wanted: wanted.clone(),
        error_code,
        read: None,
        offsets: None,
        diverging: None,
        leader: None,
    });
    let refused = Reading {
        partitions: partitions.collect(),
        bytes: 0,
        urgent: true,
    };
    encode(
        header,
        error_code,
        NO_SESSION,
        refused,
        ReadBound::HighWatermark,
        context,
    )
}

fn encode(
    header: RequestHeader,
    error: i16,
    session: i32,
    reading: Reading,
    bound: ReadBound,
    context: &Context<'_>,
) -> Answer {
    let version = header.api_version;
    let mut out = AnswerWriter::new(header.correlation_id, version >= FLEXIBLE_SINCE);
    let mut leaders = Leaders::default();
    out.fixed().i32(0);
    if version >= 7 {
        out.fixed().i16(error).i32(session);
    }
    let errors = reading
        .partitions
        .iter()
        .filter(|partition| partition.error_code != NONE)
        .count();
    add(&context.counters.partition_errors, errors);
    let topics = by_topic(reading.partitions);
    out.array_len(topics.len());
    for partitions in topics {
        if let Some(first) = partitions.first() {
            out.topic(&first.wanted.topic);
        }
        out.array_len(partitions.len());
        for partition in partitions {
            encode_partition(&mut out, version, partition, bound, &mut leaders);
        }
        out.tags();
    }
    let nodes = if version >= LEADER_HINTS_SINCE {
        leaders.tagged_field(context)
    } else {
        Vec::new()
    };
    out.tagged(&nodes);
    out.finish()
}

/// Neighbours of the same topic together, in the order in which they were read.
fn by_topic(partitions: Vec<PartitionReading>) -> Vec<Vec<PartitionReading>> {
    let mut topics: Vec<Vec<PartitionReading>> = Vec::new();
    for partition in partitions {
        match topics.last_mut() {
            Some(group)
                if group
                    .first()
                    .is_some_and(|first| first.wanted.topic == partition.wanted.topic) =>
            {
                group.push(partition);
            }
            _ => topics.push(vec![partition]),
        }
    }
    topics
}

fn encode_partition(
    out: &mut AnswerWriter,
    version: i16,
    partition: PartitionReading,
    bound: ReadBound,
    leaders: &mut Leaders,
) {
    const DIVERGING_EPOCH: u32 = 0;
    const CURRENT_LEADER: u32 = 1;
    const NO_PREFERRED_REPLICA: i32 = -1;
    // Clients of version 5 do not know the code and would give up; they retry after this one.
    let error_code = match partition.error_code {
        KAFKA_STORAGE_ERROR if version <= 5 => NOT_LEADER_OR_FOLLOWER,
        code => code,
    };
    let told = partition.told();
    out.fixed()
        .i32(partition.wanted.partition)
        .i16(error_code)
        .i64(told.high_watermark);
    out.fixed()
        .i64(partition.offsets.map_or(-1, |offsets| offsets.last_stable.0));
    if version >= 5 {
        out.fixed().i64(told.log_start);
    }
    let (bytes, slices, aborted) = partition.read.map_or((0, Vec::new(), Vec::new()), |read| {
        (read.bytes, read.slices, read.aborted)
    });
    if bound == ReadBound::LastStable {
        out.array_len(aborted.len());
        for transaction in aborted {
            out.fixed()
                .i64(transaction.producer_id.0)
                .i64(transaction.first_offset.0);
            out.tags();
        }
    } else {
        out.nullable_array_len(None);
    }
    if version >= 11 {
        out.fixed().i32(NO_PREFERRED_REPLICA);
    }
    out.records(bytes, slices);
    let mut tagged = Vec::new();
    if let Some((epoch, end)) = partition.diverging {
        let mut field = Writer::new();
        field.i32(epoch.0).i64(end.0).no_tagged_fields();
        tagged.push((DIVERGING_EPOCH, field));
    }
    if let Some((leader, epoch)) = partition.leader.filter(|_| version >= LEADER_HINTS_SINCE) {
        leaders.add(leader);
        let mut field = Writer::new();
        field.i32(leader.0).i32(epoch.0).no_tagged_fields();
        tagged.push((CURRENT_LEADER, field));
    }
    out.tagged(&tagged);
}

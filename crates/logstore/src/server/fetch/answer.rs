//! The answer to a Fetch.

use crate::base::bytes::Writer;
use crate::base::codes::{
    CLUSTER_AUTHORIZATION_FAILED, KAFKA_STORAGE_ERROR, NONE, NOT_LEADER_OR_FOLLOWER, UNKNOWN_SERVER_ERROR,
    UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION,
};
use crate::log::ReadBound;
use crate::server::context::Context;
use crate::server::fetch_session::SessionRequest;
use crate::server::header::RequestHeader;
use crate::server::nodes::Leaders;
use crate::server::reply::{Answer, AnswerWriter};
use crate::server::stats::add;

use super::{FLEXIBLE_SINCE, PartitionReading, Reading};

const LEADER_HINTS_SINCE: i16 = 16;

/// An answer without partitions.
pub(super) fn empty(header: RequestHeader, error: i16, session: i32, context: &Context<'_>) -> Answer {
    let nothing = Reading { partitions: Vec::new(), bytes: 0, existing: 0, urgent: true };
    encode(header, error, session, nothing, ReadBound::HighWatermark, context)
}

/// An error for the whole request; up to version 12 for every partition that it lists as well.
pub(super) fn refuse(
    header: RequestHeader,
    request: &SessionRequest,
    error_code: i16,
    context: &Context<'_>,
) -> Answer {
    let listed = if request.by_id { &[][..] } else { &request.wanted };
    let partitions = listed.iter().map(|wanted| PartitionReading {
        wanted: wanted.clone(),
        error_code,
        read: None,
        offsets: None,
        diverging: None,
        leader: None,
        too_large: false,
    });
    let refused = Reading { partitions: partitions.collect(), bytes: 0, existing: 0, urgent: true };
    encode(header, error_code, request.id, refused, ReadBound::HighWatermark, context)
}

pub(super) fn encode(
    header: RequestHeader,
    error: i16,
    session: i32,
    mut reading: Reading,
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
    let errors = reading.partitions.iter().filter(|partition| partition.error_code != NONE).count();
    add(&context.counters.partition_errors, errors);
    // Neighbours of the same topic together, in the order in which they were read.
    out.array_len(reading.partitions.chunk_by(is_of_topic_of).count());
    for topic in reading.partitions.chunk_by_mut(is_of_topic_of) {
        if let Some(first) = topic.first() {
            out.topic(&first.wanted.topic);
        }
        out.array_len(topic.len());
        for partition in topic {
            encode_partition(&mut out, version, partition, bound, &mut leaders);
        }
        out.tags();
    }
    let nodes = if version >= LEADER_HINTS_SINCE { leaders.tagged_field(context) } else { Vec::new() };
    out.tagged(&nodes);
    out.finish()
}

fn is_of_topic_of(other: &PartitionReading, partition: &PartitionReading) -> bool {
    other.wanted.topic == partition.wanted.topic
}

fn encode_partition(
    out: &mut AnswerWriter,
    version: i16,
    partition: &mut PartitionReading,
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
    out.fixed().i32(partition.wanted.partition).i16(error_code).i64(told.high_watermark);
    out.fixed().i64(partition.offsets.map_or(-1, |offsets| offsets.last_stable.0));
    if version >= 5 {
        out.fixed().i64(told.log_start);
    }
    // Kafka leaves the list out where it read nothing that would fit and for readers that see everything, but not
    // where it did not come to reading.
    let unread = matches!(
        error_code,
        UNKNOWN_TOPIC_OR_PARTITION | UNKNOWN_TOPIC_ID | UNKNOWN_SERVER_ERROR | CLUSTER_AUTHORIZATION_FAILED
    );
    let was_read = partition.read.is_some() && !partition.too_large;
    let lists_aborted = unread || (bound == ReadBound::LastStable && was_read);
    let (bytes, slices, aborted) = partition
        .read
        .take()
        .map_or((0, Vec::new(), Vec::new()), |read| (read.bytes, read.slices, read.aborted));
    if lists_aborted {
        out.array_len(aborted.len());
        for transaction in aborted {
            out.fixed().i64(transaction.producer_id.0).i64(transaction.first_offset.0);
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

//! The answer to a Produce.

use crate::base::bytes::Writer;
use crate::base::codes::{KAFKA_STORAGE_ERROR, NOT_LEADER_OR_FOLLOWER};
use crate::server::context::Context;
use crate::server::header::RequestHeader;
use crate::server::nodes::Leaders;
use crate::server::reply::{Answer, AnswerWriter};

use super::{FLEXIBLE_SINCE, PartitionResult, TopicResult};

const LEADER_HINTS_SINCE: i16 = 10;

/// Writes the answer once nothing is awaited any more.
pub(crate) fn encode(header: RequestHeader, results: &[TopicResult], context: &Context<'_>) -> Answer {
    let version = header.api_version;
    let mut out = AnswerWriter::new(header.correlation_id, version >= FLEXIBLE_SINCE);
    let mut leaders = Leaders::default();
    let answered = || results.iter().filter(|topic| !topic.partitions.is_empty());
    out.array_len(answered().count());
    for topic in answered() {
        out.topic(&topic.topic);
        out.array_len(topic.partitions.len());
        for partition in &topic.partitions {
            encode_partition(&mut out, version, partition, &mut leaders);
        }
        out.tags();
    }
    out.fixed().i32(0);
    out.tagged(&leaders.tagged_field(context));
    out.finish()
}

fn encode_partition(
    out: &mut AnswerWriter,
    version: i16,
    partition: &PartitionResult,
    leaders: &mut Leaders,
) {
    // Clients of version 3 do not know the code and would give up; they retry after this one.
    let error_code = match partition.error_code {
        KAFKA_STORAGE_ERROR if version < 4 => NOT_LEADER_OR_FOLLOWER,
        code => code,
    };
    out.fixed().i32(partition.index).i16(error_code).i64(partition.base_offset.0);
    out.fixed().i64(partition.log_append_time.0);
    if version >= 5 {
        out.fixed().i64(partition.log_start.0);
    }
    if version >= 8 {
        out.array_len(partition.record_errors.len());
        for error in &partition.record_errors {
            out.fixed().i32(error.index);
            out.nullable_string(Some(error.message));
            out.tags();
        }
        out.nullable_string(partition.message.as_deref());
    }
    let hint = partition.leader.filter(|_| version >= LEADER_HINTS_SINCE).map(|(leader, epoch)| {
        leaders.add(leader);
        let mut field = Writer::new();
        field.i32(leader.0).i32(epoch.0).no_tagged_fields();
        (0, field)
    });
    out.tagged(hint.as_slice());
}

//! A Produce request as it came; the records stay where they lie.

use std::ops::Range;

use crate::base::bytes::Malformed;
use crate::server::header::Fields;
use crate::server::view::TopicKey;

use super::FLEXIBLE_SINCE;

const IDS_SINCE: i16 = 13;
/// The client id under which Kafka's own admin tools may write to internal topics.
const ADMIN_CLIENT_ID: &str = "__admin_client";

#[derive(Debug)]
pub(super) struct Request {
    pub(super) transactional: bool,
    pub(super) acks: i16,
    pub(super) timeout_ms: i32,
    pub(super) internal_topics_allowed: bool,
    pub(super) topics: Vec<(TopicKey, Vec<PartitionRequest>)>,
}

#[derive(Debug)]
pub(super) struct PartitionRequest {
    pub(super) index: i32,
    /// Where the records lie in the frame.
    pub(super) records: Option<Range<usize>>,
}

pub(super) fn parse(frame: &[u8], version: i16) -> Result<Request, Malformed> {
    const TOPIC_BYTES_MIN: usize = 2;
    const PARTITION_BYTES_MIN: usize = 5;
    let (mut fields, client_id) = Fields::open(frame, version >= FLEXIBLE_SINCE)?;
    let internal_topics_allowed = client_id.as_deref() == Some(ADMIN_CLIENT_ID);
    let transactional = fields.nullable_string()?.is_some();
    let acks = fields.reader.i16()?;
    let timeout_ms = fields.reader.i32()?;
    let topics_count = fields.array_len(TOPIC_BYTES_MIN)?;
    let mut topics = Vec::with_capacity(topics_count);
    for _ in 0..topics_count {
        let topic = fields.topic(version, IDS_SINCE)?;
        let partitions_count = fields.array_len(PARTITION_BYTES_MIN)?;
        let mut partitions = Vec::with_capacity(partitions_count);
        for _ in 0..partitions_count {
            let index = fields.reader.i32()?;
            let len = fields.nullable_bytes()?.map(<[u8]>::len);
            let end = fields.reader.position();
            partitions.push(PartitionRequest {
                index,
                records: len.map(|len| end - len..end),
            });
            fields.tags()?;
        }
        fields.tags()?;
        topics.push((topic, partitions));
    }
    fields.tags()?;
    Ok(Request {
        transactional,
        acks,
        timeout_ms,
        internal_topics_allowed,
        topics,
    })
}

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
            partitions.push(PartitionRequest { index, records: len.map(|len| end - len..end) });
            fields.tags()?;
        }
        fields.tags()?;
        topics.push((topic, partitions));
    }
    fields.tags()?;
    Ok(Request { transactional, acks, timeout_ms, internal_topics_allowed, topics })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn records_lie_within_their_frame_and_behind_each_other(bytes: Vec<u8>, version in 3_i16..=13) {
            let frame = [&[0, 0, 0, 9, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 1, 0, 0, 0, 0][..], &bytes].concat();
            if let Ok(request) = parse(&frame, version) {
                let mut end = 0;
                let partitions = request.topics.iter().flat_map(|(_, partitions)| partitions);
                for range in partitions.filter_map(|partition| partition.records.clone()) {
                    prop_assert!(end <= range.start && range.start <= range.end && range.end <= frame.len());
                    end = range.end;
                }
            }
        }
    }

    #[test]
    fn what_a_frame_unpacks_to_is_bounded() {
        let topics = 2_000_000_u32;
        let mut frame = [0, 0, 0, 3, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 1, 0, 0, 0, 0].to_vec();
        frame.extend(topics.to_be_bytes());
        frame.resize(frame.len() + 6 * topics as usize, 0);
        assert!(parse(&frame, 3).is_err());
    }
}

//! Metadata (3), versions 0-13, when it creates nothing; otherwise the control plane answers (D2).
//!
//! v1 null means all topics; v4 the client may forbid creation; v5 offline replicas; v7 leader epochs; v8 authorized
//! operations; v9 flexible; v10 topic ids in answers; v12 topics by id; v13 a top-level error.

use std::collections::HashSet;

use crate::base::bytes::Malformed;
use crate::base::codes::{
    INVALID_TOPIC_EXCEPTION, LEADER_NOT_AVAILABLE, LISTENER_NOT_FOUND, NONE, UNKNOWN_TOPIC_ID,
    UNKNOWN_TOPIC_OR_PARTITION,
};
use crate::base::types::{BrokerId, TopicId};

use super::header::{Fields, RequestHeader};
use super::reply::{Answer, AnswerWriter};
use super::view::{ClusterView, PartitionView, TopicView};

const FLEXIBLE_SINCE: i16 = 9;
const IDS_SINCE: i16 = 10;
const BY_ID_SINCE: i16 = 12;
const LISTENER_ERROR_SINCE: i16 = 6;
const TOPIC_NAME_BYTES_MAX: usize = 249;
/// Internal also before they are made.
const INTERNAL_TOPICS: [&str; 5] = [
    "__consumer_offsets",
    "__transaction_state",
    "__share_group_state",
    "__millrace_audit",
    "__millrace_canary",
];

/// No operations were asked for.
const NO_OPERATIONS: i32 = i32::MIN;
/// Without an authorizer everything is allowed: READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, `DESCRIBE_CONFIGS`,
/// `ALTER_CONFIGS`, each the bit of its code.
const TOPIC_OPERATIONS: i32 = 0b1101_1111_1000;
/// CREATE, ALTER, DESCRIBE, `CLUSTER_ACTION`, `DESCRIBE_CONFIGS`, `ALTER_CONFIGS`, `IDEMPOTENT_WRITE`.
const CLUSTER_OPERATIONS: i32 = 0b1_1111_1010_0000;

#[derive(Debug)]
struct Request {
    /// `None` for all topics.
    topics: Option<Vec<Wanted>>,
    may_create: bool,
    cluster_operations: bool,
    topic_operations: bool,
}

#[derive(Debug)]
struct Wanted {
    name: Option<String>,
    id: TopicId,
}

/// The answer, or `None` where the control plane has to: a topic is to be created, or the request is refused.
pub(crate) fn answer(
    header: RequestHeader,
    frame: &[u8],
    view: &ClusterView,
    listener: &str,
) -> Result<Option<Answer>, Malformed> {
    let version = header.api_version;
    let request = parse(frame, version)?;
    if creates(&request, view) || misuses_ids(&request, version) {
        return Ok(None);
    }
    let mut out = AnswerWriter::new(header.correlation_id, version >= FLEXIBLE_SINCE);
    if version >= 3 {
        out.fixed().i32(0);
    }
    write_cluster(&mut out, version, view, listener);
    let mut topics = TopicsWriter { out, version, view, listener, operations: request.topic_operations };
    topics.write(&request);
    let mut out = topics.out;
    if (8..=10).contains(&version) {
        out.fixed().i32(if request.cluster_operations { CLUSTER_OPERATIONS } else { NO_OPERATIONS });
    }
    if version >= 13 {
        out.fixed().i16(NONE);
    }
    out.tags();
    Ok(Some(out.finish()))
}

fn parse(frame: &[u8], version: i16) -> Result<Request, Malformed> {
    let (mut fields, _) = Fields::open(frame, version >= FLEXIBLE_SINCE)?;
    let null = fields.reader.malformed("null where an array is required");
    let topics = match fields.nullable_array_len(1)? {
        Some(0) if version == 0 => None,
        Some(count) => Some((0..count).map(|_| parse_topic(&mut fields, version)).collect::<Result<_, _>>()?),
        None if version == 0 => return Err(null),
        None => None,
    };
    let may_create = version < 4 || fields.reader.bool()?;
    let cluster_operations = (8..=10).contains(&version) && fields.reader.bool()?;
    let topic_operations = version >= 8 && fields.reader.bool()?;
    fields.tags()?;
    Ok(Request { topics, may_create, cluster_operations, topic_operations })
}

fn parse_topic(fields: &mut Fields<'_>, version: i16) -> Result<Wanted, Malformed> {
    let id = if version >= IDS_SINCE { fields.uuid()? } else { TopicId::ZERO };
    let name = if version >= IDS_SINCE { fields.nullable_string()? } else { Some(fields.string()?) };
    fields.tags()?;
    Ok(Wanted { name: name.map(Into::into), id })
}

/// Versions that carry ids and may not use them yet.
fn misuses_ids(request: &Request, version: i16) -> bool {
    let misused = |wanted: &Wanted| wanted.id != TopicId::ZERO || wanted.name.is_none();
    version < BY_ID_SINCE && request.topics.iter().flatten().any(misused)
}

fn creates(request: &Request, view: &ClusterView) -> bool {
    let missing = |wanted: &Wanted| {
        wanted.id == TopicId::ZERO
            && wanted
                .name
                .as_deref()
                .is_some_and(|name| is_topic_name(name) && !view.topics_by_name.contains_key(name))
    };
    view.auto_create && request.may_create && request.topics.iter().flatten().any(missing)
}

/// Kafka's rule for topic names.
pub(crate) fn is_topic_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    !name.is_empty()
        && name.len() <= TOPIC_NAME_BYTES_MAX
        && name != "."
        && name != ".."
        && name.bytes().all(allowed)
}

fn write_cluster(out: &mut AnswerWriter, version: i16, view: &ClusterView, listener: &str) {
    let reachable: Vec<_> =
        view.brokers.iter().filter_map(|broker| Some((broker, broker.endpoint(listener)?))).collect();
    out.array_len(reachable.len());
    for (broker, endpoint) in reachable {
        out.fixed().i32(broker.id.0);
        out.string(&endpoint.host);
        out.fixed().i32(i32::from(endpoint.port));
        if version >= 1 {
            out.nullable_string(broker.rack.as_deref());
        }
        out.tags();
    }
    if version >= 2 {
        out.nullable_string(Some(&view.cluster_id));
    }
    if version >= 1 {
        out.fixed().i32(view.controller.0);
    }
}

struct TopicsWriter<'a> {
    out: AnswerWriter,
    version: i16,
    view: &'a ClusterView,
    listener: &'a str,
    operations: bool,
}

impl TopicsWriter<'_> {
    fn write(&mut self, request: &Request) {
        match &request.topics {
            None => {
                self.out.array_len(self.view.topics_by_name.len());
                for topic in self.view.topics_by_name.values() {
                    self.found(topic);
                }
            }
            Some(wanted) => {
                // Each topic once, however often a request names it: the answer stays bounded by the cluster.
                let mut seen = HashSet::new();
                // Where one is asked for by id, names count for nothing.
                let by_id = wanted.iter().any(|wanted| wanted.id != TopicId::ZERO);
                let wanted: Vec<_> = wanted
                    .iter()
                    .filter(|wanted| !by_id || wanted.id != TopicId::ZERO)
                    .filter(|wanted| seen.insert((wanted.id, wanted.name.as_deref().filter(|_| !by_id))))
                    .collect();
                self.out.array_len(wanted.len());
                for wanted in wanted {
                    self.wanted(wanted);
                }
            }
        }
    }

    fn wanted(&mut self, wanted: &Wanted) {
        if wanted.id != TopicId::ZERO {
            return match self.view.topics_by_id.get(&wanted.id) {
                Some(topic) => self.found(topic),
                None => self.missing(UNKNOWN_TOPIC_ID, None, wanted.id),
            };
        }
        let name = wanted.name.as_deref().unwrap_or_default();
        match self.view.topics_by_name.get(name) {
            Some(topic) => self.found(topic),
            None if is_topic_name(name) => {
                self.missing(UNKNOWN_TOPIC_OR_PARTITION, Some(name), TopicId::ZERO);
            }
            None => self.missing(INVALID_TOPIC_EXCEPTION, Some(name), TopicId::ZERO),
        }
    }

    fn found(&mut self, topic: &TopicView) {
        self.head(NONE, Some(&topic.name), topic.id, topic.internal);
        self.out.array_len(topic.partitions.len());
        for (index, partition) in topic.partitions.iter().enumerate() {
            self.partition(index as i32, partition);
        }
        self.tail(self.operations);
    }

    fn missing(&mut self, error: i16, name: Option<&str>, id: TopicId) {
        self.head(error, name, id, name.is_some_and(|name| INTERNAL_TOPICS.contains(&name)));
        self.out.array_len(0);
        // Of what has no name nobody can say what may be done with it.
        self.tail(self.operations && name.is_some());
    }

    fn head(&mut self, error: i16, name: Option<&str>, id: TopicId, internal: bool) {
        self.out.fixed().i16(error);
        if self.version >= BY_ID_SINCE {
            self.out.nullable_string(name);
        } else {
            self.out.string(name.unwrap_or_default());
        }
        if self.version >= IDS_SINCE {
            self.out.uuid(id);
        }
        if self.version >= 1 {
            self.out.fixed().bool(internal);
        }
    }

    fn tail(&mut self, operations: bool) {
        if self.version >= 8 {
            self.out.fixed().i32(if operations { TOPIC_OPERATIONS } else { NO_OPERATIONS });
        }
        self.out.tags();
    }

    fn partition(&mut self, index: i32, partition: &PartitionView) {
        let (error, leader) = self.leader(partition);
        self.out.fixed().i16(error).i32(index).i32(leader.0);
        if self.version >= 7 {
            self.out.fixed().i32(partition.leader_epoch.0);
        }
        self.brokers(&partition.replicas);
        self.brokers(&partition.isr);
        if self.version >= 5 {
            self.brokers(&partition.offline);
        }
        self.out.tags();
    }

    /// The leader, or why a client cannot reach it.
    fn leader(&self, partition: &PartitionView) -> (i16, BrokerId) {
        const NOBODY: BrokerId = BrokerId(-1);
        if !self.view.brokers.iter().any(|broker| broker.id == partition.leader) {
            return (LEADER_NOT_AVAILABLE, NOBODY);
        }
        match self.view.endpoint(partition.leader, self.listener) {
            Some(_) => (NONE, partition.leader),
            None if self.version >= LISTENER_ERROR_SINCE => (LISTENER_NOT_FOUND, NOBODY),
            None => (LEADER_NOT_AVAILABLE, NOBODY),
        }
    }

    fn brokers(&mut self, ids: &[BrokerId]) {
        self.out.array_len(ids.len());
        for id in ids {
            self.out.fixed().i32(id.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_bytes_panic(bytes: Vec<u8>, version in 0_i16..=13) {
            let frame = [&[0, 3, 0, 4, 0, 0, 0, 0, 0xff, 0xff, 0][..], &bytes].concat();
            let _ = parse(&frame, version);
            let _ = parse(&bytes, version);
        }
    }

    #[test]
    fn topic_names() {
        for good in ["a", "a.b_c-D9", &"x".repeat(249)] {
            assert!(is_topic_name(good), "{good}");
        }
        for bad in ["", ".", "..", "a/b", "../../etc/x", "a\0b", &"x".repeat(250), "\u{fffd}"] {
            assert!(!is_topic_name(bad), "{bad}");
        }
    }

    #[test]
    fn operations_are_the_bits_of_their_codes() {
        let bits = |codes: &[i32]| codes.iter().fold(0, |bits, code| bits | (1 << code));
        assert_eq!(TOPIC_OPERATIONS, bits(&[3, 4, 5, 6, 7, 8, 10, 11]));
        assert_eq!(CLUSTER_OPERATIONS, bits(&[5, 7, 8, 9, 10, 11, 12]));
    }
}

//! Produce (0), versions 3-13: decode, append to each partition, answer by `acks`.
//!
//! v3 transactional id, one batch of format 2 per partition; v5 log start offset; v7 zstd; v8 record errors and
//! message; v9 flexible; v10 who leads instead, as tagged fields; v13 topics by id.

mod answer;
mod request;

use std::sync::Arc;
use std::time::Duration;

use crate::base::bytes::Malformed;
use crate::base::codes::{
    CORRUPT_MESSAGE, INVALID_RECORD, INVALID_REQUIRED_ACKS, INVALID_TOPIC_EXCEPTION, INVALID_TXN_STATE,
    KAFKA_STORAGE_ERROR, MESSAGE_TOO_LARGE, NONE, NOT_ENOUGH_REPLICAS, NOT_LEADER_OR_FOLLOWER,
    REQUEST_TIMED_OUT, TRANSACTIONAL_ID_AUTHORIZATION_FAILED, UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION,
};
use crate::base::types::{BrokerId, LeaderEpoch, Offset, Timestamp};
use crate::batch::peek::first_attributes;
use crate::batch::validate::{RecordError, Rules, check_shape};
use crate::batch::{Attributes, Rejection, ValidatedBatch};
use crate::io::arena::BufMut;
use crate::log::{Log, Origin};

use super::context::Context;
use super::delayed::produce::PendingProduce;
use super::frame::Frame;
use super::header::RequestHeader;
use super::reply::Answer;
use super::stats::{Native, add};
use super::view::{ClusterView, PartitionView, TopicKey, TopicView};

pub(crate) use answer::encode;
use request::{PartitionRequest, Request, parse};

const FLEXIBLE_SINCE: i16 = 9;

/// How long an answer waits at most for this broker alone.
const LEADER_PATIENCE: Duration = Duration::from_secs(30);

/// What became of a Produce request.
pub(crate) enum Produced {
    Answer(Answer),
    /// The client asked for no answer.
    Silent,
    /// The client asked for no answer and something failed.
    Failed,
    /// Answered once the high watermarks have passed.
    Wait(PendingProduce),
}

/// The answer for one topic.
pub(crate) struct TopicResult {
    topic: TopicKey,
    pub(crate) partitions: Vec<PartitionResult>,
}

/// The answer for one partition.
pub(crate) struct PartitionResult {
    index: i32,
    error_code: i16,
    base_offset: Offset,
    log_append_time: Timestamp,
    log_start: Offset,
    record_errors: Vec<RecordError>,
    message: Option<String>,
    leader: Option<(BrokerId, LeaderEpoch)>,
    /// The log, and the offset its high watermark has to reach.
    pub(crate) awaits: Option<(Arc<Log>, Offset)>,
}

impl PartitionResult {
    fn error(index: i32, error_code: i16) -> Self {
        Self {
            index,
            error_code,
            base_offset: Offset(-1),
            log_append_time: Timestamp::NONE,
            log_start: Offset(-1),
            record_errors: Vec::new(),
            message: None,
            leader: None,
            awaits: None,
        }
    }

    fn rejected(index: i32, rejection: Rejection) -> Self {
        Self {
            record_errors: rejection.record_errors,
            message: Some(rejection.message),
            ..Self::error(index, rejection.error_code)
        }
    }

    /// Kafka tells where the log starts also when a batch breaks a rule of it, but not when the batch is broken.
    fn with_log_start(mut self, log: &Log) -> Self {
        if ![MESSAGE_TOO_LARGE, CORRUPT_MESSAGE].contains(&self.error_code) {
            self.log_start = log.offsets().map_or(Offset(-1), |offsets| offsets.log_start);
        }
        self
    }

    /// Turns what is still awaited into the final answer.
    pub(crate) fn settle(&mut self) {
        let Some((log, target)) = self.awaits.take() else {
            return;
        };
        let error_code = match log.offsets() {
            Ok(offsets) if offsets.high_watermark >= target => return,
            Ok(_) if log.home().room().is_full() => KAFKA_STORAGE_ERROR,
            Ok(_) => REQUEST_TIMED_OUT,
            Err(error) => error.error_code(),
        };
        *self = Self::error(self.index, error_code);
    }
}

pub(crate) fn handle(
    header: RequestHeader,
    frame: Frame,
    context: &Context<'_>,
) -> Result<Produced, Malformed> {
    context.counters.request(Native::Produce);
    let request = parse(&frame.body, header.api_version)?;
    let acks = request.acks;
    let patience = Duration::from_millis(u64::try_from(request.timeout_ms).unwrap_or(0));
    // The client's timeout bounds replication alone; acks=1 waits for this broker's disk, which Kafka does not time.
    let deadline = context.now + if acks == -1 { patience } else { patience.max(LEADER_PATIENCE) };
    let results = match refusal(&request, &frame.body) {
        Some(rejection) => refuse_all(&request, &rejection),
        None => append_all(header.api_version, request, frame, context),
    };
    let errors =
        results.iter().flat_map(|topic| &topic.partitions).filter(|result| result.error_code != NONE).count();
    add(&context.counters.partition_errors, errors);
    if acks == 0 {
        return Ok(if errors > 0 { Produced::Failed } else { Produced::Silent });
    }
    let pending = PendingProduce::watch(header, results, deadline, context);
    Ok(if pending.is_complete() {
        Produced::Answer(pending.answer(context))
    } else {
        Produced::Wait(pending)
    })
}

/// What fails all of a request, as in Kafka: records of which nobody can say where they end, or of a transaction that
/// is not named.
fn refusal(request: &Request, body: &[u8]) -> Option<Rejection> {
    let partitions = request.topics.iter().flat_map(|(_, partitions)| partitions);
    for range in partitions.filter_map(|partition| partition.records.clone()) {
        let transactional = match first_attributes(body.get(range)?) {
            Ok(attributes) => attributes.is_some_and(Attributes::is_transactional),
            Err(rejection) => return Some(rejection),
        };
        if transactional {
            let named = request.transactional;
            return (!named)
                .then(|| Rejection::new(TRANSACTIONAL_ID_AUTHORIZATION_FAILED, "no transactional id"));
        }
    }
    None
}

fn refuse_all(request: &Request, rejection: &Rejection) -> Vec<TopicResult> {
    let refused =
        |partition: &PartitionRequest| PartitionResult::rejected(partition.index, rejection.clone());
    request
        .topics
        .iter()
        .map(|(topic, partitions)| TopicResult {
            topic: topic.clone(),
            partitions: partitions.iter().map(refused).collect(),
        })
        .collect()
}

/// Appends in the order of the request. The frame's buffer is cut into one window per partition, which the log
/// then keeps: the bytes are not copied.
fn append_all(version: i16, request: Request, frame: Frame, context: &Context<'_>) -> Vec<TopicResult> {
    let mut rest = frame.body;
    let mut cut = 0;
    let append = Append {
        version,
        acks: request.acks,
        internal_topics_allowed: request.internal_topics_allowed,
        arrived: frame.arrived,
        context,
    };
    let mut results = Vec::with_capacity(request.topics.len());
    for (key, requested) in request.topics {
        let topic = context.view.topic(&key);
        let mut partitions = Vec::with_capacity(requested.len());
        for partition in requested {
            let records = partition.records.map(|range| {
                drop(rest.split_to(range.start - cut));
                cut = range.end;
                rest.split_to(range.len())
            });
            partitions.push(append.partition(&key, topic.map(Arc::as_ref), partition.index, records));
        }
        results.push(TopicResult { topic: key, partitions });
    }
    results
}

/// What holds for every partition of one request.
struct Append<'a> {
    version: i16,
    acks: i16,
    internal_topics_allowed: bool,
    arrived: Timestamp,
    context: &'a Context<'a>,
}

impl Append<'_> {
    fn partition(
        &self,
        key: &TopicKey,
        topic: Option<&TopicView>,
        index: i32,
        records: Option<BufMut>,
    ) -> PartitionResult {
        let error = |code| PartitionResult::error(index, code);
        let Some(topic) = topic else {
            return error(if matches!(key, TopicKey::Id(_)) {
                UNKNOWN_TOPIC_ID
            } else {
                UNKNOWN_TOPIC_OR_PARTITION
            });
        };
        let Some(partition) = topic.partition(index) else {
            return error(UNKNOWN_TOPIC_OR_PARTITION);
        };
        let Some(records) = records else {
            return error(INVALID_RECORD);
        };
        let rules = self.rules(topic);
        if let Err(rejection) = check_shape(&records, &rules) {
            return PartitionResult::rejected(index, rejection);
        }
        if !(-1..=1).contains(&self.acks) {
            return error(INVALID_REQUIRED_ACKS);
        }
        if topic.internal && !self.internal_topics_allowed {
            return error(INVALID_TOPIC_EXCEPTION);
        }
        let Some(log) = led_here(&self.context.view, partition) else {
            let leader = Some((partition.leader, partition.leader_epoch));
            return PartitionResult { leader, ..error(NOT_LEADER_OR_FOLLOWER) };
        };
        // More than there are replicas cannot be asked for.
        let isr_min = usize::try_from(topic.config.min_insync_replicas).unwrap_or(0);
        if self.acks == -1 && partition.isr.len() < isr_min.min(partition.replicas.len()) {
            return error(NOT_ENOUGH_REPLICAS);
        }
        match ValidatedBatch::from_producer(records, &rules) {
            Ok(batch) => self.append(index, partition, log, batch),
            Err(rejection) if rejection.well_formed => {
                PartitionResult::rejected(index, rejection).with_log_start(log)
            }
            Err(rejection) => PartitionResult::rejected(index, rejection),
        }
    }

    fn append(
        &self,
        index: i32,
        partition: &PartitionView,
        log: &Arc<Log>,
        batch: ValidatedBatch,
    ) -> PartitionResult {
        if batch.header().attributes.is_transactional() {
            // No transaction can be ongoing before there is a coordinator to begin one (KIP-890).
            return PartitionResult::error(index, INVALID_TXN_STATE);
        }
        let bytes = batch.header().size_in_bytes();
        let write = |log| self.context.to_write.borrow_mut().push(log);
        match log.append_and(batch, partition.leader_epoch, Origin::Client, self.arrived, write) {
            Ok(appended) => {
                add(&self.context.counters.records_bytes_in, bytes);
                PartitionResult {
                    index,
                    error_code: NONE,
                    base_offset: appended.base_offset,
                    log_append_time: appended.log_append_time,
                    log_start: appended.log_start,
                    record_errors: Vec::new(),
                    message: None,
                    leader: None,
                    awaits: Some((Arc::clone(log), appended.last_offset.plus(1))),
                }
            }
            Err(refused) => PartitionResult {
                message: Some(refused.to_string()),
                ..PartitionResult::error(index, refused.error_code())
            }
            .with_log_start(log),
        }
    }

    fn rules(&self, topic: &TopicView) -> Rules {
        Rules {
            produce_version: self.version,
            message_bytes_max: topic.config.max_message_bytes,
            timestamp_type: topic.config.timestamp_type,
            timestamp_before_max_ms: topic.config.timestamp_before_max_ms,
            timestamp_after_max_ms: topic.config.timestamp_after_max_ms,
            compacted: topic.config.cleanup_compact,
            strict: topic.config.strict_validation,
            compressor: topic.config.compression,
            now: self.arrived,
        }
    }
}

/// The log of a partition that this broker leads.
pub(super) fn led_here<'a>(view: &ClusterView, partition: &'a PartitionView) -> Option<&'a Arc<Log>> {
    partition.log.as_ref().filter(|_| partition.leader == view.this_broker)
}

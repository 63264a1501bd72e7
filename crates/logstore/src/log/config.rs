//! What a topic's configuration asks of its logs.

use std::time::Duration;

use crate::batch::{Compressor, TimestampType};

/// Kafka's "for ever" as it comes through JavaScript: the largest whole number that it has, or anything above.
const FOR_EVER_MS: u64 = (1 << 53) - 1;

/// Every topic key that the engine honours, under Kafka's names with the unit last.
#[derive(Clone, Debug, PartialEq)]
pub struct LogConfig {
    /// `segment.bytes`.
    pub segment_bytes: u32,
    /// `segment.ms`.
    pub segment_ms: i64,
    /// `segment.jitter.ms`: each segment rolls up to this much earlier, so that not all roll at once.
    pub segment_jitter_ms: i64,
    /// `segment.index.bytes`.
    pub segment_index_bytes: u32,
    /// `index.interval.bytes`.
    pub index_interval_bytes: u32,
    /// `retention.ms`; -1 for ever.
    pub retention_ms: i64,
    /// `retention.bytes`; -1 without bound.
    pub retention_bytes: i64,
    /// `file.delete.delay.ms`.
    pub file_delete_delay_ms: i64,
    /// `max.message.bytes`: the largest batch, header included.
    pub max_message_bytes: i32,
    /// `cleanup.policy` contains `delete`.
    pub cleanup_delete: bool,
    /// `cleanup.policy` contains `compact`.
    pub cleanup_compact: bool,
    /// `min.cleanable.dirty.ratio`: how much of a log must be new to compaction.
    pub min_cleanable_dirty_ratio: f64,
    /// `min.compaction.lag.ms`.
    pub min_compaction_lag_ms: i64,
    /// `max.compaction.lag.ms`.
    pub max_compaction_lag_ms: i64,
    /// `delete.retention.ms`: how long compaction keeps tombstones and markers.
    pub delete_retention_ms: i64,
    /// `message.timestamp.type`.
    pub timestamp_type: TimestampType,
    /// `message.timestamp.before.max.ms`.
    pub timestamp_before_max_ms: i64,
    /// `message.timestamp.after.max.ms`.
    pub timestamp_after_max_ms: i64,
    /// `flush.messages`.
    pub flush_messages: i64,
    /// `flush.ms`.
    pub flush_ms: i64,
    /// `min.insync.replicas`.
    pub min_insync_replicas: i32,
    /// `compression.type` and the level of its codec; `None` keeps what the producer sent.
    pub compression: Option<Compressor>,
    /// `message.validation=strict`: walk every record at produce (D9).
    pub strict_validation: bool,
}

impl LogConfig {
    /// Whether a batch is durable before it is acknowledged (D11).
    pub fn is_durable(&self) -> bool {
        self.flush_messages <= 1
    }

    /// How long records may wait to be synced that were acknowledged before; `None` for as long as the system likes.
    pub fn flush_after(&self) -> Option<Duration> {
        let ms = u64::try_from(self.flush_ms).unwrap_or(0);
        (ms < FOR_EVER_MS).then(|| Duration::from_millis(ms))
    }
}

impl Default for LogConfig {
    /// Kafka's defaults, but for `flush.messages` (D11).
    fn default() -> Self {
        Self {
            segment_bytes: 1024 * 1024 * 1024,
            segment_ms: 7 * 24 * 60 * 60 * 1000,
            segment_jitter_ms: 0,
            segment_index_bytes: 10 * 1024 * 1024,
            index_interval_bytes: 4096,
            retention_ms: 7 * 24 * 60 * 60 * 1000,
            retention_bytes: -1,
            file_delete_delay_ms: 60_000,
            max_message_bytes: 1_048_588,
            cleanup_delete: true,
            cleanup_compact: false,
            min_cleanable_dirty_ratio: 0.5,
            min_compaction_lag_ms: 0,
            max_compaction_lag_ms: i64::MAX,
            delete_retention_ms: 24 * 60 * 60 * 1000,
            timestamp_type: TimestampType::CreateTime,
            timestamp_before_max_ms: i64::MAX,
            timestamp_after_max_ms: 60 * 60 * 1000,
            flush_messages: 1,
            flush_ms: i64::MAX,
            min_insync_replicas: 1,
            compression: None,
            strict_validation: false,
        }
    }
}

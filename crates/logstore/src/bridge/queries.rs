//! Questions to single partitions, answered off the JavaScript thread. Each answer carries its own error code.

use std::sync::Arc;

use napi_derive::napi;

use super::records;
use crate::base::codes;
use crate::base::types::{LeaderEpoch, Offset, PartitionId, PartitionIndex, Timestamp, TopicId};
use crate::log::{Log, ProducerState, ReadBound, ReadError};
use crate::store::Store;

/// `timestamp` of a `ListOffsets` request that asks for something else than a time.
mod special {
    pub(super) const LATEST: i64 = -1;
    pub(super) const EARLIEST: i64 = -2;
    pub(super) const MAX_TIMESTAMP: i64 = -3;
    pub(super) const EARLIEST_LOCAL: i64 = -4;
    pub(super) const LATEST_TIERED: i64 = -5;
    pub(super) const EARLIEST_PENDING_UPLOAD: i64 = -6;
}

/// "None" for offsets, timestamps and epochs.
const NONE: i64 = -1;

/// One partition of a `ListOffsets` request.
#[napi(object)]
pub struct OffsetQuery {
    /// 22 characters.
    pub topic_id: String,
    /// Its index.
    pub partition: i32,
    /// A time, or one of Kafka's special values.
    pub timestamp: f64,
    /// `READ_COMMITTED`: what open transactions hold back does not count.
    pub committed_only: bool,
    /// The request came from a follower, to which the log end counts.
    pub replica: bool,
}

/// What a `ListOffsets` answer says of one partition.
#[napi(object)]
pub struct OffsetAnswer {
    /// Kafka's code, 0 when all is well.
    pub error_code: i32,
    /// Time of the record found; -1 when the query was not for a time.
    pub timestamp: f64,
    /// The offset; -1 when there is none.
    pub offset: f64,
    /// Epoch of the record at the offset; -1 when unknown.
    pub leader_epoch: i32,
}

/// One partition of an `OffsetForLeaderEpoch` request.
#[napi(object)]
pub struct EpochQuery {
    /// 22 characters.
    pub topic_id: String,
    /// Its index.
    pub partition: i32,
    /// The epoch whose end is asked for.
    pub leader_epoch: i32,
    /// The partition's epoch now, from the image.
    pub current_leader_epoch: i32,
}

/// Where an epoch ended.
#[napi(object)]
pub struct EpochAnswer {
    /// Kafka's code.
    pub error_code: i32,
    /// The largest epoch not above the one asked for; -1 when unknown.
    pub leader_epoch: i32,
    /// First offset behind it; -1 when unknown.
    pub end_offset: f64,
}

/// One partition.
#[napi(object)]
pub struct PartitionQuery {
    /// 22 characters.
    pub topic_id: String,
    /// Its index.
    pub partition: i32,
}

/// One partition of a `DeleteRecords` request.
#[napi(object)]
pub struct DeleteQuery {
    /// 22 characters.
    pub topic_id: String,
    /// Its index.
    pub partition: i32,
    /// Records below it go; -1 for all below the high watermark.
    pub before: f64,
}

/// What a `DeleteRecords` answer says of one partition.
#[napi(object)]
pub struct DeleteAnswer {
    /// Kafka's code.
    pub error_code: i32,
    /// The log start now.
    pub low_watermark: f64,
}

/// Where a log stands.
#[napi(object)]
pub struct LogOffsetsAnswer {
    /// Kafka's code.
    pub error_code: i32,
    /// First offset that may be read.
    pub log_start: f64,
    /// Offset up to which records are acknowledged.
    pub high_watermark: f64,
    /// Offset up to which transactions are decided.
    pub last_stable: f64,
    /// Offset that the next record will have.
    pub log_end: f64,
    /// Bytes of its segments.
    pub size: f64,
}

/// One record of a partition.
#[napi(object)]
pub struct RecordQuery {
    /// 22 characters.
    pub topic_id: String,
    /// Its index.
    pub partition: i32,
    /// The record's offset.
    pub offset: f64,
}

/// When a record was written.
#[napi(object)]
pub struct RecordTimeAnswer {
    /// Kafka's code.
    pub error_code: i32,
    /// The time that it has, in milliseconds since 1970; -1 where it has none, and where there is no record yet.
    pub timestamp: f64,
}

/// One producer that a partition remembers.
#[napi(object)]
pub struct ProducerAnswer {
    /// Its id.
    pub producer_id: f64,
    /// Its incarnation.
    pub producer_epoch: i32,
    /// Sequence of its last record; -1 for none.
    pub last_sequence: i32,
    /// Time of its last record.
    pub last_timestamp: f64,
    /// Epoch of the coordinator that wrote its last marker; -1 for none.
    pub coordinator_epoch: i32,
    /// First offset of its open transaction; -1 for none.
    pub txn_start_offset: f64,
}

/// The producers of one partition.
#[napi(object)]
pub struct ProducersAnswer {
    /// Kafka's code.
    pub error_code: i32,
    /// All that are remembered.
    pub producers: Vec<ProducerAnswer>,
}

/// One partition in a log directory.
#[napi(object)]
pub struct DirectoryLog {
    /// 22 characters.
    pub topic_id: String,
    /// Its index.
    pub partition: i32,
    /// Bytes of its segments.
    pub size: f64,
}

/// One log directory.
#[napi(object)]
pub struct LogDirectory {
    /// Absolute path.
    pub path: String,
    /// Size of its file system.
    pub total_bytes: f64,
    /// Room left on it.
    pub usable_bytes: f64,
    /// Out of service since a write or a sync failed.
    pub failed: bool,
    /// What lies in it.
    pub logs: Vec<DirectoryLog>,
}

/// Finds a log of this broker.
pub(super) fn log(store: &Store, topic_id: &str, partition: i32) -> Result<Arc<Log>, i16> {
    let topic: TopicId = topic_id.parse().map_err(|_| codes::UNKNOWN_TOPIC_OR_PARTITION)?;
    let id = PartitionId { topic, index: PartitionIndex(partition) };
    store.log(&id).ok_or(codes::UNKNOWN_TOPIC_OR_PARTITION)
}

pub(super) fn offset(store: &Store, query: &OffsetQuery) -> OffsetAnswer {
    let answered = log(store, &query.topic_id, query.partition)
        .and_then(|log| find_offset(&log, query).map_err(|error| error.error_code()));
    answered.unwrap_or_else(|error| found(error, NONE, NONE, LeaderEpoch::NONE))
}

fn find_offset(log: &Log, query: &OffsetQuery) -> Result<OffsetAnswer, ReadError> {
    let bound = match (query.replica, query.committed_only) {
        (true, _) => ReadBound::LogEnd,
        (false, true) => ReadBound::LastStable,
        (false, false) => ReadBound::HighWatermark,
    };
    let offsets = log.offsets()?;
    let at = |offset: Offset, epoch: Option<LeaderEpoch>| {
        found(codes::NONE, NONE, offset.0, epoch.unwrap_or(LeaderEpoch::NONE))
    };
    let none = || found(codes::NONE, NONE, NONE, LeaderEpoch::NONE);
    Ok(match query.timestamp as i64 {
        // What comes next is of the leader's epoch, which the control plane knows.
        special::LATEST => at(offsets.bound(bound), None),
        special::EARLIEST | special::EARLIEST_LOCAL if offsets.log_start == offsets.log_end => {
            at(offsets.log_start, None)
        }
        special::EARLIEST | special::EARLIEST_LOCAL => {
            at(offsets.log_start, log.epoch_at(offsets.log_start)?)
        }
        // Nothing is tiered, so nothing was uploaded and nothing waits for it.
        special::LATEST_TIERED | special::EARLIEST_PENDING_UPLOAD => none(),
        special::MAX_TIMESTAMP => log
            .offset_of_max_timestamp()?
            .map_or_else(none, |at| found(codes::NONE, at.timestamp.0, at.offset.0, at.leader_epoch)),
        time => log
            .offset_for_timestamp(Timestamp(time), bound)?
            .map_or_else(none, |at| found(codes::NONE, at.timestamp.0, at.offset.0, at.leader_epoch)),
    })
}

fn found(error_code: i16, timestamp: i64, offset: i64, epoch: LeaderEpoch) -> OffsetAnswer {
    OffsetAnswer {
        error_code: error_code.into(),
        timestamp: timestamp as f64,
        offset: offset as f64,
        leader_epoch: epoch.0,
    }
}

pub(super) fn epoch_end(store: &Store, query: &EpochQuery) -> EpochAnswer {
    let (requested, current) = (LeaderEpoch(query.leader_epoch), LeaderEpoch(query.current_leader_epoch));
    let ended = log(store, &query.topic_id, query.partition)
        .and_then(|log| log.epoch_end_offset(requested, current).map_err(|error| error.error_code()));
    let (error_code, leader_epoch, end_offset) = match ended {
        Ok(end) => (codes::NONE, end.leader_epoch, end.end_offset),
        Err(error) => (error, LeaderEpoch::NONE, Offset(NONE)),
    };
    EpochAnswer {
        error_code: error_code.into(),
        leader_epoch: leader_epoch.0,
        end_offset: end_offset.0 as f64,
    }
}

pub(super) fn delete_records(store: &Store, query: &DeleteQuery) -> DeleteAnswer {
    let deleted = log(store, &query.topic_id, query.partition)
        .and_then(|log| log.delete_records(Offset(query.before as i64)).map_err(|error| error.error_code()));
    match deleted {
        Ok(low_watermark) => {
            DeleteAnswer { error_code: codes::NONE.into(), low_watermark: low_watermark.0 as f64 }
        }
        Err(error) => DeleteAnswer { error_code: error.into(), low_watermark: NONE as f64 },
    }
}

pub(super) fn log_offsets(store: &Store, query: &PartitionQuery) -> LogOffsetsAnswer {
    let asked = log(store, &query.topic_id, query.partition).and_then(|log| {
        let offsets = log.offsets().map_err(|error| error.error_code())?;
        let size = log.size_bytes().map_err(|error| error.error_code())?;
        Ok((offsets, size))
    });
    let none = NONE as f64;
    match asked {
        Ok((offsets, size)) => LogOffsetsAnswer {
            error_code: codes::NONE.into(),
            log_start: offsets.log_start.0 as f64,
            high_watermark: offsets.high_watermark.0 as f64,
            last_stable: offsets.last_stable.0 as f64,
            log_end: offsets.log_end.0 as f64,
            size: size as f64,
        },
        Err(error) => LogOffsetsAnswer {
            error_code: error.into(),
            log_start: none,
            high_watermark: none,
            last_stable: none,
            log_end: none,
            size: 0.0,
        },
    }
}

pub(super) fn record_time(store: &Store, query: &RecordQuery) -> RecordTimeAnswer {
    let found = log(store, &query.topic_id, query.partition)
        .and_then(|log| records::time_from(&log, Offset(query.offset as i64)));
    let (error_code, timestamp) = match found {
        Ok(timestamp) => (codes::NONE, timestamp.map_or(NONE, |timestamp| timestamp.0)),
        Err(error) => (error, NONE),
    };
    RecordTimeAnswer { error_code: error_code.into(), timestamp: timestamp as f64 }
}

pub(super) fn producers(store: &Store, query: &PartitionQuery) -> ProducersAnswer {
    let active = log(store, &query.topic_id, query.partition)
        .and_then(|log| log.active_producers().map_err(|error| error.error_code()));
    match active {
        Ok(active) => ProducersAnswer {
            error_code: codes::NONE.into(),
            producers: active.iter().map(producer).collect(),
        },
        Err(error) => ProducersAnswer { error_code: error.into(), producers: Vec::new() },
    }
}

fn producer(state: &ProducerState) -> ProducerAnswer {
    ProducerAnswer {
        producer_id: state.producer_id.0 as f64,
        producer_epoch: state.producer_epoch.0.into(),
        last_sequence: state.last_sequence.0,
        last_timestamp: state.last_timestamp.0 as f64,
        coordinator_epoch: state.coordinator_epoch,
        txn_start_offset: state.current_transaction_start.map_or(NONE, |offset| offset.0) as f64,
    }
}

pub(super) fn directories(store: &Store) -> Vec<LogDirectory> {
    let described = store.directories().into_iter().map(|directory| LogDirectory {
        path: directory.path.to_string_lossy().into_owned(),
        total_bytes: directory.total_bytes as f64,
        usable_bytes: directory.usable_bytes as f64,
        failed: directory.failed,
        logs: directory
            .logs
            .into_iter()
            .map(|(id, size)| DirectoryLog {
                topic_id: id.topic.to_string(),
                partition: id.index.0,
                size: size as f64,
            })
            .collect(),
    });
    described.collect()
}

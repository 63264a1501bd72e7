//! What a log answers when it refuses, each with Kafka's error code.

use crate::base::codes;
use crate::base::error::StorageError;
use crate::base::types::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence};

/// The log as a whole cannot serve.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// The topic was deleted while the caller held its log.
    #[error("the topic was deleted")]
    Deleted,
    /// The log directory is out of service, or this log's files are damaged; the cause was reported once.
    #[error("the log's directory is out of service: {0}")]
    Storage(String),
    /// There is no room on the disk for what was asked; it may be asked again.
    #[error("the disk is full")]
    DiskFull,
}

impl LogError {
    /// Kafka's number: `UNKNOWN_TOPIC_OR_PARTITION`, `KAFKA_STORAGE_ERROR`.
    pub fn error_code(&self) -> i16 {
        match self {
            Self::Deleted => codes::UNKNOWN_TOPIC_OR_PARTITION,
            Self::Storage(_) | Self::DiskFull => codes::KAFKA_STORAGE_ERROR,
        }
    }
}

impl From<StorageError> for LogError {
    fn from(error: StorageError) -> Self {
        Self::Storage(error.to_string())
    }
}

/// A batch is not appended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// The log cannot serve at all.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The caller's epoch is not the one the log is led in.
    #[error("leader epoch {given} is older than {latest}, the log's latest")]
    FencedLeaderEpoch {
        /// What the caller came with.
        given: LeaderEpoch,
        /// What the log has seen.
        latest: LeaderEpoch,
    },
    /// Larger than a whole segment.
    #[error("the batch of {bytes} bytes is larger than segment.bytes, {bytes_max}")]
    RecordListTooLarge {
        /// Size of the batch.
        bytes: usize,
        /// The bound.
        bytes_max: u32,
    },
    /// The producer's sequence has a gap, or is older than the window.
    #[error("producer {producer_id}: sequence {given} where {expected} was expected")]
    OutOfOrderSequence {
        /// Whose batch it is.
        producer_id: ProducerId,
        /// The batch's first sequence.
        given: Sequence,
        /// What would have been next.
        expected: Sequence,
    },
    /// The producer was fenced by a newer incarnation.
    #[error("producer {producer_id}: epoch {given} is older than {current}")]
    InvalidProducerEpoch {
        /// Whose batch it is.
        producer_id: ProducerId,
        /// The batch's epoch.
        given: ProducerEpoch,
        /// The newest seen.
        current: ProducerEpoch,
    },
    /// A batch outside of a transaction while the producer's is open.
    #[error("producer {producer_id} has an open transaction, the batch is not part of it")]
    InvalidTxnState {
        /// Whose batch it is.
        producer_id: ProducerId,
    },
    /// A marker from a coordinator that was replaced.
    #[error("producer {producer_id}: the marker's coordinator epoch {given} is older than {current}")]
    TransactionCoordinatorFenced {
        /// Whose transaction it ends.
        producer_id: ProducerId,
        /// The marker's coordinator epoch.
        given: i32,
        /// The newest seen.
        current: i32,
    },
    /// The batch is not one that may be appended here.
    #[error("{0}")]
    InvalidRecord(&'static str),
}

impl AppendError {
    /// Kafka's number for a Produce answer.
    pub fn error_code(&self) -> i16 {
        match self {
            Self::Log(error) => error.error_code(),
            Self::RecordListTooLarge { .. } => codes::RECORD_LIST_TOO_LARGE,
            Self::OutOfOrderSequence { .. } => codes::OUT_OF_ORDER_SEQUENCE_NUMBER,
            Self::InvalidProducerEpoch { .. } => codes::INVALID_PRODUCER_EPOCH,
            Self::InvalidTxnState { .. } => codes::INVALID_TXN_STATE,
            Self::TransactionCoordinatorFenced { .. } => 52,
            Self::FencedLeaderEpoch { .. } => codes::FENCED_LEADER_EPOCH,
            Self::InvalidRecord(_) => codes::INVALID_RECORD,
        }
    }
}

/// Nothing can be read from the offset asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The log cannot serve at all.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Below the log start or above the log end.
    #[error("offset {asked} is outside of {log_start} to {log_end}")]
    OffsetOutOfRange {
        /// What was asked for.
        asked: Offset,
        /// First offset of the log.
        log_start: Offset,
        /// Offset that the next record will have.
        log_end: Offset,
    },
    /// The disk would have to be waited for, and the caller does not wait.
    #[error("not in memory")]
    NotResident,
}

impl ReadError {
    /// Kafka's number.
    pub fn error_code(&self) -> i16 {
        match self {
            Self::Log(error) => error.error_code(),
            Self::OffsetOutOfRange { .. } => codes::OFFSET_OUT_OF_RANGE,
            Self::NotResident => codes::KAFKA_STORAGE_ERROR,
        }
    }
}

impl From<StorageError> for ReadError {
    fn from(error: StorageError) -> Self {
        if error.is_cold() { Self::NotResident } else { Self::Log(error.into()) }
    }
}

//! Logs that were written elsewhere, on their way in.

use std::path::{Path, PathBuf};

use napi::Result;
use napi_derive::napi;
use parking_lot::Mutex;

use super::errors::{invalid, thrown};
use crate::base::types::{Offset, PartitionId, PartitionIndex};
use crate::io::{Disk, RawFile, SystemDisk};
use crate::log::Checkpointed;
use crate::store::{Adopted, FoundLog, OpenError};

/// A log that lies in a data directory, and what it holds.
#[napi(object)]
pub struct SurveyedLog {
    /// The topic's name.
    pub topic: String,
    /// 22 characters.
    pub topic_id: String,
    /// The partition.
    pub partition: i32,
    /// First offset.
    pub log_start: f64,
    /// The offset behind the last record.
    pub log_end: f64,
    /// The newest leader epoch with a record, -1 without any.
    pub leader_epoch: i32,
    /// A transaction was begun and not ended.
    pub open_transaction: bool,
    /// Above all producer ids that it remembers.
    pub producer_ids_end: f64,
    /// Why it cannot be opened; then nothing else is known.
    pub damage: Option<String>,
}

/// A directory to take in.
#[napi(object)]
pub struct AdoptedLog {
    /// The data directory, as it was given when the engine was opened.
    pub directory: String,
    /// The name under which it lies there, which is no partition's.
    pub name: String,
    /// The topic's name.
    pub topic: String,
    /// 22 characters; as in the directory's `partition.metadata`.
    pub topic_id: String,
    /// The partition.
    pub partition: i32,
    /// It was closed where it comes from.
    pub clean: bool,
    /// Up to where it was synced there.
    pub recovery_point: f64,
    /// Its first offset where that is not its first segment's.
    pub log_start: Option<f64>,
    /// Its high watermark there.
    pub high_watermark: f64,
    /// Up to where it was compacted there.
    pub cleaned_to: Option<f64>,
}

pub(super) fn surveyed(found: FoundLog) -> SurveyedLog {
    let log = SurveyedLog {
        topic: found.topic,
        topic_id: found.id.topic.to_string(),
        partition: found.id.index.0,
        log_start: -1.0,
        log_end: -1.0,
        leader_epoch: -1,
        open_transaction: false,
        producer_ids_end: 0.0,
        damage: None,
    };
    match found.holds {
        Ok(holds) => SurveyedLog {
            log_start: holds.log_start.0 as f64,
            log_end: holds.log_end.0 as f64,
            leader_epoch: holds.leader_epoch.0,
            open_transaction: holds.open_transaction,
            producer_ids_end: holds.producer_ids_end as f64,
            ..log
        },
        Err(why) => SurveyedLog { damage: Some(why), ..log },
    }
}

pub(super) fn id(log: &SurveyedLog) -> Result<PartitionId> {
    let topic = log.topic_id.parse().map_err(|error| invalid("topic id", error))?;
    Ok(PartitionId { topic, index: PartitionIndex(log.partition) })
}

pub(super) fn adopted(log: AdoptedLog) -> Result<Adopted> {
    let topic = log.topic_id.parse().map_err(|error| invalid("topic id", error))?;
    let offset = |value: f64| Offset(value as i64);
    Ok(Adopted {
        directory: PathBuf::from(log.directory),
        name: log.name,
        topic: log.topic,
        id: PartitionId { topic, index: PartitionIndex(log.partition) },
        clean: log.clean,
        checkpointed: Checkpointed {
            recovery_point: offset(log.recovery_point),
            log_start: log.log_start.map(offset),
            high_watermark: offset(log.high_watermark),
            cleaned_to: log.cleaned_to.map(offset),
        },
    })
}

/// Keeps every other broker, Apache Kafka too, out of a data directory while it is read.
#[napi]
pub struct DirectoryLock(Mutex<Option<Box<dyn RawFile>>>);

#[napi]
impl DirectoryLock {
    /// Throws when another process uses the directory.
    #[napi(constructor, catch_unwind)]
    pub fn new(directory: String) -> Result<Self> {
        let directory = Path::new(&directory);
        let lock = SystemDisk.lock(&directory.join(".lock")).map_err(thrown)?;
        let lock = lock.ok_or_else(|| thrown(OpenError::Locked(directory.to_owned())))?;
        Ok(Self(Mutex::new(Some(lock))))
    }

    /// Lets others in again.
    #[napi(catch_unwind)]
    pub fn release(&self) {
        self.0.lock().take();
    }
}

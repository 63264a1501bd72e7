//! What a store is opened with.

use std::path::PathBuf;
use std::sync::Arc;

use crate::base::clock::Clock;
use crate::base::limits::{WAL_FILE_BYTES, WAL_FILES_MAX};
use crate::base::types::BrokerId;
use crate::io::{Disk, SystemDisk};
use crate::log::LogConfig;
use crate::wal::{SpaceLimits, WalSize};

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
    /// The file system.
    pub disk: Arc<dyn Disk>,
    /// `num.recovery.threads.per.data.dir`.
    pub recovery_threads: usize,
    /// Data files and indexes that stay open.
    pub open_files_max: usize,
    /// What logs and connections may have open together; see [`Store::share_files`].
    ///
    /// [`Store::share_files`]: super::Shared::share_files
    pub open_files_shared: usize,
    /// `producer.id.expiration.ms`.
    pub producer_expiration_ms: i64,
    /// `log.retention.check.interval.ms`.
    pub retention_check_interval_ms: i64,
    /// `log.flush.offset.checkpoint.interval.ms`.
    pub checkpoint_interval_ms: i64,
    /// How large the write-ahead log of a directory may be.
    pub wal: WalSize,
    /// How much of the disks is left free.
    pub space: SpaceLimits,
    /// How compaction runs.
    pub cleaner: CleanerOptions,
}

/// How compaction runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CleanerOptions {
    /// `log.cleaner.threads`; none where `log.cleaner.enable` is false.
    pub threads: usize,
    /// `log.cleaner.dedupe.buffer.size`: memory of all threads together while they work.
    pub map_bytes: usize,
    /// `log.cleaner.io.max.bytes.per.second` of all threads together, reads and writes.
    pub bytes_per_second: f64,
    /// `log.cleaner.backoff.ms`: how long a thread that found nothing to do waits.
    pub backoff_ms: i64,
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
            disk: Arc::new(SystemDisk),
            recovery_threads: 2,
            open_files_max: 4096,
            open_files_shared: usize::MAX,
            producer_expiration_ms: 24 * 60 * 60 * 1000,
            retention_check_interval_ms: 5 * 60 * 1000,
            checkpoint_interval_ms: 60 * 1000,
            wal: WalSize { file_bytes: WAL_FILE_BYTES, files_max: WAL_FILES_MAX },
            space: SpaceLimits::default(),
            cleaner: CleanerOptions {
                threads: 1,
                map_bytes: 128 * 1024 * 1024,
                bytes_per_second: f64::INFINITY,
                backoff_ms: 15_000,
            },
        }
    }
}

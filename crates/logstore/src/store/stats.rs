//! What can be counted and measured of a store.

use std::path::PathBuf;
use std::sync::atomic::Ordering;

use super::Shared;
use crate::base::types::PartitionId;

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
    /// Turns of the threads that write segments.
    pub turns: u64,
    /// Syncs of the write-ahead logs.
    pub wal_syncs: u64,
    /// Batches that they made durable.
    pub wal_batches: u64,
    /// Bytes written for it.
    pub wal_bytes: u64,
    /// Batches written to segments.
    pub batches_written: u64,
    /// Bytes of them.
    pub bytes_written: u64,
    /// Rounds of compaction that came to their end.
    pub compactions: u64,
    /// Bytes that compaction read and wrote.
    pub compaction_bytes: u64,
    /// Logs that compaction leaves alone until restart, because a round over them failed.
    pub compactions_given_up: u64,
    /// Ranges of offsets that are lost to damage, of logs that were opened.
    pub ranges_lost: u64,
    /// Files that could not be removed; the next start removes them.
    pub removal_failures: u64,
    /// Free bytes of the disk that has the fewest.
    pub disk_free_bytes: u64,
    /// Directories whose disk has less than the soft limit.
    pub disks_low: u64,
    /// Directories for which producers are refused.
    pub disks_full: u64,
    /// Batches of producers that were refused for it.
    pub disk_refusals: u64,
}

impl Shared {
    /// The data directories with their logs. Reads the disk.
    pub fn directories(&self) -> Vec<DirectoryInfo> {
        let logs = self.all_logs();
        self.directories
            .iter()
            .map(|directory| {
                let home = &directory.home;
                let here = logs.iter().filter(|log| std::sync::Arc::ptr_eq(log.home(), home));
                let space = home.disk().space(home.path()).ok();
                DirectoryInfo {
                    path: home.path().to_owned(),
                    total_bytes: space.map_or(0, |space| space.total_bytes),
                    usable_bytes: space.map_or(0, |space| space.usable_bytes),
                    logs: here.map(|log| (log.id(), log.size_bytes().unwrap_or(0))).collect(),
                    failed: home.failure().is_some(),
                }
            })
            .collect()
    }

    /// Counters and gauges.
    pub fn stats(&self) -> StoreStats {
        let mut stats = StoreStats {
            logs: self.logs.read().len() as u64,
            pending_bytes: self.pressure.bytes() as u64,
            open_files: self.pool.open_files() as u64,
            removal_failures: self.removal_failures.load(Ordering::Relaxed),
            disk_free_bytes: u64::MAX,
            ..StoreStats::default()
        };
        self.cleaning.count_into(&mut stats);
        for directory in &self.directories {
            let (batches, bytes) = directory.home.written();
            stats.ranges_lost += directory.home.ranges_lost() as u64;
            stats.tail_bytes += directory.home.tail_bytes() as u64;
            stats.turns += directory.writes.queue().turns();
            let ahead = directory.home.ahead().stats();
            stats.wal_syncs += ahead.syncs;
            stats.wal_batches += ahead.frames;
            stats.wal_bytes += ahead.bytes;
            stats.batches_written += batches;
            stats.bytes_written += bytes;
            let room = directory.home.room().view();
            stats.disk_free_bytes = stats.disk_free_bytes.min(room.free_bytes);
            stats.disks_low += u64::from(room.is_low);
            stats.disks_full += u64::from(room.is_full);
            stats.disk_refusals += directory.home.room().refused();
        }
        stats
    }
}

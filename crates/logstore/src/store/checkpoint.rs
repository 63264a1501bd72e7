//! Checkpoints: what the logs have made durable is written down, and the write-ahead log gives up what it has of it.
//!
//! Order: the last group that the logs know of is noted; what they committed is written to segments; segments are
//! synced, one by one or all at once with the file system; recovery points, log starts and high watermarks; then the
//! group, which frees files of the write-ahead log.

use std::sync::Arc;

use super::Shared;
use super::directories::DataDirectory;
use crate::base::error::StorageError;
use crate::base::limits::{SINGLE_SYNCS_MAX, SNAPSHOT_BEHIND_LOGS_MAX, SNAPSHOT_BEHIND_SHARE};
use crate::log::{Log, LogError};

impl Shared {
    /// Makes durable what the write-ahead logs have and the segments that were sealed, and writes the checkpoints.
    pub fn checkpoint(&self) {
        for log in self.all_logs() {
            let _ = log.sync_sealed();
            self.note(&log);
        }
        self.checkpoint_wals();
    }

    /// Writes down how far a log is durable.
    pub(super) fn write_down(&self, log: &Log) -> Result<(), StorageError> {
        self.note(log);
        let write =
            |directory: &DataDirectory| directory.home.in_reserve(|| directory.home.write_checkpoints());
        self.directory_of(log).map_or(Ok(()), write)
    }

    /// The same for what the write-ahead logs have, which makes room in them.
    pub(super) fn checkpoint_wals(&self) {
        for directory in &self.directories {
            self.checkpoint_directory(directory);
        }
    }

    fn checkpoint_directory(&self, directory: &DataDirectory) {
        let home = &directory.home;
        if home.failure().is_some() {
            return;
        }
        // One at a time: what another has taken and not flushed yet would be given up.
        let _only = self.checkpointing.lock();
        let group = home.ahead().settled();
        let waits = directory.has_orphans();
        // Only then, so that none is missed that has batches up to the group.
        let logs = home.take_uncheckpointed();
        home.ahead().begin_checkpoint(logs.len());
        let behind = self.options.wal.bytes() / SNAPSHOT_BEHIND_SHARE;
        let done = flush(directory, &logs).and_then(|is_whole| {
            for log in &logs {
                self.note(log);
                log.want_snapshot((behind / logs.len().min(SNAPSHOT_BEHIND_LOGS_MAX)) as u64);
            }
            home.in_reserve(|| directory.home.write_checkpoints())?;
            // A log that failed to flush took the directory along; one that found no room still needs its groups.
            if !is_whole || home.failure().is_some() || waits {
                return Ok(());
            }
            home.in_reserve(|| home.ahead().checkpoint(group))
        });
        // Where there was no room the next checkpoint does it.
        if let Err(error) = done {
            home.met(&error);
        }
    }
}

/// Says whether there was room for everything.
fn flush(directory: &DataDirectory, logs: &[Arc<Log>]) -> Result<bool, StorageError> {
    let full = Err(LogError::DiskFull);
    if logs.len() <= SINGLE_SYNCS_MAX {
        // One that is deleted or damaged has nothing to flush, one that fails says so to its home.
        let flushed: Vec<_> = logs.iter().map(|log| log.flush()).collect();
        return Ok(!flushed.contains(&full));
    }
    let begun: Vec<_> = logs.iter().map(|log| log.begin_flush_with_others()).collect();
    directory.sync_all()?;
    for (log, to) in logs.iter().zip(&begun) {
        if let Ok(Some(to)) = to {
            log.end_flush(*to);
        }
    }
    Ok(begun.into_iter().all(|begun| begun != Err(LogError::DiskFull)))
}

//! Closing the store, so that what is left are plain Kafka directories.
//!
//! Order: housekeeping and compaction end; what is appended is committed, then written, and both threads end; each log is
//! sealed; everything is synced, file by file or the file system at once; the checkpoints; the write-ahead log is given
//! up; the clean-shutdown marker. A directory in which anything fails gets no
//! marker and is recovered at the next start.

use super::Shared;
use super::directories::DataDirectory;
use super::housekeeping::first;
use crate::base::limits::SINGLE_SYNCS_MAX;
use crate::log::LogError;

impl Shared {
    /// Writes out everything, leaves plain Kafka segments and the clean-shutdown marker. A second call does nothing.
    pub fn close(&self) -> Result<(), LogError> {
        if !first(&self.closed) {
            return Ok(());
        }
        self.housekeeping.stop();
        self.cleaning.stop();
        self.finish_deletions();
        let mut result = Ok(());
        for directory in &self.directories {
            directory.home.ahead().begin_closing();
            directory.commits.stop();
            directory.writes.stop();
            result = result.and(self.close_directory(directory));
            directory.release();
        }
        result
    }

    fn close_directory(&self, directory: &DataDirectory) -> Result<(), LogError> {
        let home = &directory.home;
        let logs: Vec<_> =
            self.all_logs().into_iter().filter(|log| std::sync::Arc::ptr_eq(log.home(), home)).collect();
        let one_by_one = logs.len() <= SINGLE_SYNCS_MAX;
        let mut result = Ok(());
        for log in &logs {
            match log.close(one_by_one) {
                Ok(Some(checkpointed)) => home.known().note(log.topic(), log.id().index, &checkpointed),
                Ok(None) => {}
                Err(error) => result = result.and(Err(error)),
            }
        }
        result?;
        // Also where it has no logs.
        home.in_service()?;
        let finished = if one_by_one { home.sync() } else { directory.sync_all() }.and_then(|()| {
            home.in_reserve(|| home.write_checkpoints())?;
            if directory.has_orphans() {
                // Whose they are is not known yet: they stay in the write-ahead log.
                return Ok(());
            }
            home.in_reserve(|| home.ahead().drain())?;
            home.in_reserve(|| directory.mark_clean())
        });
        finished.map_err(|error| {
            home.fail(&error);
            error.into()
        })
    }
}

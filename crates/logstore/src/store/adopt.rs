//! Logs that were written elsewhere: those of a data directory of Apache Kafka, and those that an import brings.

use std::path::PathBuf;
use std::sync::Arc;

use super::directories::DataDirectory;
use super::{OpenError, Shared, open};
use crate::base::error::StorageError;
use crate::base::types::{LeaderEpoch, Offset, PartitionId};
use crate::log::{Checkpointed, Found, Log, LogError};

/// A log that lies in a data directory.
#[derive(Clone, Debug)]
pub struct FoundLog {
    /// The topic's name.
    pub topic: String,
    /// Its id and the partition.
    pub id: PartitionId,
    /// What is in it, or why it cannot be opened.
    pub holds: Result<Holdings, String>,
}

/// What a log brings along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holdings {
    /// First offset.
    pub log_start: Offset,
    /// The offset behind the last record.
    pub log_end: Offset,
    /// The newest leader epoch with a record, -1 without any.
    pub leader_epoch: LeaderEpoch,
    /// A transaction was begun and not ended.
    pub open_transaction: bool,
    /// Above all producer ids that it remembers.
    pub producer_ids_end: i64,
}

/// A directory to take in, which lies in a data directory of the store under a name that is no partition's.
#[derive(Clone, Debug)]
pub struct Adopted {
    /// The data directory.
    pub directory: PathBuf,
    /// Its name there.
    pub name: String,
    /// The topic's name.
    pub topic: String,
    /// Its id, as in the directory, and the partition.
    pub id: PartitionId,
    /// It was closed where it comes from: its files are what they should be.
    pub clean: bool,
    /// What the checkpoints said where it comes from.
    pub checkpointed: Checkpointed,
}

impl Shared {
    /// Opens every log that lies in the directories, as after an unclean stop, and answers what they hold. Until a
    /// topic names them they are nobody's.
    pub fn survey(&self) -> Result<Vec<FoundLog>, OpenError> {
        self.sync_all()?;
        for directory in &self.directories {
            for log in open::found_on_disk(&self.options, directory, None)? {
                let id = log.id();
                self.logs.write().entry(id).or_insert_with(|| {
                    self.unclaimed.lock().insert((log.topic().to_owned(), id.index), id);
                    log
                });
            }
        }
        self.describe(&self.all_logs())
    }

    /// Makes directories durable that lie under other names, takes them in and recovers their logs; answers what they
    /// hold. `set_aside_unclaimed` does not know them:
    /// they are served once an image names their topics, and given up with `delete`.
    pub fn adopt(&self, adopted: &[Adopted]) -> Result<Vec<FoundLog>, OpenError> {
        self.sync_all()?;
        let mut logs = Vec::with_capacity(adopted.len());
        for one in adopted {
            let directory = self.at(one)?;
            directory.take_in(&one.name, &one.topic, one.id.index, &one.checkpointed)?;
            let found = Found {
                clean: one.clean,
                recovery_point: one.checkpointed.recovery_point,
                high_watermark: one.checkpointed.high_watermark,
                cleaned_to: one.checkpointed.cleaned_to,
                log_start: one.checkpointed.log_start.unwrap_or(Offset(0)),
                replay_from: None,
                replay_to: None,
                may_lack_end: false,
                producer_expiration_ms: self.producer_expiration_ms(),
            };
            let config = Arc::new(self.options.defaults.clone());
            let home = Arc::clone(&directory.home);
            logs.push(Log::register(one.id, one.topic.as_str().into(), config, home, true, found));
        }
        for directory in &self.directories {
            directory.home.sync()?;
        }
        self.logs.write().extend(logs.iter().map(|log| (log.id(), Arc::clone(log))));
        self.describe(&logs)
    }

    /// What somebody else wrote is durable before it is served.
    fn sync_all(&self) -> Result<(), StorageError> {
        self.directories
            .iter()
            .try_for_each(|directory| directory.sync_all().inspect_err(|error| directory.home.fail(error)))
    }

    fn at(&self, adopted: &Adopted) -> Result<&DataDirectory, OpenError> {
        let mut directories = self.directories.iter();
        directories.find(|directory| directory.home.path() == adopted.directory).ok_or(OpenError::NoDirectory)
    }

    fn describe(&self, logs: &[Arc<Log>]) -> Result<Vec<FoundLog>, OpenError> {
        open::recover_all(&self.options, &self.directories, logs)?;
        let described = logs.iter().map(|log| FoundLog {
            topic: log.topic().to_owned(),
            id: log.id(),
            holds: holdings(log).map_err(|error| error.to_string()),
        });
        Ok(described.collect())
    }
}

fn holdings(log: &Log) -> Result<Holdings, LogError> {
    let offsets = log.offsets()?;
    let producers = log.active_producers()?;
    Ok(Holdings {
        log_start: offsets.log_start,
        log_end: offsets.log_end,
        leader_epoch: log.epoch_at(offsets.log_end)?.unwrap_or(LeaderEpoch::NONE),
        open_transaction: producers.iter().any(|producer| producer.current_transaction_start.is_some()),
        producer_ids_end: producers.iter().map(|producer| producer.producer_id.0 + 1).max().unwrap_or(0),
    })
}

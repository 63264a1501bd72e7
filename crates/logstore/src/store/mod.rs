//! All logs of this node.
#![forbid(unsafe_code)]

mod adopt;
pub mod catalogue;
mod checkpoint;
mod cleaning;
mod close;
mod directories;
mod housekeeping;
pub mod inspect;
mod open;
mod options;
mod removals;
mod rounds;
mod stats;

use std::collections::{BTreeSet, HashMap};
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use parking_lot::{Mutex, RwLock};

pub use adopt::{Adopted, FoundLog, Holdings};
pub use open::{RecoveryPhase, RecoveryProgress};
pub use options::{CleanerOptions, StoreOptions};
pub use removals::{Removal, RemovalState};
pub use rounds::{Round, RoundOutcome};
pub use stats::{DirectoryInfo, StoreStats};

use crate::base::error::StorageError;
use crate::base::types::{LeaderEpoch, PartitionId, PartitionIndex, TopicId};
use crate::io::{Doomed, FilePool};
use crate::log::{Log, LogConfig, LogError, Mailbox, RecoveryReport};
use crate::wal::{Pressure, RoomView, SpaceLimits};
use cleaning::Cleaning;
use directories::DataDirectory;
use housekeeping::{Due, Housekeeping};
use removals::Removals;

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
    /// There is no `meta.properties` in it.
    #[error("{} is no data directory: it has no meta.properties", .0.display())]
    NotADataDirectory(PathBuf),
    /// A log in it cannot be worked on.
    #[error(transparent)]
    Log(#[from] LogError),
    /// No data directory was given.
    #[error("a store needs a data directory")]
    NoDirectory,
}

/// All logs of this node, in one or several data directories. Who drops it waits until nobody is at work in them any
/// more: another may open them then.
pub struct Store {
    shared: Arc<Shared>,
}

/// What a store shares with its threads.
pub struct Shared {
    options: StoreOptions,
    directories: Vec<DataDirectory>,
    logs: RwLock<HashMap<PartitionId, Arc<Log>>>,
    /// Logs that were recovered and that no topic has named yet.
    unclaimed: Mutex<HashMap<(String, PartitionIndex), PartitionId>>,
    pool: Arc<FilePool>,
    pressure: Arc<Pressure>,
    due: Mutex<Due>,
    checkpointing: Mutex<()>,
    removals: Removals,
    housekeeping: Housekeeping,
    cleaning: Cleaning,
    removal_failures: AtomicU64,
    producer_expiration_ms: AtomicI64,
    closed: AtomicBool,
}

impl Store {
    /// Locks and checks the directories, recovers what was not closed, starts the log threads and housekeeping. `progress`
    /// is told of each log that is done, and ten times a second.
    pub fn open(options: StoreOptions, progress: &dyn Fn(RecoveryProgress)) -> Result<Arc<Self>, OpenError> {
        let Some(first) = options.directories.first().cloned() else {
            return Err(OpenError::NoDirectory);
        };
        let housekeeping = Housekeeping::default();
        let opened = open::open(&options, housekeeping.nudge(), progress)?;
        let now = options.clock.monotonic();
        let due = Due::new(now, options.retention_check_interval_ms, options.checkpoint_interval_ms);
        let unclaimed =
            opened.logs.iter().map(|log| ((log.topic().to_owned(), log.id().index), log.id())).collect();
        let cleaning = Cleaning::new(options.cleaner, &options.clock)
            .map_err(|error| StorageError::io("make a secret for", &first, error))?;
        let shared = Arc::new(Shared {
            producer_expiration_ms: AtomicI64::new(options.producer_expiration_ms),
            options,
            directories: opened.directories,
            unclaimed: Mutex::new(unclaimed),
            logs: RwLock::new(opened.logs.into_iter().map(|log| (log.id(), log)).collect()),
            pool: opened.pool,
            pressure: opened.pressure,
            due: Mutex::new(due),
            checkpointing: Mutex::default(),
            removals: Removals::default(),
            housekeeping,
            cleaning,
            removal_failures: AtomicU64::new(0),
            closed: AtomicBool::new(false),
        });
        // Ends what was started where something cannot be.
        let store = Arc::new(Self { shared });
        if store.directories.iter().any(DataDirectory::has_doubt) {
            // What is known of it now is worked out once.
            store.checkpoint_wals();
        }
        for (topic, path) in store.directories.iter().flat_map(|directory| &directory.leftovers) {
            store.remove_later(vec![Doomed::directory(path.clone(), Vec::new())], topic, None, 0);
        }
        let started = store.housekeeping.start(&store.shared);
        started.map_err(|error| StorageError::io("start the housekeeping of", &first, error))?;
        let started = store.cleaning.start(&store.shared);
        started.map_err(|error| StorageError::io("start the compaction of", &first, error))?;
        Ok(store)
    }
}

impl Shared {
    /// Idle producers are forgotten after this many milliseconds from now on.
    pub fn expire_producers_after(&self, ms: i64) {
        self.producer_expiration_ms.store(ms, Ordering::Relaxed);
    }

    fn producer_expiration_ms(&self) -> i64 {
        self.producer_expiration_ms.load(Ordering::Relaxed)
    }

    /// Leaves this much of the disks free from now on.
    pub fn limit_space(&self, limits: SpaceLimits) {
        for directory in &self.directories {
            directory.home.room().limit(limits);
        }
    }

    /// Makes some room on the disk of the first directory; says whether it did.
    pub fn reserve(&self) -> impl Fn() -> bool + Send + Sync + use<> {
        let home = self.directories.first().map(|directory| Arc::clone(&directory.home));
        move || home.as_ref().is_some_and(|home| home.ahead().give_back(0).unwrap_or(false))
    }

    /// The room on the disk of each directory, as it was when it was measured last.
    pub fn rooms(&self) -> Vec<(PathBuf, RoomView)> {
        let homes = self.directories.iter().map(|directory| &directory.home);
        homes.map(|home| (home.path().to_owned(), home.room().view())).collect()
    }

    /// There are so many connections: logs may have the files open that these leave them.
    pub fn share_files(&self, connections: usize) {
        let left = self.options.open_files_shared.saturating_sub(connections);
        self.pool.limit(left.min(self.options.open_files_max));
    }

    /// The log of a partition, where one is known.
    pub fn log(&self, id: &PartitionId) -> Option<Arc<Log>> {
        self.logs.read().get(id).cloned()
    }

    /// The log of a partition, registered when it is not known, under `config` from now on. Touches no disk, but
    /// where a start has left something to take in or to set aside: the directory appears with the first append. `leader_epoch` is that of the leader that will append; a log learns
    /// its epochs from its batches.
    pub fn ensure(
        &self,
        id: PartitionId,
        topic: &str,
        config: Arc<LogConfig>,
        _leader_epoch: LeaderEpoch,
    ) -> Arc<Log> {
        let mut logs = self.logs.write();
        let named_before = self.unclaimed.lock().remove(&(topic.to_owned(), id.index));
        if let Some(other) = named_before.filter(|other| *other != id)
            && let Some(log) = logs.remove(&other)
        {
            self.set_aside(&log);
        }
        if let Some(log) = logs.get(&id) {
            log.configure(config);
            return Arc::clone(log);
        }
        let there = self
            .directories
            .iter()
            .find_map(|directory| Some((directory, directory.home.known().find(topic, id.index)?)));
        let replayed = || self.directories.iter().find(|directory| directory.orphans_of(&id).is_some());
        let in_doubt = || self.directories.iter().find(|directory| directory.may_lack_end_of(&id));
        let (directory, known) = match there {
            Some((directory, known)) => (directory, Some(known)),
            None => (replayed().or_else(in_doubt).unwrap_or_else(|| self.emptiest()), None),
        };
        directory.home.known().expect(topic, id.index);
        let mut found = directory.found(known.as_ref(), self.producer_expiration_ms());
        let orphans = directory.orphans_of(&id);
        found.replay_from = orphans.as_ref().and_then(|orphans| orphans.begins_at(&id));
        found.replay_to = orphans.as_ref().and_then(|orphans| orphans.ends_at(&id));
        found.may_lack_end = directory.may_lack_end_of(&id);
        let log =
            Log::register(id, topic.into(), config, Arc::clone(&directory.home), known.is_some(), found);
        if let Some(orphans) = orphans {
            // A log that cannot take them is out of service and has said why.
            let _ = log.replay(&orphans);
            // Only then: a checkpoint that finds none gives up what the write-ahead log has.
            directory.forget_orphans_of(&id);
        } else if found.may_lack_end {
            // That is written down, as it will not be known any more.
            let _ = log.recover();
        }
        logs.insert(id, Arc::clone(&log));
        log
    }

    /// Topics of which the write-ahead logs have batches for logs that lie nowhere yet: registering those takes them in,
    /// which reads them.
    pub fn unnamed_topics(&self) -> BTreeSet<TopicId> {
        self.directories.iter().flat_map(DataDirectory::orphan_topics).collect()
    }

    /// The directory with the fewest logs, one in service where there is any.
    fn emptiest(&self) -> &DataDirectory {
        let key =
            |directory: &&DataDirectory| (directory.home.failure().is_some(), directory.home.known().count());
        self.directories.iter().min_by_key(key).unwrap_or(&self.directories[0])
    }

    /// Changes the configuration of a topic's logs.
    pub fn configure(&self, topic: TopicId, config: &Arc<LogConfig>) {
        for (id, log) in &*self.logs.read() {
            if id.topic == topic {
                log.configure(Arc::clone(config));
            }
        }
    }

    /// Forgets partitions and removes their files later; whoever holds a log of theirs is answered that it is deleted.
    pub fn delete(&self, ids: impl IntoIterator<Item = PartitionId>) {
        self.retire(ids);
        self.finish_deletions();
    }

    /// The same without a word to the disk, and without waiting for who is at work on a log: the directories are renamed
    /// by the housekeeping, or by the next log of a name before it makes its own.
    pub fn retire(&self, ids: impl IntoIterator<Item = PartitionId>) {
        for id in ids {
            let Some(log) = self.logs.write().remove(&id) else {
                continue;
            };
            self.cleaning.forget(&id);
            if let Some(directory) = self.directory_of(&log) {
                directory.home.known().forget(log.topic(), id.index);
            }
            log.retire();
            log.home().let_go(&log);
            self.housekeeping.retire(log);
        }
    }

    /// Sets aside what was recovered and no topic has named: once the topics are known, none of them will. What the
    /// write-ahead logs have of topics that lie nowhere is forgotten.
    pub fn set_aside_unclaimed(&self) {
        for directory in &self.directories {
            directory.forget_orphans();
        }
        let unclaimed: Vec<_> = self.unclaimed.lock().drain().map(|(_, id)| id).collect();
        for id in unclaimed {
            let log = self.logs.write().remove(&id);
            if let Some(log) = log {
                self.set_aside(&log);
            }
        }
    }

    /// Takes a log out of service whose deletion was decided, when a kill came before it was done.
    fn set_aside(&self, log: &Log) {
        if let Some(directory) = self.directory_of(log) {
            directory.home.known().forget(log.topic(), log.id().index);
        }
        // As in `delete`.
        let _ = log.set_aside();
    }

    /// Whether so much is appended and not yet written that producers must wait: the server then stops reading
    /// from connections that produce. With `watch_pressure` it hears when to go on.
    pub fn pressure(&self) -> bool {
        self.pressure.is_high()
    }

    /// Delivers `token` once there is no pressure; at once when there is none.
    pub fn watch_pressure(&self, mailbox: &Arc<dyn Mailbox>, token: u64) {
        self.pressure.watch(mailbox, token);
    }

    /// Gives up what the tails keep in memory of what is written: readers go to the files until there is more.
    pub fn drop_tails(&self) {
        for log in self.all_logs() {
            log.drop_tail();
        }
    }

    /// What recoveries cut or set aside since the last call, for the log of the broker.
    pub fn take_reports(&self) -> Vec<RecoveryReport> {
        self.directories.iter().flat_map(|directory| directory.home.take_reports()).collect()
    }

    /// Gives up what is known to be lost of logs that lie nowhere.
    fn accept_losses_of_absent(&self) -> Result<(), StorageError> {
        let logs = self.logs.read();
        let mut homes = self.directories.iter().map(|directory| &directory.home);
        homes.try_for_each(|home| home.accept_losses_but_of(&|id| logs.contains_key(id)))
    }

    /// Directories that are out of service, each with the cause (D17).
    pub fn failures(&self) -> Vec<(PathBuf, String)> {
        let homes = self.directories.iter().map(|directory| &directory.home);
        homes.filter_map(|home| Some((home.path().to_owned(), home.failure()?.to_owned()))).collect()
    }

    fn all_logs(&self) -> Vec<Arc<Log>> {
        self.logs.read().values().cloned().collect()
    }

    fn directory_of(&self, log: &Log) -> Option<&DataDirectory> {
        self.directories.iter().find(|directory| Arc::ptr_eq(&directory.home, log.home()))
    }

    /// Takes over what a log has to checkpoint.
    fn note(&self, log: &Log) {
        let Some(checkpointed) = log.checkpointed() else { return };
        let logs = self.logs.read();
        // What is known under the name of a deleted log is of the next one.
        let is_there = logs.get(&log.id()).is_some_and(|known| std::ptr::eq(known.as_ref(), log));
        if let Some(directory) = self.directory_of(log).filter(|_| is_there) {
            directory.home.known().note(log.topic(), log.id().index, &checkpointed);
        }
    }
}

impl Deref for Store {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.housekeeping.stop();
        self.cleaning.stop();
        for directory in &self.directories {
            directory.home.ahead().begin_closing();
        }
    }
}

#[cfg(test)]
#[path = "note_test.rs"]
mod tests;

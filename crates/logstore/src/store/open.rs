//! Opening the store: every directory, then, where one was not closed, the logs in it of which the write-ahead log has
//! something, and those that were written without it, several at a time. Nothing of the others came since they were
//! checkpointed: they are recovered when they are first used.

use std::collections::HashSet;
use std::sync::Arc;
use std::thread::{Builder, scope};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};

use super::directories::DataDirectory;
use super::{OpenError, StoreOptions};
use crate::base::error::StorageError;
use crate::base::limits::{PENDING_BYTES_MAX, RECOVERY_THREADS_MAX};
use crate::base::types::PartitionId;
use crate::io::FilePool;
use crate::log::{Known, Log, RecoveryReport, checkpoint};
use crate::segment::names;
use crate::wal::{Pressure, Replay};

/// How often progress is told where one log takes long.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// What a recovery is at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RecoveryPhase {
    /// Directories are looked at and write-ahead logs read: what there is to do is not known yet.
    #[default]
    Reading,
    /// Logs are opened, and take in what the write-ahead log has of them.
    Recovering,
    /// Everything was done.
    Done,
}

/// How far the recovery after an unclean stop is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecoveryProgress {
    /// What it is at.
    pub phase: RecoveryPhase,
    /// Logs that are done.
    pub logs_done: usize,
    /// Logs in all.
    pub logs: usize,
    /// Bytes of segments read and checked.
    pub bytes_scanned: u64,
    /// Bytes that the write-ahead logs have of these logs.
    pub bytes_to_replay: u64,
    /// Bytes of them that were taken in or passed over.
    pub bytes_replayed: u64,
    /// Records that were taken in: segments did not have them.
    pub records_replayed: u64,
}

/// What was opened.
pub(super) struct Opened {
    pub(super) directories: Vec<DataDirectory>,
    pub(super) logs: Vec<Arc<Log>>,
    pub(super) pool: Arc<FilePool>,
    pub(super) pressure: Arc<Pressure>,
}

pub(super) fn open(
    options: &StoreOptions,
    nudge: &Sender<()>,
    progress: &dyn Fn(RecoveryProgress),
) -> Result<Opened, OpenError> {
    let pool =
        FilePool::new(Arc::clone(&options.disk), options.open_files_max.min(options.open_files_shared));
    let pressure = Arc::new(Pressure::new(PENDING_BYTES_MAX));
    let (mut directories, mut logs, mut todo) = (Vec::new(), Vec::new(), Vec::new());
    progress(RecoveryProgress::default());
    for path in &options.directories {
        let (directory, replay) = DataDirectory::open(options, path, &pool, &pressure, nudge)?;
        if !directory.clean {
            let found = found_on_disk(options, &directory, replay.as_deref())?;
            if let Some(replay) = &replay {
                if let Err(error) = replay.sync() {
                    directory.home.fail(&error);
                }
                let here: HashSet<_> = found.iter().map(|log| log.id()).collect();
                let orphans = replay.partitions().filter(|id| !here.contains(id)).copied().collect();
                directory.keep_orphans(orphans, replay);
            }
            todo.extend(found.iter().filter_map(|log| to_do(log, &directory, replay.as_ref())));
            logs.extend(found);
        }
        directories.push(directory);
    }
    recover(options, &directories, todo, progress)?;
    Ok(Opened { directories, logs, pool, pressure })
}

/// A log to be opened at start, with what the write-ahead log has of it. Others are opened when they are first used.
struct Todo {
    log: Arc<Log>,
    replay: Option<Arc<Replay>>,
}

fn to_do(log: &Arc<Log>, directory: &DataDirectory, replay: Option<&Arc<Replay>>) -> Option<Todo> {
    let replay = replay.filter(|replay| replay.begins_at(&log.id()).is_some()).cloned();
    let known = directory.home.known().find(log.topic(), log.id().index);
    // What may be lost of it is to be known before anybody asks for it.
    let in_doubt = directory.may_lack_end_of(&log.id());
    let wanted = replay.is_some() || in_doubt || known.is_some_and(Known::may_be_behind);
    wanted.then(|| Todo { log: Arc::clone(log), replay })
}

/// The logs that lie in a directory. One without its topic id, from a crash while it was made, waits for the topic to
/// claim it by name.
pub(super) fn found_on_disk(
    options: &StoreOptions,
    directory: &DataDirectory,
    replay: Option<&Replay>,
) -> Result<Vec<Arc<Log>>, StorageError> {
    let config = Arc::new(options.defaults.clone());
    let mut logs = Vec::new();
    for (topic, index) in directory.home.known().on_disk() {
        let path = directory.home.path().join(names::directory_name(&topic, index));
        let id = match checkpoint::read_topic_id(directory.home.disk(), &path) {
            Ok(Some(id)) => id,
            Ok(None) => continue,
            // Whoever claims it by its name is answered that it is damaged.
            Err(StorageError::Corrupt { why, .. }) => {
                directory.home.report(RecoveryReport { path, bytes_cut: 0, why });
                continue;
            }
            Err(error) => return Err(error),
        };
        let id = PartitionId { topic: id, index };
        let known = directory.home.known().find(&topic, index);
        let mut found = directory.found(known.as_ref(), options.producer_expiration_ms);
        found.replay_from = replay.and_then(|replay| replay.begins_at(&id));
        found.replay_to = replay.and_then(|replay| replay.ends_at(&id));
        found.may_lack_end = directory.may_lack_end_of(&id);
        let home = Arc::clone(&directory.home);
        logs.push(Log::register(id, topic.into(), Arc::clone(&config), home, true, found));
    }
    Ok(logs)
}

/// Opens logs of which no write-ahead log has anything.
pub(super) fn recover_all(
    options: &StoreOptions,
    directories: &[DataDirectory],
    logs: &[Arc<Log>],
) -> Result<(), OpenError> {
    let todo = logs.iter().map(|log| Todo { log: Arc::clone(log), replay: None });
    recover(options, directories, todo.collect(), &|_| ())
}

/// Opens the logs on a bounded number of threads, each with what the write-ahead log has of it; each reports by itself
/// what it cut.
fn recover(
    options: &StoreOptions,
    directories: &[DataDirectory],
    logs: Vec<Todo>,
    progress: &dyn Fn(RecoveryProgress),
) -> Result<(), OpenError> {
    let count = logs.len();
    let bytes_to_replay =
        logs.iter().filter_map(|todo| Some(todo.replay.as_ref()?.bytes_of(&todo.log.id()))).sum();
    let report = |phase, logs_done| {
        let mut so_far = RecoveryProgress {
            phase,
            logs_done,
            logs: count,
            bytes_to_replay,
            ..RecoveryProgress::default()
        };
        for directory in directories {
            let recovered = directory.home.recovered();
            so_far.bytes_scanned += recovered.bytes_scanned;
            so_far.bytes_replayed += recovered.bytes_replayed;
            so_far.records_replayed += recovered.records_replayed;
        }
        progress(so_far);
    };
    report(RecoveryPhase::Recovering, 0);
    let wanted = options.recovery_threads.saturating_mul(directories.len());
    let threads = wanted.clamp(1, RECOVERY_THREADS_MAX).min(count);
    let (todo, next) = unbounded();
    for log in logs {
        // The receiver lives to the end of this function.
        let _ = todo.send(log);
    }
    drop(todo);
    let (done, finished) = unbounded();
    scope(|scope| {
        for number in 0..threads {
            let (next, done) = (next.clone(), done.clone());
            let work = move || recover_each(&next, &done);
            Builder::new().name(format!("recovery {number}")).spawn_scoped(scope, work).map_err(|error| {
                StorageError::io("start a recovery thread for", &options.directories[0], error)
            })?;
        }
        drop(done);
        let mut logs_done = 0;
        loop {
            match finished.recv_timeout(PROGRESS_EVERY) {
                Ok(()) => logs_done += 1,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            report(RecoveryPhase::Recovering, logs_done);
        }
        Ok::<(), StorageError>(())
    })?;
    report(RecoveryPhase::Done, count);
    Ok(())
}

fn recover_each(next: &Receiver<Todo>, done: &Sender<()>) {
    for Todo { log, replay } in next {
        // A log that cannot be opened is out of service and has said why; the others go on.
        let _ = match replay {
            Some(replay) => log.replay(&replay),
            None => log.recover(),
        };
        if done.send(()).is_err() {
            return;
        }
    }
}

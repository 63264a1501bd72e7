//! Opening the store: every directory, then, where one was not closed, every log in it, several at a time, then what
//! the write-ahead log has of them.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread::{Builder, scope};

use crossbeam_channel::{Sender, unbounded};

use super::directories::DataDirectory;
use super::{OpenError, RecoveryProgress, StoreOptions};
use crate::base::error::StorageError;
use crate::base::limits::{PENDING_BYTES_MAX, RECOVERY_THREADS_MAX, WRITE_BEHIND_BYTES};
use crate::base::types::PartitionId;
use crate::io::FilePool;
use crate::log::{Log, checkpoint};
use crate::segment::names;
use crate::wal::{Pressure, Replay};

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
    let pool = FilePool::new(Arc::clone(&options.disk), options.open_files_max);
    let pressure = Arc::new(Pressure::new(PENDING_BYTES_MAX));
    let mut directories = Vec::new();
    let mut replays = Vec::new();
    for path in &options.directories {
        let (directory, replay) = DataDirectory::open(options, path, &pool, &pressure, nudge)?;
        directories.push(directory);
        replays.push(replay);
    }
    let mut logs = Vec::new();
    for directory in directories.iter().filter(|directory| !directory.clean) {
        logs.append(&mut found_on_disk(options, directory)?);
    }
    recover(options, &directories, &logs, progress)?;
    for (directory, replay) in directories.iter().zip(replays.into_iter().flatten()) {
        if let Err(error) = play(&replay, directory, &logs) {
            directory.home.fail(&error);
        }
    }
    for log in &logs {
        // One that is out of service has said why.
        let _ = log.end_recovery();
    }
    Ok(Opened { directories, logs, pool, pressure })
}

/// The logs of a directory that was not closed. One without its topic id, from a crash while it was made, waits for
/// the topic to claim it by name.
fn found_on_disk(options: &StoreOptions, directory: &DataDirectory) -> Result<Vec<Arc<Log>>, StorageError> {
    let config = Arc::new(options.defaults.clone());
    let mut logs = Vec::new();
    for (topic, index) in directory.on_disk() {
        let path = directory.home.path().join(names::directory_name(&topic, index));
        let Some(id) = checkpoint::read_topic_id(directory.home.disk(), &path)? else {
            continue;
        };
        let id = PartitionId { topic: id, index };
        let known = directory.find(&topic, index);
        let found = directory.found(known.as_ref(), options.producer_expiration_ms);
        let home = Arc::clone(&directory.home);
        logs.push(Log::register(id, topic.into(), Arc::clone(&config), home, true, found));
    }
    Ok(logs)
}

/// Gives the logs what the write-ahead log has of them. Nothing that is then served can be lost any more: it is made
/// durable where it lies, or by the checkpoint that follows.
fn play(replay: &Replay, directory: &DataDirectory, logs: &[Arc<Log>]) -> Result<(), StorageError> {
    replay.sync()?;
    let here = logs.iter().filter(|log| Arc::ptr_eq(log.home(), &directory.home));
    let by_id: HashMap<PartitionId, &Arc<Log>> = here.map(|log| (log.id(), log)).collect();
    let mut touched: HashMap<PartitionId, &Arc<Log>> = HashMap::new();
    let mut waiting = 0;
    replay.each(&mut |id, batch| {
        let Some(log) = by_id.get(id) else {
            return directory.add_orphan(*id, batch);
        };
        waiting += batch.len();
        // A log that cannot take it is out of service and has said why.
        let _ = log.replay(batch);
        touched.insert(*id, log);
        if waiting >= WRITE_BEHIND_BYTES {
            waiting = 0;
            for (_, log) in touched.drain() {
                log.write_behind();
            }
        }
    })
}

/// Opens the logs on a bounded number of threads; each log reports by itself what it cut.
fn recover(
    options: &StoreOptions,
    directories: &[DataDirectory],
    logs: &[Arc<Log>],
    progress: &dyn Fn(RecoveryProgress),
) -> Result<(), OpenError> {
    let report = |logs_done| {
        let bytes_scanned = directories.iter().map(|directory| directory.home.scanned_bytes()).sum();
        progress(RecoveryProgress { logs_done, logs: logs.len(), bytes_scanned });
    };
    report(0);
    let wanted = options.recovery_threads.saturating_mul(directories.len());
    let threads = wanted.clamp(1, RECOVERY_THREADS_MAX).min(logs.len());
    let (todo, next) = unbounded();
    for log in logs {
        // The receiver lives to the end of this function.
        let _ = todo.send(Arc::clone(log));
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
        for (index, ()) in finished.iter().enumerate() {
            report(index + 1);
        }
        Ok(())
    })
}

fn recover_each(next: &crossbeam_channel::Receiver<Arc<Log>>, done: &Sender<()>) {
    for log in next {
        // A log that cannot be opened is out of service and has said why; the others go on.
        let _ = log.recover();
        if done.send(()).is_err() {
            return;
        }
    }
}

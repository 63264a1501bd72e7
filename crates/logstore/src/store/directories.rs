//! A data directory: its lock, its identity, its checkpoints.
//!
//! ```text
//! .lock                               held while the store is open
//! meta.properties                     version=1, cluster.id, node.id, directory.id
//! millrace.wal.<n>                    write-ahead log, see wal/ahead.rs
//! millrace.wal-checkpoint             how much of it nobody needs any more
//! .kafka_cleanshutdown                {"version":0,"brokerEpoch":-1}: written last at a clean stop, removed first
//! recovery-point-offset-checkpoint    up to where each log is synced
//! log-start-offset-checkpoint         first offset, where it is not the first segment's
//! replication-offset-checkpoint       high watermarks
//! cleaner-offset-checkpoint           up to where each log is compacted
//! <topic>-<partition>/                one log
//! ```

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crossbeam_channel::Sender;
use parking_lot::Mutex;

use super::{OpenError, StoreOptions};
use crate::base::error::StorageError;
use crate::base::limits::SMALL_FILE_BYTES_MAX;
use crate::base::types::{Offset, PartitionId, PartitionIndex, TopicId};
use crate::io::{self, Disk, FilePool, RawFile};
use crate::log::damage::read_losses;
use crate::log::{Checkpointed, Found, Home, Known, KnownLogs, RecoveryReport};
use crate::segment::names;
use crate::wal::{
    Commit, Committed, DirectoryId, LogThread, OpenedWal, Pending, Pressure, Replay, Room, WriteAhead,
    WriteBehind,
};

pub(super) const LOCK: &str = ".lock";
const META_PROPERTIES: &str = "meta.properties";
pub(super) const CLEAN_SHUTDOWN: &str = ".kafka_cleanshutdown";
/// What Kafka writes where no broker epoch is known.
const CLEAN_SHUTDOWN_CONTENT: &[u8] = br#"{"version":0,"brokerEpoch":-1}"#;

/// What the write-ahead log has for logs that lie nowhere yet.
struct Orphans {
    ids: HashSet<PartitionId>,
    replay: Arc<Replay>,
}

/// One data directory, open.
pub(super) struct DataDirectory {
    pub(super) home: Arc<Home>,
    pub(super) commits: LogThread<dyn Committed>,
    pub(super) writes: LogThread<dyn Pending>,
    /// It was closed the last time.
    pub(super) clean: bool,
    /// What the write-ahead log has for logs that lie nowhere yet, until the metadata names their topics: they were
    /// created just before the stop, or deleted.
    orphans: Mutex<Option<Orphans>>,
    /// Of a write-ahead log that has lost groups: a log that lies nowhere yet may have been in them alone.
    doubt: Mutex<Option<Arc<Replay>>>,
    /// Directories of deleted partitions that were not removed yet, each with its topic's name.
    pub(super) leftovers: Vec<(String, PathBuf)>,
    /// As old as the store, so that it is told of every failure of writing back. Given up by `release`, since others may
    /// hold on to a closed store.
    lock: Mutex<Option<Box<dyn RawFile>>>,
}

impl DataDirectory {
    pub(super) fn open(
        options: &StoreOptions,
        path: &Path,
        pool: &Arc<FilePool>,
        pressure: &Arc<Pressure>,
        nudge: &Sender<()>,
    ) -> Result<(Self, Option<Arc<Replay>>), OpenError> {
        let disk = &*options.disk;
        let io_error = |operation, path: &Path, error| StorageError::io(operation, path, error);
        create(disk, path).map_err(|error| io_error("create", path, error))?;
        let lock_path = path.join(LOCK);
        let lock = disk.lock(&lock_path).map_err(|error| io_error("lock", &lock_path, error))?;
        let lock = lock.ok_or_else(|| OpenError::Locked(path.to_owned()))?;
        let identity = check_identity(disk, path, options)?;
        disk.spread(path);

        let forgotten = io::forget_distrusted(disk, path).and_then(|()| io::trust(disk, path));
        forgotten.map_err(|error| io_error("read", path, error))?;
        let marker = path.join(CLEAN_SHUTDOWN);
        let clean = disk.file_len(&marker).map_err(|error| io_error("stat", &marker, error))?.is_some();
        io::remove_if_exists(disk, &marker).map_err(|error| io_error("remove", &marker, error))?;
        // The marker must be gone for good before anything is written.
        disk.sync_dir(path).map_err(|error| io_error("sync", path, error))?;

        let around = look_around(disk, path)?;
        let of_disk = Arc::clone(&options.disk);
        let room = Arc::new(Room::new(of_disk, path, Arc::clone(pressure), options.space));
        room.measure();
        let OpenedWal { ahead, replay } =
            WriteAhead::open(room, identity, options.wal, clean, options.recovery_threads, nudge.clone())?;
        let ahead = Arc::new(ahead);
        let name = path.file_name().map_or_else(|| "log".into(), |name| name.to_string_lossy());
        let not_started = |error| io_error("start a thread of", path, error);
        let commit = Commit::new(Arc::clone(&ahead));
        let commits = LogThread::start(&format!("wal {name}"), commit).map_err(not_started)?;
        let writes = LogThread::start(&format!("log {name}"), WriteBehind).map_err(not_started)?;
        let mut home = Home::new(
            path.to_owned(),
            Arc::clone(pool),
            Arc::clone(&options.clock),
            ahead,
            Arc::clone(commits.queue()),
            Arc::clone(writes.queue()),
            Arc::clone(pressure),
        );
        home.know(around.known);
        match read_losses(disk, path) {
            Ok(losses) => home.know_losses(losses),
            // A log would be served as if nothing were missing.
            Err(damage) => home.fail(&damage),
        }
        // Evidence stays where it is; the logs of the directory answer storage errors.
        let replay = replay.map_err(|damage| home.fail(&damage)).ok().map(Arc::new);
        let doubt = replay.clone().filter(|replay| replay.lost().is_some());
        if let Some(lost) = doubt.as_ref().and_then(|replay| replay.lost()) {
            let why = format!("{}: what that concerns is said of each log, copies are kept", lost.describe());
            home.report(RecoveryReport { path: path.to_owned(), bytes_cut: 0, why });
        }
        let opened = Self {
            home: Arc::new(home),
            commits,
            writes,
            clean,
            orphans: Mutex::default(),
            doubt: Mutex::new(doubt),
            leftovers: around.leftovers,
            lock: Mutex::new(Some(lock)),
        };
        Ok((opened, replay))
    }

    /// Keeps what the write-ahead log has of logs that lie nowhere yet.
    pub(super) fn keep_orphans(&self, ids: HashSet<PartitionId>, replay: &Arc<Replay>) {
        *self.orphans.lock() = (!ids.is_empty()).then(|| Orphans { ids, replay: Arc::clone(replay) });
    }

    /// Whether batches wait for their log.
    pub(super) fn has_orphans(&self) -> bool {
        self.orphans.lock().is_some()
    }

    /// What waits for this log.
    pub(super) fn orphans_of(&self, id: &PartitionId) -> Option<Arc<Replay>> {
        let orphans = self.orphans.lock();
        orphans.as_ref().filter(|orphans| orphans.ids.contains(id)).map(|orphans| Arc::clone(&orphans.replay))
    }

    /// Topics of which batches wait for their logs.
    pub(super) fn orphan_topics(&self) -> Vec<TopicId> {
        let orphans = self.orphans.lock();
        orphans.iter().flat_map(|orphans| &orphans.ids).map(|id| id.topic).collect()
    }

    /// The log has what waited for it.
    pub(super) fn forget_orphans_of(&self, id: &PartitionId) {
        let mut orphans = self.orphans.lock();
        if let Some(waiting) = &mut *orphans {
            waiting.ids.remove(id);
        }
        orphans.take_if(|waiting| waiting.ids.is_empty());
    }

    /// Whether batches at the end of a log may be lost with groups of the write-ahead log.
    pub(super) fn may_lack_end_of(&self, id: &PartitionId) -> bool {
        self.doubt.lock().as_ref().is_some_and(|replay| replay.may_lack_end(id))
    }

    /// Whether groups of the write-ahead log are gone.
    pub(super) fn has_doubt(&self) -> bool {
        self.doubt.lock().is_some()
    }

    /// Every topic that there is was named: who still waits was deleted, and who comes is new.
    pub(super) fn forget_orphans(&self) {
        self.orphans.lock().take();
        self.doubt.lock().take();
    }

    /// Makes everything durable that was written to its file system.
    pub(super) fn sync_all(&self) -> Result<(), StorageError> {
        let lock = self.lock.lock();
        let released = || Err(std::io::ErrorKind::NotConnected.into());
        let synced = lock.as_ref().map_or_else(released, |lock| lock.sync_all());
        synced.map_err(|error| StorageError::io("sync", self.home.path(), error))
    }

    /// Lets another store open the directory; nothing is written here from now on.
    pub(super) fn release(&self) {
        self.lock.lock().take();
    }

    /// Takes in a directory that lies here under another name, with what was known of its log elsewhere.
    pub(super) fn take_in(
        &self,
        from: &str,
        topic: &str,
        index: PartitionIndex,
        checkpointed: &Checkpointed,
    ) -> Result<(), StorageError> {
        self.home.clear_checkpoints_of(topic, index)?;
        let from = self.home.path().join(from);
        let to = self.home.path().join(names::directory_name(topic, index));
        let disk = self.home.disk();
        disk.rename(&from, &to).map_err(|error| StorageError::io("rename", &from, error))?;
        self.home.known().take_in(topic, index, checkpointed);
        Ok(())
    }

    /// What a log is opened with.
    pub(super) fn found(&self, known: Option<&Known>, producer_expiration_ms: i64) -> Found {
        let known = known.copied().unwrap_or_default();
        Found {
            clean: self.clean,
            recovery_point: Offset(known.recovery_point),
            log_start: Offset(known.log_start.unwrap_or(0)),
            high_watermark: Offset(known.high_watermark),
            cleaned_to: known.cleaned_to.map(Offset),
            replay_from: None,
            replay_to: None,
            may_lack_end: false,
            producer_expiration_ms,
        }
    }

    /// Everything is written and durable: says so to whoever opens the directory next.
    pub(super) fn mark_clean(&self) -> Result<(), StorageError> {
        let path = self.home.path().join(CLEAN_SHUTDOWN);
        io::replace_small(self.home.disk(), &path, CLEAN_SHUTDOWN_CONTENT)
    }
}

/// Creates a directory and its missing parents, durably: what is synced below it is of no use without its name.
fn create(disk: &dyn Disk, path: &Path) -> std::io::Result<()> {
    let mut missing = Vec::new();
    for ancestor in path.ancestors().filter(|ancestor| !ancestor.as_os_str().is_empty()) {
        if disk.file_len(ancestor)?.is_some() {
            break;
        }
        missing.push(ancestor);
    }
    disk.create_dir(path)?;
    let parents = missing.iter().filter_map(|made| made.parent());
    for parent in parents {
        disk.sync_dir(if parent.as_os_str().is_empty() { Path::new(".") } else { parent })?;
    }
    Ok(())
}

/// What lies in a data directory.
struct Around {
    known: KnownLogs,
    leftovers: Vec<(String, PathBuf)>,
}

/// Reads the checkpoints and the names in a data directory.
fn look_around(disk: &dyn Disk, path: &Path) -> Result<Around, StorageError> {
    let entries = disk.list(path).map_err(|error| StorageError::io("list", path, error))?;
    let (mut on_disk, mut leftovers) = (Vec::new(), Vec::new());
    for entry in entries.iter().filter(|entry| entry.directory) {
        if let Some((topic, index)) = names::parse_directory(&entry.name) {
            on_disk.push((topic.to_owned(), index));
        } else if let Some(partition) = names::parse_deleted_directory(&entry.name) {
            let topic = names::parse_directory(partition).map_or(partition, |(topic, _)| topic);
            leftovers.push((topic.to_owned(), path.join(&entry.name)));
        }
    }
    Ok(Around { known: KnownLogs::read(disk, path, on_disk.into_iter()), leftovers })
}

/// Refuses a directory of another cluster or node; gives a new one its identity. Answers its id.
fn check_identity(
    disk: &dyn Disk,
    directory: &Path,
    options: &StoreOptions,
) -> Result<DirectoryId, OpenError> {
    let path = directory.join(META_PROPERTIES);
    let io_error = |operation, error| StorageError::io(operation, &path, error);
    let bytes = io::read_small(disk, &path, SMALL_FILE_BYTES_MAX).map_err(|error| io_error("read", error))?;
    let node_id = options.broker_id.to_string();
    let Some(bytes) = bytes else {
        let id = directory_id().map_err(|error| io_error("make an id for", error))?;
        let text = format!(
            "#\ncluster.id={}\ndirectory.id={id}\nnode.id={node_id}\nversion=1\n",
            options.cluster_id
        );
        io::replace_small(disk, &path, text.as_bytes())?;
        return Ok(parse_directory_id(&id));
    };
    let properties = parse_properties(&String::from_utf8_lossy(&bytes));
    let check = |key: &'static str, names: &[&str], expected: &str| {
        let found = names.iter().find_map(|name| properties.get(*name));
        match found {
            Some(found) if found != expected => Err(OpenError::Foreign {
                path: path.clone(),
                key,
                found: found.clone(),
                expected: expected.to_owned(),
            }),
            _ => Ok(()),
        }
    };
    check("cluster.id", &["cluster.id"], &options.cluster_id)?;
    // Version 0, of the time of ZooKeeper, called it otherwise.
    check("node.id", &["node.id", "broker.id"], &node_id)?;
    Ok(properties.get("directory.id").map(|id| parse_directory_id(id)).unwrap_or_default())
}

/// Whose a data directory is.
pub(super) struct Identity {
    pub(super) cluster: String,
    pub(super) node: i32,
    pub(super) directory: DirectoryId,
}

/// Reads whose a directory is; `None` where nobody has said so.
pub(super) fn read_identity(disk: &dyn Disk, directory: &Path) -> Result<Option<Identity>, StorageError> {
    let path = directory.join(META_PROPERTIES);
    let bytes = io::read_small(disk, &path, SMALL_FILE_BYTES_MAX);
    let Some(bytes) = bytes.map_err(|error| StorageError::io("read", &path, error))? else {
        return Ok(None);
    };
    let properties = parse_properties(&String::from_utf8_lossy(&bytes));
    let node = ["node.id", "broker.id"].iter().find_map(|name| properties.get(*name)?.parse().ok());
    let node = node.ok_or_else(|| StorageError::corrupt(&path, 0, "no node.id"))?;
    let directory = properties.get("directory.id").map(|id| parse_directory_id(id)).unwrap_or_default();
    let cluster = properties.get("cluster.id").cloned().unwrap_or_default();
    Ok(Some(Identity { cluster, node, directory }))
}

/// Directories of older brokers have no id, which is as good as one of zeros.
fn parse_directory_id(text: &str) -> DirectoryId {
    text.parse::<TopicId>().unwrap_or_default().0
}

/// A random id in Kafka's text form; Kafka avoids a leading dash, and so do we.
fn directory_id() -> std::io::Result<String> {
    loop {
        let text = URL_SAFE_NO_PAD.encode(io::random_bytes()?);
        if !text.starts_with('-') {
            return Ok(text);
        }
    }
}

fn parse_properties(text: &str) -> HashMap<String, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with(['#', '!']));
    lines
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.trim().to_owned(), value.trim().replace('\\', "")))
        .collect()
}

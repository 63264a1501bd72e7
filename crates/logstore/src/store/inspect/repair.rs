//! Opens a data directory as a start would, gives up what chosen partitions have lost, and closes it in order.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Locked, Selected, lock};
use crate::base::clock::Clock;
use crate::base::error::StorageError;
use crate::base::types::{BrokerId, LeaderEpoch, PartitionId, PartitionIndex};
use crate::io::Disk;
use crate::log::{LogConfig, RecoveryReport, checkpoint};
use crate::segment::names;
use crate::store::directories::CLEAN_SHUTDOWN;
use crate::store::{OpenError, Store, StoreOptions};
use crate::wal::WriteAhead;

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repaired {
    /// Partitions that are whole again, with gaps in their offsets.
    pub partitions: Vec<(String, PartitionIndex)>,
    /// Files that keep the damaged bytes.
    pub kept: Vec<PathBuf>,
    /// What the start and the repair had to say.
    pub reports: Vec<RecoveryReport>,
}

/// Gives up what the selected partitions have lost; where these are all, also that of partitions without a directory.
pub fn repair(
    disk: &Arc<dyn Disk>,
    path: &Path,
    selected: &[Selected],
    clock: Arc<dyn Clock>,
) -> Result<Repaired, OpenError> {
    let Locked { identity, lock } = lock(&**disk, path)?;
    let marker = path.join(CLEAN_SHUTDOWN);
    let clean = disk.file_len(&marker).map_err(|error| StorageError::io("stat", &marker, error))?.is_some();
    // Where it is known whom missing groups concern a start goes on without them.
    if WriteAhead::check(disk, path, identity.directory, clean).is_err() {
        WriteAhead::give_up_missing(disk, path, identity.directory)?;
    }
    // The store takes it again.
    drop(lock);
    // Nothing is deleted or compacted: how long records stay is not known here.
    let defaults =
        LogConfig { retention_ms: -1, retention_bytes: -1, cleanup_delete: false, ..LogConfig::default() };
    let mut options =
        StoreOptions::new(vec![path.to_owned()], BrokerId(identity.node), identity.cluster, clock);
    options.disk = Arc::clone(disk);
    options.defaults = defaults.clone();
    options.cleaner.threads = 0;
    let store = Store::open(options, &|_| ())?;
    let kept = WriteAhead::damaged_copies(&**disk, path)?;
    let mut repaired = Repaired { kept, ..Repaired::default() };
    let config = Arc::new(defaults);
    let mut is_all = true;
    for (topic, index) in partitions(&**disk, path)? {
        if !selected.iter().any(|selected| selected.covers(&topic, index)) {
            is_all = false;
            continue;
        }
        let directory = path.join(names::directory_name(&topic, index));
        let Some(id) = checkpoint::read_topic_id(&**disk, &directory)? else {
            continue;
        };
        let id = PartitionId { topic: id, index };
        let log = store.ensure(id, &topic, Arc::clone(&config), LeaderEpoch(0));
        repaired.kept.extend(log.accept_losses()?);
        repaired.partitions.push((topic, index));
    }
    if is_all {
        store.accept_losses_of_absent()?;
    }
    repaired.reports = store.take_reports();
    store.close()?;
    Ok(repaired)
}

fn partitions(disk: &dyn Disk, path: &Path) -> Result<Vec<(String, PartitionIndex)>, OpenError> {
    let entries = disk.list(path).map_err(|error| StorageError::io("list", path, error))?;
    let names = entries
        .iter()
        .filter(|entry| entry.directory)
        .filter_map(|entry| names::parse_directory(&entry.name));
    Ok(names.map(|(topic, index)| (topic.to_owned(), index)).collect())
}

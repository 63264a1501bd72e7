//! What is known of the logs of a directory without opening them, and the checkpoint files that say so.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use parking_lot::Mutex;

use super::checkpoint::{self, CLEANED, HIGH_WATERMARKS, LOG_STARTS, OffsetsByPartition, RECOVERY_POINTS};
use super::{Checkpointed, Home};
use crate::base::error::StorageError;
use crate::base::types::{Offset, PartitionIndex};
use crate::io::Disk;

/// Topic and partition.
type Name = (String, PartitionIndex);

/// The logs of a directory.
#[derive(Default)]
pub struct KnownLogs {
    logs: Mutex<HashMap<Name, Known>>,
    /// Logs that are gone and may still be in the files.
    forgotten: Mutex<HashSet<Name>>,
    /// Held by who writes the files, over disk access: each replaces the same ones.
    writing: Mutex<()>,
}

/// What is known of a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    on_disk: bool,
    /// Below it everything is synced.
    pub recovery_point: i64,
    /// First offset, where it is not the first segment's.
    pub log_start: Option<i64>,
    /// High watermark.
    pub high_watermark: i64,
    /// Up to where it is compacted.
    pub cleaned_to: Option<i64>,
}

impl Known {
    /// Whether it may hold more than was checkpointed although the write-ahead log has nothing of it: it is new, or was
    /// written without it.
    pub fn may_be_behind(self) -> bool {
        self.recovery_point == 0 || self.recovery_point < self.high_watermark
    }

    fn is_checkpointed(self) -> bool {
        self.recovery_point > 0
            || self.log_start.is_some()
            || self.high_watermark > 0
            || self.cleaned_to.is_some()
    }
}

impl KnownLogs {
    /// What the checkpoints of a directory say, in which these logs lie. A checkpoint that cannot be read counts as absent:
    /// more is recovered then, never less.
    pub fn read(disk: &dyn Disk, path: &Path, on_disk: impl Iterator<Item = Name>) -> Self {
        let read = |name: &str| -> OffsetsByPartition {
            checkpoint::read_offsets(disk, &path.join(name)).unwrap_or_default()
        };
        let mut logs: HashMap<Name, Known> = HashMap::new();
        for (name, offset) in read(RECOVERY_POINTS) {
            logs.entry(name).or_default().recovery_point = offset.0;
        }
        for (name, offset) in read(LOG_STARTS) {
            logs.entry(name).or_default().log_start = Some(offset.0);
        }
        for (name, offset) in read(HIGH_WATERMARKS) {
            logs.entry(name).or_default().high_watermark = offset.0;
        }
        for (name, offset) in read(CLEANED) {
            logs.entry(name).or_default().cleaned_to = Some(offset.0);
        }
        for name in on_disk {
            logs.entry(name).or_default().on_disk = true;
        }
        let gone = logs.extract_if(|_, known| !known.on_disk).map(|(name, _)| name).collect();
        Self { logs: Mutex::new(logs), forgotten: Mutex::new(gone), writing: Mutex::default() }
    }

    /// Topics and partitions that had a directory at the start.
    pub fn on_disk(&self) -> Vec<Name> {
        let logs = self.logs.lock();
        logs.iter().filter(|(_, known)| known.on_disk).map(|(name, _)| name.clone()).collect()
    }

    /// Whether a log lies here, and what is known of it.
    pub fn find(&self, topic: &str, index: PartitionIndex) -> Option<Known> {
        self.logs.lock().get(&(topic.to_owned(), index)).copied().filter(|known| known.on_disk)
    }

    /// How many logs lie here.
    pub fn count(&self) -> usize {
        self.logs.lock().len()
    }

    /// A log is to lie here from now on.
    pub fn expect(&self, topic: &str, index: PartitionIndex) {
        self.logs.lock().entry((topic.to_owned(), index)).or_default();
    }

    /// A directory has got its name.
    pub fn take_in(&self, topic: &str, index: PartitionIndex, checkpointed: &Checkpointed) {
        self.note(topic, index, checkpointed);
        self.logs.lock().entry((topic.to_owned(), index)).or_default().on_disk = true;
    }

    /// A log was deleted.
    pub fn forget(&self, topic: &str, index: PartitionIndex) {
        let name = (topic.to_owned(), index);
        if self.logs.lock().remove(&name).is_some_and(Known::is_checkpointed) {
            self.forgotten.lock().insert(name);
        }
    }

    /// Takes over what a log answered; entries of logs that did not answer stay as they are.
    pub fn note(&self, topic: &str, index: PartitionIndex, checkpointed: &Checkpointed) {
        let mut logs = self.logs.lock();
        let entry = logs.entry((topic.to_owned(), index)).or_default();
        entry.recovery_point = checkpointed.recovery_point.0;
        entry.log_start = checkpointed.log_start.map(|offset| offset.0);
        entry.high_watermark = checkpointed.high_watermark.0;
        entry.cleaned_to = checkpointed.cleaned_to.map(|offset| offset.0);
    }
}

impl Home {
    /// What is known of its logs.
    pub fn known(&self) -> &KnownLogs {
        &self.known
    }

    /// Writes the checkpoint files.
    pub fn write_checkpoints(&self) -> Result<(), StorageError> {
        let _one_at_a_time = self.known.writing.lock();
        let mut logs = self.known.logs.lock().clone();
        // What nothing was appended to has no directory: it is not spoken of, as if it had never been here.
        logs.retain(|_, known| known.on_disk || known.is_checkpointed());
        let mut gone = self.known.forgotten.lock().clone();
        gone.retain(|name| !logs.contains_key(name));
        let write = |name: &str, offset: &dyn Fn(&Known) -> Option<i64>| {
            let entries: Vec<_> = logs
                .iter()
                .filter_map(|((topic, index), known)| Some((topic.as_str(), *index, Offset(offset(known)?))))
                .collect();
            checkpoint::write_offsets(self.disk(), &self.path().join(name), entries.into_iter())
        };
        // No log starts above its high watermark, whichever of them a crash leaves.
        write(HIGH_WATERMARKS, &|known| Some(known.high_watermark))?;
        write(LOG_STARTS, &|known| known.log_start)?;
        write(RECOVERY_POINTS, &|known| Some(known.recovery_point))?;
        write(CLEANED, &|known| known.cleaned_to)?;
        self.known.forgotten.lock().retain(|name| !gone.contains(name));
        Ok(())
    }

    /// Has the checkpoint files say nothing of an earlier log of this name: a recovery would take that for what is known
    /// of the next one, and cut it.
    pub fn clear_checkpoints_of(&self, topic: &str, index: PartitionIndex) -> Result<(), StorageError> {
        let is_in_files = self.known.forgotten.lock().contains(&(topic.to_owned(), index));
        if is_in_files { self.in_reserve(|| self.write_checkpoints()) } else { Ok(()) }
    }

    /// Writes down that a log is durable up to `to` at most.
    pub(super) fn lower_recovery_point(
        &self,
        topic: &str,
        index: PartitionIndex,
        to: Offset,
    ) -> Result<(), StorageError> {
        let _one_at_a_time = self.known.writing.lock();
        let path = self.path().join(RECOVERY_POINTS);
        let mut points = checkpoint::read_offsets(self.disk(), &path).unwrap_or_default();
        match points.get_mut(&(topic.to_owned(), index)) {
            Some(point) if *point > to => *point = to,
            _ => return Ok(()),
        }
        let entries: Vec<_> =
            points.iter().map(|((topic, index), at)| (topic.as_str(), *index, *at)).collect();
        checkpoint::write_offsets(self.disk(), &path, entries.into_iter())
    }
}

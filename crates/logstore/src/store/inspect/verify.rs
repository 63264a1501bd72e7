//! Reads everything in a data directory and says what is good, several partitions at a time, a few MiB in memory each.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::scope;
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, unbounded};

use super::{Finding, Locked, Selected, Severity, VerifyProgress, lock};
use crate::base::error::StorageError;
use crate::base::types::{Offset, PartitionId, PartitionIndex, TopicId};
use crate::io::Disk;
use crate::log::checkpoint::{
    self, CLEANED, HIGH_WATERMARKS, LOG_STARTS, OffsetsByPartition, RECOVERY_POINTS,
};
use crate::log::damage::{Losses, UNKNOWN_END, read_losses};
use crate::log::small_file_fault;
use crate::segment::Kind;
use crate::segment::check::{Checked, check};
use crate::segment::damage::Durable;
use crate::segment::names::{self, SWAP};
use crate::store::OpenError;
use crate::store::catalogue::Catalogue;
use crate::store::directories::CLEAN_SHUTDOWN;
use crate::wal::{Replay, WriteAhead};

/// How often progress is told.
const PROGRESS_EVERY: Duration = Duration::from_millis(200);

/// What was found in one data directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// It was closed in order.
    pub clean: bool,
    /// Partitions by name.
    pub partitions: Vec<VerifiedPartition>,
    /// What is wrong beside them.
    pub findings: Vec<Finding>,
}

/// What was found in one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedPartition {
    /// The topic.
    pub topic: String,
    /// Which partition of it.
    pub index: PartitionIndex,
    /// First offset.
    pub log_start: Offset,
    /// Offset behind the last good batch.
    pub log_end: Offset,
    /// Good batches.
    pub batches: u64,
    /// Bytes of the segments.
    pub bytes: u64,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

impl Verified {
    /// Whether records are lost.
    pub fn is_damaged(&self) -> bool {
        let of_partitions = self.partitions.iter().flat_map(|partition| &partition.findings);
        self.findings.iter().chain(of_partitions).any(|finding| finding.severity == Severity::Damage)
    }
}

/// Reads a data directory, or what is `selected` of it, on so many threads. Changes nothing.
pub fn verify(
    disk: &Arc<dyn Disk>,
    path: &Path,
    selected: &[Selected],
    threads: usize,
    progress: &dyn Fn(VerifyProgress),
) -> Result<Verified, OpenError> {
    let Locked { identity, lock: _held } = lock(&**disk, path)?;
    let around = Around::read(&**disk, path)?;
    let mut verified = Verified { clean: around.clean, ..Verified::default() };
    verified.findings.clone_from(&around.findings);
    let replay = WriteAhead::check(disk, path, identity.directory, around.clean).map_err(|error| {
        verified.findings.extend(fault(path, Err(error)));
    });
    let replay = replay.ok().filter(|replay| replay.lost().is_some());
    if let Some(lost) = replay.as_ref().and_then(|replay| replay.lost()) {
        let why = format!("{}: partitions that have lost something are named", lost.describe());
        verified.findings.push(Finding::harmless(path, why));
    }
    verified.findings.extend(fault(path, Catalogue::check(&**disk, path)));
    verified.findings.extend(lost_nowhere(&**disk, path, &around.losses, replay.as_ref())?);
    let todo = partitions(&**disk, path, selected)?;
    let total = todo.iter().map(|partition| partition.bytes).sum();
    let read = AtomicU64::new(0);
    let (give, next) = unbounded();
    for partition in todo {
        // The receiver lives to the end of this function.
        let _ = give.send(partition);
    }
    drop(give);
    let (done, finished) = unbounded();
    scope(|scope| {
        for _ in 0..threads.max(1) {
            let (next, done) = (next.clone(), done.clone());
            let (around, replay, read) = (&around, replay.as_ref(), &read);
            scope.spawn(move || {
                for partition in next {
                    let verified = partition.verify(&**disk, around, replay, read);
                    if done.send(verified).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        loop {
            let received = finished.recv_timeout(PROGRESS_EVERY);
            progress(VerifyProgress { bytes: read.load(Ordering::Relaxed), total });
            match received {
                Ok(partition) => verified.partitions.push(partition?),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok::<(), StorageError>(()),
            }
        }
    })?;
    verified.partitions.sort_by(|a, b| (&a.topic, a.index).cmp(&(&b.topic, b.index)));
    Ok(verified)
}

/// What is lost of partitions that have no directory.
fn lost_nowhere(
    disk: &dyn Disk,
    path: &Path,
    losses: &Losses,
    replay: Option<&Replay>,
) -> Result<Vec<Finding>, StorageError> {
    let mut lost = losses.clone();
    for (replay, id) in replay.into_iter().flat_map(|replay| replay.partitions().map(move |id| (replay, id)))
    {
        lost.entry(*id).or_insert_with(|| replay.gone(id, Offset(0)));
    }
    if lost.is_empty() {
        return Ok(Vec::new());
    }
    for partition in partitions(disk, path, &[])? {
        if let Ok(Some(topic)) = checkpoint::read_topic_id(disk, &partition.directory) {
            lost.remove(&PartitionId { topic, index: partition.index });
        }
    }
    let found = lost.into_iter().flat_map(|(id, lost)| lost.into_iter().map(move |lost| (id, lost)));
    let found = found.map(|(id, lost)| {
        let why = format!(
            "of partition {} of topic id {}, which has no directory, or is deleted",
            id.index, id.topic
        );
        Finding { offsets: Some(lost), ..Finding::damage(path, why) }
    });
    Ok(found.collect())
}

/// What the files of a data directory say of its logs.
struct Around {
    clean: bool,
    recovery_points: OffsetsByPartition,
    log_starts: OffsetsByPartition,
    losses: Losses,
    findings: Vec<Finding>,
}

impl Around {
    fn read(disk: &dyn Disk, path: &Path) -> Result<Self, StorageError> {
        let marker = path.join(CLEAN_SHUTDOWN);
        let clean =
            disk.file_len(&marker).map_err(|error| StorageError::io("stat", &marker, error))?.is_some();
        let mut findings = Vec::new();
        let mut read = |name: &str| {
            checkpoint::read_offsets(disk, &path.join(name)).unwrap_or_else(|error| {
                findings.push(Finding::harmless(path.join(name), error.to_string()));
                OffsetsByPartition::default()
            })
        };
        let (recovery_points, log_starts) = (read(RECOVERY_POINTS), read(LOG_STARTS));
        read(HIGH_WATERMARKS);
        read(CLEANED);
        let losses = read_losses(disk, path).unwrap_or_else(|error| {
            findings.push(Finding::damage(path, error.to_string()));
            Losses::default()
        });
        Ok(Self { clean, recovery_points, log_starts, losses, findings })
    }
}

/// One that is to be read.
struct Partition {
    directory: PathBuf,
    topic: String,
    index: PartitionIndex,
    bases: Vec<Offset>,
    /// Other files of segments, and a compaction that a start completes.
    beside: Vec<(PathBuf, Kind)>,
    swaps: bool,
    bytes: u64,
}

fn partitions(disk: &dyn Disk, path: &Path, selected: &[Selected]) -> Result<Vec<Partition>, StorageError> {
    let list = |path: &Path| disk.list(path).map_err(|error| StorageError::io("list", path, error));
    let mut found = Vec::new();
    for entry in list(path)?.iter().filter(|entry| entry.directory) {
        let Some((topic, index)) = names::parse_directory(&entry.name) else {
            continue;
        };
        if !selected.is_empty() && !selected.iter().any(|selected| selected.covers(topic, index)) {
            continue;
        }
        let directory = path.join(&entry.name);
        let mut partition = Partition {
            topic: topic.to_owned(),
            index,
            bases: Vec::new(),
            beside: Vec::new(),
            swaps: false,
            bytes: 0,
            directory,
        };
        for entry in list(&partition.directory)? {
            partition.add(disk, &entry.name)?;
        }
        partition.bases.sort_unstable();
        found.push(partition);
    }
    Ok(found)
}

impl Partition {
    fn add(&mut self, disk: &dyn Disk, name: &str) -> Result<(), StorageError> {
        let Some(file) = names::parse(name) else {
            return Ok(());
        };
        let path = self.directory.join(name);
        match file.kind {
            _ if file.suffix == SWAP => self.swaps = true,
            _ if !file.suffix.is_empty() => {}
            Kind::Data => {
                let bytes = disk.file_len(&path).map_err(|error| StorageError::io("stat", &path, error))?;
                self.bytes += bytes.unwrap_or(0);
                self.bases.push(file.offset);
            }
            Kind::Snapshot | Kind::Retries => self.beside.push((path, file.kind)),
            _ => {}
        }
        Ok(())
    }

    fn verify(
        &self,
        disk: &dyn Disk,
        around: &Around,
        replay: Option<&Replay>,
        read: &AtomicU64,
    ) -> Result<VerifiedPartition, StorageError> {
        let key = (self.topic.clone(), self.index);
        let known = around.recovery_points.get(&key).copied();
        let mut findings = Vec::new();
        let topic = checkpoint::read_topic_id(disk, &self.directory).unwrap_or_else(|error| {
            findings.push(Finding::damage(
                self.directory.join(checkpoint::PARTITION_METADATA),
                error.to_string(),
            ));
            None
        });
        if self.swaps {
            let why = "a compaction was being completed: the next start does it, verify again then";
            findings.push(Finding::harmless(&self.directory, why));
        }
        for (path, kind) in &self.beside {
            findings.extend(small_file_fault(disk, path, *kind)?.map(|why| Finding::harmless(path, why)));
        }
        findings.extend(checkpoint::epochs_fault(disk, &self.directory).map(|error| {
            Finding::harmless(self.directory.join(checkpoint::LEADER_EPOCHS), error.to_string())
        }));
        let lost =
            topic.and_then(|topic: TopicId| around.losses.get(&PartitionId { topic, index: self.index }));
        let lost = lost.map_or(&[][..], Vec::as_slice);
        let first = self.bases.first().copied().unwrap_or(Offset(0));
        let log_start = around.log_starts.get(&key).copied().unwrap_or(Offset(0)).max(first);
        let mut verified = VerifiedPartition {
            topic: self.topic.clone(),
            index: self.index,
            log_start,
            log_end: log_start,
            batches: 0,
            bytes: self.bytes,
            findings,
        };
        for (at, base) in self.bases.iter().enumerate() {
            let next_base = self.bases.get(at + 1).copied();
            let point = known.unwrap_or(Offset(0));
            let is_lost = lost.iter().any(|lost| lost.end >= point);
            let is_held = !around.clean && next_base.is_none() && !is_lost;
            let is_synced = around.clean || next_base.is_some_and(|next_base| next_base <= point);
            let durable = Durable {
                below: if is_synced { UNKNOWN_END } else { point },
                next_base: next_base.or(known.filter(|known| around.clean && known.0 > 0)),
                held: if is_held { point.plus(-1)..point } else { Offset(0)..Offset(0) },
            };
            let checked = check(disk, &self.directory, *base, &durable, is_synced, read)?;
            verified.take(&self.directory, *base, checked);
        }
        for lost in lost {
            let is_seen = |finding: &Finding| {
                finding.offsets.as_ref().is_some_and(|seen| seen.start <= lost.start && seen.end > lost.start)
            };
            if !verified.findings.iter().any(is_seen) {
                let offsets = Some(lost.clone());
                let why = "known to be lost";
                verified.findings.push(Finding { offsets, ..Finding::damage(&self.directory, why) });
            }
        }
        let gone = topic
            .zip(replay)
            .map(|(topic, replay)| replay.gone(&PartitionId { topic, index: self.index }, verified.log_end));
        for gone in gone.into_iter().flatten() {
            let why = if gone.end == UNKNOWN_END {
                "a group of the write-ahead log that is gone may have had more: nothing is appended"
            } else {
                "gone with a group of the write-ahead log"
            };
            verified.findings.push(Finding { offsets: Some(gone), ..Finding::damage(&self.directory, why) });
        }
        if let Some(known) = known.filter(|known| verified.log_end < *known && lost.is_empty()) {
            let offsets = Some(verified.log_end..known);
            verified.findings.push(if around.clean {
                Finding { offsets, ..Finding::damage(&self.directory, "the log was longer") }
            } else {
                let why =
                    "the log was longer; the write-ahead log may have what is missing, the next start says";
                Finding { offsets, ..Finding::harmless(&self.directory, why) }
            });
        }
        Ok(verified)
    }
}

impl VerifiedPartition {
    fn take(&mut self, directory: &Path, base: Offset, checked: Checked) {
        let data = names::file_path(directory, base, Kind::Data);
        self.batches += checked.batches;
        self.log_end = self.log_end.max(checked.survey.next_offset);
        for hole in checked.survey.holes {
            let offsets = Some(hole.offsets).filter(|offsets| !offsets.is_empty());
            self.findings.push(Finding {
                bytes: Some(hole.bytes),
                offsets,
                ..Finding::damage(&data, hole.why)
            });
        }
        if let Some(why) = checked.survey.torn {
            let bytes = Some(checked.survey.end.0..checked.bytes);
            let why = format!(
                "torn tail ({why}): the next start cuts it, and the write-ahead log has what was acknowledged"
            );
            self.findings.push(Finding { bytes, ..Finding::harmless(&data, why) });
        }
        if let Some(offset) = checked.epoch_steps_back {
            let why = format!("the batch at offset {offset} is of an older epoch than the one before it");
            self.findings.push(Finding::harmless(&data, why));
        }
        for (kind, why) in checked.indexes {
            self.findings.push(Finding::harmless(names::file_path(directory, base, kind), why));
        }
    }
}

fn fault(path: &Path, checked: Result<(), StorageError>) -> Option<Finding> {
    checked.err().map(|error| match error {
        StorageError::Corrupt { path, position, why } => {
            Finding { bytes: Some(position..position), ..Finding::damage(path, why) }
        }
        other => Finding::damage(path, other.to_string()),
    })
}

//! Reading the write-ahead log after a stop that was not clean.
//!
//! Every file is read once, several at a time, at each place where a group may begin, whatever lies before it. Of the
//! groups found, those above the checkpoint are needed, one by one without a gap. Where the next one is missing the log
//! ends: it was being written, and never acknowledged. Unless a group that is there says that it was synced: then
//! what was acknowledged is gone, which is damage. What lies before a barrier is passed over.
//!
//! Whom a missing group concerns is known from those behind it (`Lost`). A log with a batch in one of them lost what lies
//! between that and its end, which may be nothing. Of the others only those that the next group's summary names may have
//! lost their end. Where there is no such summary, or a barrier may be gone, nothing is replayed.
//!
//! What is kept is where the batches of each partition lie. Each log then reads its own, as far as it lacks them, apart
//! from all others.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::scope;

use parking_lot::Mutex;

use super::frame::{
    Content, DirectoryId, GROUP_ALIGNMENT, GROUP_HEADER_BYTES, GroupHeader, GroupNumber, frames_of,
};
use super::summary::{Summary, Touched};
use crate::base::error::StorageError;
use crate::base::types::{Offset, PartitionId, Position};
use crate::batch::BatchHeader;
use crate::io::{Disk, File, OpenMode};

/// Every whole group above the checkpoint in the files of a directory.
#[derive(Default)]
pub(super) struct Scan {
    groups: BTreeMap<GroupNumber, Place>,
    runs: HashMap<PartitionId, Vec<Run>>,
    barriers: Vec<(PartitionId, GroupNumber)>,
    /// The highest group that any header says was synced.
    synced: GroupNumber,
    /// A file that begins with a group of another directory: what clients sent lies behind such a beginning.
    foreign: Option<u32>,
}

/// Where a group lies.
#[derive(Clone, Copy, Debug)]
struct Place {
    file: u32,
    at: usize,
    bytes: usize,
}

/// Frames of one partition that lie one behind the other in a group.
#[derive(Clone, Copy, Debug)]
struct Run {
    group: GroupNumber,
    place: Place,
    /// First offset.
    base: Offset,
    /// The offset behind the last batch.
    end: Offset,
}

/// What is needed of the log.
pub struct Replay {
    disk: Arc<dyn Disk>,
    paths: BTreeMap<u32, PathBuf>,
    groups: BTreeMap<GroupNumber, Place>,
    runs: HashMap<PartitionId, Vec<Run>>,
    checkpoint: GroupNumber,
    last_barrier: GroupNumber,
    lost: Option<Lost>,
}

/// Groups that were synced and are not there.
#[derive(Clone, Copy, Debug)]
pub struct Lost {
    first: GroupNumber,
    last: GroupNumber,
    /// Whose batches they may have had.
    touched: Touched,
}

impl Scan {
    /// Reads the files on at most `threads` threads.
    pub(super) fn read(
        disk: &Arc<dyn Disk>,
        id: &DirectoryId,
        files: &BTreeMap<u32, PathBuf>,
        checkpoint: GroupNumber,
        threads: usize,
    ) -> Result<Self, StorageError> {
        let files: Vec<_> = files.iter().collect();
        let next = AtomicUsize::new(0);
        let whole = Mutex::new(Ok(Self::default()));
        let work = || {
            let mut bytes = Vec::new();
            while let Some((file, path)) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                let mut part = Self::default();
                let read = read_file(&**disk, path, &mut bytes)
                    .map(|()| part.read_groups(**file, &bytes, id, checkpoint));
                let mut whole = whole.lock();
                match (&mut *whole, read) {
                    (Ok(whole), Ok(())) => whole.merge(part),
                    (Ok(_), Err(error)) => *whole = Err(error),
                    (Err(_), _) => {}
                }
            }
        };
        scope(|scope| {
            for _ in 1..threads.min(files.len()) {
                scope.spawn(work);
            }
            work();
        });
        whole.into_inner()
    }

    fn read_groups(&mut self, file: u32, bytes: &[u8], id: &DirectoryId, checkpoint: GroupNumber) {
        if GroupHeader::parse_any(bytes).is_some() && GroupHeader::parse(bytes, id).is_none() {
            self.foreign = Some(file);
        }
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| rest.len() >= GROUP_HEADER_BYTES) {
            let header = GroupHeader::parse(rest, id);
            if let Some(header) = &header {
                self.synced = self.synced.max(header.synced);
            }
            let needed = header.filter(|header| header.number > checkpoint);
            at += match needed.and_then(|header| Some((header, header.frames(rest)?))) {
                Some((header, frames)) => {
                    let place = Place { file, at, bytes: header.group_bytes() };
                    self.groups.insert(header.number, place);
                    self.add_frames(header.number, place, &frames);
                    header.group_bytes().next_multiple_of(GROUP_ALIGNMENT)
                }
                None => GROUP_ALIGNMENT,
            };
        }
    }

    fn add_frames(&mut self, group: GroupNumber, place: Place, frames: &[(PartitionId, Content<'_>)]) {
        let mut at = place.at + GROUP_HEADER_BYTES;
        let mut before: Option<(PartitionId, Run)> = None;
        for (partition, content) in frames {
            let bytes = content.frame_bytes();
            let run = match content {
                Content::Barrier => {
                    self.barriers.push((*partition, group));
                    None
                }
                Content::Summary(_) => None,
                Content::Batch(batch) => {
                    // What is no batch is for its log to judge.
                    let (base, end) = BatchHeader::parse(batch)
                        .map_or((Offset(0), Offset(i64::MAX)), |header| {
                            (header.base_offset, header.next_offset())
                        });
                    let place = Place { file: place.file, at, bytes: 0 };
                    let begun = before.take_if(|(of, _)| of == partition).map(|(_, run)| run);
                    let mut run = begun.unwrap_or(Run { group, place, base, end });
                    run.place.bytes += bytes;
                    run.end = end;
                    Some((*partition, run))
                }
            };
            self.add_run(std::mem::replace(&mut before, run));
            at += bytes;
        }
        self.add_run(before);
    }

    fn add_run(&mut self, run: Option<(PartitionId, Run)>) {
        if let Some((partition, run)) = run {
            self.runs.entry(partition).or_default().push(run);
        }
    }

    fn merge(&mut self, mut part: Self) {
        self.groups.append(&mut part.groups);
        self.barriers.append(&mut part.barriers);
        self.synced = self.synced.max(part.synced);
        self.foreign = self.foreign.or(part.foreign);
        for (partition, mut runs) in part.runs {
            self.runs.entry(partition).or_default().append(&mut runs);
        }
    }

    /// The number before that of the first group that is there.
    pub(super) fn before_first(&self) -> GroupNumber {
        let first = self.groups.first_key_value().map_or(1, |(first, _)| first.0);
        GroupNumber(first.saturating_sub(1))
    }

    /// Groups above `checkpoint` that were synced and are not there.
    pub(super) fn missing_above(&self, checkpoint: GroupNumber) -> Vec<GroupNumber> {
        let numbers = (checkpoint.0 + 1..=self.synced.0).map(GroupNumber);
        numbers.filter(|number| !self.groups.contains_key(number)).collect()
    }

    /// The groups above `checkpoint`.
    pub(super) fn needed(
        mut self,
        disk: &Arc<dyn Disk>,
        paths: BTreeMap<u32, PathBuf>,
        directory: &Path,
        checkpoint: GroupNumber,
    ) -> Result<Replay, StorageError> {
        if let Some(path) = self.foreign.and_then(|file| paths.get(&file)) {
            let why = "it is of another directory: the directory.id of meta.properties was changed";
            return Err(StorageError::corrupt(path, 0, why));
        }
        let missing = self.missing_above(checkpoint);
        let lost = Lost::find(&missing, |next| self.summary(&**disk, &paths, next))
            .map_err(|why| StorageError::corrupt(directory, 0, why))?;
        let mut end = checkpoint.max(self.synced);
        while self.groups.contains_key(&GroupNumber(end.0 + 1)) {
            end.0 += 1;
        }
        self.groups.split_off(&GroupNumber(end.0 + 1));
        let mut barriers: HashMap<PartitionId, GroupNumber> = HashMap::new();
        for (partition, number) in self.barriers.into_iter().filter(|(_, number)| *number <= end) {
            let barrier = barriers.entry(partition).or_default();
            *barrier = number.max(*barrier);
        }
        let last_barrier = barriers.values().copied().max().unwrap_or_default();
        self.runs.retain(|partition, runs| {
            let from = barriers.get(partition).copied().unwrap_or_default();
            runs.retain(|run| run.group >= from && run.group <= end);
            // Of several files, in any order.
            runs.sort_by_key(|run| (run.group, run.place.at));
            !runs.is_empty()
        });
        let (groups, runs) = (self.groups, self.runs);
        Ok(Replay { disk: Arc::clone(disk), paths, groups, runs, checkpoint, last_barrier, lost })
    }

    /// What a group says of those before it.
    fn summary(
        &self,
        disk: &dyn Disk,
        paths: &BTreeMap<u32, PathBuf>,
        group: GroupNumber,
    ) -> Option<Summary> {
        let place = self.groups.get(&group)?;
        let file = File::open(disk, paths.get(&place.file)?, OpenMode::Read).ok()?;
        let bytes = read_place(&file, place).ok()?;
        match frames_of(bytes.get(GROUP_HEADER_BYTES..)?)?.first()? {
            (_, Content::Summary(summary)) => Summary::parse(summary),
            _ => None,
        }
    }
}

impl Lost {
    /// What the groups behind those that are `missing` say of them; an error where that does not tell whom they concern.
    fn find(
        missing: &[GroupNumber],
        summary: impl Fn(GroupNumber) -> Option<Summary>,
    ) -> Result<Option<Self>, String> {
        let (Some(&first), Some(&last)) = (missing.first(), missing.last()) else {
            return Ok(None);
        };
        let mut touched = Touched::default();
        for together in missing.chunk_by(|one, next| one.0 + 1 == next.0) {
            let (Some(from), Some(to)) = (together.first(), together.last()) else { continue };
            let next = GroupNumber(to.0 + 1);
            let said = summary(next).filter(|said| said.last_barrier < *from).ok_or_else(|| {
                format!(
                    "group {} of the write-ahead log does not read back, though it was synced, and whom that concerns is not known; with the broker stopped, `millrace log repair --accept-loss` goes on without it",
                    from.0,
                )
            })?;
            touched = said.touched;
        }
        Ok(Some(Self { first, last, touched }))
    }

    /// What is told of it.
    pub fn describe(&self) -> String {
        let (first, last) = (self.first.0, self.last.0);
        let which =
            if first == last { format!("group {first}") } else { format!("groups {first} to {last}") };
        format!("{which} of the write-ahead log, or some of them, do not read back, though they were synced")
    }

    /// The first group that is missing.
    pub(super) fn first(&self) -> GroupNumber {
        self.first
    }
}

impl Replay {
    /// Of a log that nobody needs.
    pub(super) fn nothing(disk: &Arc<dyn Disk>, checkpoint: GroupNumber) -> Self {
        let (paths, groups, runs) = (BTreeMap::new(), BTreeMap::new(), HashMap::new());
        let last_barrier = GroupNumber::default();
        Self { disk: Arc::clone(disk), paths, groups, runs, checkpoint, last_barrier, lost: None }
    }

    /// The last group.
    pub fn end(&self) -> GroupNumber {
        self.groups.last_key_value().map_or(self.checkpoint, |(number, _)| *number)
    }

    /// The last group with a barrier.
    pub(super) fn last_barrier(&self) -> GroupNumber {
        self.last_barrier
    }

    /// Groups that are gone, where any are.
    pub fn lost(&self) -> Option<&Lost> {
        self.lost.as_ref()
    }

    /// Whether batches at the end of a partition may have been in groups that are gone. Not where a later one is there.
    pub fn may_lack_end(&self, partition: &PartitionId) -> bool {
        let last = || self.runs.get(partition)?.last();
        self.lost.as_ref().is_some_and(|lost| {
            lost.touched.may_have(partition) && last().is_none_or(|run| run.group < lost.last)
        })
    }

    /// Offsets of a partition that ends at `log_end` in segments and are gone with groups.
    pub fn gone(&self, partition: &PartitionId, log_end: Offset) -> Vec<Range<Offset>> {
        let mut end = log_end;
        let mut gone = Vec::new();
        if self.lost.is_none() {
            return gone;
        }
        for run in self.runs.get(partition).into_iter().flatten() {
            if run.base > end {
                gone.push(end..run.base);
            }
            end = end.max(run.end);
        }
        if self.may_lack_end(partition) {
            gone.push(end..Offset(i64::MAX));
        }
        gone
    }

    /// Files that hold needed groups with the last group in each.
    pub(super) fn files(&self) -> Vec<(u32, GroupNumber)> {
        let mut files: Vec<(u32, GroupNumber)> = Vec::new();
        for (number, place) in &self.groups {
            // One may go on behind groups that lie elsewhere, after a repair.
            match files.iter_mut().rev().find(|(file, _)| *file == place.file) {
                Some((_, last)) => *last = *number,
                None => files.push((place.file, *number)),
            }
        }
        files
    }

    /// Whose batches it has.
    pub fn partitions(&self) -> impl Iterator<Item = &PartitionId> {
        self.runs.keys()
    }

    /// Where its batches of a partition begin; `None` when it has none.
    pub fn begins_at(&self, partition: &PartitionId) -> Option<Offset> {
        self.runs.get(partition)?.first().map(|run| run.base)
    }

    /// The offset behind its last batch of a partition; `None` when it has none.
    pub fn ends_at(&self, partition: &PartitionId) -> Option<Offset> {
        self.runs.get(partition)?.last().map(|run| run.end)
    }

    /// Bytes of the frames that it has of a partition.
    pub fn bytes_of(&self, partition: &PartitionId) -> u64 {
        self.runs.get(partition).map_or(0, |runs| runs.iter().map(|run| run.place.bytes as u64).sum())
    }

    /// Makes durable what is about to be served. Each group was synced before the next was written, but the last: a
    /// killed process may not have come to it, or its sync failed, and pages that are not on the disk pass for clean.
    /// So it is written again.
    pub fn sync(&self) -> Result<(), StorageError> {
        let Some((_, place)) = self.groups.last_key_value() else {
            return Ok(());
        };
        let file = self.open(place.file, OpenMode::Write)?;
        let bytes = read_place(&file, place)?;
        file.write_all_at(&bytes, Position(place.at as u64))?;
        file.sync()
    }

    /// Shows the batches of a partition in order, but for those that end at or below `above`.
    pub fn each(
        &self,
        partition: &PartitionId,
        above: Offset,
        visit: &mut dyn FnMut(&[u8]),
    ) -> Result<(), StorageError> {
        let mut open: Option<(u32, File)> = None;
        let runs = self.runs.get(partition).map(Vec::as_slice).unwrap_or_default();
        for Run { place, .. } in runs.iter().filter(|run| run.end > above) {
            let file = match open.take().filter(|(number, _)| *number == place.file) {
                Some((_, file)) => file,
                None => self.open(place.file, OpenMode::Read)?,
            };
            let bytes = read_place(&file, place)?;
            let changed = || StorageError::corrupt(file.path(), place.at as u64, "changed while it was read");
            for (_, content) in frames_of(&bytes).ok_or_else(changed)? {
                if let Content::Batch(batch) = content {
                    visit(batch);
                }
            }
            open = Some((place.file, file));
        }
        Ok(())
    }

    fn open(&self, file: u32, mode: OpenMode) -> Result<File, StorageError> {
        let path = self.paths.get(&file).map_or_else(|| Path::new(""), PathBuf::as_path);
        File::open(&*self.disk, path, mode)
    }
}

fn read_place(file: &File, place: &Place) -> Result<Vec<u8>, StorageError> {
    let mut bytes = vec![0; place.bytes];
    let read = file.read_full_at(&mut bytes, Position(place.at as u64))?;
    bytes.truncate(read);
    Ok(bytes)
}

/// Reads a file into a buffer that is used for many.
fn read_file(disk: &dyn Disk, path: &Path, into: &mut Vec<u8>) -> Result<(), StorageError> {
    let file = File::open(disk, path, OpenMode::Read)?;
    into.resize(file.size()? as usize, 0);
    let read = file.read_full_at(into, Position(0))?;
    into.truncate(read);
    Ok(())
}

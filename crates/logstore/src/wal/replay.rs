//! Reading the write-ahead log after a stop that was not clean.
//!
//! Every file is read from end to end, at each place where a group may begin, whatever lies before it. Of the groups
//! found, those above the checkpoint are needed, one by one without a gap. Where the next one is missing the log
//! ends: it was being written, and never acknowledged. Unless a group that is there says that it was synced: then
//! what was acknowledged is gone, which is damage, and nothing is replayed. What lies before a barrier is passed over.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::frame::{Content, DirectoryId, GROUP_ALIGNMENT, GROUP_HEADER_BYTES, GroupHeader, GroupNumber};
use crate::base::error::StorageError;
use crate::base::types::{PartitionId, Position};
use crate::io::{Disk, File, OpenMode};

/// Every whole group in the files of a directory.
pub(super) struct Scan {
    groups: BTreeMap<GroupNumber, Place>,
    barriers: Vec<(PartitionId, GroupNumber)>,
    /// The highest group that any header says was synced.
    synced: GroupNumber,
}

#[derive(Clone, Debug)]
struct Place {
    file: u32,
    path: PathBuf,
    at: usize,
    bytes: usize,
}

/// The groups that are needed, in order.
pub struct Replay {
    disk: Arc<dyn Disk>,
    id: DirectoryId,
    groups: BTreeMap<GroupNumber, Place>,
    barriers: HashMap<PartitionId, GroupNumber>,
    checkpoint: GroupNumber,
}

impl Scan {
    pub(super) fn read(
        disk: &Arc<dyn Disk>,
        id: &DirectoryId,
        files: Vec<(u32, PathBuf)>,
    ) -> Result<Self, StorageError> {
        let mut scan = Self { groups: BTreeMap::new(), barriers: Vec::new(), synced: GroupNumber(0) };
        for (file, path) in files {
            let bytes = read_file(&**disk, &path)?;
            scan.read_groups(&bytes, id, |at, bytes| Place { file, path: path.clone(), at, bytes });
        }
        Ok(scan)
    }

    fn read_groups(&mut self, bytes: &[u8], id: &DirectoryId, place: impl Fn(usize, usize) -> Place) {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| rest.len() >= GROUP_HEADER_BYTES) {
            at += match GroupHeader::parse(rest, id) {
                Some(header) => {
                    self.synced = self.synced.max(header.synced);
                    if let Some(frames) = header.frames(rest) {
                        let barriers = frames.iter().filter(|(_, content)| *content == Content::Barrier);
                        self.barriers.extend(barriers.map(|(partition, _)| (*partition, header.number)));
                        self.groups.insert(header.number, place(at, header.group_bytes()));
                        header.group_bytes().next_multiple_of(GROUP_ALIGNMENT)
                    } else {
                        GROUP_ALIGNMENT
                    }
                }
                None => GROUP_ALIGNMENT,
            };
        }
    }

    /// The groups above `checkpoint`.
    pub(super) fn needed(
        mut self,
        disk: &Arc<dyn Disk>,
        id: DirectoryId,
        directory: &Path,
        checkpoint: GroupNumber,
    ) -> Result<Replay, StorageError> {
        let mut groups = self.groups.split_off(&GroupNumber(checkpoint.0 + 1));
        let mut end = checkpoint;
        while groups.contains_key(&GroupNumber(end.0 + 1)) {
            end.0 += 1;
        }
        if end < self.synced {
            let why = format!(
                "group {} of the write-ahead log does not read back, though group {} says it was synced",
                end.0 + 1,
                self.synced.0 + 1,
            );
            return Err(StorageError::corrupt(directory, 0, why));
        }
        groups.split_off(&GroupNumber(end.0 + 1));
        let mut barriers: HashMap<PartitionId, GroupNumber> = HashMap::new();
        for (partition, number) in self.barriers.into_iter().filter(|(_, number)| *number <= end) {
            let barrier = barriers.entry(partition).or_default();
            *barrier = number.max(*barrier);
        }
        Ok(Replay { disk: Arc::clone(disk), id, groups, barriers, checkpoint })
    }
}

impl Replay {
    /// Of a log that nobody needs.
    pub(super) fn nothing(disk: &Arc<dyn Disk>, id: DirectoryId, checkpoint: GroupNumber) -> Self {
        Self { disk: Arc::clone(disk), id, groups: BTreeMap::new(), barriers: HashMap::new(), checkpoint }
    }

    /// Whether there is nothing to replay.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// The last group.
    pub fn end(&self) -> GroupNumber {
        self.groups.last_key_value().map_or(self.checkpoint, |(number, _)| *number)
    }

    /// Files that hold needed groups with the last group in each, in the order of their groups.
    pub(super) fn files(&self) -> Vec<(u32, GroupNumber)> {
        let mut files: Vec<(u32, GroupNumber)> = Vec::new();
        for (number, place) in &self.groups {
            match files.last_mut().filter(|(file, _)| *file == place.file) {
                Some((_, last)) => *last = *number,
                None => files.push((place.file, *number)),
            }
        }
        files
    }

    /// Makes durable what is about to be served: a killed process may have left groups that were written and not
    /// synced.
    pub fn sync(&self) -> Result<(), StorageError> {
        let mut synced: Option<u32> = None;
        for place in self.groups.values() {
            if synced != Some(place.file) {
                File::open(&*self.disk, &place.path, OpenMode::Write)?.sync()?;
                synced = Some(place.file);
            }
        }
        Ok(())
    }

    /// Shows every batch in order.
    pub fn each(&self, visit: &mut dyn FnMut(&PartitionId, &[u8])) -> Result<(), StorageError> {
        let mut open: Option<(u32, File)> = None;
        for (number, place) in &self.groups {
            let file = match open.take().filter(|(file, _)| *file == place.file) {
                Some((_, file)) => file,
                None => File::open(&*self.disk, &place.path, OpenMode::Read)?,
            };
            let mut bytes = vec![0; place.bytes];
            file.read_full_at(&mut bytes, Position(place.at as u64))?;
            let frames = GroupHeader::parse(&bytes, &self.id)
                .filter(|header| header.number == *number)
                .and_then(|header| header.frames(&bytes));
            let changed = || StorageError::corrupt(&place.path, place.at as u64, "changed while it was read");
            for (partition, content) in frames.ok_or_else(changed)? {
                let is_void = self.barriers.get(&partition).is_some_and(|barrier| number < barrier);
                if let Content::Batch(bytes) = content
                    && !is_void
                {
                    visit(&partition, bytes);
                }
            }
            open = Some((place.file, file));
        }
        Ok(())
    }
}

fn read_file(disk: &dyn Disk, path: &Path) -> Result<Vec<u8>, StorageError> {
    let file = File::open(disk, path, OpenMode::Read)?;
    let mut bytes = vec![0; file.size()? as usize];
    let read = file.read_full_at(&mut bytes, Position(0))?;
    bytes.truncate(read);
    Ok(bytes)
}

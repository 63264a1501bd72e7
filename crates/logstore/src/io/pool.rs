//! Files opened when first used and closed again when too many are open (D15).
//!
//! A partition has three files a segment; 10,000 partitions have more than a process may hold open. A
//! [`PooledFile`] is a path that turns into a [`File`] on demand. The pool closes in the order of opening, giving a
//! second chance to what was used since; whoever still holds the [`File`] keeps its descriptor until it is dropped.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use super::{Disk, File, OpenMode};
use crate::base::error::StorageError;

/// A bound on the open files of a disk.
#[derive(Debug)]
pub struct FilePool {
    disk: Arc<dyn Disk>,
    open_max: usize,
    opened: Mutex<VecDeque<Weak<Slot>>>,
}

#[derive(Debug)]
struct Slot {
    file: Mutex<Option<Arc<File>>>,
    used: AtomicBool,
}

/// A file by its path, open or not.
#[derive(Debug)]
pub struct PooledFile {
    path: PathBuf,
    pool: Arc<FilePool>,
    poisoned: Arc<AtomicBool>,
    slot: Arc<Slot>,
}

impl FilePool {
    /// A pool over `disk` with at most about `open_max` files open.
    pub fn new(disk: Arc<dyn Disk>, open_max: usize) -> Arc<Self> {
        Arc::new(Self { disk, open_max, opened: Mutex::new(VecDeque::new()) })
    }

    /// The disk below.
    pub fn disk(&self) -> &Arc<dyn Disk> {
        &self.disk
    }

    /// Files open now, as far as the pool knows.
    pub fn open_files(&self) -> usize {
        self.opened.lock().len()
    }

    /// Notes that a slot was filled and closes what is over the bound.
    fn filled(&self, slot: &Arc<Slot>) {
        let mut opened = self.opened.lock();
        opened.push_back(Arc::downgrade(slot));
        // Each turn drops a name or moves a used one to the back once, so this ends.
        let mut second_chances = opened.len();
        while opened.len() > self.open_max {
            let Some(oldest) = opened.pop_front() else { break };
            let Some(oldest_slot) = oldest.upgrade() else {
                continue;
            };
            if second_chances > 0 && oldest_slot.used.swap(false, Ordering::Relaxed) {
                second_chances -= 1;
                opened.push_back(oldest);
            } else if let Some(mut file) = oldest_slot.file.try_lock() {
                *file = None;
            } else {
                // Being opened or handed out at this moment: keep it, over the bound by one.
                opened.push_back(oldest);
                break;
            }
        }
    }
}

impl PooledFile {
    /// Names a file; nothing is opened yet.
    pub fn new(pool: &Arc<FilePool>, path: PathBuf) -> Self {
        let slot = Arc::new(Slot { file: Mutex::new(None), used: AtomicBool::new(false) });
        Self { path, pool: Arc::clone(pool), poisoned: Arc::default(), slot }
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The open file; opened for reading and writing when it is not.
    pub fn get(&self) -> Result<Arc<File>, StorageError> {
        self.get_as(OpenMode::Write)
    }

    /// The open file, created when it does not exist.
    pub fn get_or_create(&self) -> Result<Arc<File>, StorageError> {
        self.get_as(OpenMode::Create)
    }

    fn get_as(&self, mode: OpenMode) -> Result<Arc<File>, StorageError> {
        let mut slot = self.slot.file.lock();
        if let Some(file) = &*slot {
            self.slot.used.store(true, Ordering::Relaxed);
            return Ok(Arc::clone(file));
        }
        let poisoned = Arc::clone(&self.poisoned);
        let file = Arc::new(File::open_sharing(&*self.pool.disk, &self.path, mode, poisoned)?);
        *slot = Some(Arc::clone(&file));
        drop(slot);
        self.pool.filled(&self.slot);
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::types::Position;
    use crate::io::SystemDisk;

    #[test]
    fn only_so_many_files_stay_open() {
        let directory = tempfile::tempdir().unwrap();
        let pool = FilePool::new(Arc::new(SystemDisk), 4);
        let files: Vec<_> =
            (0..20).map(|n| PooledFile::new(&pool, directory.path().join(n.to_string()))).collect();
        for (n, file) in files.iter().enumerate() {
            file.get_or_create().unwrap().write_all_at(n.to_string().as_bytes(), Position(0)).unwrap();
        }
        assert_eq!(pool.open_files(), 4);
        assert_eq!(files.iter().filter(|file| file.slot.file.lock().is_some()).count(), 4);
        for (n, file) in files.iter().enumerate() {
            let mut bytes = [0; 2];
            let read = file.get().unwrap().read_full_at(&mut bytes, Position(0)).unwrap();
            assert_eq!(&bytes[..read], n.to_string().as_bytes());
        }
        assert_eq!(pool.open_files(), 4);
    }
}

//! Files opened when first used and closed again when too many are open (D15).
//!
//! A partition has three files a segment; 10,000 partitions have more than a process may hold open. A
//! [`PooledFile`] is a path that turns into a [`File`] on demand. The pool closes in the order of opening, giving a
//! second chance to what was used since; whoever still holds the [`File`] keeps its descriptor until it is dropped.
//!
//! Compaction puts another file in the place of one that may be read at that moment. So a path can change while the
//! file is in use, and a file whose name is about to go to another is retired: it is never opened again.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use super::{Access, Disk, File, OpenMode};
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
    path: Mutex<PathBuf>,
    pool: Arc<FilePool>,
    poisoned: Arc<AtomicBool>,
    retired: AtomicBool,
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
        let (path, pool) = (Mutex::new(path), Arc::clone(pool));
        Self { path, pool, poisoned: Arc::default(), retired: AtomicBool::new(false), slot }
    }

    /// The pool that opens it.
    pub fn pool(&self) -> &Arc<FilePool> {
        &self.pool
    }

    /// Where it lies.
    pub fn path(&self) -> PathBuf {
        self.path.lock().clone()
    }

    /// Renames the file; whoever opens it meanwhile waits.
    pub fn rename(&self, to: PathBuf) -> Result<(), StorageError> {
        let _opening = self.slot.file.lock();
        let mut path = self.path.lock();
        let renamed = self.pool.disk.rename(&path, &to);
        renamed.map_err(|error| StorageError::io("rename", &*path, error))?;
        *path = to;
        Ok(())
    }

    /// From now on the file counts as gone, unless it is open.
    pub fn retire(&self) {
        // Whoever is opening it has the old file; whoever comes later is told.
        let _opening = self.slot.file.lock();
        self.retired.store(true, Ordering::Release);
    }

    /// The open file; opened for reading and writing when it is not.
    pub fn get(&self) -> Result<Arc<File>, StorageError> {
        self.get_as(OpenMode::Write)
    }

    /// The same with a say in whether it may wait: opening does, and so does finding it being opened.
    pub fn get_for(&self, access: Access) -> Result<Arc<File>, StorageError> {
        if access == Access::Waiting {
            return self.get();
        }
        let open = self.slot.file.try_lock().and_then(|slot| slot.clone());
        let file = open.ok_or_else(|| StorageError::io("open", self.path(), io::ErrorKind::WouldBlock))?;
        self.slot.used.store(true, Ordering::Relaxed);
        Ok(file)
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
        let path = self.path();
        if self.retired.load(Ordering::Acquire) {
            return Err(StorageError::io("open", &path, io::ErrorKind::NotFound));
        }
        let poisoned = Arc::clone(&self.poisoned);
        let file = Arc::new(File::open_sharing(&*self.pool.disk, &path, mode, poisoned)?);
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

    #[test]
    fn a_file_whose_name_goes_to_another_is_not_opened_again() {
        let directory = tempfile::tempdir().unwrap();
        let pool = FilePool::new(Arc::new(SystemDisk), 1);
        let path = |name: &str| directory.path().join(name);
        let [old, new, other] = ["a", "a.new", "b"].map(|name| PooledFile::new(&pool, path(name)));
        old.get_or_create().unwrap().write_all_at(b"old", Position(0)).unwrap();
        let open = old.get().unwrap();
        new.get_or_create().unwrap().write_all_at(b"new", Position(0)).unwrap();
        old.retire();
        new.rename(path("a")).unwrap();
        other.get_or_create().unwrap();
        assert!(
            matches!(old.get(), Err(StorageError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound)
        );
        let mut bytes = [0; 3];
        assert_eq!(new.get().unwrap().read_full_at(&mut bytes, Position(0)).unwrap(), 3);
        assert_eq!(&bytes, b"new");
        open.read_full_at(&mut bytes, Position(0)).unwrap();
        assert_eq!(&bytes, b"old", "who has it open reads on");
    }
}

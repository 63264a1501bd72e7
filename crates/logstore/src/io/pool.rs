//! Files opened when first used and closed again when too many are open (D15).
//!
//! A partition has three files a segment; 10,000 partitions have more than a process may hold open. A
//! [`PooledFile`] is a path that turns into a [`File`] on demand. The pool closes by chance, and by preference what was
//! not used lately: files that are written in turn, and that are a few more than may be open, are then opened now and
//! then, where closing the oldest would open every one of them each time. What somebody holds stays open: closing it
//! would not give its descriptor back.
//!
//! Compaction puts another file in the place of one that may be read at that moment. So a path can change while the
//! file is in use, and a file whose name is about to go to another is retired: it is never opened again.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use super::{Access, Disk, File, OpenMode, Readers};
use crate::base::error::StorageError;

/// Files that are passed over before one is closed though it was used lately, twice.
const SECOND_CHANCES: usize = 8;

/// A bound on the open files of a disk.
#[derive(Debug)]
pub struct FilePool {
    disk: Arc<dyn Disk>,
    open_max: AtomicUsize,
    opened: Mutex<Opened>,
}

#[derive(Debug)]
struct Opened {
    slots: Vec<Weak<Slot>>,
    /// The last number drawn (xorshift); never 0.
    drawn: u64,
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
        let opened = Mutex::new(Opened { slots: Vec::new(), drawn: 1 });
        Arc::new(Self { disk, open_max: AtomicUsize::new(open_max), opened })
    }

    /// The disk below.
    pub fn disk(&self) -> &Arc<dyn Disk> {
        &self.disk
    }

    /// Files open now, as far as the pool knows.
    pub fn open_files(&self) -> usize {
        self.opened.lock().slots.len()
    }

    /// Has at most about so many open from now on.
    pub fn limit(&self, open_max: usize) {
        if self.open_max.swap(open_max, Ordering::Relaxed) > open_max {
            self.opened.lock().shrink(open_max);
        }
    }

    /// Notes that a slot was filled and closes what is over the bound.
    fn filled(&self, slot: &Arc<Slot>) {
        let mut opened = self.opened.lock();
        opened.shrink(self.open_max.load(Ordering::Relaxed).saturating_sub(1));
        opened.slots.push(Arc::downgrade(slot));
    }
}

impl Opened {
    /// Closes files until at most `open_max` are open. Those that somebody holds, or is opening, stay, over the bound.
    fn shrink(&mut self, open_max: usize) {
        let mut passed_over = 0;
        while self.slots.len() > open_max && passed_over < SECOND_CHANCES {
            let at = self.draw();
            let Some(slot) = self.slots.get(at).and_then(Weak::upgrade) else {
                self.slots.swap_remove(at);
                continue;
            };
            let second_chance = slot.used.swap(false, Ordering::Relaxed) && passed_over < SECOND_CHANCES / 2;
            match slot.file.try_lock() {
                Some(mut file) if !second_chance && !is_held(file.as_ref()) => {
                    *file = None;
                    self.slots.swap_remove(at);
                    passed_over = 0;
                }
                _ => passed_over += 1,
            }
        }
    }

    fn draw(&mut self) -> usize {
        self.drawn ^= self.drawn << 13;
        self.drawn ^= self.drawn >> 7;
        self.drawn ^= self.drawn << 17;
        (self.drawn % self.slots.len() as u64) as usize
    }
}

/// Whether anybody but its slot has it.
fn is_held(file: Option<&Arc<File>>) -> bool {
    file.is_some_and(|file| Arc::strong_count(file) > 1)
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

    /// Who holds it, or has it open.
    pub fn readers(&self) -> Readers {
        Arc::downgrade(&self.poisoned)
    }

    /// The open file; opened for reading and writing when it is not.
    pub fn get(&self) -> Result<Arc<File>, StorageError> {
        self.get_as(OpenMode::Write, true)
    }

    /// The same for one use: a file that is not open is closed again when it is dropped, and takes no other's place.
    pub fn get_once(&self, mode: OpenMode) -> Result<Arc<File>, StorageError> {
        self.get_as(mode, false)
    }

    /// The same with a say in whether it may wait: opening does, and so does finding it being opened.
    pub fn get_for(&self, access: Access) -> Result<Arc<File>, StorageError> {
        if access != Access::Resident {
            return self.get();
        }
        let open = self.slot.file.try_lock().and_then(|slot| slot.clone());
        let file = open.ok_or_else(|| StorageError::io("open", self.path(), io::ErrorKind::WouldBlock))?;
        self.slot.used.store(true, Ordering::Relaxed);
        Ok(file)
    }

    /// The open file, created when it does not exist.
    pub fn get_or_create(&self) -> Result<Arc<File>, StorageError> {
        self.get_as(OpenMode::Create, true)
    }

    fn get_as(&self, mode: OpenMode, stays: bool) -> Result<Arc<File>, StorageError> {
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
        if stays {
            *slot = Some(Arc::clone(&file));
            drop(slot);
            self.pool.filled(&self.slot);
        }
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
    fn files_in_turn_that_are_a_few_too_many_mostly_stay_open() {
        let directory = tempfile::tempdir().unwrap();
        let pool = FilePool::new(Arc::new(SystemDisk), 95);
        let files: Vec<_> =
            (0..100).map(|n| PooledFile::new(&pool, directory.path().join(n.to_string()))).collect();
        let is_open = |file: &&PooledFile| file.slot.file.lock().is_some();
        let mut found_open = 0;
        for file in (0..10).flat_map(|_| &files) {
            found_open += usize::from(is_open(&file));
            file.get_or_create().unwrap();
        }
        assert!(found_open > 600, "{found_open} of 900");
        files[0].get_once(OpenMode::Write).unwrap();
        assert_eq!(pool.open_files(), 95);
        pool.limit(10);
        assert_eq!((pool.open_files(), files.iter().filter(is_open).count()), (10, 10));
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
        let mut bytes = [0; 3];
        old.get().unwrap().read_full_at(&mut bytes, Position(0)).unwrap();
        assert_eq!(&bytes, b"old", "who holds it keeps it open");
        drop(open);
        pool.limit(0);
        assert_eq!(pool.open_files(), 0);
        assert!(
            matches!(old.get(), Err(StorageError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound)
        );
        assert_eq!(new.get().unwrap().read_full_at(&mut bytes, Position(0)).unwrap(), 3);
        assert_eq!(&bytes, b"new");
    }
}

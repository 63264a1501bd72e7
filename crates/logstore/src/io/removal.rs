//! Removing what nobody needs any more without holding up those who sync.
//!
//! The blocks of a file that is removed go back to the file system at once, and a sync of any other file waits for the
//! commit that says so. So a large file is shrunk step by step, with a rest between two of them, before its name goes.
//! Its name says already that it is to be removed, durably: a crash in between leaves what the next start removes.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

use super::{Disk, OpenMode, remove_if_exists, remove_tree};
use crate::base::limits::REMOVAL_STEP_BYTES;

/// Tells whether a file is open, or may be opened by whoever holds it.
pub type Readers = Weak<AtomicBool>;

/// A file or a directory that is to be removed, and who may still read it.
#[derive(Debug)]
pub struct Doomed {
    path: PathBuf,
    is_directory: bool,
    readers: Vec<Readers>,
    /// The directory that it lies in has its name still; else the name may be another's, and it goes with the directory.
    is_there: Arc<AtomicBool>,
}

impl Doomed {
    /// A file, as long as the directory has its name that it lies in.
    pub fn file(path: PathBuf, readers: Readers, is_there: &Arc<AtomicBool>) -> Self {
        Self { path, is_directory: false, readers: vec![readers], is_there: Arc::clone(is_there) }
    }

    /// A directory with the files in it.
    pub fn directory(path: PathBuf, readers: Vec<Readers>) -> Self {
        Self { path, is_directory: true, readers, is_there: Arc::new(AtomicBool::new(true)) }
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn is_read(&self) -> bool {
        self.readers.iter().any(|readers| readers.strong_count() > 0)
    }

    /// Removes it at once.
    pub fn remove(&self, disk: &dyn Disk) -> io::Result<()> {
        if !self.is_there.load(Ordering::Acquire) {
            return Ok(());
        }
        if self.is_directory { remove_tree(disk, &self.path) } else { remove_if_exists(disk, &self.path) }
    }

    /// Bytes of the files in it, as far as they can be told.
    pub fn bytes(&self, disk: &dyn Disk) -> u64 {
        if self.is_directory {
            tree_bytes(disk, &self.path)
        } else {
            disk.file_len(&self.path).ok().flatten().unwrap_or(0)
        }
    }

    /// Removes it in steps, as long as `rest`, which is told the bytes of each, allows another; says whether it is gone.
    /// What is read at this moment goes at once: its bytes stay until its readers have them.
    pub fn remove_in_steps(&self, disk: &dyn Disk, rest: &mut dyn FnMut(u64) -> bool) -> io::Result<bool> {
        if self.is_read() || !self.is_there.load(Ordering::Acquire) {
            self.remove(disk).map(|()| true)
        } else if self.is_directory {
            remove_directory(disk, &self.path, rest)
        } else {
            remove_file(disk, &self.path, rest)
        }
    }
}

fn tree_bytes(disk: &dyn Disk, path: &Path) -> u64 {
    let entries = disk.list(path).unwrap_or_default();
    let bytes = entries.iter().map(|entry| {
        let inner = path.join(&entry.name);
        if entry.directory {
            tree_bytes(disk, &inner)
        } else {
            disk.file_len(&inner).ok().flatten().unwrap_or(0)
        }
    });
    bytes.sum()
}

fn remove_directory(disk: &dyn Disk, path: &Path, rest: &mut dyn FnMut(u64) -> bool) -> io::Result<bool> {
    for entry in disk.list(path)? {
        let inner = path.join(&entry.name);
        let is_gone = if entry.directory {
            remove_directory(disk, &inner, rest)?
        } else {
            remove_file(disk, &inner, rest)?
        };
        if !is_gone {
            return Ok(false);
        }
    }
    disk.remove_dir(path).map(|()| true)
}

fn remove_file(disk: &dyn Disk, path: &Path, rest: &mut dyn FnMut(u64) -> bool) -> io::Result<bool> {
    let mut left = disk.file_len(path)?.unwrap_or(0);
    if left > REMOVAL_STEP_BYTES {
        let file = disk.open(path, OpenMode::Write)?;
        while left > REMOVAL_STEP_BYTES {
            left -= REMOVAL_STEP_BYTES;
            file.set_len(left)?;
            if !rest(REMOVAL_STEP_BYTES) {
                return Ok(false);
            }
        }
    }
    remove_if_exists(disk, path).map(|()| true)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::io::SystemDisk;

    const STEPS: u64 = 5;

    fn there(is_there: bool) -> Arc<AtomicBool> {
        Arc::new(AtomicBool::new(is_there))
    }

    fn large(path: &Path) -> u64 {
        let bytes = STEPS * REMOVAL_STEP_BYTES;
        SystemDisk.open(path, OpenMode::Create).unwrap().set_len(bytes).unwrap();
        bytes
    }

    #[test]
    fn a_large_file_goes_in_steps_and_goes_on_where_it_was_left() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("0.log.deleted");
        let bytes = large(&path);
        let doomed = Doomed::file(path.clone(), Readers::new(), &there(true));
        assert!(!doomed.remove_in_steps(&SystemDisk, &mut |_| false).unwrap());
        assert_eq!(SystemDisk.file_len(&path).unwrap(), Some(bytes - REMOVAL_STEP_BYTES));
        let mut rests = 0;
        let mut rest = |bytes| {
            assert_eq!(bytes, REMOVAL_STEP_BYTES);
            rests += 1;
            true
        };
        assert!(doomed.remove_in_steps(&SystemDisk, &mut rest).unwrap());
        assert_eq!((SystemDisk.file_len(&path).unwrap(), rests), (None, STEPS - 2));
        assert!(doomed.remove_in_steps(&SystemDisk, &mut |_| false).unwrap(), "gone already");
    }

    #[test]
    fn so_does_what_lies_in_a_directory() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("topic-0.id-delete");
        SystemDisk.create_dir(&path.join("inner")).unwrap();
        for name in ["0.log", "1.log", "inner/2.log"] {
            large(&path.join(name));
        }
        let doomed = Doomed::directory(path.clone(), Vec::new());
        let mut turns = 1;
        while !doomed.remove_in_steps(&SystemDisk, &mut |_| false).unwrap() {
            turns += 1;
        }
        assert_eq!((SystemDisk.file_len(&path).unwrap(), turns), (None, 1 + 3 * (STEPS - 1)));
    }

    #[test]
    fn what_is_read_keeps_its_bytes() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("0.log.deleted");
        let bytes = large(&path);
        let (open, held) =
            (SystemDisk.open(&path, OpenMode::Read).unwrap(), Arc::new(AtomicBool::new(false)));
        let doomed = Doomed::file(path.clone(), Arc::downgrade(&held), &there(true));
        assert!(doomed.remove_in_steps(&SystemDisk, &mut |_| false).unwrap());
        assert_eq!((SystemDisk.file_len(&path).unwrap(), open.size().unwrap()), (None, bytes));
    }
    #[test]
    fn what_lies_in_another_directory_now_is_not_removed_by_its_old_name() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("0.log.deleted");
        let bytes = large(&path);
        let doomed = Doomed::file(path.clone(), Readers::new(), &there(false));
        assert!(doomed.remove_in_steps(&SystemDisk, &mut |_| false).unwrap());
        doomed.remove(&SystemDisk).unwrap();
        assert_eq!(SystemDisk.file_len(&path).unwrap(), Some(bytes));
    }
}

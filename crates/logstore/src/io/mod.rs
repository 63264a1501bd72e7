//! The only home of system calls.
//!
//! Everything above reaches the disk through [`Disk`], so that a simulated one can stand in for it.
#![allow(
    unsafe_code,
    reason = "system calls and buffers without a safe wrapper; each block says why it holds"
)]

use std::fmt;
use std::io;
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};

pub mod arena;
pub mod changes;
pub mod disk;
pub mod distrust;
pub mod file;
pub mod poller;
pub mod pool;
pub mod removal;
pub mod sectors;
pub mod socket;
pub mod thread;

pub use changes::Changes;
pub use disk::SystemDisk;
pub use distrust::{distrust, forget_distrusted, trust};
pub use file::File;
pub use pool::{FilePool, PooledFile};
pub use removal::{Doomed, Readers};
pub use sectors::{PAGE_BYTES, SectorWriter};
pub use thread::run_promptly;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::base::error::StorageError;
use crate::base::types::Position;

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenMode {
    /// An existing file, for reading only.
    Read,
    /// An existing file, for reading and writing.
    Write,
    /// For reading and writing; created when it does not exist.
    Create,
    /// An existing file, for a [`SectorWriter`] alone: what it writes goes past the page cache where the system lets it.
    Sectors,
}

/// Whether what is written stays in memory for readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caching {
    /// As long as the system has room; it writes when it likes.
    Kept,
    /// The same, but writing begins at once, so that who syncs finds little to wait for. Nothing is durable by that.
    Begun,
    /// Until it is on the disk, where the system knows how; writing it begins at once. Nothing is durable by that.
    Dropped,
    /// Not at all, where it is whole pages at the place of such: who writes waits for the disk. Nothing is durable by that.
    Direct,
}

/// Whether a read may wait for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// As long as it takes; the system may read ahead.
    Waiting,
    /// As long as it takes, and the system reads nothing besides: what it reads ahead is in front of the next sync (D34).
    Exactly,
    /// Not at all: what is not in memory answers an error of which [`StorageError::is_cold`] is true.
    ///
    /// [`StorageError::is_cold`]: crate::base::error::StorageError::is_cold
    Resident,
}

/// One name in a directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The last part of the path.
    pub name: String,
    /// Whether it is a directory.
    pub directory: bool,
}

/// Room on the file system that holds a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// All of it.
    pub total_bytes: u64,
    /// What an unprivileged process may still use.
    pub usable_bytes: u64,
}

/// An open file as the system knows it. [`File`] wraps it with a path and with what D17 asks for.
pub trait RawFile: Send + Sync + fmt::Debug {
    /// Reads at most `into.len()` bytes; 0 at the end of the file.
    fn read_at(&self, into: &mut [u8], at: Position) -> io::Result<usize>;
    /// Reads what is in memory from `at` on; `WouldBlock` when nothing is. A disk that cannot tell waits.
    fn read_resident_at(&self, into: &mut [u8], at: Position) -> io::Result<usize> {
        self.read_at(into, at)
    }
    /// Reads without having the system read ahead.
    fn read_exactly_at(&self, into: &mut [u8], at: Position) -> io::Result<usize> {
        self.read_at(into, at)
    }
    /// Reads past the page cache: memory, its length and `at` are multiples of a page. `None` where the disk has no such
    /// thing.
    fn read_direct_at(&self, _into: &mut [u8], _at: Position) -> io::Result<Option<usize>> {
        Ok(None)
    }
    /// Writes some of the bytes of several buffers, one behind the other.
    fn write_vectored_at(&self, buffers: &[io::IoSlice<'_>], at: Position) -> io::Result<usize>;
    /// The same for what is not to stay in memory ([`Caching::Dropped`]). A disk that knows no such thing keeps it.
    fn write_dropped_at(&self, buffers: &[io::IoSlice<'_>], at: Position) -> io::Result<usize> {
        self.write_vectored_at(buffers, at)
    }
    /// The same for what is not to come there ([`Caching::Direct`]), as far as that can be.
    fn write_direct_at(&self, buffers: &[io::IoSlice<'_>], at: Position) -> io::Result<usize> {
        self.write_dropped_at(buffers, at)
    }
    /// Has the system write what its memory has between two places, and waits for nothing. A hint.
    fn begin_writing(&self, _from: Position, _to: Position) {}
    /// Cuts or extends; what is added reads as zeros.
    fn set_len(&self, bytes: u64) -> io::Result<()>;
    /// Current length.
    fn size(&self) -> io::Result<u64>;
    /// Makes data and length durable.
    fn sync(&self) -> io::Result<()>;
    /// Makes everything durable that was written to its file system. Fails, once, for whatever could not be written since
    /// this file was opened, whoever else was told of it (syncfs(2), Linux 5.8).
    fn sync_all(&self) -> io::Result<()>;
    /// The descriptor, where there is one: `sendfile` needs it.
    fn descriptor(&self) -> Option<BorrowedFd<'_>>;
}

/// A file system.
pub trait Disk: Send + Sync + fmt::Debug {
    /// Opens a file.
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Box<dyn RawFile>>;
    /// Creates a directory and its missing parents.
    fn create_dir(&self, path: &Path) -> io::Result<()>;
    /// Names in a directory, unordered.
    fn list(&self, path: &Path) -> io::Result<Vec<Entry>>;
    /// Length of a file, `None` when there is none.
    fn file_len(&self, path: &Path) -> io::Result<Option<u64>>;
    /// Renames within a file system, replacing the target; durable once both directories are synced.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Removes an empty directory.
    fn remove_dir(&self, path: &Path) -> io::Result<()>;
    /// Makes the names in a directory durable.
    fn sync_dir(&self, path: &Path) -> io::Result<()>;
    /// Drops what memory has of a file, but for what waits to be written: the next read is of the disk.
    fn forget(&self, path: &Path) -> io::Result<()>;
    /// Directories that are made in this one have nothing to do with each other, and need not lie together. A hint.
    fn spread(&self, _path: &Path) {}
    /// Takes an exclusive lock on a file that lasts until the returned guard is dropped; `None` when another holds it.
    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn RawFile>>>;
    /// Room on the file system below `path`.
    fn space(&self, path: &Path) -> io::Result<Space>;
}

/// Bytes that nobody can guess.
pub fn random_bytes() -> io::Result<[u8; 16]> {
    let mut bytes = [0; 16];
    rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())?;
    Ok(bytes)
}

/// How many files this process may have open, once it may have as many as the system lets it ask for.
pub fn open_files_limit() -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised =
        current != maximum && setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).is_ok();
    let limit = if raised { maximum } else { current };
    limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX))
}

/// Reads a small file whole, refusing one above `bytes_max`; `None` when there is none.
pub fn read_small(disk: &dyn Disk, path: &Path, bytes_max: u64) -> io::Result<Option<Vec<u8>>> {
    let Some(len) = disk.file_len(path)? else {
        return Ok(None);
    };
    if len > bytes_max {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("{len} bytes, at most {bytes_max} expected"),
        ));
    }
    let raw = match disk.open(path, OpenMode::Read) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let mut bytes = vec![0; len as usize];
    let mut filled = 0;
    while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match raw.read_at(rest, Position(filled as u64))? {
            0 => break,
            read => filled += read,
        }
    }
    bytes.truncate(filled);
    Ok(Some(bytes))
}

/// Replaces a small file so that a crash leaves the old or the new content: temporary file, sync, rename, sync of
/// the directory.
pub fn replace_small(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> Result<(), StorageError> {
    write_renamed(disk, path, bytes, true)?;
    let directory = path.parent().unwrap_or(Path::new("/"));
    disk.sync_dir(directory).map_err(|error| StorageError::io("sync", directory, error))
}

/// Like [`replace_small`] but durable only at the next sync: for what recovery can rebuild.
pub fn replace_small_relaxed(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> Result<(), StorageError> {
    write_renamed(disk, path, bytes, false)
}

fn write_renamed(disk: &dyn Disk, path: &Path, bytes: &[u8], sync: bool) -> Result<(), StorageError> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".tmp");
    let temporary = PathBuf::from(temporary);
    let file = File::open(disk, &temporary, OpenMode::Create)?;
    file.write_all_at(bytes, Position(0))?;
    file.set_len(bytes.len() as u64)?;
    if sync {
        file.sync()?;
    }
    drop(file);
    disk.rename(&temporary, path).map_err(|error| StorageError::io("rename", temporary, error))
}

/// Removes a file; one that is not there is fine.
pub fn remove_if_exists(disk: &dyn Disk, path: &Path) -> io::Result<()> {
    match disk.remove(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Removes a directory with the files and directories in it.
pub fn remove_tree(disk: &dyn Disk, path: &Path) -> io::Result<()> {
    for entry in disk.list(path)? {
        let inner = path.join(&entry.name);
        if entry.directory {
            remove_tree(disk, &inner)?;
        } else {
            remove_if_exists(disk, &inner)?;
        }
    }
    disk.remove_dir(path)
}

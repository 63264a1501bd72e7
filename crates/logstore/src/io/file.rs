//! A file handle that becomes unusable after its first failed write or sync (D17).
//!
//! After a failed fsync the page cache no longer says what is on the disk, and after a failed write nobody knows
//! how much of it arrived. Neither is retried: every later call answers [`StorageError::Poisoned`]. Only a write for
//! which there was no room may be made again, at the same place (D31).

use std::io::IoSlice;
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::{Access, Caching, Disk, OpenMode, PAGE_BYTES, RawFile};
use crate::base::error::{StorageError, is_no_space};
use crate::base::types::Position;

/// An open file with its path.
#[derive(Debug)]
pub struct File {
    raw: Box<dyn RawFile>,
    path: PathBuf,
    poisoned: Arc<AtomicBool>,
    /// Up to where it was read past the page cache since it was opened.
    read_direct_to: AtomicU64,
}

impl File {
    /// Opens a file that nothing else has open.
    pub fn open(disk: &dyn Disk, path: &Path, mode: OpenMode) -> Result<Self, StorageError> {
        Self::open_sharing(disk, path, mode, Arc::new(AtomicBool::new(false)))
    }

    /// Opens a file whose state outlives this handle: one that is opened again stays poisoned.
    pub(crate) fn open_sharing(
        disk: &dyn Disk,
        path: &Path,
        mode: OpenMode,
        poisoned: Arc<AtomicBool>,
    ) -> Result<Self, StorageError> {
        let raw = disk.open(path, mode).map_err(|error| StorageError::io("open", path, error))?;
        Ok(Self { raw, path: path.to_owned(), poisoned, read_direct_to: AtomicU64::new(0) })
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The descriptor for `sendfile`, where the disk has any.
    pub fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.raw.descriptor()
    }

    /// Reads at most `into.len()` bytes; 0 at the end of the file.
    pub fn read_at(&self, into: &mut [u8], at: Position, access: Access) -> Result<usize, StorageError> {
        let read = match access {
            Access::Waiting => self.raw.read_at(into, at),
            Access::Exactly => self.raw.read_exactly_at(into, at),
            Access::Resident => self.raw.read_resident_at(into, at),
        };
        read.map_err(|error| StorageError::io("read", &self.path, error))
    }

    /// Takes a range to be read past the page cache; false when it was taken before, or one behind it: what is wanted again
    /// is better in memory that all share.
    pub fn claim_direct(&self, from: Position, to: Position) -> bool {
        self.read_direct_to.fetch_max(to.0, Ordering::Relaxed) <= from.0
    }

    /// Reads at most `into.len()` bytes past the page cache; `None` where the disk does not do that. Where it begins, its
    /// length and `at` are multiples of a page.
    pub fn read_direct_at(&self, into: &mut [u8], at: Position) -> Result<Option<usize>, StorageError> {
        self.raw.read_direct_at(into, at).map_err(|error| StorageError::io("read", &self.path, error))
    }

    /// Reads until `into` is full or the file ends; answers how much it was.
    pub fn read_full_at(&self, into: &mut [u8], at: Position) -> Result<usize, StorageError> {
        self.read_full_as(into, at, Access::Waiting)
    }

    /// The same with a say in whether it may wait.
    pub fn read_full_as(&self, into: &mut [u8], at: Position, access: Access) -> Result<usize, StorageError> {
        let mut filled = 0;
        while let Some(rest) = into.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.read_at(rest, Position(at.0 + filled as u64), access)? {
                0 => break,
                read => filled += read,
            }
        }
        Ok(filled)
    }

    /// Writes all bytes.
    pub fn write_all_at(&self, bytes: &[u8], at: Position) -> Result<(), StorageError> {
        self.write_vectored_all_at(&mut [IoSlice::new(bytes)], at)
    }

    /// Writes all buffers, one behind the other, in as few calls as the system allows. Short writes are continued.
    pub fn write_vectored_all_at(
        &self,
        buffers: &mut [IoSlice<'_>],
        at: Position,
    ) -> Result<(), StorageError> {
        self.write_vectored_all_as(buffers, at, Caching::Kept)
    }

    /// The same with a say in whether it stays in memory.
    pub fn write_vectored_all_as(
        &self,
        buffers: &mut [IoSlice<'_>],
        at: Position,
        caching: Caching,
    ) -> Result<(), StorageError> {
        self.usable()?;
        let mut rest = buffers;
        let (from, mut at) = (at, at);
        IoSlice::advance_slices(&mut rest, 0);
        while !rest.is_empty() {
            let written = match caching {
                Caching::Kept | Caching::Begun => self.raw.write_vectored_at(rest, at),
                Caching::Dropped => self.raw.write_dropped_at(rest, at),
                Caching::Direct => self.raw.write_direct_at(rest, at),
            };
            match written {
                Ok(0) => return Err(self.poison("write", std::io::ErrorKind::WriteZero.into())),
                Ok(written) => {
                    at.0 += written as u64;
                    IoSlice::advance_slices(&mut rest, written);
                }
                Err(error) => return Err(self.failed("write", error)),
            }
        }
        if caching == Caching::Begun {
            let page = PAGE_BYTES as u64;
            // The next write goes on in the page that is not whole.
            self.raw.begin_writing(Position(from.0 - from.0 % page), Position(at.0 - at.0 % page));
        }
        Ok(())
    }

    /// Cuts or extends the file.
    pub fn set_len(&self, bytes: u64) -> Result<(), StorageError> {
        self.usable()?;
        self.raw.set_len(bytes).map_err(|error| self.failed("set length of", error))
    }

    /// Current length.
    pub fn size(&self) -> Result<u64, StorageError> {
        self.raw.size().map_err(|error| StorageError::io("stat", &self.path, error))
    }

    /// Makes data and length durable; a failure is final.
    pub fn sync(&self) -> Result<(), StorageError> {
        self.usable()?;
        self.raw.sync().map_err(|error| self.poison("sync", error))
    }

    fn usable(&self) -> Result<(), StorageError> {
        if self.poisoned.load(Ordering::Acquire) {
            return Err(StorageError::Poisoned { path: self.path.clone() });
        }
        Ok(())
    }

    fn failed(&self, operation: &'static str, error: std::io::Error) -> StorageError {
        if is_no_space(&error) {
            return StorageError::io(operation, &self.path, error);
        }
        self.poison(operation, error)
    }

    fn poison(&self, operation: &'static str, error: std::io::Error) -> StorageError {
        self.poisoned.store(true, Ordering::Release);
        StorageError::io(operation, &self.path, error)
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::atomic::AtomicUsize;

    use super::*;

    /// Takes two bytes a call and fails the sync that is numbered.
    #[derive(Debug, Default)]
    struct Grudging {
        written: parking_lot::Mutex<Vec<u8>>,
        syncs: AtomicUsize,
    }

    impl RawFile for Grudging {
        fn read_at(&self, _into: &mut [u8], _at: Position) -> io::Result<usize> {
            Ok(0)
        }
        fn write_vectored_at(&self, buffers: &[IoSlice<'_>], at: Position) -> io::Result<usize> {
            let first = &buffers[0][..buffers[0].len().min(2)];
            let mut written = self.written.lock();
            assert_eq!(written.len() as u64, at.0);
            written.extend_from_slice(first);
            Ok(first.len())
        }
        fn set_len(&self, _bytes: u64) -> io::Result<()> {
            Ok(())
        }
        fn size(&self) -> io::Result<u64> {
            Ok(0)
        }
        fn sync(&self) -> io::Result<()> {
            match self.syncs.fetch_add(1, Ordering::Relaxed) {
                0 => Ok(()),
                _ => Err(io::ErrorKind::Other.into()),
            }
        }
        fn sync_all(&self) -> io::Result<()> {
            self.sync()
        }
        fn descriptor(&self) -> Option<BorrowedFd<'_>> {
            None
        }
    }

    fn grudging() -> File {
        let raw = Box::<Grudging>::default();
        File { raw, path: "f".into(), poisoned: Arc::default(), read_direct_to: AtomicU64::new(0) }
    }

    #[test]
    fn short_writes_are_continued() {
        let file = grudging();
        file.write_vectored_all_at(
            &mut [IoSlice::new(b"abc"), IoSlice::new(b""), IoSlice::new(b"defgh")],
            Position(0),
        )
        .unwrap();
    }

    #[test]
    fn a_failed_sync_is_final() {
        let file = grudging();
        file.sync().unwrap();
        assert!(matches!(file.sync(), Err(StorageError::Io { operation: "sync", .. })));
        assert!(matches!(file.sync(), Err(StorageError::Poisoned { .. })));
        assert!(matches!(file.write_all_at(b"x", Position(0)), Err(StorageError::Poisoned { .. })));
    }
}

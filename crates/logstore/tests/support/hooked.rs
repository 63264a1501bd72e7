//! A disk, the real one unless said otherwise, with a word from the test before each call that changes or reads it.
#![allow(dead_code, reason = "no test binary uses all of it")]

use std::io::{self, IoSlice};
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use logstore::base::types::Position;
use logstore::io::sectors::SECTOR_BYTES;
use logstore::io::{Disk, Entry, OpenMode, RawFile, Space, SystemDisk};
use parking_lot::Mutex;

/// What is about to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Operation {
    Open,
    Read,
    /// A read of what is in memory.
    ReadResident,
    /// A read past the page cache; a disk that says it is unsupported has none.
    ReadDirect,
    Write,
    /// A write that leaves memory once it is on the disk.
    WriteDropped,
    /// A write past the page cache.
    WriteDirect,
    BeginWriting,
    SetLen,
    Sync,
    CreateDir,
    List,
    Stat,
    Rename,
    Remove,
    SyncDirectory,
    /// Of the whole file system.
    SyncAll,
}

/// How much of a write is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    All,
    Half,
}

impl From<()> for Extent {
    fn from((): ()) -> Self {
        Self::All
    }
}

type Hook = dyn Fn(Operation, &Path) -> io::Result<Extent> + Send + Sync;

/// Clones share the hook.
#[derive(Clone)]
pub(crate) struct HookedDisk {
    below: Arc<dyn Disk>,
    hook: Arc<Mutex<Option<Arc<Hook>>>>,
    space: Arc<Mutex<Option<Space>>>,
    written: Arc<AtomicU64>,
}

impl Default for HookedDisk {
    fn default() -> Self {
        Self::over(SystemDisk)
    }
}

#[derive(Debug)]
struct HookedFile {
    raw: Box<dyn RawFile>,
    path: PathBuf,
    disk: HookedDisk,
}

impl HookedDisk {
    pub(crate) fn over(below: impl Disk + 'static) -> Self {
        Self { below: Arc::new(below), hook: Arc::default(), space: Arc::default(), written: Arc::default() }
    }

    /// Bytes that files took.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// From now on this much is free.
    pub(crate) fn free(&self, space: Space) {
        *self.space.lock() = Some(space);
    }

    /// From now on `hook` is asked.
    pub(crate) fn hook<E: Into<Extent>>(
        &self,
        hook: impl Fn(Operation, &Path) -> io::Result<E> + Send + Sync + 'static,
    ) {
        *self.hook.lock() =
            Some(Arc::new(move |operation, path: &Path| hook(operation, path).map(Into::into)));
    }

    /// Does `hook` once, before the next `operation` on a path that ends so.
    pub(crate) fn before(&self, operation: Operation, ending: &str, hook: impl FnOnce() + Send + 'static) {
        let (ending, hook, place) = (ending.to_owned(), Mutex::new(Some(hook)), Arc::downgrade(&self.hook));
        self.hook(move |met, path| {
            if met == operation
                && path.to_string_lossy().ends_with(&ending)
                && let (Some(hook), Some(place)) = (hook.lock().take(), place.upgrade())
            {
                *place.lock() = None;
                hook();
            }
            Ok(())
        });
    }

    /// What was to be done once was done.
    pub(crate) fn has_happened(&self) -> bool {
        self.hook.lock().is_none()
    }

    /// From now on nobody is.
    pub(crate) fn unhook(&self) {
        *self.hook.lock() = None;
    }

    fn ask(&self, operation: Operation, path: &Path) -> io::Result<Extent> {
        let hook = self.hook.lock().clone();
        hook.map_or(Ok(Extent::All), |hook| hook(operation, path))
    }
}

impl std::fmt::Debug for HookedDisk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HookedDisk")
    }
}

impl RawFile for HookedFile {
    fn read_at(&self, into: &mut [u8], at: Position) -> io::Result<usize> {
        self.disk.ask(Operation::Read, &self.path)?;
        self.raw.read_at(into, at)
    }
    fn read_resident_at(&self, into: &mut [u8], at: Position) -> io::Result<usize> {
        self.disk.ask(Operation::ReadResident, &self.path)?;
        self.raw.read_resident_at(into, at)
    }
    fn read_direct_at(&self, into: &mut [u8], at: Position) -> io::Result<Option<usize>> {
        match self.disk.ask(Operation::ReadDirect, &self.path) {
            Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(None),
            asked => asked.and_then(|_| self.raw.read_direct_at(into, at)),
        }
    }
    fn write_vectored_at(&self, buffers: &[IoSlice<'_>], at: Position) -> io::Result<usize> {
        let written = match self.disk.ask(Operation::Write, &self.path)? {
            Extent::All => self.raw.write_vectored_at(buffers, at),
            Extent::Half => {
                let bytes: Vec<u8> = buffers.iter().flat_map(|buffer| buffer.iter().copied()).collect();
                // What goes past the page cache comes in sectors.
                let unit = if bytes.len().is_multiple_of(SECTOR_BYTES) { SECTOR_BYTES } else { 1 };
                let half = bytes.len().div_ceil(2).next_multiple_of(unit);
                self.raw.write_vectored_at(&[IoSlice::new(&bytes[..half])], at)
            }
        };
        written.inspect(|bytes| {
            self.disk.written.fetch_add(*bytes as u64, Ordering::Relaxed);
        })
    }
    fn write_dropped_at(&self, buffers: &[IoSlice<'_>], at: Position) -> io::Result<usize> {
        self.disk.ask(Operation::WriteDropped, &self.path)?;
        self.raw.write_dropped_at(buffers, at)
    }
    fn write_direct_at(&self, buffers: &[IoSlice<'_>], at: Position) -> io::Result<usize> {
        self.disk.ask(Operation::WriteDirect, &self.path)?;
        self.raw.write_direct_at(buffers, at)
    }
    fn begin_writing(&self, from: Position, to: Position) {
        if self.disk.ask(Operation::BeginWriting, &self.path).is_ok() {
            self.raw.begin_writing(from, to);
        }
    }
    fn set_len(&self, bytes: u64) -> io::Result<()> {
        self.disk.ask(Operation::SetLen, &self.path)?;
        self.raw.set_len(bytes)
    }
    fn size(&self) -> io::Result<u64> {
        self.disk.ask(Operation::Stat, &self.path)?;
        self.raw.size()
    }
    fn sync(&self) -> io::Result<()> {
        self.disk.ask(Operation::Sync, &self.path)?;
        self.raw.sync()
    }
    fn sync_all(&self) -> io::Result<()> {
        self.disk.ask(Operation::SyncAll, &self.path)?;
        self.raw.sync_all()
    }
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.raw.descriptor()
    }
}

impl Disk for HookedDisk {
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Box<dyn RawFile>> {
        self.ask(Operation::Open, path)?;
        let raw = self.below.open(path, mode)?;
        Ok(Box::new(HookedFile { raw, path: path.to_owned(), disk: self.clone() }))
    }
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        self.ask(Operation::CreateDir, path)?;
        self.below.create_dir(path)
    }
    fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        self.ask(Operation::List, path)?;
        self.below.list(path)
    }
    fn file_len(&self, path: &Path) -> io::Result<Option<u64>> {
        self.ask(Operation::Stat, path)?;
        self.below.file_len(path)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.ask(Operation::Rename, from)?;
        self.below.rename(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.ask(Operation::Remove, path)?;
        self.below.remove(path)
    }
    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        self.ask(Operation::Remove, path)?;
        self.below.remove_dir(path)
    }
    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.ask(Operation::SyncDirectory, path)?;
        self.below.sync_dir(path)
    }
    fn forget(&self, path: &Path) -> io::Result<()> {
        self.ask(Operation::Open, path)?;
        self.below.forget(path)
    }
    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn RawFile>>> {
        self.ask(Operation::Open, path)?;
        let lock = self.below.lock(path)?;
        Ok(lock.map(|raw| -> Box<dyn RawFile> {
            Box::new(HookedFile { raw, path: path.to_owned(), disk: self.clone() })
        }))
    }
    fn space(&self, path: &Path) -> io::Result<Space> {
        self.space.lock().map_or_else(|| self.below.space(path), Ok)
    }
}

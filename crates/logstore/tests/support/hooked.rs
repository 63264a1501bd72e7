//! The real disk, with a word from the test before each read, write, sync and removal.
#![allow(dead_code, reason = "no test binary uses all of it")]

use std::io::{self, IoSlice};
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use logstore::base::types::Position;
use logstore::io::{Disk, Entry, OpenMode, RawFile, Space, SystemDisk};
use parking_lot::Mutex;

/// What is about to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Read,
    /// A read of what is in memory.
    ReadResident,
    Write,
    Sync,
    SyncDirectory,
    /// Of the whole file system.
    SyncAll,
    Remove,
}

type Hook = dyn Fn(Operation, &Path) -> io::Result<()> + Send + Sync;

/// Clones share the hook.
#[derive(Clone, Default)]
pub(crate) struct HookedDisk(Arc<Mutex<Option<Arc<Hook>>>>);

#[derive(Debug)]
struct HookedFile {
    raw: Box<dyn RawFile>,
    path: PathBuf,
    disk: HookedDisk,
}

impl HookedDisk {
    /// From now on `hook` is asked.
    pub(crate) fn hook(&self, hook: impl Fn(Operation, &Path) -> io::Result<()> + Send + Sync + 'static) {
        *self.0.lock() = Some(Arc::new(hook));
    }

    /// From now on nobody is.
    pub(crate) fn unhook(&self) {
        *self.0.lock() = None;
    }

    fn ask(&self, operation: Operation, path: &Path) -> io::Result<()> {
        let hook = self.0.lock().clone();
        hook.map_or(Ok(()), |hook| hook(operation, path))
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
    fn write_at(&self, bytes: &[u8], at: Position) -> io::Result<usize> {
        self.disk.ask(Operation::Write, &self.path)?;
        self.raw.write_at(bytes, at)
    }
    fn write_vectored_at(&self, buffers: &[IoSlice<'_>], at: Position) -> io::Result<usize> {
        self.disk.ask(Operation::Write, &self.path)?;
        self.raw.write_vectored_at(buffers, at)
    }
    fn set_len(&self, bytes: u64) -> io::Result<()> {
        self.raw.set_len(bytes)
    }
    fn size(&self) -> io::Result<u64> {
        self.raw.size()
    }
    fn sync(&self) -> io::Result<()> {
        self.disk.ask(Operation::Sync, &self.path)?;
        self.raw.sync()
    }
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.raw.descriptor()
    }
}

impl Disk for HookedDisk {
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Box<dyn RawFile>> {
        let raw = SystemDisk.open(path, mode)?;
        Ok(Box::new(HookedFile { raw, path: path.to_owned(), disk: self.clone() }))
    }
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        SystemDisk.create_dir(path)
    }
    fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        SystemDisk.list(path)
    }
    fn file_len(&self, path: &Path) -> io::Result<Option<u64>> {
        SystemDisk.file_len(path)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        SystemDisk.rename(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.ask(Operation::Remove, path)?;
        SystemDisk.remove(path)
    }
    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        SystemDisk.remove_dir(path)
    }
    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.ask(Operation::SyncDirectory, path)?;
        SystemDisk.sync_dir(path)
    }
    fn sync_all(&self, path: &Path) -> io::Result<()> {
        self.ask(Operation::SyncAll, path)?;
        SystemDisk.sync_all(path)
    }
    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn RawFile>>> {
        SystemDisk.lock(path)
    }
    fn space(&self, path: &Path) -> io::Result<Space> {
        SystemDisk.space(path)
    }
}

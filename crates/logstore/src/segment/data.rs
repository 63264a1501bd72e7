//! The data file of a segment, `N.log`: batches one behind the other, only ever appended to.

use std::io::IoSlice;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::base::error::StorageError;
use crate::base::types::Position;
use crate::io::{Access, File, FilePool, PooledFile};

/// An append-only file and how much of it holds batches.
#[derive(Debug)]
pub struct DataFile {
    file: PooledFile,
    bytes: AtomicU64,
}

impl DataFile {
    pub(super) fn create(pool: &Arc<FilePool>, path: PathBuf) -> Result<Self, StorageError> {
        let data = Self::existing(pool, path, 0);
        let file = data.file.get_or_create()?;
        if file.size()? > 0 {
            file.set_len(0)?;
        }
        Ok(data)
    }

    pub(super) fn existing(pool: &Arc<FilePool>, path: PathBuf, bytes: u64) -> Self {
        Self { file: PooledFile::new(pool, path), bytes: AtomicU64::new(bytes) }
    }

    /// Bytes in it.
    pub fn size(&self) -> u64 {
        self.bytes.load(Ordering::Acquire)
    }

    /// Where it lies.
    pub fn path(&self) -> PathBuf {
        self.file.path()
    }

    pub(super) fn pooled(&self) -> &PooledFile {
        &self.file
    }

    /// The open file.
    pub fn file(&self) -> Result<Arc<File>, StorageError> {
        self.file.get()
    }

    /// The same with a say in whether it may wait.
    pub fn file_for(&self, access: Access) -> Result<Arc<File>, StorageError> {
        self.file.get_for(access)
    }

    /// Writes all buffers behind what is there, with one call where the system takes them all. Where there is no room
    /// for all of them nothing is added.
    pub(super) fn append(&self, buffers: &mut [IoSlice<'_>]) -> Result<(), StorageError> {
        let bytes: usize = buffers.iter().map(|buffer| buffer.len()).sum();
        let at = self.size();
        let file = self.file.get()?;
        if let Err(error) = file.write_vectored_all_at(buffers, Position(at)) {
            if error.is_no_space() {
                file.set_len(at)?;
            }
            return Err(error);
        }
        self.bytes.store(at + bytes as u64, Ordering::Release);
        Ok(())
    }

    pub(super) fn truncate(&self, to: Position) -> Result<(), StorageError> {
        self.bytes.store(to.0, Ordering::Release);
        self.file.get()?.set_len(to.0)
    }

    pub(super) fn sync(&self) -> Result<(), StorageError> {
        self.file.get()?.sync()
    }
}

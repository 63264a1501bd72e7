//! Causes shared by every layer; each layer adds an enum of its own where it has more to say.

use std::io;
use std::path::{Path, PathBuf};

/// What can go wrong below the log: the system refused, or bytes are not what was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// A system call failed; the directory is taken out of service when it was a write or a sync (D17).
    #[error("{operation} {}: {source}", path.display())]
    Io {
        /// What was being done, as a verb: `open`, `write`, `sync`.
        operation: &'static str,
        /// On which file or directory.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// Bytes on disk fail a check.
    #[error("{} is damaged at byte {position}: {why}", path.display())]
    Corrupt {
        /// The file that holds them.
        path: PathBuf,
        /// Where the first bad byte lies.
        position: u64,
        /// Which check failed.
        why: String,
    },
    /// The file or directory was taken out of service by an earlier failed write or sync.
    #[error("{} is out of service after an earlier failure", path.display())]
    Poisoned {
        /// What is out of service.
        path: PathBuf,
    },
}

/// Whether the system refused for want of room: nothing is wrong with the disk, and there may be room again.
pub fn is_no_space(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

impl StorageError {
    /// Names the operation and the file of a failed system call.
    pub fn io(operation: &'static str, path: impl AsRef<Path>, source: impl Into<io::Error>) -> Self {
        Self::Io { operation, path: path.as_ref().to_owned(), source: source.into() }
    }

    /// Names the file and the place of a failed check.
    pub fn corrupt(path: impl AsRef<Path>, position: u64, why: impl Into<String>) -> Self {
        Self::Corrupt { path: path.as_ref().to_owned(), position, why: why.into() }
    }

    /// Whether there was no room. That is no failure of the disk, but where a sync says so (D31).
    pub fn is_no_space(&self) -> bool {
        matches!(self, Self::Io { operation, source, .. } if *operation != "sync" && is_no_space(source))
    }

    /// Whether a sync failed: nobody knows what of that is on the disk.
    pub fn is_of_a_sync(&self) -> bool {
        matches!(self, Self::Io { operation: "sync", .. })
    }

    /// Whether the file is gone.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }

    /// Whether the read would have had to wait for the disk, and was not allowed to.
    pub fn is_cold(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::WouldBlock)
    }
}

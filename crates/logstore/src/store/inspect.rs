//! Looking at data directories that no broker has open: what is good, what is damaged, and giving damage up.

mod repair;
mod verify;

use std::ops::Range;
use std::path::{Path, PathBuf};

pub use repair::{Repaired, repair};
pub use verify::{Verified, VerifiedPartition, verify};

use super::OpenError;
use super::directories::{Identity, LOCK, read_identity};
use crate::base::error::StorageError;
use crate::base::types::{Offset, PartitionIndex};
use crate::io::{self, Disk, RawFile};
use crate::segment::names;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Records are lost.
    Damage,
    /// The next start builds it anew, or cuts what was never acknowledged.
    Harmless,
}

/// Something that is not what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// In which file.
    pub file: PathBuf,
    /// Which bytes of it, where that is known.
    pub bytes: Option<Range<u64>>,
    /// Which offsets are lost with it; an end of `i64::MAX` is not known.
    pub offsets: Option<Range<Offset>>,
    /// What is wrong.
    pub why: String,
}

/// Which partitions are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected {
    /// A topic, or a topic and a partition as `topic-partition`.
    pub name: String,
}

impl Selected {
    fn covers(&self, topic: &str, index: PartitionIndex) -> bool {
        self.name == topic || self.name == names::directory_name(topic, index)
    }
}

/// Bytes that were read of all that are to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyProgress {
    /// So far.
    pub bytes: u64,
    /// In all.
    pub total: u64,
}

impl Finding {
    fn harmless(file: impl AsRef<Path>, why: impl Into<String>) -> Self {
        Self { severity: Severity::Harmless, ..Self::damage(file, why) }
    }

    fn damage(file: impl AsRef<Path>, why: impl Into<String>) -> Self {
        Self {
            severity: Severity::Damage,
            file: file.as_ref().to_owned(),
            bytes: None,
            offsets: None,
            why: why.into(),
        }
    }
}

/// A data directory that nobody else has open, as long as this lives.
struct Locked {
    identity: Identity,
    lock: Box<dyn RawFile>,
}

/// Takes the lock of a data directory; what is read from then on is on its disk. An error where a broker runs in it, and
/// where it is none.
fn lock(disk: &dyn Disk, path: &Path) -> Result<Locked, OpenError> {
    let identity = read_identity(disk, path)?.ok_or_else(|| OpenError::NotADataDirectory(path.to_owned()))?;
    let lock_path = path.join(LOCK);
    let taken = disk.lock(&lock_path).map_err(|error| StorageError::io("lock", &lock_path, error))?;
    let lock = taken.ok_or_else(|| OpenError::Locked(path.to_owned()))?;
    io::forget_distrusted(disk, path).map_err(|error| StorageError::io("read", path, error))?;
    Ok(Locked { identity, lock })
}

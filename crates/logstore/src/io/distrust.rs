//! What memory has of a directory in which a sync failed.
//!
//! Pages that could not be written pass for clean afterwards: they read as they should be, no later sync writes them, and
//! a power failure takes them. So a file says that a sync failed, and the next start has everything read from the disk.
//! That file is as lasting as what it speaks of: both go with what the system has in memory.

use std::io;
use std::path::{Path, PathBuf};

use super::{Disk, remove_if_exists, replace_small_relaxed};

/// Text: why, for people. Plain files are what Kafka passes over.
const MARKER: &str = "millrace.sync-failed";

fn marker(directory: &Path) -> PathBuf {
    directory.join(MARKER)
}

/// From now on what memory has of the files below is not believed. A disk that refuses that too is one that a start
/// cannot write to either.
pub fn distrust(disk: &dyn Disk, directory: &Path, why: &str) {
    let _ = replace_small_relaxed(disk, &marker(directory), format!("{why}\n").as_bytes());
}

/// Has everything below read from the disk where a sync failed; before anything but whose it is was read.
pub fn forget_distrusted(disk: &dyn Disk, directory: &Path) -> io::Result<()> {
    if disk.file_len(&marker(directory))?.is_some() { forget_below(disk, directory) } else { Ok(()) }
}

/// What memory has from now on is believed again.
pub fn trust(disk: &dyn Disk, directory: &Path) -> io::Result<()> {
    remove_if_exists(disk, &marker(directory))
}

fn forget_below(disk: &dyn Disk, directory: &Path) -> io::Result<()> {
    for entry in disk.list(directory)? {
        let path = directory.join(&entry.name);
        if entry.directory {
            forget_below(disk, &path)?;
        } else {
            disk.forget(&path)?;
        }
    }
    Ok(())
}

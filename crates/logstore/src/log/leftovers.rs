//! What a stop left half done in the directory of a log.
//!
//! `.deleted` files were given up, `.cleaned` ones were being built by a compaction. A `.swap` is the commit point of
//! one: it replaces the segments that it was made from, whether or not they were removed before the stop.

use std::path::Path;

use crate::base::error::StorageError;
use crate::base::types::Position;
use crate::io::{self, Disk};
use crate::segment::names::{self, CLEANED, DELETED, SWAP};
use crate::segment::{Kind, recover};

/// Names of the files in a directory.
fn list(disk: &dyn Disk, directory: &Path) -> Result<Vec<String>, StorageError> {
    let entries = disk.list(directory).map_err(|error| StorageError::io("list", directory, error))?;
    Ok(entries.into_iter().filter(|entry| !entry.directory).map(|entry| entry.name).collect())
}

pub(super) fn remove(disk: &dyn Disk, path: &Path) -> Result<(), StorageError> {
    io::remove_if_exists(disk, path).map_err(|error| StorageError::io("remove", path, error))
}

/// Removes what a stop left half done, and completes a compaction that had come to its commit point. Answers the names
/// of the files that are there then.
pub(super) fn clear_leftovers(disk: &dyn Disk, directory: &Path) -> Result<Vec<String>, StorageError> {
    let names_there = list(disk, directory)?;
    if names_there.iter().filter_map(|name| names::parse(name)).all(|file| file.suffix.is_empty()) {
        return Ok(names_there);
    }
    clear(disk, directory, &names_there)?;
    list(disk, directory)
}

fn clear(disk: &dyn Disk, directory: &Path, names_there: &[String]) -> Result<(), StorageError> {
    let with = |suffix: &'static str| {
        let files = names_there.iter().filter_map(move |name| Some((name, names::parse(name)?)));
        files.filter(move |(_, file)| file.suffix == suffix)
    };
    for (name, _) in with(DELETED) {
        remove(disk, &directory.join(name))?;
    }
    // A swap above a file that is still being cleaned belongs to a split that did not come to its end.
    let first_cleaned = with(CLEANED).map(|(_, file)| file.offset).min();
    for (name, file) in with(SWAP) {
        if first_cleaned.is_some_and(|first_cleaned| file.offset >= first_cleaned) {
            remove(disk, &directory.join(name))?;
        }
    }
    for (name, _) in with(CLEANED) {
        remove(disk, &directory.join(name))?;
    }
    let kept = |file: &names::SegmentFile<'_>| first_cleaned.is_none_or(|cleaned| file.offset < cleaned);
    let swaps: Vec<_> = with(SWAP).filter(|(_, file)| kept(file)).collect();
    complete_swaps(disk, directory, &swaps, names_there)
}

fn complete_swaps(
    disk: &dyn Disk,
    directory: &Path,
    swaps: &[(&String, names::SegmentFile<'_>)],
    names_there: &[String],
) -> Result<(), StorageError> {
    let data: Vec<_> = swaps.iter().filter(|(_, file)| file.kind == Kind::Data).collect();
    let Some(first) = data.iter().map(|(_, file)| file.offset).min() else {
        // Indexes whose data file was renamed already.
        return rename_swaps(disk, directory, swaps);
    };
    let mut end = first;
    for (name, file) in data {
        let path = directory.join(name);
        let opened = io::File::open(disk, &path, io::OpenMode::Read)?;
        recover::scan(&opened, Position(0), Position(opened.size()?), file.offset, &mut |_, batch| {
            end = end.max(batch.header().next_offset());
            Ok(())
        })?;
    }
    for name in names_there {
        let replaced = names::parse(name)
            .filter(|file| file.suffix.is_empty() && !matches!(file.kind, Kind::Snapshot | Kind::Retries));
        if replaced.is_some_and(|file| file.offset >= first && file.offset < end) {
            remove(disk, &directory.join(name))?;
        }
    }
    // Else a crash now could leave a new name beside an old file that it replaced.
    disk.sync_dir(directory).map_err(|error| StorageError::io("sync", directory, error))?;
    rename_swaps(disk, directory, swaps)
}

fn rename_swaps(
    disk: &dyn Disk,
    directory: &Path,
    swaps: &[(&String, names::SegmentFile<'_>)],
) -> Result<(), StorageError> {
    for (name, file) in swaps {
        let from = directory.join(name);
        let to = names::file_path(directory, file.offset, file.kind);
        disk.rename(&from, &to).map_err(|error| StorageError::io("rename", &from, error))?;
    }
    Ok(())
}

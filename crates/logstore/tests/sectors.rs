//! Writes past the page cache, several at once.
#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "support/hooked.rs"]
mod hooked;

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::Duration;

use hooked::{Extent, HookedDisk, Operation};
use logstore::base::error::StorageError;
use logstore::base::types::Position;
use logstore::io::{Disk, File, OpenMode, SectorWriter};

const BLOCK_BYTES: usize = 4096;
const BLOCKS: usize = 4;
const PATIENCE: usize = 10_000;

/// Writes as much as goes side by side, with `hook` before each write.
fn write(hook: impl Fn(usize) -> io::Result<()> + Send + Sync + 'static) -> Result<usize, StorageError> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    let disk = HookedDisk::default();
    drop(File::open(&disk as &dyn Disk, &path, OpenMode::Create).unwrap());
    let file = File::open(&disk, &path, OpenMode::Sectors).unwrap();
    let writes = AtomicUsize::new(0);
    disk.hook(move |operation, _| match operation {
        Operation::Write => hook(writes.fetch_add(1, Ordering::AcqRel)).map(|()| Extent::All),
        _ => Ok(Extent::All),
    });
    let bytes = vec![7; BLOCK_BYTES * BLOCKS];
    SectorWriter::new(BLOCK_BYTES, BLOCKS).write(&file, Position(0), [&bytes[..]].into_iter())
}

#[test]
fn blocks_are_written_side_by_side() {
    let begun = AtomicUsize::new(0);
    let written = write(move |_| {
        begun.fetch_add(1, Ordering::AcqRel);
        let all = (0..PATIENCE).any(|_| {
            sleep(Duration::from_millis(1));
            begun.load(Ordering::Acquire) == BLOCKS
        });
        if all { Ok(()) } else { Err(io::Error::other("the others never began")) }
    });
    assert_eq!(written.unwrap(), BLOCK_BYTES * BLOCKS);
}

#[test]
fn the_failure_of_one_is_told_and_not_what_comes_of_it() {
    for failing in 0..BLOCKS {
        let written = write(move |nth| if nth == failing { Err(io::Error::other("broken")) } else { Ok(()) });
        let error = written.unwrap_err();
        assert!(error.to_string().contains("broken"), "{error}");
    }
}

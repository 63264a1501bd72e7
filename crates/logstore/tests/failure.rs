//! A disk that refuses: the directory goes out of service, everything else goes on (D17).
#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

mod support;

use std::io::{self, IoSlice};
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use logstore::base::types::{Offset, PartitionId, PartitionIndex, Position};
use logstore::batch::build::BatchBuilder;
use logstore::io::{Disk, Entry, OpenMode, RawFile, Space, SystemDisk};
use logstore::log::{Mailbox, Origin, Watch};
use logstore::store::{Store, StoreOptions};
use parking_lot::Mutex;
use support::{Bed, EPOCH, TOPIC, append, config, expect, fill, id, record};

/// The real disk, but for writes to data files below one directory once they are to fail.
#[derive(Debug, Default)]
struct Refusing(Arc<Mutex<Option<PathBuf>>>);

#[derive(Debug)]
struct RefusingFile {
    raw: Box<dyn RawFile>,
    path: PathBuf,
    refused: Arc<Mutex<Option<PathBuf>>>,
}

impl RefusingFile {
    fn check(&self) -> io::Result<()> {
        let refused = self.refused.lock();
        if refused.as_ref().is_some_and(|below| self.path.starts_with(below)) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }
}

impl RawFile for RefusingFile {
    fn read_at(&self, into: &mut [u8], at: Position) -> io::Result<usize> {
        self.raw.read_at(into, at)
    }
    fn write_at(&self, bytes: &[u8], at: Position) -> io::Result<usize> {
        self.check().and_then(|()| self.raw.write_at(bytes, at))
    }
    fn write_vectored_at(&self, buffers: &[IoSlice<'_>], at: Position) -> io::Result<usize> {
        self.check().and_then(|()| self.raw.write_vectored_at(buffers, at))
    }
    fn set_len(&self, bytes: u64) -> io::Result<()> {
        self.raw.set_len(bytes)
    }
    fn size(&self) -> io::Result<u64> {
        self.raw.size()
    }
    fn sync(&self) -> io::Result<()> {
        self.raw.sync()
    }
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.raw.descriptor()
    }
}

impl Disk for Refusing {
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Box<dyn RawFile>> {
        let raw = SystemDisk.open(path, mode)?;
        Ok(Box::new(RefusingFile { raw, path: path.to_owned(), refused: Arc::clone(&self.0) }))
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
        SystemDisk.remove(path)
    }
    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        SystemDisk.remove_dir(path)
    }
    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        SystemDisk.sync_dir(path)
    }
    fn sync_all(&self, path: &Path) -> io::Result<()> {
        SystemDisk.sync_all(path)
    }
    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn RawFile>>> {
        SystemDisk.lock(path)
    }
    fn space(&self, path: &Path) -> io::Result<Space> {
        SystemDisk.space(path)
    }
}

#[derive(Default)]
struct Bell(AtomicUsize);

impl Mailbox for Bell {
    fn deliver(&self, tokens: &mut dyn Iterator<Item = u64>) {
        self.0.fetch_add(tokens.count(), Ordering::Release);
    }
}

#[test]
fn a_failed_write_takes_its_directory_out_of_service_and_no_other() {
    let bed = Bed::new();
    let (bad, good) = (bed.directory.path().join("bad"), bed.directory.path().join("good"));
    let disk = Arc::new(Refusing::default());
    let directories = vec![bad.clone(), good.clone()];
    let options = StoreOptions { directories, disk: disk.clone(), ..bed.options() };
    let store = Store::open(options.clone(), &|_| ()).unwrap();
    let partition = |index| PartitionId { index: PartitionIndex(index), ..id() };
    let log = |store: &Store, index| store.ensure(partition(index), TOPIC, Arc::new(config()), EPOCH);
    let (failing, going, neighbour) = (log(&store, 0), log(&store, 1), log(&store, 2));
    assert_eq!((failing.home().path(), going.home().path()), (&*bad, &*good));
    assert_eq!(neighbour.home().path(), bad);
    for log in [&failing, &going, &neighbour] {
        fill(log, 0..10);
    }

    *disk.0.lock() = Some(bad.clone());
    let bell = Arc::new(Bell::default());
    let mailbox: Arc<dyn Mailbox> = bell.clone();
    failing.watch(Watch::HighWatermarkAt(Offset(11)), &mailbox, 1);
    append(&failing, BatchBuilder::new().record(record(10)), Origin::Client).unwrap();
    while bell.0.load(Ordering::Acquire) == 0 {
        std::thread::yield_now();
    }
    for log in [&failing, &neighbour] {
        assert_eq!(log.offsets().unwrap_err().error_code(), 56);
        let refused = append(log, BatchBuilder::new().record(record(10)), Origin::Client);
        assert_eq!(refused.unwrap_err().error_code(), 56);
    }
    fill(&going, 10..20);
    expect(&going, 0..20);
    assert_eq!(store.directories().iter().map(|info| info.failed).collect::<Vec<_>>(), [true, false]);
    let failures = store.failures();
    assert!(matches!(&failures[..], [(path, why)] if *path == bad && why.contains("write")), "{failures:?}");
    assert_eq!(log(&store, 3).home().path(), good, "new logs go where there is service");
    assert_eq!(store.stats().pending_bytes, 0);
    assert!(store.close().is_err());
    assert!(!bad.join(".kafka_cleanshutdown").exists());
    assert!(good.join(".kafka_cleanshutdown").exists());
    drop(store);

    *disk.0.lock() = None;
    let store = Store::open(options, &|_| ()).unwrap();
    expect(&log(&store, 0), 0..10);
    expect(&log(&store, 1), 0..20);
    expect(&log(&store, 2), 0..10);
}

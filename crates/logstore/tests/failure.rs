//! A disk that refuses: the directory goes out of service, everything else goes on (D17).
#![allow(clippy::unwrap_used, reason = "a test stops where something is missing")]

#[path = "support/hooked.rs"]
mod hooked;
mod support;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hooked::{HookedDisk, Operation};
use logstore::base::types::{Offset, PartitionId, PartitionIndex};
use logstore::batch::build::BatchBuilder;
use logstore::log::{Mailbox, Origin, Watch};
use logstore::store::{Store, StoreOptions};
use support::{Bed, EPOCH, TOPIC, append, config, expect, fill, id, record};

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
    let disk = HookedDisk::default();
    let directories = vec![bad.clone(), good.clone()];
    let options = StoreOptions { directories, disk: Arc::new(disk.clone()), ..bed.options() };
    let store = Store::open(options.clone(), &|_| ()).unwrap();
    let partition = |index| PartitionId { index: PartitionIndex(index), ..id() };
    let log = |store: &Store, index| store.ensure(partition(index), TOPIC, Arc::new(config()), EPOCH);
    let (failing, going, neighbour) = (log(&store, 0), log(&store, 1), log(&store, 2));
    assert_eq!((failing.home().path(), going.home().path()), (&*bad, &*good));
    assert_eq!(neighbour.home().path(), bad);
    for log in [&failing, &going, &neighbour] {
        fill(log, 0..10);
    }

    let refused = bad.clone();
    disk.hook(move |operation, path: &Path| {
        let refuse = operation == Operation::Write && path.starts_with(&refused);
        if refuse { Err(io::Error::other("broken")) } else { Ok(()) }
    });
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

    disk.unhook();
    let store = Store::open(options, &|_| ()).unwrap();
    expect(&log(&store, 0), 0..10);
    expect(&log(&store, 1), 0..20);
    expect(&log(&store, 2), 0..10);
}

#[test]
fn a_file_of_the_write_ahead_log_that_cannot_be_made_ready_is_a_failure() {
    let (bed, disk) = (Bed::new(), HookedDisk::default());
    let options = StoreOptions { disk: Arc::new(disk.clone()), ..bed.options() };
    disk.hook(|operation, path| {
        let refuse = operation == Operation::Write && path.to_string_lossy().contains("millrace.wal.");
        if refuse { Err(io::Error::other("broken")) } else { Ok(()) }
    });
    let store = Store::open(options.clone(), &|_| ()).unwrap();
    while store.failures().is_empty() {
        std::thread::yield_now();
    }
    assert!(store.close().is_err());
}

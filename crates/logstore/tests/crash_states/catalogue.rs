//! Commits of the catalogue, and the file that takes its place when it has grown.

use std::path::Path;
use std::sync::Arc;

use logstore::io::Disk;
use logstore::store::catalogue::{Catalogue, Change, Revision};

use crate::sim::SimDisk;
use crate::world::{DATA, Played};

/// What is committed: a value for one of three keys, by revision.
fn change(revision: u64, bytes: usize) -> Change {
    let mut value = format!("revision {revision}").into_bytes();
    value.resize(value.len().max(bytes), b'.');
    Change { key: format!("key {}", revision % 3), value: Some(value) }
}

fn open(disk: &SimDisk) -> Catalogue {
    Catalogue::open(Arc::new(disk.clone()), Path::new(DATA)).unwrap()
}

fn commit(catalogue: &Catalogue, changes: Vec<Change>) -> Revision {
    let revision = catalogue.take(changes).unwrap();
    catalogue.wait(revision).unwrap();
    revision
}

/// The catalogue after this many commits.
fn entries(revision: u64, bytes: usize) -> Vec<(String, Vec<u8>)> {
    let newest = (1..=revision).rev().take(3).map(|revision| change(revision, bytes));
    let mut entries: Vec<_> = newest.map(|change| (change.key, change.value.unwrap())).collect();
    entries.sort();
    entries
}

fn expect(disk: &SimDisk, least: u64, most: u64, bytes: usize) {
    let catalogue = open(disk);
    let revision = catalogue.revision().0;
    assert!((least..=most).contains(&revision), "revision {revision}, acknowledged {least} of {most}");
    assert!(catalogue.entries() == entries(revision, bytes), "what was committed up to {revision}");
    assert_eq!(commit(&catalogue, vec![change(revision + 1, bytes)]), Revision(revision + 1));
    let again = open(&disk.crash_to_synced());
    assert_eq!(again.revision(), Revision(revision + 1));
    assert!(again.entries() == entries(revision + 1, bytes), "after a second failure");
}

/// Records the commits behind the first ones; each is noted when it is taken and when it is acknowledged.
fn commits(disk: &SimDisk, first: u64, commits: u64, bytes: usize) -> Played {
    disk.create_dir(Path::new(DATA)).unwrap();
    disk.sync_dir(Path::new("/")).unwrap();
    let catalogue = open(disk);
    for revision in 1..=first {
        commit(&catalogue, vec![change(revision, bytes)]);
    }
    disk.record();
    for revision in first + 1..=first + commits {
        disk.note();
        commit(&catalogue, vec![change(revision, bytes)]);
        disk.note();
    }
    let check = move |disk: &SimDisk, notes: usize| {
        let (taken, acknowledged) = (notes.div_ceil(2) as u64, notes as u64 / 2);
        expect(disk, first + acknowledged, first + taken, bytes);
    };
    Played { recording: disk.recorded(), start: Box::new(|disk, _| drop(open(disk))), check: Box::new(check) }
}

pub(crate) fn catalogue(disk: &SimDisk) -> Played {
    commits(disk, 0, 8, 700)
}

/// A file of more than a MiB of which a quarter is live is rewritten.
pub(crate) fn rewritten_catalogue(disk: &SimDisk) -> Played {
    let bytes = 80 * 1024;
    commits(disk, 11, 3, bytes)
}

/// A commit is not synced: a start does not find it, and goes on without it.
pub(crate) fn failed_sync_of_the_catalogue(disk: &SimDisk) -> Played {
    let bytes = 700;
    disk.create_dir(Path::new(DATA)).unwrap();
    disk.sync_dir(Path::new("/")).unwrap();
    let catalogue = open(disk);
    commit(&catalogue, vec![change(1, bytes)]);
    disk.record();
    disk.fail_syncs(|path| path.ends_with(".catalogue"));
    let refused = catalogue.take(vec![change(2, bytes)]).unwrap();
    assert!(catalogue.wait(refused).is_err());
    let disk = disk.kill();
    let catalogue = open(&disk);
    let next = catalogue.revision().0 + 1;
    disk.note();
    assert_eq!(commit(&catalogue, vec![change(next, bytes)]), Revision(next));
    disk.note();
    let check = move |disk: &SimDisk, notes: usize| match notes {
        0 => expect(disk, 1, 2, bytes),
        1 => expect(disk, next - 1, next, bytes),
        _ => expect(disk, next, next, bytes),
    };
    Played { recording: disk.recorded(), start: Box::new(|disk, _| drop(open(disk))), check: Box::new(check) }
}

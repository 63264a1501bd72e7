//! The embedded metadata log: keyed changes, opaque here, durable before a commit is answered (D20).
//!
//! All live content is held in memory and answered from there; the file is read once, at open. Whoever waits for a
//! commit first writes for all that are waiting: one write and one sync cover every commit that came in meanwhile.
//! A file that has grown well beyond its live content is rewritten beside itself and renamed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

use self::frame::{Frame, Scan};
use crate::base::bytes::Writer;
use crate::base::error::StorageError;
use crate::base::limits::CATALOGUE_COMMIT_BYTES_MAX;
use crate::base::types::Position;
use crate::io::{Disk, File, OpenMode};

mod frame;

/// A plain file: Kafka reads only the directories in a log directory.
pub const FILE_NAME: &str = "millrace.catalogue";
/// A file below this size is never rewritten.
const REWRITE_BYTES_MIN: u64 = 1024 * 1024;
/// A rewrite pays when the file holds this many times its live content.
const REWRITE_GROWTH: u64 = 4;

/// What the 16-bit length of a key can say.
const KEY_BYTES_MAX: usize = i16::MAX as usize;

/// How many commits there have been; survives restarts and only grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Revision(pub u64);

/// One key and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The key, a flat string.
    pub key: String,
    /// Its value from now on, or `None` to remove it.
    pub value: Option<Vec<u8>>,
}

/// Why a commit did not happen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// Larger than the catalogue takes at once.
    #[error("a commit of {bytes} bytes; at most {CATALOGUE_COMMIT_BYTES_MAX} are taken at once")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// Keys are short names.
    #[error("a key of {bytes} bytes; at most {KEY_BYTES_MAX} are taken")]
    KeyTooLong {
        /// Its length.
        bytes: usize,
    },
    /// There was no room for it on the disk, nothing of it was done, and it may be made again.
    #[error("{0}")]
    NoSpace(String),
    /// A write failed, now or earlier: what is on disk is unknown from there on, so nothing more is taken (D17).
    #[error("the catalogue is out of service: {0}")]
    OutOfService(String),
}

/// The metadata of this node.
pub struct Catalogue {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    reserve: Option<Reserve>,
    state: Mutex<State>,
    written: Condvar,
}

/// Makes some room on the disk; whether it did.
type Reserve = Box<dyn Fn() -> bool + Send + Sync>;

struct State {
    live: BTreeMap<String, Vec<u8>>,
    live_bytes: u64,
    /// Taken, in order, and not yet on disk.
    pending: Vec<Change>,
    taken: Revision,
    durable: Revision,
    /// Commits for which there was no room: the first and the last of those that were refused together, and why.
    refused: Vec<(Revision, Revision, String)>,
    failure: Option<String>,
    /// `None` while one of the waiting threads is writing with it, and where nothing is taken any more.
    file: Option<Target>,
}

/// Where the next frame goes.
#[derive(Debug)]
struct Target {
    file: File,
    end: u64,
    /// Size from which a rewrite is tried.
    rewrite_at: u64,
}

impl Catalogue {
    /// Reads the catalogue of a log directory, or starts one. A torn last write is cut off; anything else that does
    /// not read back is damage and is refused, for acknowledged commits lie behind it.
    pub fn open(disk: Arc<dyn Disk>, directory: &Path) -> Result<Self, StorageError> {
        let path = directory.join(FILE_NAME);
        crate::io::remove_if_exists(&*disk, &temporary(&path))
            .map_err(|error| StorageError::io("remove", temporary(&path), error))?;
        let file = File::open(&*disk, &path, OpenMode::Create)?;
        disk.sync_dir(directory).map_err(|error| StorageError::io("sync", directory, error))?;
        // The sync of its last commit may have failed (D39).
        disk.forget(&path).map_err(|error| StorageError::io("read", &path, error))?;
        let mut bytes = vec![0; file.size()? as usize];
        let filled = file.read_full_at(&mut bytes, Position(0))?;
        bytes.truncate(filled);

        let mut live = BTreeMap::new();
        let Scan { revision, end } = frame::scan(&bytes, |change| apply(&mut live, change))
            .map_err(|damage| StorageError::corrupt(&path, damage.position as u64, damage.why))?;
        if end < bytes.len() {
            file.set_len(end as u64)?;
            file.sync()?;
        }
        let target = Target { file, end: end as u64, rewrite_at: REWRITE_BYTES_MIN };
        let state = State {
            live_bytes: live.iter().map(|(key, value)| frame::change_bytes(key, Some(value)) as u64).sum(),
            live,
            pending: Vec::new(),
            taken: Revision(revision),
            durable: Revision(revision),
            refused: Vec::new(),
            failure: None,
            file: Some(target),
        };
        Ok(Self { disk, path, reserve: None, state: Mutex::new(state), written: Condvar::new() })
    }

    /// Asks `reserve` for room where there is none.
    #[must_use]
    pub fn with_reserve(self, reserve: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { reserve: Some(Box::new(reserve)), ..self }
    }

    /// Reads the catalogue of a log directory, where it has one; an error where it is damaged. Changes nothing.
    pub fn check(disk: &dyn Disk, directory: &Path) -> Result<(), StorageError> {
        let path = directory.join(FILE_NAME);
        let bytes = crate::io::read_small(disk, &path, u64::MAX);
        let bytes = bytes.map_err(|error| StorageError::io("read", &path, error))?.unwrap_or_default();
        let scanned = frame::scan(&bytes, drop);
        scanned.map(drop).map_err(|damage| StorageError::corrupt(&path, damage.position as u64, damage.why))
    }

    /// All that is committed, by key.
    pub fn entries(&self) -> Vec<(String, Vec<u8>)> {
        self.state.lock().live.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// The same in one piece, laid out like the changes of a frame.
    pub fn encoded(&self) -> Vec<u8> {
        let state = self.state.lock();
        let mut writer = Writer::with_capacity(state.live_bytes as usize);
        for (key, value) in &state.live {
            writer.string(key).nullable_bytes(Some(value));
        }
        writer.into_vec()
    }

    /// The last durable commit.
    pub fn revision(&self) -> Revision {
        self.state.lock().durable
    }

    /// Takes a commit; commits become durable in the order in which they were taken. [`Self::wait`] does the work.
    pub fn take(&self, changes: Vec<Change>) -> Result<Revision, CommitError> {
        let bytes =
            changes.iter().map(|change| frame::change_bytes(&change.key, change.value.as_deref())).sum();
        if bytes > CATALOGUE_COMMIT_BYTES_MAX {
            return Err(CommitError::TooLarge { bytes });
        }
        if let Some(bytes) = changes.iter().map(|change| change.key.len()).find(|len| *len > KEY_BYTES_MAX) {
            return Err(CommitError::KeyTooLong { bytes });
        }
        let mut state = self.state.lock();
        if let Some(failure) = &state.failure {
            return Err(CommitError::OutOfService(failure.clone()));
        }
        state.pending.extend(changes);
        state.taken.0 += 1;
        Ok(state.taken)
    }

    /// Returns once a commit that was taken is durable. The first to wait writes for all.
    pub fn wait(&self, revision: Revision) -> Result<(), CommitError> {
        let mut state = self.state.lock();
        loop {
            if let Some(why) = state.refusal(revision) {
                return Err(CommitError::NoSpace(why.to_owned()));
            }
            if state.durable >= revision {
                return Ok(());
            }
            if let Some(failure) = &state.failure {
                return Err(CommitError::OutOfService(failure.clone()));
            }
            let Some(mut target) = state.file.take() else {
                self.written.wait(&mut state);
                continue;
            };
            let changes = std::mem::take(&mut state.pending);
            let frame = Frame { first: state.durable.0 + 1, last: state.taken.0 };
            drop(state);
            let mut outcome = target.append(frame, &changes);
            if outcome.as_ref().is_err_and(StorageError::is_no_space)
                && self.reserve.as_ref().is_some_and(|reserve| reserve())
            {
                outcome = target.append(frame, &changes);
            }
            state = self.state.lock();
            match outcome {
                Ok(()) => {
                    state.settle(changes, Revision(frame.last));
                    self.rewrite_if_due(&mut state, &mut target);
                }
                Err(error) if error.is_no_space() => state.refuse(error.to_string()),
                Err(error) => state.failure = Some(error.to_string()),
            }
            state.file = state.failure.is_none().then_some(target);
            self.written.notify_all();
        }
    }

    /// Makes everything taken so far durable and lets go of the file; nothing is taken from then on.
    pub fn close(&self) -> Result<(), CommitError> {
        let taken = self.state.lock().taken;
        let flushed = self.wait(taken);
        let mut state = self.state.lock();
        state.failure.get_or_insert_with(|| "it is closed".to_owned());
        state.file = None;
        flushed
    }

    /// Replaces the file by one that holds only what is live. Runs with the lock held: it is rare, and nobody could
    /// commit meanwhile anyway.
    fn rewrite_if_due(&self, state: &mut State, target: &mut Target) {
        if target.end < target.rewrite_at.max(state.live_bytes.saturating_mul(REWRITE_GROWTH)) {
            return;
        }
        let live = state.live.iter().map(|(key, value)| (key.as_str(), Some(value.as_slice())));
        let bytes = frame::encode(Frame { first: state.durable.0, last: state.durable.0 }, live);
        match self.write_beside(&bytes) {
            // The old file is whole and goes on; a full disk, say, is met again only after more growth.
            Err(_) => {
                target.rewrite_at = target.end.saturating_mul(2);
                let _ = crate::io::remove_if_exists(&*self.disk, &temporary(&self.path));
            }
            Ok(()) => match self.swap(bytes.len() as u64) {
                Ok(rewritten) => *target = rewritten,
                Err(error) => state.failure = Some(error.to_string()),
            },
        }
    }

    fn write_beside(&self, bytes: &[u8]) -> Result<(), StorageError> {
        let file = File::open(&*self.disk, &temporary(&self.path), OpenMode::Create)?;
        file.set_len(0)?;
        file.write_all_at(bytes, Position(0))?;
        file.sync()
    }

    fn swap(&self, end: u64) -> Result<Target, StorageError> {
        let directory = self.path.parent().unwrap_or(Path::new("."));
        self.disk
            .rename(&temporary(&self.path), &self.path)
            .and_then(|()| self.disk.sync_dir(directory))
            .map_err(|error| StorageError::io("rename", &self.path, error))?;
        let file = File::open(&*self.disk, &self.path, OpenMode::Write)?;
        Ok(Target { file, end, rewrite_at: REWRITE_BYTES_MIN })
    }
}

impl State {
    /// Nothing that was taken and is not durable is done: what came later may rest on what there was no room for.
    fn refuse(&mut self, why: String) {
        self.pending.clear();
        let first = Revision(self.durable.0 + 1);
        match self.refused.last_mut().filter(|(from, ..)| *from == first) {
            Some((_, last, _)) => *last = self.taken,
            None => self.refused.push((first, self.taken, why)),
        }
    }

    fn refusal(&self, revision: Revision) -> Option<&str> {
        let refused = self.refused.iter().find(|(first, last, _)| (*first..=*last).contains(&revision));
        refused.map(|(.., why)| why.as_str())
    }

    fn settle(&mut self, changes: Vec<Change>, durable: Revision) {
        for change in changes {
            let added =
                change.value.as_ref().map_or(0, |value| frame::change_bytes(&change.key, Some(value)));
            let removed =
                self.live.get(&change.key).map_or(0, |value| frame::change_bytes(&change.key, Some(value)));
            self.live_bytes = (self.live_bytes + added as u64).saturating_sub(removed as u64);
            apply(&mut self.live, change);
        }
        self.durable = durable;
    }
}

impl Target {
    fn append(&mut self, frame: Frame, changes: &[Change]) -> Result<(), StorageError> {
        let changes = changes.iter().map(|change| (change.key.as_str(), change.value.as_deref()));
        let bytes = frame::encode(frame, changes);
        if let Err(error) = self.file.write_all_at(&bytes, Position(self.end)) {
            if error.is_no_space() {
                // A scan would take what follows it for damage.
                self.file.set_len(self.end)?;
                self.file.sync()?;
            }
            return Err(error);
        }
        self.file.sync()?;
        self.end += bytes.len() as u64;
        Ok(())
    }
}

fn apply(live: &mut BTreeMap<String, Vec<u8>>, change: Change) {
    match change.value {
        Some(value) => live.insert(change.key, value),
        None => live.remove(&change.key),
    };
}

fn temporary(path: &Path) -> PathBuf {
    path.with_extension("catalogue.tmp")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::SystemDisk;

    fn open(directory: &Path) -> Catalogue {
        Catalogue::open(Arc::new(SystemDisk), directory).unwrap()
    }

    fn put(key: &str, value: &[u8]) -> Change {
        Change { key: key.to_owned(), value: Some(value.to_vec()) }
    }

    fn commit(catalogue: &Catalogue, changes: Vec<Change>) -> Revision {
        let revision = catalogue.take(changes).unwrap();
        catalogue.wait(revision).unwrap();
        revision
    }

    #[test]
    fn what_was_committed_is_there_after_reopening() {
        let directory = tempfile::tempdir().unwrap();
        let catalogue = open(directory.path());
        assert_eq!(catalogue.revision(), Revision(0));
        commit(&catalogue, vec![put("a", b"1"), put("b", b"")]);
        commit(&catalogue, vec![Change { key: "a".to_owned(), value: None }, put("c", b"3")]);
        drop(catalogue);
        let reopened = open(directory.path());
        assert_eq!(reopened.entries(), [("b".to_owned(), vec![]), ("c".to_owned(), b"3".to_vec())]);
        assert_eq!(commit(&reopened, vec![]), Revision(3));
    }

    #[test]
    fn one_write_covers_what_was_taken_before_it() {
        let directory = tempfile::tempdir().unwrap();
        let catalogue = open(directory.path());
        let first = catalogue.take(vec![put("a", b"1")]).unwrap();
        let second = catalogue.take(vec![put("a", b"2")]).unwrap();
        assert!(catalogue.entries().is_empty(), "nothing shows before it is durable");
        catalogue.wait(first).unwrap();
        assert_eq!(catalogue.revision(), second);
        assert_eq!(catalogue.entries(), [("a".to_owned(), b"2".to_vec())]);
        drop(catalogue);
        assert_eq!(open(directory.path()).revision(), second);
    }

    #[test]
    fn many_threads_commit_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let catalogue = open(directory.path());
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let catalogue = &catalogue;
                scope.spawn(move || {
                    for number in 0..25 {
                        commit(catalogue, vec![put(&format!("{thread}/{number}"), b"x")]);
                    }
                });
            }
        });
        assert_eq!(catalogue.revision(), Revision(100));
        drop(catalogue);
        assert_eq!(open(directory.path()).entries().len(), 100);
    }

    #[test]
    fn a_write_torn_at_any_byte_is_cut_off() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE_NAME);
        let catalogue = open(directory.path());
        commit(&catalogue, vec![put("kept", b"value")]);
        let kept = std::fs::metadata(&path).unwrap().len() as usize;
        commit(&catalogue, vec![put("torn", b"value"), put("kept", b"changed")]);
        drop(catalogue);
        let whole = std::fs::read(&path).unwrap();
        for cut in kept..whole.len() {
            for tail in [Vec::new(), vec![0; whole.len() - cut]] {
                std::fs::write(&path, [&whole[..cut], &tail[..]].concat()).unwrap();
                let reopened = open(directory.path());
                assert_eq!(reopened.entries(), [("kept".to_owned(), b"value".to_vec())], "cut at {cut}");
                assert_eq!(commit(&reopened, vec![put("next", b"")]), Revision(2));
                drop(reopened);
                assert_eq!(open(directory.path()).entries().len(), 2, "cut at {cut}");
            }
        }
    }

    #[test]
    fn damage_before_a_whole_commit_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE_NAME);
        let catalogue = open(directory.path());
        commit(&catalogue, vec![put("a", b"value")]);
        let first = std::fs::metadata(&path).unwrap().len() as usize;
        commit(&catalogue, vec![put("b", b"value")]);
        drop(catalogue);
        let whole = std::fs::read(&path).unwrap();
        for damaged in 0..first {
            let mut bytes = whole.clone();
            bytes[damaged] ^= 0x10;
            std::fs::write(&path, &bytes).unwrap();
            let outcome = Catalogue::open(Arc::new(SystemDisk), directory.path());
            assert!(matches!(outcome, Err(StorageError::Corrupt { .. })), "byte {damaged}");
            assert_eq!(std::fs::read(&path).unwrap(), bytes, "evidence is kept");
        }
    }

    #[test]
    fn a_file_that_outgrew_its_content_is_rewritten() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE_NAME);
        let catalogue = open(directory.path());
        let value = vec![7; 100_000];
        let mut last = Revision(0);
        for _ in 0..15 {
            last = commit(&catalogue, vec![put("a", &value)]);
        }
        assert!(std::fs::metadata(&path).unwrap().len() < 800_000);
        assert!(!temporary(&path).exists());
        drop(catalogue);
        let reopened = open(directory.path());
        assert_eq!(reopened.revision(), last);
        assert_eq!(reopened.entries(), [("a".to_owned(), value)]);
    }

    #[test]
    fn a_rewrite_that_did_not_finish_is_forgotten() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE_NAME);
        let catalogue = open(directory.path());
        commit(&catalogue, vec![put("a", b"1")]);
        drop(catalogue);
        std::fs::write(temporary(&path), b"half").unwrap();
        assert_eq!(open(directory.path()).entries().len(), 1);
        assert!(!temporary(&path).exists());
    }

    #[test]
    fn what_was_taken_is_durable_when_it_is_closed_and_nothing_is_taken_after() {
        let directory = tempfile::tempdir().unwrap();
        let catalogue = open(directory.path());
        catalogue.take(vec![put("a", b"1")]).unwrap();
        catalogue.close().unwrap();
        let path = std::fs::canonicalize(directory.path().join(FILE_NAME)).unwrap();
        let held = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
        assert!(!held.flat_map(|it| std::fs::read_link(it.path())).any(|of| of == path));
        assert!(matches!(catalogue.take(vec![put("b", b"2")]), Err(CommitError::OutOfService(_))));
        catalogue.close().unwrap();
        assert_eq!(open(directory.path()).entries(), [("a".to_owned(), b"1".to_vec())]);
    }

    #[test]
    fn a_commit_has_a_bound() {
        let directory = tempfile::tempdir().unwrap();
        let catalogue = open(directory.path());
        let outcome = catalogue.take(vec![put("a", &vec![0; CATALOGUE_COMMIT_BYTES_MAX])]);
        assert!(matches!(outcome, Err(CommitError::TooLarge { .. })));
    }
}

//! A disk in memory that knows what was synced, and what a power failure may leave of the rest.
//!
//! - A sector of a file that was written since the file was last synced holds what it held after any of those writes, or
//!   before them: each sector on its own. The length of the file is that after any of them as well, with or without the
//!   bytes. What was never written reads as zeros.
//! - Names that were made, changed and removed since their directory was last synced are where they were after some of
//!   those changes, in their order: a journal does not reorder them. Each directory is on its own, and no sync of a file
//!   makes a name durable. That is less than ext4 promises, and all that the engine relies on.
//! - A rename is whole or not there.
//! - A sync of a file that fails leaves bytes in memory that are not on the disk and that no later sync writes, until
//!   somebody has the disk read again.
#![allow(dead_code, reason = "no test binary uses all of it")]

use std::collections::BTreeMap;
use std::io::{self, IoSlice};
use std::os::fd::BorrowedFd;
use std::path::{Component, Path};
use std::sync::Arc;

use logstore::base::types::Position;
use logstore::io::{Disk, Entry, OpenMode, RawFile, Space};
use parking_lot::Mutex;

pub(crate) const SECTOR: usize = 512;

/// Numbers that only depend on the seed.
#[derive(Clone, Debug)]
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    /// Below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        // SplitMix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }
}

pub(crate) type Node = usize;
pub(crate) type Bytes = Vec<u8>;
pub(crate) type Names = BTreeMap<String, Node>;

/// A change of a file.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Write(usize, Bytes),
    Length(usize),
}

/// A change of a directory.
#[derive(Clone, Debug)]
pub(crate) enum Naming {
    Set(String, Node),
    Move(String, String),
    Unset(String),
}

/// What changes turn into something else.
pub(crate) trait Changing<C> {
    fn change(&mut self, change: &C);
}

/// What is on the disk for good, what is there as long as the power is on, and what lies between.
#[derive(Clone, Debug)]
pub(crate) struct Kept<T, C> {
    pub(crate) synced: Arc<T>,
    now: Arc<T>,
    pub(crate) since: Vec<C>,
    /// A sync failed: what is there now is not what was synced and `since`.
    is_stale: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Inode {
    File(Kept<Bytes, Change>),
    Directory(Kept<Names, Naming>),
}

/// What is done to the disk.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Make(Inode),
    Change(Node, Change),
    Name(Node, Naming),
    Sync(Node),
    SyncAll,
    FailedSync(Node),
    /// What is in memory and not to be written goes.
    Forget(Node),
    /// Nothing: the test says that it knows more from here on.
    Note,
}

/// A disk at some moment, and what was done to it since.
#[derive(Debug)]
pub(crate) struct Recording {
    pub(crate) inodes: Vec<Inode>,
    pub(crate) steps: Vec<Step>,
}

#[derive(Debug)]
struct State {
    inodes: Vec<Inode>,
    recording: Option<Recording>,
    left_out: Option<LeftOut>,
    failing: Option<LeftOut>,
    dead: bool,
}

/// Says of a path whether its syncs are left out; of a directory it ends with a slash.
pub(crate) type LeftOut = fn(&str) -> bool;

/// The disk; clones are the same disk.
#[derive(Clone, Debug)]
pub(crate) struct SimDisk(Arc<Mutex<State>>);

#[derive(Debug)]
struct SimFile {
    disk: Arc<Mutex<State>>,
    node: Node,
    path: String,
}

impl Changing<Change> for Bytes {
    fn change(&mut self, change: &Change) {
        match change {
            Change::Write(at, written) => {
                self.resize(self.len().max(at + written.len()), 0);
                self[*at..at + written.len()].copy_from_slice(written);
            }
            Change::Length(length) => self.resize(*length, 0),
        }
    }
}

impl Changing<Naming> for Names {
    fn change(&mut self, naming: &Naming) {
        match naming {
            Naming::Set(name, node) => {
                self.insert(name.clone(), *node);
            }
            Naming::Move(from, to) => {
                if let Some(node) = self.remove(from) {
                    self.insert(to.clone(), node);
                }
            }
            Naming::Unset(name) => {
                self.remove(name);
            }
        }
    }
}

impl<T: Default, C> Default for Kept<T, C> {
    fn default() -> Self {
        Self { synced: Arc::default(), now: Arc::default(), since: Vec::new(), is_stale: false }
    }
}

impl<T: Clone + Changing<C>, C> Kept<T, C> {
    pub(crate) fn of(left: T) -> Self {
        Self::synced(&Arc::new(left))
    }

    fn synced(left: &Arc<T>) -> Self {
        Self { synced: Arc::clone(left), now: Arc::clone(left), since: Vec::new(), is_stale: false }
    }

    fn change(&mut self, change: C) {
        Arc::make_mut(&mut self.now).change(&change);
        self.since.push(change);
    }

    fn sync(&mut self) {
        if self.is_stale {
            self.synced = Arc::new(self.newest());
        } else {
            self.synced = Arc::clone(&self.now);
        }
        self.since.clear();
    }

    fn fail_to_sync(&mut self) {
        self.is_stale |= !self.since.is_empty();
        self.since.clear();
    }

    fn forget(&mut self) {
        self.now = Arc::new(self.newest());
        self.is_stale = false;
    }

    /// What a sync makes of it.
    fn newest(&self) -> T {
        let mut newest = T::clone(&self.synced);
        self.since.iter().for_each(|change| newest.change(change));
        newest
    }

    /// What it was after each of the changes, and before them.
    pub(crate) fn versions(&self) -> Vec<T> {
        let mut versions = vec![T::clone(&self.synced)];
        for change in &self.since {
            let mut next = versions[versions.len() - 1].clone();
            next.change(change);
            versions.push(next);
        }
        versions
    }
}

impl Inode {
    fn sync(&mut self) {
        match self {
            Self::File(file) => file.sync(),
            Self::Directory(directory) => directory.sync(),
        }
    }

    /// It without what was not synced.
    pub(crate) fn as_synced(&self) -> Self {
        match self {
            Self::File(file) => Self::File(Kept::synced(&file.synced)),
            Self::Directory(directory) => Self::Directory(Kept::synced(&directory.synced)),
        }
    }

    /// One of the things that a power failure may leave of it.
    fn left(&self, chance: &mut Chance) -> Self {
        match self {
            Self::File(file) => Self::File(Kept::of(left_of_file(&file.versions(), chance))),
            Self::Directory(directory) => {
                let done = if chance.below(2) == 0 { 0 } else { chance.below(directory.since.len() + 1) };
                Self::Directory(Kept::of(directory.versions().swap_remove(done)))
            }
        }
    }
}

fn left_of_file(versions: &[Bytes], chance: &mut Chance) -> Bytes {
    let newest = versions.len() - 1;
    // Nothing, everything, or each sector for itself.
    let version = |chance: &mut Chance, kind: usize| match kind {
        0 => 0,
        1 => newest,
        _ => chance.below(newest + 1),
    };
    let kind = chance.below(4);
    let mut left = vec![0; versions[version(chance, kind)].len()];
    for sector in 0..left.len().div_ceil(SECTOR) {
        put_sector(&mut left, sector, &versions[version(chance, kind)]);
    }
    left
}

/// Makes a sector of `left`, as far as it reaches, that of `version`.
pub(crate) fn put_sector(left: &mut [u8], sector: usize, version: &[u8]) {
    let (from, to) = (sector * SECTOR, left.len().min((sector + 1) * SECTOR));
    let Some(left) = left.get_mut(from..to) else { return };
    left.fill(0);
    let some = version.get(from..version.len().min(to)).unwrap_or_default();
    left[..some.len()].copy_from_slice(some);
}

/// Does a step to a disk.
pub(crate) fn take(inodes: &mut Vec<Inode>, step: Step) {
    match step {
        Step::Make(inode) => inodes.push(inode),
        Step::Change(node, change) => {
            if let Inode::File(file) = &mut inodes[node] {
                file.change(change);
            }
        }
        Step::Name(node, naming) => {
            if let Inode::Directory(directory) = &mut inodes[node] {
                directory.change(naming);
            }
        }
        Step::Sync(node) => inodes[node].sync(),
        Step::SyncAll => inodes.iter_mut().for_each(Inode::sync),
        Step::FailedSync(node) => {
            if let Inode::File(file) = &mut inodes[node] {
                file.fail_to_sync();
            }
        }
        Step::Forget(node) => {
            if let Inode::File(file) = &mut inodes[node] {
                file.forget();
            }
        }
        Step::Note => {}
    }
}

impl State {
    fn of(inodes: Vec<Inode>) -> Self {
        Self { inodes, recording: None, left_out: None, failing: None, dead: false }
    }

    fn alive(&mut self) -> io::Result<&mut Self> {
        if self.dead { Err(io::Error::other("the power is off")) } else { Ok(self) }
    }

    fn take(&mut self, step: Step) {
        if let Some(recording) = &mut self.recording {
            recording.steps.push(step.clone());
        }
        take(&mut self.inodes, step);
    }

    fn sync(&mut self, node: Node, path: &str) -> io::Result<()> {
        if self.failing.is_some_and(|failing| failing(path)) {
            self.take(Step::FailedSync(node));
            return Err(io::Error::other("a sync that fails"));
        }
        if !self.left_out.is_some_and(|left_out| left_out(path)) {
            self.take(Step::Sync(node));
        }
        Ok(())
    }

    fn find(&self, path: &Path) -> io::Result<Node> {
        let mut node = 0;
        for part in path.components() {
            let Component::Normal(name) = part else { continue };
            let Inode::Directory(directory) = &self.inodes[node] else {
                return Err(io::ErrorKind::NotADirectory.into());
            };
            node = *directory.now.get(&*name.to_string_lossy()).ok_or(io::ErrorKind::NotFound)?;
        }
        Ok(node)
    }

    fn parent_of(&self, path: &Path) -> io::Result<(Node, String)> {
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy().into_owned();
        Ok((self.find(path.parent().unwrap_or(Path::new("/")))?, name))
    }

    fn add(&mut self, path: &Path, inode: Inode) -> io::Result<Node> {
        let (directory, name) = self.parent_of(path)?;
        let node = self.inodes.len();
        self.take(Step::Make(inode));
        self.take(Step::Name(directory, Naming::Set(name, node)));
        Ok(node)
    }

    fn unlink(&mut self, path: &Path) -> io::Result<()> {
        self.find(path)?;
        let (directory, name) = self.parent_of(path)?;
        self.take(Step::Name(directory, Naming::Unset(name)));
        Ok(())
    }
}

impl SimDisk {
    pub(crate) fn new() -> Self {
        Self::of(vec![Inode::Directory(Kept::default())])
    }

    pub(crate) fn of(inodes: Vec<Inode>) -> Self {
        Self(Arc::new(Mutex::new(State::of(inodes))))
    }

    /// The power fails: whoever still uses this disk is refused, and this is what the next start finds.
    pub(crate) fn crash(&self, chance: &mut Chance) -> Self {
        self.fail(|inode| inode.left(chance))
    }

    /// The same, and nothing is left but what was synced.
    pub(crate) fn crash_to_synced(&self) -> Self {
        self.fail(Inode::as_synced)
    }

    fn fail(&self, left: impl FnMut(&Inode) -> Inode) -> Self {
        let mut state = self.0.lock();
        state.dead = true;
        Self::of(state.inodes.iter().map(left).collect())
    }

    /// The process is killed, and nothing else happens: whoever still uses this disk is refused, the next start finds
    /// everything. No sync fails or is left out any more.
    pub(crate) fn kill(&self) -> Self {
        let mut state = self.0.lock();
        let (inodes, recording) = (std::mem::take(&mut state.inodes), state.recording.take());
        state.dead = true;
        Self(Arc::new(Mutex::new(State { recording, ..State::of(inodes) })))
    }

    /// From now on these syncs fail.
    pub(crate) fn fail_syncs(&self, failing: LeftOut) {
        self.0.lock().failing = Some(failing);
    }

    /// From now on some syncs are left out, as if the engine forgot them.
    pub(crate) fn leave_out(&self, left_out: LeftOut) {
        self.0.lock().left_out = Some(left_out);
    }

    /// From now on every step is kept.
    pub(crate) fn record(&self) {
        let mut state = self.0.lock();
        state.recording = Some(Recording { inodes: state.inodes.clone(), steps: Vec::new() });
    }

    /// Puts a note between the steps.
    pub(crate) fn note(&self) {
        self.0.lock().take(Step::Note);
    }

    /// What was done since [`Self::record`]; whoever still uses the disk is refused.
    pub(crate) fn recorded(&self) -> Recording {
        let mut state = self.0.lock();
        state.dead = true;
        state.recording.take().unwrap_or(Recording { inodes: Vec::new(), steps: Vec::new() })
    }
}

impl Disk for SimDisk {
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Box<dyn RawFile>> {
        let mut state = self.0.lock();
        let state = state.alive()?;
        let node = match state.find(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && mode == OpenMode::Create => {
                state.add(path, Inode::File(Kept::default()))?
            }
            other => other?,
        };
        Ok(Box::new(SimFile { disk: Arc::clone(&self.0), node, path: path.to_string_lossy().into_owned() }))
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        let mut state = self.0.lock();
        let state = state.alive()?;
        let mut ancestors: Vec<_> = path.ancestors().collect();
        while let Some(ancestor) = ancestors.pop() {
            if state.find(ancestor).is_err() {
                state.add(ancestor, Inode::Directory(Kept::default()))?;
            }
        }
        Ok(())
    }

    fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        let mut state = self.0.lock();
        let state = state.alive()?;
        let node = state.find(path)?;
        let Inode::Directory(names) = &state.inodes[node] else {
            return Err(io::ErrorKind::NotADirectory.into());
        };
        let is_directory = |node: Node| matches!(state.inodes[node], Inode::Directory(_));
        let entry =
            |(name, node): (&String, &Node)| Entry { name: name.clone(), directory: is_directory(*node) };
        Ok(names.now.iter().map(entry).collect())
    }

    fn file_len(&self, path: &Path) -> io::Result<Option<u64>> {
        let mut state = self.0.lock();
        let state = state.alive()?;
        match state.find(path) {
            Ok(node) => match &state.inodes[node] {
                Inode::File(file) => Ok(Some(file.now.len() as u64)),
                Inode::Directory(_) => Ok(Some(0)),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.0.lock();
        let state = state.alive()?;
        state.find(from)?;
        let ((directory, from), (same, to)) = (state.parent_of(from)?, state.parent_of(to)?);
        assert_eq!(directory, same, "nothing is moved to another directory");
        state.take(Step::Name(directory, Naming::Move(from, to)));
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.0.lock().alive()?.unlink(path)
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        self.0.lock().alive()?.unlink(path)
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        let mut state = self.0.lock();
        let state = state.alive()?;
        let node = state.find(path)?;
        state.sync(node, &format!("{}/", path.display()))
    }

    fn forget(&self, path: &Path) -> io::Result<()> {
        let mut state = self.0.lock();
        let state = state.alive()?;
        let node = state.find(path)?;
        state.take(Step::Forget(node));
        Ok(())
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn RawFile>>> {
        self.open(path, OpenMode::Create).map(Some)
    }

    fn space(&self, _: &Path) -> io::Result<Space> {
        Ok(Space { total_bytes: 1 << 30, usable_bytes: 1 << 30 })
    }
}

impl SimFile {
    fn with<T>(&self, then: impl FnOnce(&Bytes) -> T) -> io::Result<T> {
        let mut state = self.disk.lock();
        match &state.alive()?.inodes[self.node] {
            Inode::File(file) => Ok(then(&file.now)),
            Inode::Directory(_) => Err(io::ErrorKind::IsADirectory.into()),
        }
    }

    fn change(&self, change: Change) -> io::Result<()> {
        self.disk.lock().alive()?.take(Step::Change(self.node, change));
        Ok(())
    }
}

impl RawFile for SimFile {
    fn read_at(&self, into: &mut [u8], at: Position) -> io::Result<usize> {
        self.with(|now| {
            let from = (at.0 as usize).min(now.len());
            let read = into.len().min(now.len() - from);
            into[..read].copy_from_slice(&now[from..from + read]);
            read
        })
    }

    fn write_vectored_at(&self, buffers: &[IoSlice<'_>], at: Position) -> io::Result<usize> {
        let bytes: Bytes = buffers.iter().flat_map(|buffer| buffer.iter().copied()).collect();
        let written = bytes.len();
        self.change(Change::Write(at.0 as usize, bytes)).map(|()| written)
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        self.change(Change::Length(bytes as usize))
    }

    fn size(&self) -> io::Result<u64> {
        self.with(|now| now.len() as u64)
    }

    fn sync(&self) -> io::Result<()> {
        self.disk.lock().alive()?.sync(self.node, &self.path)
    }

    fn sync_all(&self) -> io::Result<()> {
        self.disk.lock().alive()?.take(Step::SyncAll);
        Ok(())
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}

//! A disk in memory that knows what was synced, and what a power failure may leave of the rest.
//!
//! A sector that was written since the last sync holds, after the failure, what it held after any of those writes or
//! before them, each sector on its own; so does the length of a file. Names that were made, changed and removed since
//! their directory was synced come back to where they were after some of the changes, in their order.

use std::collections::BTreeMap;
use std::io::{self, IoSlice};
use std::os::fd::BorrowedFd;
use std::path::{Component, Path};
use std::sync::Arc;

use logstore::base::types::Position;
use logstore::io::{Disk, Entry, OpenMode, RawFile, Space};
use parking_lot::Mutex;

const SECTOR: usize = 512;

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

type Node = usize;

#[derive(Clone, Debug)]
enum Change {
    Write(usize, Vec<u8>),
    Length(usize),
}

#[derive(Clone, Debug)]
enum Naming {
    Set(String, Node),
    Move(String, String),
    Unset(String),
}

#[derive(Clone, Debug)]
enum Inode {
    File { synced: Vec<u8>, now: Vec<u8>, since: Vec<Change> },
    Directory { synced: BTreeMap<String, Node>, now: BTreeMap<String, Node>, since: Vec<Naming> },
}

#[derive(Debug)]
struct State {
    inodes: Vec<Inode>,
    dead: bool,
}

/// The disk; clones are the same disk.
#[derive(Clone, Debug)]
pub(crate) struct SimDisk(Arc<Mutex<State>>);

#[derive(Debug)]
struct SimFile(Arc<Mutex<State>>, Node);

impl Inode {
    fn empty_directory() -> Self {
        Self::Directory { synced: BTreeMap::new(), now: BTreeMap::new(), since: Vec::new() }
    }

    fn sync(&mut self) {
        match self {
            Self::File { synced, now, since } => {
                since.clear();
                synced.clone_from(now);
            }
            Self::Directory { synced, now, since } => {
                since.clear();
                synced.clone_from(now);
            }
        }
    }

    /// What is left after a power failure.
    fn left(&self, chance: &mut Chance) -> Self {
        match self {
            Self::File { synced, since, .. } => {
                let left = left_of_file(synced, since, chance);
                Self::File { synced: left.clone(), now: left, since: Vec::new() }
            }
            Self::Directory { synced, since, .. } => {
                let mut names = synced.clone();
                let done = if chance.below(2) == 0 { 0 } else { chance.below(since.len() + 1) };
                for naming in &since[..done] {
                    rename(&mut names, naming);
                }
                Self::Directory { synced: names.clone(), now: names, since: Vec::new() }
            }
        }
    }
}

fn change(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Write(at, written) => {
            bytes.resize(bytes.len().max(at + written.len()), 0);
            bytes[*at..at + written.len()].copy_from_slice(written);
        }
        Change::Length(length) => bytes.resize(*length, 0),
    }
}

fn rename(names: &mut BTreeMap<String, Node>, naming: &Naming) {
    match naming {
        Naming::Set(name, node) => {
            names.insert(name.clone(), *node);
        }
        Naming::Move(from, to) => {
            if let Some(node) = names.remove(from) {
                names.insert(to.clone(), node);
            }
        }
        Naming::Unset(name) => {
            names.remove(name);
        }
    }
}

fn left_of_file(synced: &[u8], since: &[Change], chance: &mut Chance) -> Vec<u8> {
    let mut versions = vec![synced.to_vec()];
    for made in since {
        let mut next = versions[versions.len() - 1].clone();
        change(&mut next, made);
        versions.push(next);
    }
    let newest = versions.len() - 1;
    // Nothing, everything, or each sector for itself.
    let version = |chance: &mut Chance, kind: usize| match kind {
        0 => 0,
        1 => newest,
        _ => chance.below(newest + 1),
    };
    let kind = chance.below(4);
    let length = versions[version(chance, kind)].len();
    let mut left = vec![0; length];
    for from in (0..length).step_by(SECTOR) {
        let to = length.min(from + SECTOR);
        let source = &versions[version(chance, kind)];
        if let Some(some) = source.get(from..to.min(source.len())) {
            left[from..from + some.len()].copy_from_slice(some);
        }
    }
    left
}

impl State {
    fn alive(&mut self) -> io::Result<&mut Self> {
        if self.dead { Err(io::Error::other("the power is off")) } else { Ok(self) }
    }

    fn find(&self, path: &Path) -> io::Result<Node> {
        let mut node = 0;
        for part in path.components() {
            let Component::Normal(name) = part else { continue };
            let Inode::Directory { now, .. } = &self.inodes[node] else {
                return Err(io::ErrorKind::NotADirectory.into());
            };
            node = *now.get(&*name.to_string_lossy()).ok_or(io::ErrorKind::NotFound)?;
        }
        Ok(node)
    }

    fn parent_of(&self, path: &Path) -> io::Result<(Node, String)> {
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy().into_owned();
        Ok((self.find(path.parent().unwrap_or(Path::new("/")))?, name))
    }

    fn name(&mut self, directory: Node, naming: Naming) {
        if let Inode::Directory { now, since, .. } = &mut self.inodes[directory] {
            rename(now, &naming);
            since.push(naming);
        }
    }

    fn add(&mut self, path: &Path, inode: Inode) -> io::Result<Node> {
        let (directory, name) = self.parent_of(path)?;
        self.inodes.push(inode);
        let node = self.inodes.len() - 1;
        self.name(directory, Naming::Set(name, node));
        Ok(node)
    }

    fn unlink(&mut self, path: &Path) -> io::Result<()> {
        self.find(path)?;
        let (directory, name) = self.parent_of(path)?;
        self.name(directory, Naming::Unset(name));
        Ok(())
    }
}

impl SimDisk {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(State { inodes: vec![Inode::empty_directory()], dead: false })))
    }

    /// The power fails: whoever still uses this disk is refused, and this is what the next start finds.
    pub(crate) fn crash(&self, chance: &mut Chance) -> Self {
        let mut state = self.0.lock();
        state.dead = true;
        let inodes = state.inodes.iter().map(|inode| inode.left(chance)).collect();
        Self(Arc::new(Mutex::new(State { inodes, dead: false })))
    }
}

impl Disk for SimDisk {
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Box<dyn RawFile>> {
        let mut state = self.0.lock();
        let state = state.alive()?;
        let node = match state.find(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && mode == OpenMode::Create => {
                let empty = Inode::File { synced: Vec::new(), now: Vec::new(), since: Vec::new() };
                state.add(path, empty)?
            }
            other => other?,
        };
        Ok(Box::new(SimFile(Arc::clone(&self.0), node)))
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        let mut state = self.0.lock();
        let state = state.alive()?;
        let mut ancestors: Vec<_> = path.ancestors().collect();
        while let Some(ancestor) = ancestors.pop() {
            if state.find(ancestor).is_err() {
                state.add(ancestor, Inode::empty_directory())?;
            }
        }
        Ok(())
    }

    fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        let mut state = self.0.lock();
        let state = state.alive()?;
        let node = state.find(path)?;
        let Inode::Directory { now, .. } = &state.inodes[node] else {
            return Err(io::ErrorKind::NotADirectory.into());
        };
        let directory = |node: &Node| matches!(state.inodes[*node], Inode::Directory { .. });
        Ok(now.iter().map(|(name, node)| Entry { name: name.clone(), directory: directory(node) }).collect())
    }

    fn file_len(&self, path: &Path) -> io::Result<Option<u64>> {
        let mut state = self.0.lock();
        let state = state.alive()?;
        match state.find(path) {
            Ok(node) => match &state.inodes[node] {
                Inode::File { now, .. } => Ok(Some(now.len() as u64)),
                Inode::Directory { .. } => Ok(Some(0)),
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
        state.name(directory, Naming::Move(from, to));
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
        state.inodes[node].sync();
        Ok(())
    }

    fn sync_all(&self, _: &Path) -> io::Result<()> {
        self.0.lock().alive()?.inodes.iter_mut().for_each(Inode::sync);
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
    fn with<T>(&self, then: impl FnOnce(&mut Vec<u8>, &mut Vec<Change>) -> T) -> io::Result<T> {
        let mut state = self.0.lock();
        match &mut state.alive()?.inodes[self.1] {
            Inode::File { now, since, .. } => Ok(then(now, since)),
            Inode::Directory { .. } => Err(io::ErrorKind::IsADirectory.into()),
        }
    }

    fn change(&self, made: Change) -> io::Result<()> {
        self.with(|now, since| {
            change(now, &made);
            since.push(made);
        })
    }
}

impl RawFile for SimFile {
    fn read_at(&self, into: &mut [u8], at: Position) -> io::Result<usize> {
        self.with(|now, _| {
            let from = (at.0 as usize).min(now.len());
            let read = into.len().min(now.len() - from);
            into[..read].copy_from_slice(&now[from..from + read]);
            read
        })
    }

    fn write_at(&self, bytes: &[u8], at: Position) -> io::Result<usize> {
        self.change(Change::Write(at.0 as usize, bytes.to_vec())).map(|()| bytes.len())
    }

    fn write_vectored_at(&self, buffers: &[IoSlice<'_>], at: Position) -> io::Result<usize> {
        let bytes: Vec<u8> = buffers.iter().flat_map(|buffer| buffer.iter().copied()).collect();
        self.write_at(&bytes, at)
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        self.change(Change::Length(bytes as usize))
    }

    fn size(&self) -> io::Result<u64> {
        self.with(|now, _| now.len() as u64)
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.0.lock();
        state.alive()?.inodes[self.1].sync();
        Ok(())
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}

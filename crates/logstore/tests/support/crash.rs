//! Every state in which a power failure may leave a disk, at every point between two steps of a recording: the model is
//! that of `sim.rs`.
//!
//! Where a file has few states of its own, all of them are taken; else those in which writes are there up to one of
//! them, all sectors but one, one sector alone, the length without the bytes, and some by chance. Where a point has few
//! states, all combinations of files and directories are taken; else those in which what the step touched is in each of
//! its states and the others are as they were, as they are, and as chance has it.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashSet};
use std::hash::{Hash, Hasher};

use crate::sim::{Bytes, Chance, Inode, Kept, Names, Node, Recording, SECTOR, Step, put_sector, take};

/// How far the enumeration goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// States of a file up to which all are taken.
    pub(crate) of_file: usize,
    /// Sectors of a larger file that are missing or there alone.
    pub(crate) sectors: usize,
    /// States of a point up to which all are taken.
    pub(crate) of_point: usize,
    /// States of a point by chance.
    pub(crate) by_chance: usize,
    /// One of so many states is one in whose recovery the power fails again.
    pub(crate) recoveries: usize,
}

/// Which version each sector that differs has, and the length.
#[derive(Clone, Debug)]
struct Pick {
    length: usize,
    sectors: Vec<usize>,
}

/// What may be left of one file.
struct OfFile {
    versions: Vec<Bytes>,
    /// Sectors that differ between versions, each with the versions in which it does.
    sectors: Vec<(usize, Vec<usize>)>,
    picks: Vec<Pick>,
    hashes: Vec<u64>,
}

/// What may be left of one file or directory; the first is what was synced, the last what was there.
enum Choices {
    File(OfFile),
    Directory(Vec<Names>),
}

fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The same, in which it does not matter which versions are called different.
fn distinct<'v>(parts: impl Iterator<Item = &'v [u8]>) -> Vec<usize> {
    let mut seen: Vec<&[u8]> = Vec::new();
    let mut versions = Vec::new();
    for (version, part) in parts.enumerate() {
        if !seen.contains(&part) {
            seen.push(part);
            versions.push(version);
        }
    }
    versions
}

impl OfFile {
    fn new(versions: Vec<Bytes>, bounds: &Bounds, chance: &mut Chance) -> Self {
        let longest = versions.iter().map(Vec::len).max().unwrap_or(0);
        let mut padded = versions.clone();
        for version in &mut padded {
            version.resize(longest.next_multiple_of(SECTOR), 0);
        }
        let of_sector = |sector: usize| {
            let parts = padded.iter().map(|version| &version[sector * SECTOR..(sector + 1) * SECTOR]);
            (sector, distinct(parts))
        };
        let sectors: Vec<_> =
            (0..longest.div_ceil(SECTOR)).map(of_sector).filter(|(_, versions)| versions.len() > 1).collect();
        let mut of_file = Self { versions, sectors, picks: Vec::new(), hashes: Vec::new() };
        let picks = of_file.all(bounds.of_file).unwrap_or_else(|| of_file.some(bounds, chance));
        let mut seen = HashSet::new();
        for pick in picks {
            let hash = hash_of(&of_file.left(&pick));
            if seen.insert(hash) {
                of_file.picks.push(pick);
                of_file.hashes.push(hash);
            }
        }
        of_file
    }

    fn lengths(&self) -> Vec<usize> {
        let mut lengths: Vec<usize> = Vec::new();
        for version in &self.versions {
            if !lengths.contains(&version.len()) {
                lengths.push(version.len());
            }
        }
        lengths
    }

    /// As it is after the first changes alone.
    fn after(&self, version: usize) -> Pick {
        // A sector that did not change since has the number of the version in which it came to be what it is.
        let at = |versions: &Vec<usize>, sector: usize| {
            let same = |other: &&usize| self.sector(**other, sector) == self.sector(version, sector);
            versions.iter().find(same).copied().unwrap_or(0)
        };
        let sectors = self.sectors.iter().map(|(sector, versions)| at(versions, *sector)).collect();
        Pick { length: self.versions[version].len(), sectors }
    }

    fn sector(&self, version: usize, sector: usize) -> Bytes {
        let mut bytes = vec![0; (sector + 1) * SECTOR];
        put_sector(&mut bytes, sector, &self.versions[version]);
        bytes.split_off(sector * SECTOR)
    }

    /// Each of its states, where they are no more than `most`.
    fn all(&self, most: usize) -> Option<Vec<Pick>> {
        let lengths = self.lengths();
        let count = |count: usize, (_, versions): &(usize, Vec<usize>)| count.checked_mul(versions.len());
        let count = self.sectors.iter().try_fold(lengths.len(), count).filter(|count| *count <= most)?;
        let nth = |nth: usize| {
            let mut rest = nth / lengths.len();
            let mut next = |versions: &Vec<usize>| {
                let version = versions[rest % versions.len()];
                rest /= versions.len();
                version
            };
            let sectors = self.sectors.iter().map(|(_, versions)| next(versions)).collect();
            Pick { length: lengths[nth % lengths.len()], sectors }
        };
        Some((0..count).map(nth).collect())
    }

    fn some(&self, bounds: &Bounds, chance: &mut Chance) -> Vec<Pick> {
        let newest = self.versions.len() - 1;
        let (old, new) = (self.after(0), self.after(newest));
        let mut picks = vec![old.clone()];
        let stride = self.versions.len().div_ceil(bounds.sectors);
        picks.extend((0..newest).step_by(stride).map(|version| self.after(version)));
        // The length without the bytes, and the bytes without the length.
        picks.extend(self.lengths().into_iter().map(|length| Pick { length, ..old.clone() }));
        picks.extend(self.lengths().into_iter().map(|length| Pick { length, ..new.clone() }));
        let stride = self.sectors.len().div_ceil(bounds.sectors).max(1);
        for at in (0..self.sectors.len()).step_by(stride) {
            let (mut missing, mut alone, mut up_to) =
                (new.clone(), Pick { length: new.length, ..old.clone() }, new.clone());
            missing.sectors[at] = old.sectors[at];
            alone.sectors[at] = new.sectors[at];
            up_to.sectors[at..].copy_from_slice(&old.sectors[at..]);
            picks.extend([missing, alone, up_to]);
        }
        for _ in 0..bounds.by_chance {
            let lengths = self.lengths();
            let mut any = |(_, versions): &(usize, Vec<usize>)| versions[chance.below(versions.len())];
            let sectors = self.sectors.iter().map(&mut any).collect();
            picks.push(Pick { length: lengths[chance.below(lengths.len())], sectors });
        }
        picks.push(new);
        picks
    }

    fn left(&self, pick: &Pick) -> Bytes {
        let mut left = self.versions[0].clone();
        left.resize(pick.length, 0);
        for ((sector, _), version) in self.sectors.iter().zip(&pick.sectors) {
            put_sector(&mut left, *sector, &self.versions[*version]);
        }
        left
    }
}

impl Choices {
    fn of(inode: &Inode, bounds: &Bounds, chance: &mut Chance) -> Self {
        match inode {
            Inode::File(file) => Self::File(OfFile::new(file.versions(), bounds, chance)),
            Inode::Directory(directory) => Self::Directory(directory.versions()),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::File(file) => file.picks.len(),
            Self::Directory(versions) => versions.len(),
        }
    }
}

/// A state that a power failure may leave.
pub(crate) struct Crash {
    pub(crate) inodes: Vec<Inode>,
    /// Notes before it.
    pub(crate) notes: usize,
    /// Steps before it.
    pub(crate) steps: usize,
}

/// Which files and directories are looked at in each of their states.
#[derive(Clone, Copy)]
enum Focus {
    All,
    /// The one that the step changed.
    Changed(Node),
    /// A sync leaves nothing that could not be there before it.
    None,
}

/// The disk between two steps.
struct Walk<'w> {
    bounds: &'w Bounds,
    chance: Chance,
    inodes: Vec<Inode>,
    /// Hashes of what is synced in files.
    synced: Vec<u64>,
    /// For what was changed since its sync.
    choices: BTreeMap<Node, Choices>,
    seen: &'w mut HashSet<u64>,
    seen_since_note: HashSet<u64>,
    notes: usize,
}

fn is_changed(inode: &Inode) -> bool {
    match inode {
        Inode::File(file) => !file.since.is_empty(),
        Inode::Directory(directory) => !directory.since.is_empty(),
    }
}

fn synced_hash(inode: &Inode) -> u64 {
    match inode {
        Inode::File(file) => hash_of(&*file.synced),
        Inode::Directory(_) => 0,
    }
}

impl Walk<'_> {
    /// Does a step; answers what is worth to be looked at after it.
    fn take(&mut self, step: Step) -> Focus {
        let (changed, focus) = match &step {
            Step::Make(inode) => {
                self.synced.push(synced_hash(inode));
                (None, Focus::None)
            }
            Step::Change(node, _) | Step::Name(node, _) => (Some(*node), Focus::Changed(*node)),
            Step::Sync(node) | Step::FailedSync(node) | Step::Forget(node) => (Some(*node), Focus::None),
            Step::SyncAll => {
                self.choices.clear();
                (None, Focus::None)
            }
            Step::Note => {
                self.notes += 1;
                self.seen_since_note.clear();
                (None, Focus::All)
            }
        };
        let all = matches!(step, Step::SyncAll);
        take(&mut self.inodes, step);
        if all {
            self.synced = self.inodes.iter().map(synced_hash).collect();
        }
        if let Some(node) = changed {
            self.refresh(node);
        }
        focus
    }

    fn refresh(&mut self, node: Node) {
        let inode = &self.inodes[node];
        if is_changed(inode) {
            self.choices.insert(node, Choices::of(inode, self.bounds, &mut self.chance));
        } else {
            self.synced[node] = synced_hash(inode);
            self.choices.remove(&node);
        }
    }

    /// The states of this point: which choice for each file and directory that was changed since its sync.
    fn states(&mut self, focus: Focus) -> Vec<Vec<usize>> {
        let sizes: Vec<usize> = self.choices.values().map(Choices::len).collect();
        let all = sizes.iter().try_fold(1_usize, |all, size| all.checked_mul(*size));
        if let Some(all) = all.filter(|all| *all <= self.bounds.of_point) {
            let nth = |nth: usize| {
                let mut rest = nth;
                let mut next = |size: &usize| {
                    let choice = rest % size;
                    rest /= size;
                    choice
                };
                sizes.iter().map(&mut next).collect()
            };
            return (0..all).map(nth).collect();
        }
        let chance = &mut self.chance;
        let mut any = || sizes.iter().map(|size| chance.below(*size)).collect::<Vec<_>>();
        let old = vec![0; sizes.len()];
        let new: Vec<usize> = sizes.iter().map(|size| size - 1).collect();
        let axis = |node: &Node| match focus {
            Focus::All => true,
            Focus::Changed(changed) => *node == changed,
            Focus::None => false,
        };
        let mut states = Vec::new();
        for (axis, _) in self.choices.keys().enumerate().filter(|(_, node)| axis(node)) {
            for choice in 0..sizes[axis] {
                for mut state in [old.clone(), new.clone(), any()] {
                    state[axis] = choice;
                    states.push(state);
                }
            }
        }
        states.extend((0..self.bounds.by_chance).map(|_| any()));
        states
    }

    /// Shows the states of this point that were not shown since the last note.
    fn look(&mut self, focus: Focus, steps: usize, visit: &mut dyn FnMut(Crash)) {
        for state in self.states(focus) {
            let chosen = self.choices.keys().copied().zip(state.iter().copied()).collect();
            let fingerprint = self.fingerprint(0, &chosen);
            if self.seen_since_note.insert(fingerprint) {
                self.seen.insert(fingerprint);
                visit(Crash { inodes: self.left(&state), notes: self.notes, steps });
            }
        }
    }

    /// A number for the names and files that a start can find from here.
    fn fingerprint(&self, node: Node, chosen: &BTreeMap<Node, usize>) -> u64 {
        let choice = chosen.get(&node).copied().unwrap_or(0);
        let names = match (&self.inodes[node], self.choices.get(&node)) {
            (Inode::File(_), Some(Choices::File(file))) => return file.hashes[choice],
            (Inode::File(_), _) => return self.synced[node],
            (Inode::Directory(_), Some(Choices::Directory(versions))) => &versions[choice],
            (Inode::Directory(directory), _) => &*directory.synced,
        };
        let entry = |(name, node): (&String, &Node)| hash_of(&(name, self.fingerprint(*node, chosen)));
        names.iter().map(entry).fold(1, |all, one| hash_of(&(all, one)))
    }

    fn left(&self, state: &[usize]) -> Vec<Inode> {
        let mut inodes: Vec<Inode> = self.inodes.iter().map(Inode::as_synced).collect();
        for ((node, choices), choice) in self.choices.iter().zip(state) {
            inodes[*node] = match choices {
                Choices::File(file) => Inode::File(Kept::of(file.left(&file.picks[*choice]))),
                Choices::Directory(versions) => Inode::Directory(Kept::of(versions[*choice].clone())),
            };
        }
        inodes
    }
}

/// Shows every state to `visit`: once for each number of notes before it. `known` has those of other
/// recordings, and of this one afterwards.
pub(crate) fn each_crash(
    recording: Recording,
    bounds: &Bounds,
    seed: u64,
    known: &mut HashSet<u64>,
    visit: &mut dyn FnMut(Crash),
) {
    let Recording { inodes, steps } = recording;
    let mut walk = Walk {
        bounds,
        chance: Chance(seed),
        synced: inodes.iter().map(synced_hash).collect(),
        inodes,
        choices: BTreeMap::new(),
        seen: known,
        seen_since_note: HashSet::new(),
        notes: 0,
    };
    (0..walk.inodes.len()).for_each(|node| walk.refresh(node));
    walk.look(Focus::All, 0, visit);
    for (number, step) in steps.into_iter().enumerate() {
        let focus = walk.take(step);
        walk.look(focus, number + 1, visit);
    }
}

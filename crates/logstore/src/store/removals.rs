//! What is to be removed: files and directories in the order of their time, and the removals that they belong to, as
//! whoever looks on sees them.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use parking_lot::Mutex;

use crate::base::limits::{REMOVALS_DUE_BYTES_MAX, REMOVALS_LISTED_MAX, REMOVALS_REMEMBERED_MAX};
use crate::base::types::{PartitionIndex, Timestamp};
use crate::io::{Disk, Doomed};

/// A removal: segments that one partition gave up at one time, or a deleted topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// Counts from 1 since the start of the process.
    pub number: u64,
    /// The topic's name.
    pub topic: String,
    /// The partition whose segments they are; none where the topic was deleted.
    pub partition: Option<PartitionIndex>,
    /// When it was decided.
    pub started: Timestamp,
    /// When the last of it was gone; none before.
    pub ended: Option<Timestamp>,
    /// Bytes of files that it removes.
    pub bytes_total: u64,
    /// Bytes removed so far.
    pub bytes_removed: u64,
    /// How far it is.
    pub state: RemovalState,
}

/// How far a removal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemovalState {
    /// `file.delete.delay.ms` has not passed, or others are before it.
    Waiting,
    /// Some of it may be gone.
    Running,
    /// All of it is gone.
    Done,
    /// Something could not be removed; the next start does it.
    Failed,
}

/// A file or directory whose time comes.
pub(super) struct Entry {
    pub(super) doomed: Doomed,
    pub(super) share: Share,
    at: Duration,
}

/// What it is of a removal.
pub(super) struct Share {
    /// The removal's.
    number: u64,
    /// Bytes of it that are left.
    bytes: u64,
}

/// The removals of a store.
#[derive(Default)]
pub(super) struct Removals(Mutex<Listed>);

#[derive(Default)]
struct Listed {
    queue: VecDeque<Entry>,
    last_number: u64,
    /// Those under way by number, each with the entries that are left of it.
    under_way: BTreeMap<u64, (Removal, usize)>,
    /// The newest last.
    ended: VecDeque<Removal>,
}

impl Removals {
    /// Takes in what goes when the time `at` has come. Partitions of one deleted topic are one removal.
    pub(super) fn add(
        &self,
        disk: &dyn Disk,
        doomed: Vec<Doomed>,
        topic: &str,
        partition: Option<PartitionIndex>,
        at: Duration,
        now: Timestamp,
    ) {
        let entries: Vec<_> = doomed.into_iter().map(|doomed| (doomed.bytes(disk), doomed)).collect();
        if entries.is_empty() {
            return;
        }
        let mut listed = self.0.lock();
        let number = listed.number_for(topic, partition, now);
        if let Some((removal, left)) = listed.under_way.get_mut(&number) {
            removal.bytes_total += entries.iter().map(|(bytes, _)| bytes).sum::<u64>();
            *left += entries.len();
        }
        let place = listed.queue.partition_point(|entry| entry.at <= at);
        let later = listed.queue.split_off(place);
        let entries =
            entries.into_iter().map(|(bytes, doomed)| Entry { doomed, share: Share { number, bytes }, at });
        listed.queue.extend(entries);
        listed.queue.extend(later);
    }

    /// The next whose time has come, or the next at all.
    pub(super) fn next(&self, now: Duration, whatever_its_time: bool) -> Option<Entry> {
        let mut listed = self.0.lock();
        let entry = listed.queue.pop_front_if(|entry| whatever_its_time || entry.at <= now)?;
        if let Some((removal, _)) = listed.under_way.get_mut(&entry.share.number)
            && removal.state == RemovalState::Waiting
        {
            removal.state = RemovalState::Running;
        }
        Some(entry)
    }

    /// Whether so much is due that whoever removes it must not rest.
    pub(super) fn are_behind(&self, now: Duration) -> bool {
        let listed = self.0.lock();
        let mut bytes = 0;
        let mut due = listed.queue.iter().take_while(|entry| entry.at <= now);
        due.any(|entry| {
            bytes += entry.share.bytes;
            bytes > REMOVALS_DUE_BYTES_MAX
        })
    }

    /// A step of its removal was done.
    pub(super) fn stepped(&self, share: &mut Share, bytes: u64) {
        let bytes = bytes.min(share.bytes);
        share.bytes -= bytes;
        if let Some((removal, _)) = self.0.lock().under_way.get_mut(&share.number) {
            removal.bytes_removed += bytes;
        }
    }

    /// The store closes before all of it is gone.
    pub(super) fn put_back(&self, entry: Entry) {
        self.0.lock().queue.push_front(entry);
    }

    /// It is gone, or left to the next start.
    pub(super) fn end(&self, entry: &Entry, is_gone: bool, now: Timestamp) {
        let mut listed = self.0.lock();
        let Some((removal, left)) = listed.under_way.get_mut(&entry.share.number) else { return };
        *left -= 1;
        if is_gone {
            removal.bytes_removed += entry.share.bytes;
        } else {
            removal.state = RemovalState::Failed;
        }
        if *left > 0 {
            return;
        }
        if let Some((mut removal, _)) = listed.under_way.remove(&entry.share.number) {
            removal.ended = Some(now);
            if removal.state != RemovalState::Failed {
                removal.state = RemovalState::Done;
            }
            if listed.ended.len() == REMOVALS_REMEMBERED_MAX {
                listed.ended.pop_front();
            }
            listed.ended.push_back(removal);
        }
    }

    /// Those under way, the oldest first, then those that ended last, the newest first.
    pub(super) fn list(&self) -> Vec<Removal> {
        let listed = self.0.lock();
        let under_way = listed.under_way.values().map(|(removal, _)| removal).take(REMOVALS_LISTED_MAX);
        under_way.chain(listed.ended.iter().rev()).cloned().collect()
    }
}

impl Listed {
    fn number_for(&mut self, topic: &str, partition: Option<PartitionIndex>, now: Timestamp) -> u64 {
        let is_of_it = |removal: &Removal| removal.partition.is_none() && removal.topic == topic;
        // Its partitions follow each other.
        let newest = self.under_way.last_key_value().filter(|_| partition.is_none());
        if let Some((number, _)) = newest.filter(|(_, (removal, _))| is_of_it(removal)) {
            return *number;
        }
        self.last_number += 1;
        let removal = Removal {
            number: self.last_number,
            topic: topic.to_owned(),
            partition,
            started: now,
            ended: None,
            bytes_total: 0,
            bytes_removed: 0,
            state: RemovalState::Waiting,
        };
        self.under_way.insert(self.last_number, (removal, 0));
        self.last_number
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::sync::{Arc, Weak};

    use super::*;
    use crate::io::SystemDisk;

    #[test]
    fn the_last_removals_are_remembered_and_the_first_ones_listed() {
        let directory = tempfile::tempdir().unwrap();
        let removals = Removals::default();
        let add = |topic: &str, partition: Option<i32>| {
            let doomed = vec![Doomed::directory(directory.path().join("gone"), Vec::new())];
            let (at, now) = (Duration::from_secs(1), Timestamp(5));
            removals.add(&SystemDisk, doomed, topic, partition.map(PartitionIndex), at, now);
        };
        for n in 0..REMOVALS_LISTED_MAX as i32 + 10 {
            add("kept", Some(n));
        }
        let listed = removals.list();
        assert_eq!(listed.len(), REMOVALS_LISTED_MAX);
        assert_eq!((listed[0].number, listed[0].state), (1, RemovalState::Waiting));
        assert!(removals.next(Duration::ZERO, false).is_none());
        while let Some(entry) = removals.next(Duration::ZERO, true) {
            removals.end(&entry, true, Timestamp(9));
        }
        let listed = removals.list();
        assert_eq!(listed.len(), REMOVALS_REMEMBERED_MAX);
        assert_eq!(listed[0].number, REMOVALS_LISTED_MAX as u64 + 10);
        assert_eq!((listed[0].state, listed[0].ended), (RemovalState::Done, Some(Timestamp(9))));
    }

    #[test]
    fn more_than_may_wait_is_behind_once_its_time_has_come() {
        let directory = tempfile::tempdir().unwrap();
        let is_there = Arc::new(AtomicBool::new(true));
        let removals = Removals::default();
        let add = |name: &str, bytes: u64, at: u64| {
            let path = directory.path().join(name);
            std::fs::File::create(&path).unwrap().set_len(bytes).unwrap();
            let doomed = vec![Doomed::file(path, Weak::new(), &is_there)];
            removals.add(
                &SystemDisk,
                doomed,
                "t",
                Some(PartitionIndex(0)),
                Duration::from_secs(at),
                Timestamp(5),
            );
        };
        add("first", REMOVALS_DUE_BYTES_MAX, 1);
        add("second", 1, 2);
        assert!(!removals.are_behind(Duration::from_secs(1)));
        assert!(removals.are_behind(Duration::from_secs(2)));
        assert!(removals.next(Duration::from_secs(2), false).is_some());
        assert!(!removals.are_behind(Duration::from_secs(2)));
    }

    #[test]
    fn the_partitions_of_a_deleted_topic_are_one_removal_which_fails_with_any() {
        let directory = tempfile::tempdir().unwrap();
        let removals = Removals::default();
        let doomed = |name: &str| {
            let path = directory.path().join(name);
            std::fs::create_dir(&path).unwrap();
            std::fs::write(path.join("0.log"), [0; 100]).unwrap();
            vec![Doomed::directory(path, Vec::new())]
        };
        for name in ["a-0", "a-1", "b-0"] {
            let topic = name.split('-').next().unwrap();
            removals.add(&SystemDisk, doomed(name), topic, None, Duration::ZERO, Timestamp(5));
        }
        let first = removals.next(Duration::ZERO, false).unwrap();
        removals.end(&first, false, Timestamp(6));
        let mut second = removals.next(Duration::ZERO, false).unwrap();
        removals.stepped(&mut second.share, 60);
        let of = |listed: &[Removal]| {
            let of_each = listed.iter().map(|one| (one.topic.clone(), one.bytes_removed, one.state));
            of_each.collect::<Vec<_>>()
        };
        let b = ("b".to_owned(), 0, RemovalState::Waiting);
        assert_eq!(of(&removals.list()), [("a".to_owned(), 60, RemovalState::Failed), b.clone()]);
        removals.put_back(second);
        let second = removals.next(Duration::ZERO, false).unwrap();
        removals.end(&second, true, Timestamp(7));
        assert_eq!(of(&removals.list()), [b, ("a".to_owned(), 100, RemovalState::Failed)]);
        assert_eq!(removals.list()[1].bytes_total, 200);
    }
}

//! Rounds of compaction: those under way, and how the last ones ended.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use crate::base::limits::ROUNDS_REMEMBERED_MAX;
use crate::base::types::{Offset, PartitionId, Timestamp};
use crate::compact::Progress;

/// A round over one log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// Counts from 1 since the start of the process.
    pub number: u64,
    /// The log.
    pub partition: PartitionId,
    /// Its topic's name.
    pub topic: String,
    /// When it began.
    pub started: Timestamp,
    /// When it ended; none while it runs.
    pub ended: Option<Timestamp>,
    /// Bytes that it reads at most.
    pub bytes_total: u64,
    /// Bytes read so far.
    pub bytes_read: u64,
    /// Bytes written so far.
    pub bytes_written: u64,
    /// For how long `log.cleaner.io.max.bytes.per.second` held it back so far.
    pub held_back: Duration,
    /// What became of it.
    pub outcome: RoundOutcome,
}

/// What became of a round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoundOutcome {
    /// Nothing yet.
    Running,
    /// Below the offset each key is there once.
    Done(Offset),
    /// The store was closed, or others took away what was to be read: the rest is for the next round.
    Interrupted,
    /// The log is left alone until restart, for this reason.
    Failed(String),
}

/// The rounds of a store.
#[derive(Default)]
pub(super) struct Rounds(Mutex<Listed>);

#[derive(Default)]
struct Listed {
    last_number: u64,
    running: Vec<(Round, Arc<Progress>)>,
    /// The newest last.
    ended: VecDeque<Round>,
}

impl Rounds {
    /// A round begins; it counts in what is answered.
    pub(super) fn begin(&self, partition: PartitionId, topic: &str, now: Timestamp) -> (u64, Arc<Progress>) {
        let mut listed = self.0.lock();
        listed.last_number += 1;
        let (number, progress) = (listed.last_number, Arc::new(Progress::default()));
        let round = Round {
            number,
            partition,
            topic: topic.to_owned(),
            started: now,
            ended: None,
            bytes_total: 0,
            bytes_read: 0,
            bytes_written: 0,
            held_back: Duration::ZERO,
            outcome: RoundOutcome::Running,
        };
        listed.running.push((round, Arc::clone(&progress)));
        (number, progress)
    }

    pub(super) fn end(&self, number: u64, now: Timestamp, outcome: RoundOutcome) {
        let mut listed = self.0.lock();
        let Some(at) = listed.running.iter().position(|(round, _)| round.number == number) else {
            return;
        };
        let (round, progress) = listed.running.swap_remove(at);
        if listed.ended.len() == ROUNDS_REMEMBERED_MAX {
            listed.ended.pop_front();
        }
        listed.ended.push_back(Round { ended: Some(now), outcome, ..counted(&round, &progress) });
    }

    /// Those under way, then those that ended last, the newest first.
    pub(super) fn list(&self) -> Vec<Round> {
        let listed = self.0.lock();
        let running = listed.running.iter().map(|(round, progress)| counted(round, progress));
        running.chain(listed.ended.iter().rev().cloned()).collect()
    }
}

fn counted(round: &Round, progress: &Progress) -> Round {
    Round {
        bytes_total: progress.bytes_total(),
        bytes_read: progress.bytes_read(),
        bytes_written: progress.bytes_written(),
        held_back: progress.time_held_back(),
        ..round.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::types::{PartitionIndex, TopicId};

    #[test]
    fn the_last_rounds_are_remembered() {
        let rounds = Rounds::default();
        let begin = |index| {
            let partition = PartitionId { topic: TopicId([1; 16]), index: PartitionIndex(index) };
            rounds.begin(partition, "topic", Timestamp(index.into()))
        };
        for index in 0..110 {
            let (number, _) = begin(index);
            rounds.end(number, Timestamp(1000), RoundOutcome::Interrupted);
        }
        let (_, progress) = begin(110);
        progress.expect(7);
        let listed = rounds.list();
        assert_eq!(listed.len(), 1 + ROUNDS_REMEMBERED_MAX);
        assert_eq!((listed[0].number, listed[0].bytes_total, listed[0].ended), (111, 7, None));
        assert_eq!((listed[1].number, listed[1].ended), (110, Some(Timestamp(1000))));
        assert_eq!(listed[100].number, 11);
    }
}

//! Which leader epoch began at which offset: in memory, and in `leader-epoch-checkpoint`.

use super::types::EpochEnd;
use crate::base::types::{LeaderEpoch, Offset};

/// Epochs of one log in ascending order, offsets too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Epochs {
    starts: Vec<(LeaderEpoch, Offset)>,
    /// Differs from the checkpoint file.
    changed: bool,
}

impl Epochs {
    /// From a checkpoint file; what does not ascend is left out.
    pub(super) fn restored(entries: impl IntoIterator<Item = (LeaderEpoch, Offset)>) -> Self {
        let mut epochs = Self::default();
        for (epoch, start) in entries {
            epochs.assign(epoch, start);
        }
        epochs.changed = false;
        epochs
    }

    /// A batch of `epoch` was appended at `start`; only the first of a newer epoch counts.
    pub(super) fn assign(&mut self, epoch: LeaderEpoch, start: Offset) {
        if epoch.0 >= 0 && self.starts.last().is_none_or(|(latest, at)| epoch > *latest && start >= *at) {
            // An epoch without a record gives way to the next one.
            if self.starts.last().is_some_and(|(_, at)| *at == start) {
                self.starts.pop();
            }
            self.starts.push((epoch, start));
            self.changed = true;
        }
    }

    pub(super) fn latest(&self) -> Option<LeaderEpoch> {
        self.starts.last().map(|(epoch, _)| *epoch)
    }

    /// The epoch of the record at `offset`.
    pub(super) fn at(&self, offset: Offset) -> Option<LeaderEpoch> {
        // An epoch begins when its leader does, with or without a record: there at the end of the log.
        let after = self.starts.partition_point(|(_, start)| *start <= offset);
        self.starts.get(after.checked_sub(1)?).map(|(epoch, _)| *epoch)
    }

    /// Where `requested` ends (`protocol.md` section 3, row 24).
    pub(super) fn end_of(&self, requested: LeaderEpoch, current: LeaderEpoch, log_end: Offset) -> EpochEnd {
        let unknown = EpochEnd { leader_epoch: LeaderEpoch::NONE, end_offset: Offset(-1) };
        if requested == LeaderEpoch::NONE || requested > current {
            return unknown;
        }
        if requested == current {
            return EpochEnd { leader_epoch: current, end_offset: log_end };
        }
        let after = self.starts.partition_point(|(epoch, _)| *epoch <= requested);
        let end_offset = self.starts.get(after).map_or(log_end, |(_, start)| *start);
        let floor = after.checked_sub(1).and_then(|floor| self.starts.get(floor));
        EpochEnd { leader_epoch: floor.map_or(requested, |(epoch, _)| *epoch), end_offset }
    }

    /// Records from `offset` on are gone.
    pub(super) fn truncate_end(&mut self, offset: Offset) {
        let kept = self.starts.partition_point(|(_, start)| *start < offset);
        self.changed |= kept < self.starts.len();
        self.starts.truncate(kept);
    }

    /// Records below `offset` are gone: the epoch that it lies in begins there.
    pub(super) fn truncate_start(&mut self, offset: Offset) {
        let gone = self.starts.partition_point(|(_, start)| *start <= offset);
        let Some(floor) = gone.checked_sub(1) else { return };
        self.starts.drain(..floor);
        if let Some((_, start)) = self.starts.first_mut().filter(|(_, start)| *start < offset) {
            *start = offset;
            self.changed = true;
        }
        self.changed |= floor > 0;
    }

    /// The entries, when they differ from what was taken last.
    pub(super) fn is_changed(&self) -> bool {
        self.changed
    }

    pub(super) fn take_changed(&mut self) -> Option<Vec<(LeaderEpoch, Offset)>> {
        std::mem::take(&mut self.changed).then(|| self.starts.clone())
    }

    /// What was taken last could not be written.
    pub(super) fn write_again(&mut self) {
        self.changed = true;
    }

    #[cfg(test)]
    fn entries(&self) -> &[(LeaderEpoch, Offset)] {
        &self.starts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epochs() -> Epochs {
        Epochs::restored(
            [(2, 10), (4, 20), (7, 40)].map(|(epoch, start)| (LeaderEpoch(epoch), Offset(start))),
        )
    }

    fn end(requested: i32, current: i32) -> (i32, i64) {
        let end = epochs().end_of(LeaderEpoch(requested), LeaderEpoch(current), Offset(50));
        (end.leader_epoch.0, end.end_offset.0)
    }

    #[test]
    fn ends() {
        assert_eq!(end(7, 7), (7, 50));
        assert_eq!(end(9, 9), (9, 50), "the current epoch without a record yet");
        assert_eq!(end(8, 9), (7, 50), "the current epoch begins where the log ends");
        assert_eq!(end(-2, 7), (-2, 10), "older than known, if it were one");
        assert_eq!(end(10, 9), (-1, -1));
        assert_eq!(end(1, 7), (1, 10), "older than known");
        assert_eq!(end(2, 7), (2, 20));
        assert_eq!(end(5, 7), (4, 40));
        assert_eq!(end(7, 9), (7, 50));
        assert_eq!(end(-1, 9), (-1, -1));
    }

    #[test]
    fn truncation() {
        let mut cut = epochs();
        cut.truncate_end(Offset(20));
        assert_eq!(cut.entries(), [(LeaderEpoch(2), Offset(10))]);
        assert!(cut.take_changed().is_some() && cut.take_changed().is_none());
        let mut cut = epochs();
        cut.truncate_start(Offset(25));
        assert_eq!(cut.entries(), [(LeaderEpoch(4), Offset(25)), (LeaderEpoch(7), Offset(40))]);
        assert_eq!((cut.at(Offset(24)), cut.at(Offset(39))), (None, Some(LeaderEpoch(4))));
        cut.truncate_start(Offset(10));
        assert_eq!(cut.entries().len(), 2);
    }
}

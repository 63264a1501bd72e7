//! What of transactions may go: records of aborted ones at once, markers when none of their records is left.

use std::collections::{HashMap, HashSet};

use crate::base::bytes::be;
use crate::base::types::{Offset, ProducerId};
use crate::batch::{BatchHeader, BatchView};
use crate::segment::AbortedEntry;

/// What a control record's key says of its kind.
const ABORT: i16 = 0;
const COMMIT: i16 = 1;

/// Transactions as a walk over batches in their order meets them.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// Those that are still to come, the first of them last.
    aborted: Vec<AbortedEntry>,
    /// Aborted ones that the walk is within, and whether any batch of theirs was met.
    within_aborted: HashMap<ProducerId, (AbortedEntry, bool)>,
    /// Producers with a batch of a committed one whose marker is to come.
    within_committed: HashSet<ProducerId>,
}

/// What is to be done with a marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marker {
    /// None of its transaction's records is left: it may go once its time is over.
    pub(super) is_alone: bool,
    /// The transaction that it aborted, while the marker stays for its records.
    pub(super) aborted: Option<AbortedEntry>,
}

impl Walked {
    /// A walk over segments in which `aborted` end.
    pub(super) fn new(mut aborted: Vec<AbortedEntry>) -> Self {
        aborted.sort_by_key(|entry| std::cmp::Reverse(entry.first_offset));
        Self { aborted, ..Self::default() }
    }

    /// Meets a batch of records; true when its transaction was aborted.
    pub(super) fn is_aborted(&mut self, header: &BatchHeader) -> bool {
        if !header.attributes.is_transactional() {
            return false;
        }
        self.enter(header.last_offset());
        if let Some((_, met)) = self.within_aborted.get_mut(&header.producer_id) {
            *met = true;
            return true;
        }
        self.within_committed.insert(header.producer_id);
        false
    }

    /// Meets a marker.
    pub(super) fn end(&mut self, batch: &BatchView<'_>) -> Marker {
        let header = batch.header();
        self.enter(header.last_offset());
        match kind(batch) {
            Some(ABORT) => {
                let aborted = self.within_aborted.remove(&header.producer_id);
                let aborted = aborted.filter(|(_, met)| *met).map(|(entry, _)| entry);
                Marker { is_alone: aborted.is_none(), aborted }
            }
            Some(COMMIT) => {
                let is_alone = !self.within_committed.remove(&header.producer_id);
                Marker { is_alone, aborted: None }
            }
            // Of another kind, which nobody here knows: it stays.
            Some(_) => Marker { is_alone: false, aborted: None },
            // Emptied by an earlier round.
            None => Marker { is_alone: true, aborted: None },
        }
    }

    fn enter(&mut self, up_to: Offset) {
        while let Some(entry) = self.aborted.pop_if(|entry| entry.first_offset <= up_to) {
            self.within_aborted.insert(entry.producer_id, (entry, false));
        }
    }
}

fn kind(batch: &BatchView<'_>) -> Option<i16> {
    let records = batch.records().ok()?;
    let record = records.iter().next()?.ok()?;
    be::get_i16(record.key?, 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::types::{LeaderEpoch, ProducerEpoch, Sequence, Timestamp};
    use crate::batch::build::{BatchBuilder, Marker as Kind};
    use crate::batch::{Attributes, stamp};

    fn data(producer: i64, base: i64) -> Vec<u8> {
        let builder = BatchBuilder::new().attributes(Attributes::TRANSACTIONAL).value(b"x");
        placed(builder.producer(ProducerId(producer), ProducerEpoch(0), Sequence(0)), base)
    }

    fn marker(producer: i64, base: i64, kind: Kind) -> Vec<u8> {
        placed(
            BatchBuilder::end_transaction(kind, ProducerId(producer), ProducerEpoch(0), 0, Timestamp(1)),
            base,
        )
    }

    fn placed(builder: BatchBuilder, base: i64) -> Vec<u8> {
        let mut bytes = builder.build();
        stamp::offsets(&mut bytes, Offset(base), LeaderEpoch(0));
        bytes
    }

    fn entry(producer: i64, first: i64, last: i64) -> AbortedEntry {
        let [first_offset, last_offset, last_stable] = [first, last, last + 1].map(Offset);
        AbortedEntry { producer_id: ProducerId(producer), first_offset, last_offset, last_stable }
    }

    fn aborted(walked: &mut Walked, bytes: &[u8]) -> bool {
        walked.is_aborted(BatchView::parse(bytes).unwrap().header())
    }

    fn end(walked: &mut Walked, bytes: &[u8]) -> Marker {
        walked.end(&BatchView::parse(bytes).unwrap())
    }

    #[test]
    fn records_of_aborted_transactions_go_and_their_marker_stays_a_round_longer() {
        let mut walked = Walked::new(vec![entry(2, 1, 4), entry(1, 0, 3), entry(1, 5, 6)]);
        assert!(aborted(&mut walked, &data(1, 0)));
        assert!(aborted(&mut walked, &data(2, 1)));
        assert!(!aborted(&mut walked, &data(3, 2)), "it was committed");
        let first = end(&mut walked, &marker(1, 3, Kind::Abort));
        assert_eq!(first, Marker { is_alone: false, aborted: Some(entry(1, 0, 3)) });
        assert!(!end(&mut walked, &marker(2, 4, Kind::Abort)).is_alone);
        let alone = end(&mut walked, &marker(1, 6, Kind::Abort));
        assert_eq!(alone, Marker { is_alone: true, aborted: None }, "its records went in an earlier round");
        assert!(!end(&mut walked, &marker(3, 7, Kind::Commit)).is_alone);
        assert!(end(&mut walked, &marker(3, 8, Kind::Commit)).is_alone);
    }

    #[test]
    fn what_is_no_transaction_is_left_alone() {
        let mut walked = Walked::new(vec![entry(1, 0, 3)]);
        let plain = BatchBuilder::new().value(b"x");
        let plain = placed(plain.producer(ProducerId(1), ProducerEpoch(0), Sequence(0)), 1);
        assert!(!aborted(&mut walked, &plain));
    }
}

//! What each group of the write-ahead log says of those before it, so that a group that is missing does not put every
//! log in doubt.
//!
//! ```text
//! content of a summary frame:
//!   0    8   highest earlier group that holds a barrier; 0 for none
//!   8  256   one bit for each partition of the groups before that may be needed; several partitions may share one
//! ```

use super::frame::GroupNumber;
use crate::base::bytes::be;
use crate::base::crc32c::crc32c;
use crate::base::types::PartitionId;

const WORDS: usize = 32;
const BITS: u32 = u64::BITS * WORDS as u32;
const TOUCHED_AT: usize = 8;
pub(super) const SUMMARY_BYTES: usize = TOUCHED_AT + WORDS * 8;

/// A set of partitions that may have others in it, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Touched([u64; WORDS]);

impl Touched {
    /// Every partition.
    pub(super) const ALL: Self = Self([u64::MAX; WORDS]);

    pub(super) fn add(&mut self, partition: &PartitionId) {
        let (word, bit) = place(partition);
        if let Some(word) = self.0.get_mut(word) {
            *word |= bit;
        }
    }

    pub(super) fn clear(&mut self) {
        self.0.fill(0);
    }

    pub(super) fn add_all(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word |= other;
        }
    }

    /// Whether a partition may be one of them.
    pub(super) fn may_have(&self, partition: &PartitionId) -> bool {
        let (word, bit) = place(partition);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }
}

fn place(partition: &PartitionId) -> (usize, u64) {
    let mut bytes = [0; 20];
    let (topic, index) = bytes.split_at_mut(16);
    topic.copy_from_slice(&partition.topic.0);
    index.copy_from_slice(&partition.index.0.to_be_bytes());
    let at = crc32c(&bytes) % BITS;
    ((at / u64::BITS) as usize, 1 << (at % u64::BITS))
}

/// What a group says of those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Summary {
    pub(super) last_barrier: GroupNumber,
    /// Partitions of every group that no checkpoint covered when it was written.
    pub(super) touched: Touched,
}

impl Summary {
    /// That of a group which stands for one that is gone.
    pub(super) const UNKNOWN: Self = Self { last_barrier: GroupNumber(u64::MAX), touched: Touched::ALL };

    pub(super) fn encode(&self) -> [u8; SUMMARY_BYTES] {
        let mut bytes = [0; SUMMARY_BYTES];
        let words = std::iter::once(&self.last_barrier.0).chain(&self.touched.0);
        for (into, word) in bytes.chunks_exact_mut(8).zip(words) {
            into.copy_from_slice(&word.to_be_bytes());
        }
        bytes
    }

    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut touched = Touched::default();
        for (at, word) in touched.0.iter_mut().enumerate() {
            *word = be::get_u64(bytes, TOUCHED_AT + 8 * at)?;
        }
        Some(Self { last_barrier: GroupNumber(be::get_u64(bytes, 0)?), touched })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::types::{PartitionIndex, TopicId};

    #[test]
    fn what_was_added_is_there_and_most_else_is_not() {
        let partition = |index| PartitionId { topic: TopicId([3; 16]), index: PartitionIndex(index) };
        let mut touched = Touched::default();
        (0..100).for_each(|index| touched.add(&partition(index)));
        let summary = Summary { last_barrier: GroupNumber(7), touched };
        let read = Summary::parse(&summary.encode()).unwrap();
        assert_eq!(read, summary);
        assert!((0..100).all(|index| read.touched.may_have(&partition(index))));
        let others = (100..1100).filter(|index| read.touched.may_have(&partition(*index))).count();
        assert!(others < 200, "{others}");
        assert!(Touched::ALL.may_have(&partition(5000)));
    }
}

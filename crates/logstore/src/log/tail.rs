//! Recent batches still in memory, shared by every reader.
//!
//! A batch enters when it is appended and leaves when its bytes are needed for newer ones, never before it is in a
//! segment (D8). Bounds count what a batch pins: a small batch is copied out of the receive buffer it came in.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::base::limits::{LOG_TAIL_BYTES_MAX, TAIL_BYTES_MAX};
use crate::base::types::Offset;
use crate::io::arena::{Buf, BufMut};

/// A batch that pins more than so many times its size is copied.
const PINNED_FACTOR_MAX: usize = 4;
/// What a batch costs in memory beside its bytes.
const BATCH_OVERHEAD_BYTES: usize = 128;

/// Bytes in the tails of all logs of a directory.
#[derive(Debug, Default)]
pub(super) struct TailBudget {
    bytes: AtomicUsize,
}

impl TailBudget {
    pub(super) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    pub(super) fn is_spent(&self) -> bool {
        self.bytes() > TAIL_BYTES_MAX
    }
}

/// Gives up writing; copies a batch that would pin far more than itself.
pub(super) fn settle(bytes: BufMut) -> Buf {
    if bytes.pinned_bytes() > bytes.len().saturating_mul(PINNED_FACTOR_MAX) {
        Buf::copy_from_slice(&bytes)
    } else {
        bytes.freeze()
    }
}

#[derive(Debug)]
struct TailBatch {
    last: Offset,
    bytes: Buf,
}

impl TailBatch {
    fn cost(&self) -> usize {
        self.bytes.pinned_bytes() + BATCH_OVERHEAD_BYTES
    }
}

/// The newest batches of one log, without a gap up to the log end.
#[derive(Debug, Default)]
pub(super) struct Tail {
    batches: VecDeque<TailBatch>,
    bytes: usize,
    /// First offset of the first batch.
    first: Option<Offset>,
}

impl Tail {
    pub(super) fn push(&mut self, base: Offset, last: Offset, bytes: Buf, budget: &TailBudget) {
        let batch = TailBatch { last, bytes };
        self.bytes += batch.cost();
        budget.bytes.fetch_add(batch.cost(), Ordering::Relaxed);
        self.first.get_or_insert(base);
        self.batches.push_back(batch);
    }

    /// Whether `offset` is in the tail.
    pub(super) fn covers(&self, offset: Offset) -> bool {
        self.first.is_some_and(|first| first <= offset)
    }

    /// Batches from the one that holds `from` on, with their last offsets.
    pub(super) fn from(&self, from: Offset) -> impl Iterator<Item = (Offset, &Buf)> {
        let start = self.batches.partition_point(|batch| batch.last < from);
        self.batches.range(start..).map(|batch| (batch.last, &batch.bytes))
    }

    /// Drops the oldest batches while this log has too many, but none that is not `written`. What all logs have
    /// together is for their home to bound, which knows who is idle.
    pub(super) fn evict(&mut self, written: Offset, budget: &TailBudget) {
        while self.bytes > LOG_TAIL_BYTES_MAX && self.pop_below(written, budget) {}
    }

    /// Drops every batch that ends below `before`.
    pub(super) fn drop_below(&mut self, before: Offset, budget: &TailBudget) {
        while self.pop_below(before, budget) {}
    }

    fn pop_below(&mut self, before: Offset, budget: &TailBudget) -> bool {
        if self.batches.front().is_none_or(|batch| batch.last >= before) {
            return false;
        }
        let Some(batch) = self.batches.pop_front() else {
            return false;
        };
        self.bytes -= batch.cost();
        budget.bytes.fetch_sub(batch.cost(), Ordering::Relaxed);
        self.first = (!self.batches.is_empty()).then(|| batch.last.plus(1));
        true
    }

    /// Drops everything.
    pub(super) fn clear(&mut self, budget: &TailBudget) {
        budget.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
        *self = Self::default();
    }

    /// First offset in the tail.
    #[cfg(test)]
    pub(super) fn first(&self) -> Option<Offset> {
        self.first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_before_it_is_written() {
        let budget = TailBudget::default();
        let mut tail = Tail::default();
        let batch = LOG_TAIL_BYTES_MAX / 2;
        for n in 0..4 {
            tail.push(Offset(n * 10), Offset(n * 10 + 9), vec![0; batch].into(), &budget);
        }
        tail.evict(Offset(0), &budget);
        assert_eq!(tail.first(), Some(Offset(0)));
        tail.evict(Offset(10), &budget);
        assert_eq!(tail.first(), Some(Offset(10)));
        tail.evict(Offset(40), &budget);
        assert_eq!(tail.first(), Some(Offset(30)));
        assert!(tail.covers(Offset(35)) && !tail.covers(Offset(29)));
        assert_eq!(tail.from(Offset(39)).count(), 1);
        tail.clear(&budget);
        assert_eq!(budget.bytes(), 0);
    }

    #[test]
    fn a_small_batch_does_not_pin_its_receive_buffer() {
        let mut block = BufMut::from(vec![1; 100_000]);
        let small = settle(block.split_to(100));
        assert_eq!(small.pinned_bytes(), 100);
        assert_eq!(settle(block.split_to(50_000)).pinned_bytes(), 100_000);
    }
}

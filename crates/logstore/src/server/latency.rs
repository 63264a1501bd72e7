//! How long requests took, from their last byte until their answer could leave: the wait for a sync, for records, and for the
//! answers in front of it included.
//!
//! Counted in classes of powers of two, from a sixteenth of a millisecond up, as the control plane counts what it answers
//! (`ts/broker/src/dispatch/latency.ts`).

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The last one is open to the end: 16.4 s and more.
const CLASSES: usize = 20;
const FIRST_CLASS_NANOS: u64 = 1_000_000 / 16;

/// Times of one kind of requests, added to without locks.
#[derive(Debug, Default)]
pub(super) struct Latency {
    nanos: AtomicU64,
    classes: [AtomicU64; CLASSES],
}

/// The same at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LatencyStats {
    /// Nanoseconds of all together.
    pub nanos: u64,
    /// At position i: how many took at most 1/16 ms times two to the i, and longer than the class before.
    pub classes: [u64; CLASSES],
}

impl Latency {
    pub(super) fn note(&self, took: Duration) {
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.nanos.fetch_add(nanos, Ordering::Relaxed);
        if let Some(class) = self.classes.get(class_of(nanos)) {
            class.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn snapshot(&self) -> LatencyStats {
        let classes = self.classes.each_ref().map(|class| class.load(Ordering::Relaxed));
        LatencyStats { nanos: self.nanos.load(Ordering::Relaxed), classes }
    }
}

fn class_of(nanos: u64) -> usize {
    let limits = nanos.div_ceil(FIRST_CLASS_NANOS).saturating_sub(1);
    limits.checked_ilog2().map_or(0, |class| class as usize + 1).min(CLASSES - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_ends_with_its_limit() {
        let of_micros = |micros: u64| class_of(micros * 1000);
        assert_eq!([0, 1, 62].map(of_micros), [0, 0, 0]);
        assert_eq!([class_of(62_500), class_of(62_501)], [0, 1]);
        assert_eq!([class_of(125_000), class_of(125_001)], [1, 2]);
        assert_eq!([1_000, 1_001, 2_000].map(of_micros), [4, 5, 5]);
        assert_eq!([class_of((1 << 18) * 62_500), class_of((1 << 18) * 62_500 + 1)], [18, 19]);
        assert_eq!(class_of(u64::MAX), 19);
    }

    #[test]
    fn what_took_long_is_added_up() {
        let latency = Latency::default();
        for ms in [1, 1, 3] {
            latency.note(Duration::from_millis(ms));
        }
        let LatencyStats { nanos, classes } = latency.snapshot();
        assert_eq!((nanos, classes.iter().sum::<u64>()), (5_000_000, 3));
        assert_eq!((classes[4], classes[6]), (2, 1));
    }
}

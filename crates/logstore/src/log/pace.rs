//! How fast segments are written, and when they were last read: whether what is written has to stay in the system's memory.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use super::Log;
use crate::base::limits::{DROPPING_BYTES, READ_LATELY_TICKS};

/// What the rate is measured over.
const TICK_MS: u64 = 500;

/// How fast the segments of a directory are written.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// When it was measured last, in milliseconds of the clock.
    measured: AtomicU64,
    /// Since then.
    bytes: AtomicUsize,
    is_fast: AtomicBool,
}

impl Pace {
    pub(super) fn wrote(&self, bytes: usize) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Called now and then by one thread; what comes too soon after the last time measures nothing.
    pub(super) fn tick(&self, now: Duration) {
        let now = now.as_millis() as u64;
        let passed = now.saturating_sub(self.measured.load(Ordering::Relaxed));
        if passed >= TICK_MS {
            self.measured.store(now, Ordering::Relaxed);
            let bytes = self.bytes.swap(0, Ordering::Relaxed) as u64;
            let fast = passed.saturating_mul(DROPPING_BYTES as u64);
            self.is_fast.store(bytes.saturating_mul(TICK_MS) >= fast, Ordering::Relaxed);
        }
    }

    /// Whether so much is written that memory is better left to others.
    pub(super) fn is_fast(&self) -> bool {
        self.is_fast.load(Ordering::Relaxed)
    }

    /// The tick in which something happens now; 0 is before all of them.
    fn now(&self) -> u64 {
        1 + self.measured.load(Ordering::Relaxed) / TICK_MS
    }
}

/// When the active segment of a log was last read.
#[derive(Debug, Default)]
pub(super) struct LastRead(AtomicU64);

impl Log {
    /// Somebody reads the active segment: he is behind the tail, and comes to what is written now.
    pub(super) fn mark_read(&self) {
        let now = self.home.pace.now();
        // Readers share the line as long as nothing changes.
        if self.last_read.0.load(Ordering::Relaxed) != now {
            self.last_read.0.store(now, Ordering::Relaxed);
        }
    }

    pub(super) fn was_read_lately(&self) -> bool {
        let last = self.last_read.0.load(Ordering::Relaxed);
        last > 0 && self.home.pace.now().saturating_sub(last) <= READ_LATELY_TICKS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_fast_by_the_time_that_passed() {
        let pace = Pace::default();
        let at = |ms| pace.tick(Duration::from_millis(ms));
        at(10_000);
        pace.wrote(DROPPING_BYTES);
        at(10_100);
        assert!(!pace.is_fast(), "too soon to say");
        at(10_500);
        assert!(pace.is_fast());
        pace.wrote(DROPPING_BYTES);
        at(11_500);
        assert!(!pace.is_fast(), "as much in twice the time");
        pace.wrote(DROPPING_BYTES);
        at(12_010);
        assert!(!pace.is_fast(), "a little too slow");
        pace.wrote(2 * DROPPING_BYTES);
        at(13_000);
        assert!(pace.is_fast());
        at(13_490);
        assert!(pace.is_fast(), "nothing is said of what comes too soon");
        pace.wrote(DROPPING_BYTES);
        at(13_500);
        assert!(pace.is_fast());
    }
}

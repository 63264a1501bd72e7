//! How fast segments are written, and when they were last read: whether what is written has to stay in the system's memory.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use super::Log;
use crate::base::limits::{BURST_BYTES, DROPPING_BYTES, READ_LATELY_TICKS};

/// What the rate is measured over.
const TICK_MS: u64 = 500;

/// How fast the segments of a directory are written.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// When it was measured last, in milliseconds of the clock.
    measured: AtomicU64,
    /// Since then.
    bytes: AtomicUsize,
    /// Written fast without a pause, up to then.
    burst: AtomicU64,
    is_flood: AtomicBool,
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
            let is_fast = bytes.saturating_mul(TICK_MS) >= passed.saturating_mul(DROPPING_BYTES as u64);
            let burst = if is_fast { self.burst.load(Ordering::Relaxed).saturating_add(bytes) } else { 0 };
            self.burst.store(burst, Ordering::Relaxed);
            self.is_flood.store(burst > BURST_BYTES, Ordering::Relaxed);
        }
    }

    /// Whether so much is written that memory is better left to others.
    pub(super) fn is_flood(&self) -> bool {
        self.is_flood.load(Ordering::Relaxed)
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

    const HALF: usize = BURST_BYTES as usize / 2 + 1;

    #[test]
    fn what_is_written_fast_for_long_is_a_flood() {
        let pace = Pace::default();
        let at = |ms| pace.tick(Duration::from_millis(ms));
        at(10_000);
        pace.wrote(HALF);
        at(10_500);
        assert!(!pace.is_flood(), "memory holds a burst");
        pace.wrote(HALF);
        at(10_900);
        assert!(!pace.is_flood(), "too soon to say");
        at(11_000);
        assert!(pace.is_flood());
        pace.wrote(DROPPING_BYTES);
        at(11_500);
        assert!(pace.is_flood(), "still as fast");
        at(11_990);
        assert!(pace.is_flood(), "nothing is said of what comes too soon");
        pace.wrote(DROPPING_BYTES);
        at(12_500);
        assert!(!pace.is_flood(), "as much in twice the time");
        pace.wrote(HALF);
        at(13_000);
        assert!(!pace.is_flood(), "another burst");
    }
}

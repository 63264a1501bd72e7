//! Time as an argument.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::types::Timestamp;

/// Where a component reads time; tests supply one that they move by hand.
pub trait Clock: Send + Sync {
    /// Wall clock, for what is stored or shown.
    fn now(&self) -> Timestamp;
    /// Monotonic time since an arbitrary origin, for every deadline.
    fn monotonic(&self) -> Duration;
}

/// The machine's own clocks.
#[derive(Debug)]
pub struct SystemClock {
    origin: Instant,
}

impl Default for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one home of the system clock")]
    fn default() -> Self {
        Self { origin: Instant::now() }
    }
}

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one home of the system clock")]
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }

    fn monotonic(&self) -> Duration {
        self.origin.elapsed()
    }
}

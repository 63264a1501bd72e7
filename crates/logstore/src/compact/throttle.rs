//! How fast compaction may read and write, and its stop.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use crate::base::clock::Clock;

/// Bytes counted between two looks at the clock.
const LOOK_BYTES: u64 = 256 * 1024;
/// Time that was not used counts for this long.
const SAVED_UP_MAX: Duration = Duration::from_secs(1);

/// Shared by the threads that compact: `log.cleaner.io.max.bytes.per.second`.
pub struct Throttle {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Debug, Default)]
struct State {
    stopped: bool,
    /// How often waiting threads were to look again.
    nudges: u64,
    /// Bytes that were not yet weighed against the clock.
    bytes: u64,
    /// When the bytes before them are paid for.
    paid_at: Duration,
}

impl Throttle {
    /// Lets everything pass at first.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, state: Mutex::default(), wake: Condvar::new() }
    }

    /// Counts bytes that were read or written and waits while there were too many; false when it is time to stop.
    pub fn pass(&self, bytes: u64, bytes_per_second: f64) -> bool {
        let mut state = self.state.lock();
        state.bytes += bytes;
        if state.bytes < LOOK_BYTES {
            return !state.stopped;
        }
        let cost =
            Duration::try_from_secs_f64(state.bytes as f64 / bytes_per_second).unwrap_or(Duration::MAX);
        let now = self.clock.monotonic();
        state.bytes = 0;
        state.paid_at = state.paid_at.max(now.saturating_sub(SAVED_UP_MAX)).saturating_add(cost);
        let wait = state.paid_at.saturating_sub(now);
        self.wake.wait_while_for(&mut state, |state| !state.stopped, wait);
        !state.stopped
    }

    /// Waits for `time` or a nudge; false when it is time to stop.
    pub fn wait(&self, time: Duration) -> bool {
        let mut state = self.state.lock();
        let nudges = state.nudges;
        self.wake.wait_while_for(&mut state, |state| !state.stopped && state.nudges == nudges, time);
        !state.stopped
    }

    /// Ends the waits that are under way.
    pub fn nudge(&self) {
        self.state.lock().nudges += 1;
        self.wake.notify_all();
    }

    /// Ends every wait, for good.
    pub fn stop(&self) {
        self.state.lock().stopped = true;
        self.wake.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::SystemClock;

    #[test]
    fn it_holds_to_its_rate() {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
        let throttle = Throttle::new(Arc::clone(&clock));
        let started = clock.monotonic();
        // Eight looks at 80 a second, of which what is saved up pays for none: the clock has just begun.
        for _ in 0..8 {
            assert!(throttle.pass(LOOK_BYTES, LOOK_BYTES as f64 * 80.0));
        }
        let elapsed = clock.monotonic().saturating_sub(started);
        assert!(elapsed >= Duration::from_millis(95), "{elapsed:?}");
        assert!(throttle.pass(LOOK_BYTES, f64::MAX), "without a bound");
    }

    #[test]
    fn a_nudge_ends_a_wait() {
        let throttle = Throttle::new(Arc::new(SystemClock::default()));
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| throttle.wait(Duration::MAX / 2));
            while !waiting.is_finished() {
                throttle.nudge();
                std::thread::yield_now();
            }
            assert!(waiting.join().unwrap());
        });
    }

    #[test]
    fn a_stop_ends_the_wait() {
        let throttle = Throttle::new(Arc::new(SystemClock::default()));
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| throttle.pass(LOOK_BYTES, 1.0));
            throttle.stop();
            assert!(!waiting.join().unwrap());
        });
        assert!(!throttle.wait(Duration::MAX / 2));
        assert!(!throttle.pass(1, f64::INFINITY));
    }
}

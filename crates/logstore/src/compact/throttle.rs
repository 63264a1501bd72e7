//! How fast compaction may read and write, and its stop.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex, MutexGuard};

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

#[derive(Debug)]
struct State {
    stopped: bool,
    bytes_per_second: f64,
    /// How often the pace changed.
    changes: u64,
    /// Bytes that were not yet weighed against the clock.
    bytes: u64,
    /// When the bytes before them are paid for.
    paid_at: Duration,
}

impl Throttle {
    /// Lets pass so many bytes a second.
    pub fn new(clock: Arc<dyn Clock>, bytes_per_second: f64) -> Self {
        let state = State { stopped: false, bytes_per_second, changes: 0, bytes: 0, paid_at: Duration::ZERO };
        Self { clock, state: Mutex::new(state), wake: Condvar::new() }
    }

    /// Counts bytes that were read or written and waits while there were too many; answers for how long, and nothing when
    /// it is time to stop.
    pub fn pass(&self, bytes: u64) -> Option<Duration> {
        let mut state = self.state.lock();
        state.bytes += bytes;
        if state.bytes < LOOK_BYTES {
            return (!state.stopped).then_some(Duration::ZERO);
        }
        let cost =
            Duration::try_from_secs_f64(state.bytes as f64 / state.bytes_per_second).unwrap_or(Duration::MAX);
        let now = self.clock.monotonic();
        state.bytes = 0;
        state.paid_at = state.paid_at.max(now.saturating_sub(SAVED_UP_MAX)).saturating_add(cost);
        let wait = state.paid_at.saturating_sub(now);
        self.wait_in(state, wait).then(|| self.clock.monotonic().saturating_sub(now).min(wait))
    }

    /// Waits for `time` or a change of pace; false when it is time to stop.
    pub fn wait(&self, time: Duration) -> bool {
        self.wait_in(self.state.lock(), time)
    }

    fn wait_in(&self, mut state: MutexGuard<'_, State>, time: Duration) -> bool {
        let changes = state.changes;
        self.wake.wait_while_for(&mut state, |state| !state.stopped && state.changes == changes, time);
        !state.stopped
    }

    /// Changes the pace, and ends the waits that are under way: what passed at another one is forgotten.
    pub fn set_pace(&self, bytes_per_second: f64) {
        {
            let mut state = self.state.lock();
            state.bytes_per_second = bytes_per_second;
            state.paid_at = Duration::ZERO;
            state.changes += 1;
        }
        self.wake.notify_all();
    }

    /// Whether it is time to stop.
    pub fn is_stopped(&self) -> bool {
        self.state.lock().stopped
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
        let throttle = Throttle::new(Arc::clone(&clock), LOOK_BYTES as f64 * 80.0);
        let started = clock.monotonic();
        // Eight looks at 80 a second, of which what is saved up pays for none: the clock has just begun.
        let waited: Duration = (0..8).map(|_| throttle.pass(LOOK_BYTES).unwrap()).sum();
        let elapsed = clock.monotonic().saturating_sub(started);
        assert!(elapsed >= Duration::from_millis(95), "{elapsed:?}");
        assert!(waited <= elapsed, "{waited:?}");
        throttle.set_pace(f64::MAX);
        assert_eq!(throttle.pass(LOOK_BYTES), Some(Duration::ZERO), "without a bound");
    }

    #[test]
    fn a_change_of_pace_ends_a_wait() {
        let throttle = Throttle::new(Arc::new(SystemClock::default()), 1.0);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| throttle.wait(Duration::MAX / 2));
            while !waiting.is_finished() {
                throttle.set_pace(2.0);
                std::thread::yield_now();
            }
            assert!(waiting.join().unwrap());
        });
    }

    #[test]
    fn a_stop_ends_the_wait() {
        let throttle = Throttle::new(Arc::new(SystemClock::default()), 1.0);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| throttle.pass(LOOK_BYTES));
            throttle.stop();
            assert_eq!(waiting.join().unwrap(), None);
        });
        assert!(!throttle.wait(Duration::MAX / 2));
        assert_eq!(throttle.pass(1), None);
    }
}

//! Writing segments behind the write-ahead log, and directly where a topic asks for no more than a write.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::thread::Turn;
use super::ticket::Wakeups;

/// A log with batches to write into its segments.
pub trait Pending: Send + Sync {
    /// Writes everything that waits and releases who waited for it. Failures are the log's to keep.
    fn write_pending(&self, wakeups: &mut Wakeups);

    /// Writing it panicked, which was reported: nobody knows what it wrote, so it goes out of service.
    fn give_up(&self, wakeups: &mut Wakeups);
}

/// The turn of the thread that writes segments.
pub struct WriteBehind;

impl Turn<dyn Pending> for WriteBehind {
    fn take(&mut self, logs: &[Arc<dyn Pending>], wakeups: &mut Wakeups) {
        for log in logs {
            // One that panics does not keep the others from being written.
            if catch_unwind(AssertUnwindSafe(|| log.write_pending(wakeups))).is_err() {
                log.give_up(wakeups);
            }
        }
    }

    fn give_up(&mut self, logs: &[Arc<dyn Pending>], wakeups: &mut Wakeups) {
        for log in logs {
            log.give_up(wakeups);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Counts what is asked of it; the first write panics where it is broken.
    #[derive(Default)]
    struct Counter {
        broken: bool,
        written: AtomicUsize,
        given_up: AtomicUsize,
    }

    impl Pending for Counter {
        fn write_pending(&self, _: &mut Wakeups) {
            assert!(!self.broken, "a defect, as the test wants it");
            self.written.fetch_add(1, Ordering::Relaxed);
        }
        fn give_up(&self, _: &mut Wakeups) {
            self.given_up.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn one_that_panics_does_not_stop_the_others() {
        let broken = Arc::new(Counter { broken: true, ..Counter::default() });
        let counter = Arc::new(Counter::default());
        WriteBehind.take(&[broken.clone(), counter.clone()], &mut Wakeups::default());
        assert_eq!(broken.given_up.load(Ordering::Relaxed), 1);
        assert_eq!(counter.written.load(Ordering::Relaxed), 1);
    }
}

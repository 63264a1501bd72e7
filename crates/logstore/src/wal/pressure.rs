//! How much is appended and not yet written, and who waits until it is less (D16).
//!
//! Appends are never refused for it: a worker that sees pressure stops reading from connections that produce. When
//! the disk is slower than the producers, they are slowed and memory stays flat.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;

use super::ticket::{Mailbox, Wakeups};

/// Bytes that wait for the log threads.
pub struct Pressure {
    bytes_max: usize,
    bytes: AtomicUsize,
    waiting: Mutex<Vec<(Arc<dyn Mailbox>, u64)>>,
}

impl Pressure {
    /// No pressure below `bytes_max`.
    pub fn new(bytes_max: usize) -> Self {
        Self { bytes_max, bytes: AtomicUsize::new(0), waiting: Mutex::default() }
    }

    /// Bytes that wait now.
    pub fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Whether producers must wait.
    pub fn is_high(&self) -> bool {
        self.bytes.load(Ordering::Acquire) > self.bytes_max
    }

    /// Bytes were appended.
    pub fn add(&self, bytes: usize) {
        self.bytes.fetch_add(bytes, Ordering::AcqRel);
    }

    /// Bytes were written, or given up. Releases who waits once half of the bound is free, so that producers do not
    /// stop and go with every batch.
    pub fn release(&self, bytes: usize, wakeups: &mut Wakeups) {
        let left = self.bytes.fetch_sub(bytes, Ordering::AcqRel) - bytes;
        if left <= self.bytes_max / 2 {
            self.wake_all(wakeups);
        }
    }

    /// Delivers `token` once there is room; at once when there is no pressure.
    pub fn watch(&self, mailbox: &Arc<dyn Mailbox>, token: u64) {
        self.waiting.lock().push((Arc::clone(mailbox), token));
        // Checked after the entry is in the list, so that a release in between cannot be missed.
        if !self.is_high() {
            let mut wakeups = Wakeups::default();
            self.wake_all(&mut wakeups);
            wakeups.deliver();
        }
    }

    fn wake_all(&self, wakeups: &mut Wakeups) {
        for (mailbox, token) in self.waiting.lock().drain(..) {
            wakeups.add(&mailbox, token);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Tokens(Mutex<Vec<u64>>);

    impl Mailbox for Tokens {
        fn deliver(&self, tokens: &mut dyn Iterator<Item = u64>) {
            self.0.lock().extend(tokens);
        }
    }

    #[test]
    fn who_waits_is_told_when_half_is_free() {
        let pressure = Pressure::new(100);
        let tokens = Arc::new(Tokens::default());
        let mailbox: Arc<dyn Mailbox> = tokens.clone();
        let mut wakeups = Wakeups::default();
        pressure.watch(&mailbox, 1);
        pressure.add(130);
        assert!(pressure.is_high());
        pressure.watch(&mailbox, 2);
        pressure.release(60, &mut wakeups);
        wakeups.deliver();
        assert_eq!(*tokens.0.lock(), [1]);
        pressure.release(20, &mut wakeups);
        wakeups.deliver();
        assert_eq!(*tokens.0.lock(), [1, 2]);
        assert_eq!(pressure.bytes(), 50);
    }
}

//! How far a round is, for whoever looks on.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Counts while a round runs. Each byte of a batch that is read or written counts.
#[derive(Debug, Default)]
pub struct Progress {
    total: AtomicU64,
    read: AtomicU64,
    written: AtomicU64,
    held_back_micros: AtomicU64,
}

impl Progress {
    /// A round that will read so many bytes at most.
    pub fn expect(&self, bytes: u64) {
        self.total.store(bytes, Ordering::Relaxed);
    }

    pub(super) fn read(&self, bytes: u64) {
        self.read.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn wrote(&self, bytes: u64) {
        self.written.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn held_back(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.held_back_micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// For how long it was held back, so as not to be faster than it may.
    pub fn time_held_back(&self) -> Duration {
        Duration::from_micros(self.held_back_micros.load(Ordering::Relaxed))
    }

    /// Bytes that the round will have read when it is done, at most: both passes, those of the new part twice.
    pub fn bytes_total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    /// Bytes read so far.
    pub fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Bytes written so far.
    pub fn bytes_written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }
}

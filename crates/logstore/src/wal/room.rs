//! How much room the disk of a data directory has, and what follows from it (D30).
//!
//! Free is what the system says, less what is appended and still to be written. Below the soft limit that is told;
//! below the hard one producers are refused, while everything that frees space and what the broker itself writes goes
//! on in the rest. Who was refused by the system itself ([`Room::run_out`]) is believed at once. Measured by the
//! threads that write, never by those that serve.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU8, AtomicU64, Ordering};

use parking_lot::Mutex;

use super::pressure::Pressure;
use crate::base::limits::{DISK_HARD_BYTES_MAX, DISK_RESUME_BYTES_MAX, DISK_SOFT_BYTES_MAX};
use crate::io::{Disk, Space};

/// Free bytes below which something happens; none for the share of the disk that is the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SpaceLimits {
    /// It is told; by default 5 %, at most 5 GiB.
    pub soft_bytes: Option<u64>,
    /// Producers are refused; by default 2 %, at most 1 GiB.
    pub hard_bytes: Option<u64>,
}

/// What is known of the room on a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomView {
    /// Free bytes when they were counted last.
    pub free_bytes: u64,
    /// The limits in force.
    pub soft_bytes: u64,
    /// As above.
    pub hard_bytes: u64,
    /// Fewer are free than the soft limit says.
    pub is_low: bool,
    /// Producers are refused.
    pub is_full: bool,
}

/// The room on the disk of a data directory.
pub struct Room {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    pressure: Arc<Pressure>,
    state: AtomicU8,
    measured: Mutex<Measured>,
    /// Bytes that may be written until it is measured again.
    unmeasured: AtomicI64,
    refused: AtomicU64,
}

#[derive(Clone, Copy)]
struct Measured {
    limits: SpaceLimits,
    total_bytes: u64,
    free_bytes: u64,
}

const LOW: u8 = 1;
const FULL: u8 = 2;
const RUN_OUT: u8 = 4;

impl SpaceLimits {
    fn soft(self, total_bytes: u64) -> u64 {
        self.soft_bytes.unwrap_or_else(|| (total_bytes / 20).min(DISK_SOFT_BYTES_MAX))
    }

    fn hard(self, total_bytes: u64) -> u64 {
        self.hard_bytes.unwrap_or_else(|| (total_bytes / 50).min(DISK_HARD_BYTES_MAX))
    }
}

impl Measured {
    fn soft(&self) -> u64 {
        self.limits.soft(self.total_bytes)
    }

    fn hard(&self) -> u64 {
        self.limits.hard(self.total_bytes)
    }

    /// Free bytes from which producers go on, so that they do not stop and go with every file that is removed.
    fn resume(&self) -> u64 {
        let (soft, hard) = (self.soft(), self.hard());
        hard + (soft.saturating_sub(hard) / 4).max(hard / 8).min(DISK_RESUME_BYTES_MAX)
    }

    /// The bits that follow from it, where `before` were set.
    fn state(&self, before: u8) -> u8 {
        let full_below = if before & FULL == 0 { self.hard() } else { self.resume() };
        let low = if self.free_bytes < self.soft() { LOW } else { 0 };
        let full = if self.free_bytes < full_below { FULL } else { 0 };
        low | full
    }
}

impl Room {
    /// The room below `path`; nothing is known of it until it is measured.
    pub fn new(disk: Arc<dyn Disk>, path: &Path, pressure: Arc<Pressure>, limits: SpaceLimits) -> Self {
        Self {
            disk,
            path: path.to_owned(),
            pressure,
            state: AtomicU8::new(0),
            measured: Mutex::new(Measured { limits, total_bytes: 0, free_bytes: u64::MAX }),
            unmeasured: AtomicI64::new(0),
            refused: AtomicU64::new(0),
        }
    }

    /// The disk below.
    pub fn disk(&self) -> &Arc<dyn Disk> {
        &self.disk
    }

    /// Where it is measured.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether producers are to be refused.
    pub fn is_full(&self) -> bool {
        self.state.load(Ordering::Relaxed) & (FULL | RUN_OUT) != 0
    }

    /// Whether the system refused a write and what was put off for it is not written yet.
    pub fn has_run_out(&self) -> bool {
        self.state.load(Ordering::Relaxed) & RUN_OUT != 0
    }

    /// Notes a producer that was refused.
    pub fn refuse(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Producers refused so far.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Asks the system, unless it does not answer.
    pub fn measure(&self) {
        let Ok(Space { total_bytes, usable_bytes }) = self.disk.space(&self.path) else { return };
        let mut measured = self.measured.lock();
        measured.total_bytes = total_bytes;
        measured.free_bytes = usable_bytes.saturating_sub(self.pressure.bytes() as u64);
        self.judge(&measured);
    }

    fn judge(&self, measured: &Measured) {
        // Half of the way to the limit, then half of what is left of it, and so on.
        let apart = measured.free_bytes.abs_diff(measured.hard()) / 2;
        self.unmeasured.store(i64::try_from(apart).unwrap_or(i64::MAX), Ordering::Relaxed);
        let _ = self.state.fetch_update(Ordering::AcqRel, Ordering::Acquire, |before| {
            Some(measured.state(before) | before & RUN_OUT)
        });
    }

    /// Other limits from now on.
    pub fn limit(&self, limits: SpaceLimits) {
        let mut measured = self.measured.lock();
        if measured.limits != limits {
            measured.limits = limits;
            self.judge(&measured);
        }
    }

    /// Whether the system is asked before so many bytes are written.
    pub fn is_to_be_measured(&self, bytes: usize) -> bool {
        self.unmeasured.load(Ordering::Relaxed) <= i64::try_from(bytes).unwrap_or(i64::MAX)
    }

    /// Bytes are about to be written.
    pub fn spend(&self, bytes: usize) {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        if self.unmeasured.fetch_sub(bytes, Ordering::Relaxed) <= bytes && !self.is_full() {
            self.measure();
        }
    }

    /// The system refused a write for want of room.
    pub fn run_out(&self) {
        self.state.fetch_or(RUN_OUT, Ordering::AcqRel);
    }

    /// What was put off is written.
    pub fn has_room(&self) {
        self.state.fetch_and(!RUN_OUT, Ordering::AcqRel);
    }

    /// Whether `bytes` may be used for what could do without them.
    pub fn spares(&self, bytes: usize) -> bool {
        let measured = self.measured.lock();
        !self.has_run_out() && measured.free_bytes >= measured.hard().saturating_add(2 * bytes as u64)
    }

    /// What is known.
    pub fn view(&self) -> RoomView {
        let measured = *self.measured.lock();
        let state = self.state.load(Ordering::Relaxed);
        RoomView {
            free_bytes: measured.free_bytes,
            soft_bytes: measured.soft(),
            hard_bytes: measured.hard(),
            is_low: state != 0,
            is_full: self.is_full(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    fn measured(total_bytes: u64, free_bytes: u64) -> Measured {
        Measured { limits: SpaceLimits::default(), total_bytes, free_bytes }
    }

    #[test]
    fn limits_are_a_share_of_a_small_disk_and_bytes_of_a_large_one() {
        let small = measured(64 << 20, 0);
        assert_eq!((small.soft(), small.hard()), ((64 << 20) / 20, (64 << 20) / 50));
        let large = measured(1000 * GIB, 0);
        assert_eq!((large.soft(), large.hard()), (5 * GIB, GIB));
        let limits = SpaceLimits { soft_bytes: Some(7), hard_bytes: Some(3) };
        let own = Measured { limits, ..large };
        assert_eq!((own.soft(), own.hard()), (7, 3));
    }

    #[test]
    fn producers_go_on_only_above_the_limit() {
        let at = |free_bytes, before| measured(1000 * GIB, free_bytes).state(before);
        assert_eq!(at(5 * GIB, 0), 0);
        assert_eq!(at(5 * GIB - 1, 0), LOW);
        assert_eq!(at(GIB, LOW), LOW);
        assert_eq!(at(GIB - 1, LOW), LOW | FULL);
        assert_eq!(at(GIB + 1, LOW | FULL), LOW | FULL);
        assert_eq!(at(GIB + DISK_RESUME_BYTES_MAX, LOW | FULL), LOW);
        assert_eq!(at(6 * GIB, LOW | FULL), 0);
    }

    #[test]
    fn a_limit_of_zero_refuses_nobody() {
        let limits = SpaceLimits { soft_bytes: Some(0), hard_bytes: Some(0) };
        assert_eq!(Measured { limits, ..measured(GIB, 0) }.state(LOW | FULL), 0);
    }
}

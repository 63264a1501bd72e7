//! The offsets of a log and the order between them.
//!
//! ```text
//! log start <= last stable <= high watermark <= log end
//!              recovery point <= log end
//! ```
//!
//! Records from the log start up to the high watermark may be read; the last stable offset stops readers of
//! committed transactions; below the recovery point everything was synced.

use crate::base::types::Offset;

/// A consistent view of a log's offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogOffsets {
    /// First offset that may be read.
    pub log_start: Offset,
    /// Everything below it is replicated as far as the topic asks.
    pub high_watermark: Offset,
    /// First offset of the oldest open transaction, at most the high watermark.
    pub last_stable: Offset,
    /// Offset that the next record will have.
    pub log_end: Offset,
}

/// Which offset a read stops at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadBound {
    /// Consumers.
    HighWatermark,
    /// Consumers of committed transactions.
    LastStable,
    /// Followers.
    LogEnd,
}

impl LogOffsets {
    /// The offset that reads under `bound` stop at.
    pub fn bound(&self, bound: ReadBound) -> Offset {
        match bound {
            ReadBound::HighWatermark => self.high_watermark,
            ReadBound::LastStable => self.last_stable,
            ReadBound::LogEnd => self.log_end,
        }
    }
}

/// The offsets that a log stores; the last stable one follows from its transactions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offsets {
    log_start: Offset,
    recovery_point: Offset,
    high_watermark: Offset,
    log_end: Offset,
}

impl Offsets {
    /// A log that holds `log_start` to `log_end`, all of it below the high watermark.
    pub(super) fn recovered(log_start: Offset, recovery_point: Offset, log_end: Offset) -> Self {
        let recovery_point = recovery_point.min(log_end);
        Self { log_start, recovery_point, high_watermark: log_end, log_end }.checked()
    }

    pub(super) fn log_start(&self) -> Offset {
        self.log_start
    }

    pub(super) fn recovery_point(&self) -> Offset {
        self.recovery_point
    }

    pub(super) fn high_watermark(&self) -> Offset {
        self.high_watermark
    }

    pub(super) fn log_end(&self) -> Offset {
        self.log_end
    }

    /// Records were appended up to `log_end`.
    pub(super) fn append(&mut self, log_end: Offset) {
        assert!(log_end > self.log_end);
        self.log_end = log_end;
    }

    /// The high watermark never moves back but by truncation.
    pub(super) fn advance_high_watermark(&mut self, to: Offset) {
        self.high_watermark = self.high_watermark.max(to);
        *self = self.checked();
    }

    /// Records below `to` are gone.
    pub(super) fn advance_log_start(&mut self, to: Offset) {
        self.log_start = self.log_start.max(to);
        *self = self.checked();
    }

    /// Everything below `to` was synced.
    pub(super) fn advance_recovery_point(&mut self, to: Offset) {
        self.recovery_point = self.recovery_point.max(to);
        *self = self.checked();
    }

    /// After a truncation: the high watermark and the recovery point were no higher than these.
    pub(super) fn limit(&mut self, high_watermark: Offset, recovery_point: Offset) {
        self.high_watermark = self.high_watermark.min(high_watermark).max(self.log_start);
        self.recovery_point = self.recovery_point.min(recovery_point);
        *self = self.checked();
    }

    fn checked(self) -> Self {
        assert!(self.log_start.0 >= 0);
        assert!(self.log_start <= self.high_watermark);
        assert!(self.high_watermark <= self.log_end);
        assert!(self.recovery_point <= self.log_end);
        self
    }
}

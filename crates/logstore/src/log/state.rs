//! The state of an open log, all of it behind one lock that is never held over disk access but to open the log.

use std::time::Duration;

use super::epochs::Epochs;
use super::error::LogError;
use super::offsets::{LogOffsets, Offsets};
use super::producers::Producers;
use super::tail::Tail;
use super::watch::{Wakeups, Watchers};
use super::{LogConfig, retries, snapshot};
use crate::base::limits::SNAPSHOT_COST_BYTES;
use crate::base::types::{Offset, Timestamp};
use crate::io::arena::Buf;
use crate::segment::{AbortedEntry, Entries, Kind, Shape, TimeEntry};
use crate::wal::Pressure;

/// Where a log is in its life.
#[derive(Default)]
pub(super) enum Phase {
    /// Nobody asked for it yet: what is on the disk was not looked at.
    #[default]
    Unopened,
    /// In service.
    Open(Box<State>),
    /// Out of service for good.
    Ended(LogError),
}

/// An open log.
pub(super) struct State {
    pub(super) offsets: Offsets,
    /// The log end in the segments; the rest is pending.
    pub(super) written: Offset,
    /// The base of the segment that is active at `written`, and its size there.
    pub(super) written_base: Offset,
    pub(super) written_bytes: u64,
    /// The active segment with everything pending in it.
    pub(super) shape: Shape,
    /// A segment exists, or one comes with the first pending batch.
    pub(super) has_segment: bool,
    /// Batches for the write-ahead log.
    pub(super) unlogged: Vec<PendingBatch>,
    /// Those that it is making durable.
    pub(super) logging: Vec<PendingBatch>,
    /// Batches for which the group under way had no room; the end of its turn sees to them.
    pub(super) rest: usize,
    /// Batches for the segments: durable in the write-ahead log, or of a topic that asks for no more than a write.
    pub(super) pending: Vec<PendingBatch>,
    /// Bytes of all three, but for those put off.
    pub(super) pending_bytes: usize,
    /// Bytes that are being written: neither pending nor at `written`.
    pub(super) writing_bytes: usize,
    pub(super) put_off: PutOff,
    pub(super) told: Told,
    /// Its home knows that the write-ahead log has batches of it that may not be durable in segments.
    pub(super) uncheckpointed: bool,
    /// The end of what was appended without the write-ahead log.
    pub(super) relaxed_end: Offset,
    /// Up to where it is compacted. Written with the other checkpoints: what a crash takes of it is only compacted again.
    pub(super) cleaned_to: Option<Offset>,
    /// Records behind the log end may be lost: it takes none.
    pub(super) end_is_lost: bool,
    /// When its home was told that such batches are to be synced in time (`flush.ms`).
    pub(super) flush_since: Option<Duration>,
    /// Transactions whose abort is not in the segments' indexes yet.
    pub(super) aborted: Vec<AbortedEntry>,
    pub(super) producers: Producers,
    pub(super) snapshots: Snapshots,
    pub(super) epochs: Epochs,
    pub(super) tail: Tail,
    pub(super) watchers: Watchers,
}

/// When the producers are to be written down within a segment.
#[derive(Default)]
pub(super) struct Snapshots {
    /// With the next batch.
    pub(super) wanted: bool,
    /// Bytes of the active segment when they were last.
    bytes: u64,
}

/// Who knows of the batches that wait.
#[derive(Default)]
pub(super) struct Told {
    /// The thread that commits, of the unlogged ones.
    pub(super) committer: bool,
    /// The thread that writes segments, of the pending ones.
    pub(super) writer: bool,
    /// The home, of pending ones that are durable.
    pub(super) home: bool,
}

/// Batches for which there was no room.
#[derive(Default)]
pub(super) struct PutOff {
    /// Producers are refused for these bytes, and need not be slowed as well.
    pub(super) bytes: usize,
    /// Some of them nobody has acknowledged, and whoever waits for that is told.
    pub(super) unacknowledged: bool,
    /// Some are pending, and the home knows of it.
    pub(super) pending: bool,
}

/// A batch on its way to the segment, with everything that was decided about it when it was appended.
pub(super) struct PendingBatch {
    pub(super) bytes: Buf,
    pub(super) last_offset: Offset,
    pub(super) max_timestamp: Timestamp,
    pub(super) entries: Entries,
    pub(super) aborted: Option<AbortedEntry>,
    /// A new segment begins with this batch.
    pub(super) roll: Option<Box<Roll>>,
    /// The producers before this batch, for a recovery to begin with; where a roll has none of them.
    pub(super) snapshot: Option<Box<(Offset, ProducerFiles)>>,
}

/// The step to a new segment.
pub(super) struct Roll {
    pub(super) base: Offset,
    /// Last entry of the old segment's time index.
    pub(super) seal: Option<TimeEntry>,
    /// The producers at `base`; none for the first segment of a log.
    pub(super) snapshot: Option<ProducerFiles>,
}

/// What is written of the producers at an offset.
pub(super) struct ProducerFiles {
    snapshot: Vec<u8>,
    retries: Option<Vec<u8>>,
}

impl ProducerFiles {
    pub(super) fn of(producers: &Producers) -> Self {
        Self { snapshot: snapshot::encode(producers), retries: retries::encode(producers) }
    }

    /// The files; the snapshot, which counts, comes last.
    pub(super) fn files(&self) -> impl Iterator<Item = (Kind, &[u8])> {
        let retries = self.retries.as_deref().map(|retries| (Kind::Retries, retries));
        retries.into_iter().chain([(Kind::Snapshot, self.snapshot.as_slice())])
    }
}

impl State {
    /// A log that holds what its segments hold.
    pub(super) fn recovered(
        offsets: Offsets,
        shape: Shape,
        has_segment: bool,
        producers: Producers,
        epochs: Epochs,
    ) -> Self {
        Self {
            offsets,
            written: offsets.log_end(),
            written_base: shape.base(),
            written_bytes: shape.bytes(),
            shape,
            has_segment,
            unlogged: Vec::new(),
            logging: Vec::new(),
            rest: 0,
            pending: Vec::new(),
            pending_bytes: 0,
            writing_bytes: 0,
            put_off: PutOff::default(),
            told: Told::default(),
            uncheckpointed: false,
            relaxed_end: Offset(0),
            cleaned_to: None,
            end_is_lost: false,
            flush_since: None,
            aborted: Vec::new(),
            producers,
            snapshots: Snapshots::default(),
            epochs,
            tail: Tail::default(),
            watchers: Watchers::default(),
        }
    }

    /// A log without a segment has one now, which is empty.
    pub(super) fn begin_at(&mut self, base: Offset, now: Timestamp) {
        self.offsets = Offsets::recovered(base, base, base);
        self.shape = Shape::empty(base, now);
        (self.written_base, self.written_bytes, self.has_segment) = (base, 0, true);
    }

    /// Whether batches were appended that wait for the write-ahead log; those behind them must wait for it too.
    pub(super) fn is_committing(&self) -> bool {
        !(self.unlogged.is_empty() && self.logging.is_empty())
    }

    /// Whether segments hold batches that neither a sync nor the write-ahead log has made durable.
    pub(super) fn is_relaxed(&self) -> bool {
        self.relaxed_end > self.offsets.recovery_point()
    }

    /// Whether `flush.messages` asks for a sync of what is pending before it is acknowledged.
    pub(super) fn is_flush_due(&self, config: &LogConfig) -> bool {
        let end = self.pending.last().map_or(self.written, |last| last.last_offset.plus(1));
        self.is_relaxed() && end.0 - self.offsets.recovery_point().0 >= config.flush_messages
    }

    /// There was no room for batches of `bytes`: they wait, and slow nobody.
    pub(super) fn put_off(&mut self, bytes: usize, pressure: &Pressure, wakeups: &mut Wakeups) {
        self.pending_bytes -= bytes;
        self.put_off.bytes += bytes;
        pressure.release(bytes, wakeups);
    }

    /// What was put off is tried again.
    pub(super) fn take_up(&mut self, pressure: &Pressure) {
        pressure.add(self.put_off.bytes);
        self.pending_bytes += std::mem::take(&mut self.put_off.bytes);
    }

    /// The offsets as others see them.
    pub(super) fn view(&self) -> LogOffsets {
        let high_watermark = self.offsets.high_watermark();
        let unstable = self.producers.first_unstable().unwrap_or(high_watermark);
        LogOffsets {
            log_start: self.offsets.log_start(),
            high_watermark,
            last_stable: unstable.clamp(self.offsets.log_start(), high_watermark),
            log_end: self.offsets.log_end(),
        }
    }

    /// Asks for the producers to be written down when so many bytes came since they were last; and many more bytes than
    /// that takes.
    pub(super) fn want_snapshot(&mut self, bytes_max: u64) {
        let cost = (self.producers.len() * SNAPSHOT_COST_BYTES) as u64;
        self.snapshots.wanted = self.shape.bytes() - self.snapshots.bytes >= bytes_max.max(cost);
    }

    /// The producers before the next batch, at `base`, where they are wanted.
    pub(super) fn take_snapshot(&mut self, base: Offset) -> Option<Box<(Offset, ProducerFiles)>> {
        std::mem::take(&mut self.snapshots.wanted).then(|| {
            self.snapshots.bytes = self.shape.bytes();
            Box::new((base, ProducerFiles::of(&self.producers)))
        })
    }

    /// Begins a new segment at `base` in memory; whoever writes follows.
    pub(super) fn roll(&mut self, base: Offset, now: Timestamp) -> Roll {
        let seal = self.shape.seal();
        self.shape = Shape::empty(base, now);
        self.snapshots = Snapshots::default();
        Roll { base, seal, snapshot: Some(ProducerFiles::of(&self.producers)) }
    }
}

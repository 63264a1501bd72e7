//! What all logs of one data directory share.

use std::collections::VecDeque;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use parking_lot::Mutex;

use super::Log;
use super::damage::{self, Losses};
use super::error::LogError;
use super::known::KnownLogs;
use super::leaving::Leaving;
use super::pace::Pace;
use super::recovery::RecoveryReport;
use super::tail::TailBudget;
use crate::base::clock::Clock;
use crate::base::error::StorageError;
use crate::base::limits::{
    WRITE_BEHIND_BYTES_MAX, WRITE_BEHIND_BYTES_MIN, WRITE_BEHIND_LOG_BYTES, WRITE_BEHIND_LOGS,
};
use crate::base::types::{Offset, PartitionId, Timestamp};
use crate::io::{Disk, FilePool, distrust};
use crate::wal::{Committed, Pending, Pressure, Queue, Room, WriteAhead};

/// A data directory as its logs see it.
pub struct Home {
    path: PathBuf,
    pub(super) files: Arc<FilePool>,
    pub(super) clock: Arc<dyn Clock>,
    /// The thread that commits.
    pub(super) commits: Arc<Queue<dyn Committed>>,
    /// The thread that writes segments.
    pub(super) writes: Arc<Queue<dyn Pending>>,
    ahead: Arc<WriteAhead>,
    pub(super) pressure: Arc<Pressure>,
    pub(super) tail: TailBudget,
    pub(super) pace: Pace,
    pub(super) written: Written,
    /// Why it is out of service (D17).
    failure: OnceLock<String>,
    /// Logs with batches in their tail, the one whose turn it is to give some up first.
    tails: Mutex<VecDeque<Weak<Log>>>,
    /// Until when only the log thread writes, in milliseconds of the clock.
    slow_until: AtomicU64,
    behind: Mutex<Behind>,
    put_off: Mutex<PutOff>,
    /// Logs with batches in the write-ahead log that may not be durable in segments.
    uncheckpointed: Mutex<Vec<Weak<Log>>>,
    /// Logs with batches that are to be synced in time.
    to_flush: Mutex<Vec<Weak<Log>>>,
    pub(super) leaving: Mutex<Leaving>,
    pub(super) known: KnownLogs,
    /// As `millrace.damage` has them.
    losses: Mutex<Losses>,
    recovered: Recovering,
    reports: Mutex<Vec<RecoveryReport>>,
}

/// What is durable in the write-ahead log and not in the segments yet.
#[derive(Default)]
struct Behind {
    logs: Vec<Weak<Log>>,
    bytes: usize,
    /// How often the clock asked since they were written last.
    ticks: usize,
}

impl Behind {
    /// Enough to be written before the clock asks for it.
    fn are_many(&self) -> bool {
        let worth = self.logs.len().saturating_mul(WRITE_BEHIND_LOG_BYTES);
        self.bytes >= worth.clamp(WRITE_BEHIND_BYTES_MIN, WRITE_BEHIND_BYTES_MAX)
    }

    /// The clock asks; says whether they are due.
    fn tick(&mut self) -> bool {
        self.ticks += 1;
        self.logs.len() <= self.ticks * WRITE_BEHIND_LOGS
    }
}

/// Logs with batches for which there was no room.
#[derive(Default)]
struct PutOff {
    commits: Vec<Weak<Log>>,
    writes: Vec<Weak<Log>>,
}

/// What was written to segments since the start.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) batches: AtomicU64,
    pub(super) bytes: AtomicU64,
}

/// What recoveries have done so far, counted on their way.
#[derive(Debug, Default)]
struct Recovering {
    bytes_scanned: AtomicU64,
    bytes_replayed: AtomicU64,
    records_replayed: AtomicU64,
}

/// The same at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// Bytes of segments read and checked.
    pub bytes_scanned: u64,
    /// Bytes of the write-ahead log taken in or passed over.
    pub bytes_replayed: u64,
    /// Records taken in from it.
    pub records_replayed: u64,
}

impl Home {
    /// A directory whose logs are committed and written by the threads behind the two queues.
    pub fn new(
        path: PathBuf,
        files: Arc<FilePool>,
        clock: Arc<dyn Clock>,
        ahead: Arc<WriteAhead>,
        commits: Arc<Queue<dyn Committed>>,
        writes: Arc<Queue<dyn Pending>>,
        pressure: Arc<Pressure>,
    ) -> Self {
        Self {
            path,
            files,
            clock,
            commits,
            writes,
            ahead,
            pressure,
            tail: TailBudget::default(),
            pace: Pace::default(),
            written: Written::default(),
            failure: OnceLock::new(),
            tails: Mutex::default(),
            slow_until: AtomicU64::new(0),
            behind: Mutex::default(),
            put_off: Mutex::default(),
            uncheckpointed: Mutex::default(),
            to_flush: Mutex::default(),
            leaving: Mutex::default(),
            known: KnownLogs::default(),
            losses: Mutex::default(),
            recovered: Recovering::default(),
            reports: Mutex::default(),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The disk below.
    pub fn disk(&self) -> &dyn Disk {
        &**self.files.disk()
    }

    /// Makes durable what was created, renamed and removed in it.
    pub fn sync(&self) -> Result<(), StorageError> {
        self.disk().sync_dir(&self.path).map_err(|error| StorageError::io("sync", &self.path, error))
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Why it is out of service, if it is.
    pub fn failure(&self) -> Option<&str> {
        self.failure.get().map(String::as_str)
    }

    /// Takes it out of service for good; the first cause is kept. After a failed sync the next start believes the disk
    /// alone.
    pub fn fail(&self, error: &StorageError) {
        let _ = self.failure.set(error.to_string());
        if error.is_of_a_sync() {
            distrust(self.disk(), &self.path, &error.to_string());
        }
        self.ahead.abandon();
    }

    /// The room on its disk.
    pub fn room(&self) -> &Room {
        self.ahead.room()
    }

    /// As [`Home::fail`], but where there was no room: then it stays in service.
    pub fn met(&self, error: &StorageError) {
        if error.is_no_space() { self.room().run_out() } else { self.fail(error) }
    }

    /// Does what frees space, or what has to be done before. Where there is no room for it, the write-ahead log gives
    /// up the files that it has ready, and it is done once more.
    pub fn in_reserve<T>(&self, mut act: impl FnMut() -> Result<T, StorageError>) -> Result<T, StorageError> {
        match act() {
            Err(error) if error.is_no_space() && self.ahead.give_back(0)? => act(),
            done => done,
        }
    }

    /// Refuses with the cause when it is out of service.
    pub fn in_service(&self) -> Result<(), LogError> {
        self.failure().map_or(Ok(()), |cause| Err(LogError::Storage(cause.to_owned())))
    }

    /// Bytes that the tails of its logs keep in memory.
    pub fn tail_bytes(&self) -> usize {
        self.tail.bytes()
    }

    /// What recoveries have done so far.
    pub fn recovered(&self) -> Recovered {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let Recovering { bytes_scanned, bytes_replayed, records_replayed } = &self.recovered;
        Recovered {
            bytes_scanned: read(bytes_scanned),
            bytes_replayed: read(bytes_replayed),
            records_replayed: read(records_replayed),
        }
    }

    pub(super) fn add_scanned(&self, bytes: u64) {
        self.recovered.bytes_scanned.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn add_replayed(&self, bytes: u64, records: u64) {
        self.recovered.bytes_replayed.fetch_add(bytes, Ordering::Relaxed);
        self.recovered.records_replayed.fetch_add(records, Ordering::Relaxed);
    }

    /// Notes what a recovery cut or set aside.
    pub fn report(&self, report: RecoveryReport) {
        self.reports.lock().push(report);
    }

    /// What recoveries cut or set aside since the last call.
    pub fn take_reports(&self) -> Vec<RecoveryReport> {
        std::mem::take(&mut *self.reports.lock())
    }

    /// Takes over what the checkpoints say of its logs.
    pub fn know(&mut self, known: KnownLogs) {
        self.known = known;
    }

    /// Takes over what was written down as lost.
    pub fn know_losses(&self, losses: Losses) {
        *self.losses.lock() = losses;
    }

    /// What a log has lost, as far as that is known.
    pub(super) fn losses_of(&self, id: &PartitionId) -> Vec<Range<Offset>> {
        self.losses.lock().get(id).cloned().unwrap_or_default()
    }

    /// Writes down what a log has lost, when that differs from what is known.
    pub(super) fn note_losses(&self, id: PartitionId, lost: Vec<Range<Offset>>) -> Result<(), StorageError> {
        let mut losses = self.losses.lock();
        let known = losses.get(&id).map_or(&[][..], Vec::as_slice);
        if known == lost {
            return Ok(());
        }
        if lost.is_empty() {
            losses.remove(&id);
        } else {
            losses.insert(id, lost);
        }
        damage::write_losses(self.disk(), &self.path, &losses)
    }

    /// Forgets what is lost of logs that are not known.
    pub fn accept_losses_but_of(&self, is_known: &dyn Fn(&PartitionId) -> bool) -> Result<(), StorageError> {
        let mut losses = self.losses.lock();
        let before = losses.len();
        losses.retain(|id, _| is_known(id));
        if losses.len() == before { Ok(()) } else { damage::write_losses(self.disk(), &self.path, &losses) }
    }

    /// Ranges of offsets that its logs have lost.
    pub fn ranges_lost(&self) -> usize {
        self.losses.lock().values().map(Vec::len).sum()
    }

    /// Batches and bytes written since the start.
    pub fn written(&self) -> (u64, u64) {
        (self.written.batches.load(Ordering::Relaxed), self.written.bytes.load(Ordering::Relaxed))
    }

    /// Its write-ahead log.
    pub fn ahead(&self) -> &Arc<WriteAhead> {
        &self.ahead
    }

    /// Durable batches of `log` wait for its segments: `bytes` more, the first of them where it is `new`. When they are
    /// many, those who have any are written.
    pub(super) fn fall_behind(&self, log: &Log, new: bool, bytes: usize) {
        self.room().spend(bytes);
        let mut behind = self.behind.lock();
        behind.bytes += bytes;
        if new {
            behind.logs.push(Weak::clone(&log.me));
        }
        let many = behind.are_many();
        drop(behind);
        if many {
            self.write_behind();
        }
    }

    /// Asked by the clock: has everything written that is durable in the write-ahead log alone; where many logs have a
    /// little, not each time.
    pub fn write_behind_in_time(&self) {
        let is_due = self.behind.lock().tick();
        if is_due {
            self.write_behind();
        }
    }

    /// Housekeeping, each time that it looks.
    pub fn tick(&self) {
        self.pace.tick(self.clock.monotonic());
    }

    /// Has everything written that is durable in the write-ahead log alone.
    pub fn write_behind(&self) {
        let behind = std::mem::take(&mut *self.behind.lock());
        for log in behind.logs.iter().filter_map(Weak::upgrade) {
            self.writes.submit(log);
        }
    }

    /// Whether the disk made a writer wait a short time ago.
    pub(super) fn is_slow(&self, now: Duration) -> bool {
        now.as_millis() < u128::from(self.slow_until.load(Ordering::Relaxed))
    }

    pub(super) fn is_slow_until(&self, until: Duration) {
        self.slow_until.fetch_max(until.as_millis() as u64, Ordering::Relaxed);
    }

    pub(super) fn put_off_commit(&self, log: &Log) {
        self.put_off.lock().commits.push(Weak::clone(&log.me));
    }

    pub(super) fn put_off_write(&self, log: &Log) {
        self.room().run_out();
        self.put_off.lock().writes.push(Weak::clone(&log.me));
    }

    /// Tries again what there was no room for.
    pub fn take_up(&self) {
        let PutOff { commits, writes } = std::mem::take(&mut *self.put_off.lock());
        if commits.is_empty() && writes.is_empty() {
            self.room().has_room();
        }
        for log in writes.iter().filter_map(Weak::upgrade) {
            self.writes.submit(log);
        }
        for log in commits.iter().filter_map(Weak::upgrade) {
            self.commits.submit(log);
        }
    }

    pub(super) fn list_uncheckpointed(&self, log: &Log) {
        self.uncheckpointed.lock().push(Weak::clone(&log.me));
    }

    /// Logs that a checkpoint of the write-ahead log has to flush.
    pub fn take_uncheckpointed(&self) -> Vec<Arc<Log>> {
        std::mem::take(&mut *self.uncheckpointed.lock()).iter().filter_map(Weak::upgrade).collect()
    }

    pub(super) fn list_to_flush(&self, log: &Log) {
        self.to_flush.lock().push(Weak::clone(&log.me));
    }

    /// Flushes logs whose `flush.ms` has passed.
    pub fn flush_due(&self) {
        let listed = std::mem::take(&mut *self.to_flush.lock());
        for log in listed.iter().filter_map(Weak::upgrade) {
            if !log.flush_if_due(self.clock.monotonic()) {
                self.list_to_flush(&log);
            }
        }
    }

    pub(super) fn list_tail(&self, log: Weak<Log>) {
        self.tails.lock().push_back(log);
    }

    /// Takes tails from logs that were not appended to lately, until all fit their bound. Called without any
    /// lock of a log.
    pub(super) fn trim_tails(&self) {
        let mut second_chances = self.tails.lock().len();
        while self.tail.is_spent() {
            let Some(oldest) = self.tails.lock().pop_front() else {
                break;
            };
            let Some(log) = oldest.upgrade() else { continue };
            if second_chances > 0 && log.take_appended() {
                second_chances -= 1;
                self.tails.lock().push_back(oldest);
            } else {
                log.drop_tail();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_logs_are_behind_by_more() {
        let bytes_until_many = |logs| {
            let logs = std::iter::repeat_with(Weak::new).take(logs).collect();
            let mut behind = Behind { logs, ..Behind::default() };
            while !behind.are_many() {
                behind.bytes += WRITE_BEHIND_LOG_BYTES;
            }
            behind.bytes
        };
        assert_eq!(bytes_until_many(1), WRITE_BEHIND_BYTES_MIN);
        assert_eq!(bytes_until_many(20), 20 * WRITE_BEHIND_LOG_BYTES);
        assert_eq!(bytes_until_many(10_000), WRITE_BEHIND_BYTES_MAX);
    }

    #[test]
    fn many_logs_are_written_less_often() {
        let ticks_until_due = |logs| {
            let logs = std::iter::repeat_with(Weak::new).take(logs).collect();
            let mut behind = Behind { logs, ..Behind::default() };
            (1..20).find(|_| behind.tick())
        };
        assert_eq!(ticks_until_due(0), Some(1));
        assert_eq!(ticks_until_due(WRITE_BEHIND_LOGS), Some(1));
        assert_eq!(ticks_until_due(10 * WRITE_BEHIND_LOGS), Some(10));
    }
}

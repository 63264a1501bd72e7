//! What all logs of one data directory share.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use parking_lot::Mutex;

use super::Log;
use super::error::LogError;
use super::recovery::RecoveryReport;
use super::tail::TailBudget;
use crate::base::clock::Clock;
use crate::base::error::StorageError;
use crate::base::types::Timestamp;
use crate::io::{Disk, FilePool};
use crate::wal::{Pressure, Queue};

/// A data directory as its logs see it.
pub struct Home {
    path: PathBuf,
    pub(super) files: Arc<FilePool>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) queue: Arc<Queue>,
    pub(super) pressure: Arc<Pressure>,
    pub(super) tail: TailBudget,
    pub(super) written: Written,
    /// Why it is out of service (D17).
    failure: OnceLock<String>,
    /// Logs with batches in their tail, the one whose turn it is to give some up first.
    tails: Mutex<VecDeque<Weak<Log>>>,
    scanned_bytes: AtomicU64,
    reports: Mutex<Vec<RecoveryReport>>,
}

/// What the log thread wrote since the start.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) batches: AtomicU64,
    pub(super) bytes: AtomicU64,
}

impl Home {
    /// A directory whose logs are written by the thread behind `queue`.
    pub fn new(
        path: PathBuf,
        files: Arc<FilePool>,
        clock: Arc<dyn Clock>,
        queue: Arc<Queue>,
        pressure: Arc<Pressure>,
    ) -> Self {
        Self {
            path,
            files,
            clock,
            queue,
            pressure,
            tail: TailBudget::default(),
            written: Written::default(),
            failure: OnceLock::new(),
            tails: Mutex::default(),
            scanned_bytes: AtomicU64::new(0),
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

    /// Takes it out of service for good; the first cause is kept.
    pub fn fail(&self, error: &StorageError) {
        let _ = self.failure.set(error.to_string());
    }

    pub(super) fn in_service(&self) -> Result<(), LogError> {
        self.failure().map_or(Ok(()), |cause| Err(LogError::Storage(cause.to_owned())))
    }

    /// Bytes that the tails of its logs keep in memory.
    pub fn tail_bytes(&self) -> usize {
        self.tail.bytes()
    }

    /// Bytes that recoveries read and checked so far.
    pub fn scanned_bytes(&self) -> u64 {
        self.scanned_bytes.load(Ordering::Relaxed)
    }

    pub(super) fn add_scanned(&self, bytes: u64) {
        self.scanned_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Notes what a recovery cut or set aside.
    pub fn report(&self, report: RecoveryReport) {
        self.reports.lock().push(report);
    }

    /// What recoveries cut or set aside since the last call.
    pub fn take_reports(&self) -> Vec<RecoveryReport> {
        std::mem::take(&mut *self.reports.lock())
    }

    /// Batches and bytes written since the start.
    pub fn written(&self) -> (u64, u64) {
        (self.written.batches.load(Ordering::Relaxed), self.written.bytes.load(Ordering::Relaxed))
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

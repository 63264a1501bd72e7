//! How far a recovery is, on its way up: asked for while an engine opens on another thread.

use std::sync::Arc;

use napi_derive::napi;
use parking_lot::Mutex;

use crate::store::{self, RecoveryPhase};

/// How far the recovery of an engine is that opens.
#[napi]
#[derive(Default)]
pub struct Recovery {
    so_far: Arc<Mutex<store::RecoveryProgress>>,
}

/// How far a recovery is. After a stop in order there is nothing to do, and all numbers are 0.
#[napi(object)]
pub struct RecoveryProgress {
    /// `reading` while it is not known what there is to do, then `recovering`, `done`.
    pub phase: String,
    /// Logs that are done.
    pub logs_done: f64,
    /// Logs that are recovered before anything is served.
    pub logs: f64,
    /// Bytes of segments read and checked.
    pub bytes_scanned: f64,
    /// Bytes that the write-ahead logs have of these logs.
    pub bytes_to_replay: f64,
    /// Bytes of them that were taken in or passed over.
    pub bytes_replayed: f64,
    /// Records that were taken in.
    pub records_replayed: f64,
}

#[napi]
impl Recovery {
    /// One that has not begun.
    #[napi(constructor, catch_unwind)]
    pub fn new() -> Self {
        Self::default()
    }

    /// At this moment.
    #[napi(catch_unwind)]
    pub fn progress(&self) -> RecoveryProgress {
        let so_far = *self.so_far.lock();
        let phase = match so_far.phase {
            RecoveryPhase::Reading => "reading",
            RecoveryPhase::Recovering => "recovering",
            RecoveryPhase::Done => "done",
        };
        RecoveryProgress {
            phase: phase.to_owned(),
            logs_done: so_far.logs_done as f64,
            logs: so_far.logs as f64,
            bytes_scanned: so_far.bytes_scanned as f64,
            bytes_to_replay: so_far.bytes_to_replay as f64,
            bytes_replayed: so_far.bytes_replayed as f64,
            records_replayed: so_far.records_replayed as f64,
        }
    }

    /// Where the store tells of it.
    pub(super) fn listener(&self) -> impl Fn(store::RecoveryProgress) + Send + use<> {
        let so_far = Arc::clone(&self.so_far);
        move |told| *so_far.lock() = told
    }
}

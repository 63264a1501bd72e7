//! One partition.
//!
//! Locks, in the order in which they may be taken: `maintenance` (who takes segments away), `writer` (who writes, rolls, deletes or cuts segments), `phase`
//! (the state), `segments` (the list). Nothing is awaited under any of them, and the disk is touched under `writer`
//! alone, but for opening a log, which happens once under `phase`.
#![forbid(unsafe_code)]

mod append;
pub mod checkpoint;
mod commit;
mod compaction;
pub mod config;
pub mod damage;
mod epochs;
pub mod error;
mod flush;
mod here;
mod home;
mod known;
mod leaving;
mod leftovers;
mod lifecycle;
mod lookup;
pub mod offsets;
mod pace;
mod producers;
mod read;
mod recovery;
mod repair;
mod restore;
mod retention;
pub mod retries;
mod roll;
pub mod snapshot;
mod state;
mod tail;
mod transactions;
mod truncate;
pub mod types;
pub mod watch;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use arc_swap::ArcSwap;
use parking_lot::{MappedMutexGuard, Mutex, MutexGuard, RwLock};

pub use compaction::{Compactable, LastBatch};
pub use config::LogConfig;
pub use error::{AppendError, LogError, ReadError};
pub use home::{Home, Recovered};
pub use known::{Known, KnownLogs};
pub use lifecycle::Checkpointed;
pub use offsets::{LogOffsets, ReadBound};
pub use recovery::{Found, RecoveryReport};
pub use types::{
    AbortedTransaction, Appended, EpochEnd, FileSlice, LogRead, Origin, ProducerState, Slice, TimestampOffset,
};
pub use watch::{Mailbox, Wakeups, Watch};

use crate::base::error::StorageError;
use crate::base::types::{LeaderEpoch, Offset, PartitionId};
use crate::io::{Disk, Readers};
use crate::segment::{Kind, Segment, names};
use pace::LastRead;
use state::{Phase, State};
use writer::Writer;

/// Why a snapshot or what belongs to it cannot be read; a start does without it then.
pub fn small_file_fault(disk: &dyn Disk, path: &Path, kind: Kind) -> Result<Option<String>, StorageError> {
    let bytes = checkpoint::read_file(disk, path)?.unwrap_or_default();
    let decoded = match kind {
        Kind::Retries => retries::decode(path, &bytes).map(drop),
        _ => snapshot::decode(path, &bytes).map(drop),
    };
    Ok(decoded.err().map(|error| error.to_string()))
}

/// The log of one partition; everybody holds it as `Arc<Log>`, every method is thread-safe.
pub struct Log {
    me: Weak<Log>,
    id: PartitionId,
    topic: Arc<str>,
    config: ArcSwap<LogConfig>,
    home: Arc<Home>,
    /// What the data directory's checkpoints say of it.
    found: Found,
    /// Its directory exists, under its name.
    on_disk: Arc<AtomicBool>,
    /// Who takes segments away or puts others in their place: retention, compaction, truncation, deletion.
    maintenance: Mutex<()>,
    writer: Mutex<Writer>,
    phase: Mutex<Phase>,
    segments: RwLock<Vec<Arc<Segment>>>,
    /// How often segments were taken out of the list; changed under its lock.
    removals: AtomicU64,
    /// Who reads segments that are out of the list and whose files lie in the directory.
    readers_of_gone: Mutex<Vec<Readers>>,
    /// Appended to since its tail was last spared; and whether the tail is known to its home.
    appended: AtomicBool,
    tail_listed: AtomicBool,
    last_read: LastRead,
}

impl Log {
    /// Registers a log in `home`; the disk is not touched. `on_disk` says whether its directory exists.
    pub fn register(
        id: PartitionId,
        topic: Arc<str>,
        config: Arc<LogConfig>,
        home: Arc<Home>,
        on_disk: bool,
        found: Found,
    ) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            me: Weak::clone(me),
            id,
            topic,
            config: ArcSwap::new(config),
            home,
            found,
            on_disk: Arc::new(AtomicBool::new(on_disk)),
            maintenance: Mutex::default(),
            writer: Mutex::default(),
            phase: Mutex::default(),
            segments: RwLock::default(),
            removals: AtomicU64::new(0),
            readers_of_gone: Mutex::default(),
            appended: AtomicBool::new(false),
            tail_listed: AtomicBool::new(false),
            last_read: LastRead::default(),
        })
    }

    /// Which partition.
    pub fn id(&self) -> PartitionId {
        self.id
    }

    /// The topic's name.
    pub fn topic(&self) -> &str {
        &self.topic
    }

    /// The configuration in force.
    pub fn config(&self) -> Arc<LogConfig> {
        self.config.load_full()
    }

    /// Changes the configuration; what is appended from now on follows it.
    pub fn configure(&self, config: Arc<LogConfig>) {
        self.config.store(config);
    }

    /// The data directory it lies in.
    pub fn home(&self) -> &Arc<Home> {
        &self.home
    }

    /// The offsets at this moment.
    pub fn offsets(&self) -> Result<LogOffsets, LogError> {
        Ok(self.opened()?.view())
    }

    /// Delivers `token` to `mailbox` once what is watched for is true; at once when it is already. Also delivered
    /// when the log is deleted or fails: whoever is woken looks again.
    pub fn watch(&self, on: Watch, mailbox: &Arc<dyn Mailbox>, token: u64) {
        if !self.must_wait(on, mailbox, token) {
            mailbox.deliver(&mut std::iter::once(token));
        }
    }

    /// The same for who looks by himself where there is nothing to wait for: then nothing is delivered, and it is false.
    pub fn must_wait(&self, on: Watch, mailbox: &Arc<dyn Mailbox>, token: u64) -> bool {
        let Ok(mut state) = self.opened() else { return false };
        // What cannot be committed now was told to those who waited then.
        let is_put_off = state.put_off.unacknowledged && matches!(on, Watch::AcknowledgedTo(_));
        let view = state.view();
        !is_put_off && state.watchers.add(on, mailbox, token, &view)
    }

    /// Takes back a watch; fine when it has fired.
    pub fn unwatch(&self, mailbox: &Arc<dyn Mailbox>, token: u64) {
        if let Phase::Open(state) = &mut *self.phase.lock() {
            state.watchers.remove(mailbox, token);
        }
    }

    /// Where `requested` ends, as seen by a leader in `current`.
    pub fn epoch_end_offset(
        &self,
        requested: LeaderEpoch,
        current: LeaderEpoch,
    ) -> Result<EpochEnd, LogError> {
        let state = self.opened()?;
        Ok(state.epochs.end_of(requested, current, state.offsets.log_end()))
    }

    /// The epoch of the record at `offset`.
    pub fn epoch_at(&self, offset: Offset) -> Result<Option<LeaderEpoch>, LogError> {
        Ok(self.opened()?.epochs.at(offset))
    }

    /// Producers with state, in no order.
    pub fn active_producers(&self) -> Result<Vec<ProducerState>, LogError> {
        Ok(self.opened()?.producers.describe())
    }

    /// Bytes of its segments and of what will be written to them.
    pub fn size_bytes(&self) -> Result<u64, LogError> {
        let state = self.opened()?;
        // Of what is being written some is in the segments: they count up to where it began.
        let segments = self.segments.read();
        let sealed = segments.iter().take_while(|segment| segment.base() < state.written_base);
        let sealed: u64 = sealed.map(|segment| segment.size()).sum();
        Ok(sealed
            + state.written_bytes
            + (state.writing_bytes + state.pending_bytes + state.put_off.bytes) as u64)
    }

    /// How often segments were taken away or replaced.
    pub fn removals(&self) -> u64 {
        let _unchanging = self.segments.read();
        self.removals.load(Ordering::Relaxed)
    }

    /// The state of a log in service; opens it when it is not open yet.
    fn opened(&self) -> Result<MappedMutexGuard<'_, State>, LogError> {
        let mut phase = self.phase.lock();
        if matches!(*phase, Phase::Unopened) {
            *phase = self.open_now()?;
        }
        MutexGuard::try_map(phase, |phase| match phase {
            Phase::Open(state) => Some(&mut **state),
            _ => None,
        })
        .map_err(|phase| match &*phase {
            Phase::Ended(error) => error.clone(),
            _ => LogError::Deleted,
        })
        .and_then(|state| self.home.in_service().map(|()| state))
    }

    /// Where its files lie.
    fn directory(&self) -> PathBuf {
        self.home.path().join(names::directory_name(&self.topic, self.id.index))
    }

    /// The segment that is appended to.
    fn active(&self) -> Option<Arc<Segment>> {
        self.segments.read().last().cloned()
    }

    fn corrupt(&self, why: &str) -> StorageError {
        StorageError::corrupt(self.directory(), 0, why)
    }

    /// Notes that the tail is in use, and tells the home of it once.
    fn mark_appended(&self) {
        self.appended.store(true, Ordering::Relaxed);
        if !self.tail_listed.swap(true, Ordering::Relaxed) {
            self.home.list_tail(Weak::clone(&self.me));
        }
    }

    fn take_appended(&self) -> bool {
        self.appended.swap(false, Ordering::Relaxed)
    }

    /// Gives up what is written of the tail.
    pub fn drop_tail(&self) {
        self.tail_listed.store(false, Ordering::Relaxed);
        if let Phase::Open(state) = &mut *self.phase.lock() {
            let written = state.written;
            state.tail.drop_below(written, &self.home.tail);
        }
    }
}

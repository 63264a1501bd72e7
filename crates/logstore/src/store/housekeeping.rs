//! One thread for everything that is due now and then: segments written behind the write-ahead log, retention, sealed
//! segments made durable, checkpoints, delayed removal of files, expiry of producers.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::thread::{Builder, JoinHandle, current};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use parking_lot::Mutex;

use super::Store;
use crate::io;
use crate::log::{Home, Log};

/// How often the thread looks whether something is due.
const TICK: Duration = Duration::from_millis(500);

/// The thread, what wakes it and what stops it.
pub(super) struct Housekeeping {
    nudge: Sender<()>,
    nudged: Receiver<()>,
    stopping: Arc<AtomicBool>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Default for Housekeeping {
    fn default() -> Self {
        let (nudge, nudged) = bounded(1);
        Self { nudge, nudged, stopping: Arc::default(), thread: Mutex::default() }
    }
}

/// How often space is looked for on a full disk.
const FREEING: Duration = Duration::from_secs(1);

/// What is due when.
pub(super) struct Due {
    retention: Duration,
    checkpoint: Duration,
    /// What a full disk makes due.
    freeing: Duration,
}

/// Files and directories that go later, in the order of their time.
pub(super) type Removals = VecDeque<(Duration, PathBuf)>;

impl Due {
    pub(super) fn new(now: Duration, retention_ms: i64, checkpoint_ms: i64) -> Self {
        let (retention, checkpoint) = (now + millis(retention_ms), now + millis(checkpoint_ms));
        Self { retention, checkpoint, freeing: now }
    }
}

fn millis(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}

impl Housekeeping {
    /// Where a write-ahead log asks for a checkpoint.
    pub(super) fn nudge(&self) -> &Sender<()> {
        &self.nudge
    }

    /// Starts the thread. It holds the store weakly: a store that nobody holds any more ends it.
    pub(super) fn start(&self, store: &Arc<Store>) -> std::io::Result<()> {
        let homes: Vec<_> = store.directories.iter().map(|directory| Arc::clone(&directory.home)).collect();
        let store = Arc::downgrade(store);
        let (nudged, stopping) = (self.nudged.clone(), Arc::clone(&self.stopping));
        let thread = Builder::new()
            .name("housekeeping".into())
            .spawn(move || run(&store, &homes, &nudged, &stopping))?;
        *self.thread.lock() = Some(thread);
        Ok(())
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Ends the thread and waits for it.
    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        // One that waits to be taken wakes it as well.
        let _ = self.nudge.try_send(());
        let thread = self.thread.lock().take();
        // The thread itself may be the last to hold the store.
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != current().id()) {
            let _ = thread.join();
        }
    }
}

/// A file of the write-ahead log that cannot be made now is made when it is needed, and that failure counts. A sync that
/// failed counts now: names of others may be lost with it.
fn prepare(home: &Home) {
    if let Err(error) = home.ahead().prepare()
        && error.is_of_a_sync()
    {
        home.fail(&error);
    }
}

fn run(store: &Weak<Store>, homes: &[Arc<Home>], nudged: &Receiver<()>, stopping: &AtomicBool) {
    loop {
        for home in homes {
            prepare(home);
        }
        let full = nudged.recv_timeout(TICK).is_ok();
        if stopping.load(Ordering::Acquire) {
            return;
        }
        let Some(store) = store.upgrade() else { return };
        if full {
            store.checkpoint_wals();
        }
        store.keep_house();
    }
}

impl Store {
    /// Does what is due. The housekeeping thread calls it; tests do, with a clock of their own.
    pub fn keep_house(&self) {
        let now = self.options.clock.monotonic();
        for directory in &self.directories {
            directory.home.write_behind_in_time();
            directory.home.flush_due();
        }
        let is_full = self.watch_space();
        let mut due = self.due.lock();
        if is_full && now >= due.freeing {
            due.freeing = now + FREEING;
            self.retain();
            self.checkpoint_wals();
        }
        if now >= due.retention {
            due.retention = now + millis(self.options.retention_check_interval_ms);
            self.retain();
        }
        if now >= due.checkpoint {
            due.checkpoint = now + millis(self.options.checkpoint_interval_ms);
            self.checkpoint();
        }
        loop {
            // On a full disk nothing that may go is kept; who reads it has it open.
            let next = self.removals.lock().pop_front_if(|(at, _)| is_full || *at <= now);
            let Some((_, path)) = next.filter(|_| !self.housekeeping.is_stopping()) else { break };
            self.remove(&path);
            self.keep_up();
        }
    }

    /// Measures the disks, and has done what there was no room for; says whether one of them is full.
    fn watch_space(&self) -> bool {
        let mut is_full = false;
        for home in self.directories.iter().map(|directory| &directory.home) {
            let room = home.room();
            room.measure();
            if room.is_full() {
                is_full = true;
                let kept = usize::from(!room.has_run_out());
                if let Err(error) = home.ahead().give_back(kept) {
                    home.fail(&error);
                }
            }
            home.take_up();
        }
        is_full
    }

    fn retain(&self) {
        let wall = self.options.clock.now();
        for log in self.all_logs() {
            if self.housekeeping.is_stopping() {
                return;
            }
            log.expire_producers(wall, self.producer_expiration_ms());
            if !log.has_files() {
                continue;
            }
            self.retain_one(&log);
        }
    }

    /// Applies retention to a log; both the housekeeping and the threads that compact do.
    pub(super) fn retain_one(&self, log: &Log) {
        let delay_ms = log.config().file_delete_delay_ms;
        // A log out of service has said why.
        let gone = log.apply_retention().unwrap_or_default();
        if gone.is_empty() {
            return;
        }
        for path in gone {
            self.remove_later(path, delay_ms);
        }
        self.keep_up();
    }

    /// What appends may come to wait for is done between the steps of what takes long: room in the write-ahead logs,
    /// and segments written behind them.
    fn keep_up(&self) {
        for directory in &self.directories {
            prepare(&directory.home);
            directory.home.write_behind();
        }
        if !self.housekeeping.is_stopping() && self.housekeeping.nudged.try_recv().is_ok() {
            self.checkpoint_wals();
        }
    }

    /// Has a file or directory removed after a while.
    pub(super) fn remove_later(&self, path: PathBuf, delay_ms: i64) {
        let at = self.options.clock.monotonic() + millis(delay_ms);
        let mut removals = self.removals.lock();
        let place = removals.partition_point(|(other, _)| *other <= at);
        removals.insert(place, (at, path));
    }

    fn remove(&self, path: &std::path::Path) {
        let disk = &*self.options.disk;
        let is_directory = path.extension().is_none_or(|extension| extension != "deleted");
        let removed =
            if is_directory { io::remove_tree(disk, path) } else { io::remove_if_exists(disk, path) };
        // What cannot be removed now is found and removed at the next start.
        self.removal_failures.fetch_add(u64::from(removed.is_err()), Ordering::Relaxed);
    }
}

/// Set once; says whether it was this call that set it.
pub(super) fn first(flag: &AtomicBool) -> bool {
    !flag.swap(true, Ordering::AcqRel)
}

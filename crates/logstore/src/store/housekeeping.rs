//! What is due now and then. One thread for segments written behind the write-ahead log, retention, sealed segments made
//! durable, checkpoints, expiry of producers; and one that removes files, since at full speed checkpoints leave no time
//! for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Select, Sender, TryRecvError, bounded, unbounded};
use parking_lot::Mutex;

use super::Shared;
use super::removals::{Entry, Removal};
use crate::base::types::PartitionIndex;
use crate::io::Doomed;
use crate::log::{Home, Log};
use crate::wal::RoomView;

/// How often the threads look whether something is due.
const TICK: Duration = Duration::from_millis(500);

/// How long it rests between the steps of a removal.
const REST: Duration = Duration::from_millis(10);

/// Directories that are renamed before their names are made durable and others have their turn.
const DELETIONS_AT_ONCE: usize = 256;

/// The threads, what wakes them and what stops them.
pub(super) struct Housekeeping {
    nudge: Sender<()>,
    nudged: Receiver<()>,
    /// Logs that were deleted and whose directories are to be renamed.
    retire: Sender<Arc<Log>>,
    retired: Receiver<Arc<Log>>,
    /// Held by who renames: whoever comes then finds it done.
    renaming: Mutex<()>,
    /// Held by who removes, likewise.
    removing: Mutex<()>,
    /// Dropped by who stops the threads, which wakes them.
    running: Mutex<Option<Sender<()>>>,
    stopped: Receiver<()>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Default for Housekeeping {
    fn default() -> Self {
        let ((nudge, nudged), (retire, retired)) = (bounded(1), unbounded());
        let (running, stopped) = bounded(0);
        Self {
            nudge,
            nudged,
            retire,
            retired,
            renaming: Mutex::default(),
            removing: Mutex::default(),
            running: Mutex::new(Some(running)),
            stopped,
            threads: Mutex::default(),
        }
    }
}

/// How often space is looked for on a full disk.
const FREEING: Duration = Duration::from_secs(1);

/// How much room a disk lacks ([`Room`](crate::wal::Room)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Shortage {
    None,
    /// Less is free than the soft limit says.
    Low,
    /// Producers are refused.
    Full,
}

/// What is due when. Held over a turn, which the thread has and tests have: what another one took up is done then.
pub(super) struct Due {
    retention: Duration,
    checkpoint: Duration,
    /// What a full disk makes due.
    freeing: Duration,
}

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

    /// Starts the threads.
    pub(super) fn start(&self, store: &Arc<Shared>) -> std::io::Result<()> {
        let (house, files) = (Arc::clone(store), Arc::clone(store));
        let mut threads = self.threads.lock();
        threads.push(Builder::new().name("housekeeping".into()).spawn(move || house.run())?);
        threads.push(Builder::new().name("removals".into()).spawn(move || files.run_removals())?);
        Ok(())
    }

    /// A log that was deleted: its directory is renamed as soon as it can be.
    pub(super) fn retire(&self, log: Arc<Log>) {
        // Nobody takes it where the store is closing; the next start finds it.
        let _ = self.retire.send(log);
    }

    fn is_stopping(&self) -> bool {
        self.stopped.try_recv() == Err(TryRecvError::Disconnected)
    }

    /// Says whether it goes on after that.
    fn rest(&self, pause: Duration) -> bool {
        matches!(self.stopped.recv_timeout(pause), Err(RecvTimeoutError::Timeout))
    }

    /// Ends the threads and waits for them.
    pub(super) fn stop(&self) {
        self.running.lock().take();
        for thread in self.threads.lock().drain(..) {
            let _ = thread.join();
        }
    }
}

/// A file of the write-ahead log for which there is no room now is made when it is needed.
fn prepare(home: &Home) {
    if let Err(error) = home.ahead().prepare()
        && !error.is_no_space()
    {
        home.fail(&error);
    }
}

impl Shared {
    fn run(&self) {
        let house = &self.housekeeping;
        let mut either = Select::new();
        either.recv(&house.nudged);
        either.recv(&house.retired);
        either.recv(&house.stopped);
        loop {
            for directory in &self.directories {
                prepare(&directory.home);
            }
            let _ = either.ready_timeout(TICK);
            let full = house.nudged.try_recv().is_ok();
            if house.is_stopping() {
                return;
            }
            if full {
                self.checkpoint_wals();
            }
            self.maintain();
        }
    }

    fn run_removals(&self) {
        while self.housekeeping.rest(TICK) {
            self.remove_due();
        }
    }

    /// Does what is due. The threads call a half of it each; tests both, with a clock of their own.
    pub fn keep_house(&self) {
        self.maintain();
        self.remove_due();
    }

    fn maintain(&self) {
        let mut due = self.due.lock();
        self.finish_deletions();
        let now = self.options.clock.monotonic();
        for directory in &self.directories {
            directory.home.tick();
            directory.home.write_behind_in_time();
            directory.home.flush_due();
        }
        self.watch_space();
        if self.shortage() == Shortage::Full && now >= due.freeing {
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
    }

    fn remove_due(&self) {
        let _removing = self.housekeeping.removing.lock();
        while !self.housekeeping.is_stopping() {
            let shortage = self.shortage();
            // Where room is short nothing that may go is kept; who reads it has it open.
            let is_short = shortage != Shortage::None;
            let Some(entry) = self.removals.next(self.options.clock.monotonic(), is_short) else { return };
            self.remove(entry, shortage == Shortage::Full);
        }
    }

    /// Between the steps of a removal, which others feel who use the disk.
    fn pause(&self) -> Duration {
        let is_urgent =
            self.shortage() != Shortage::None || self.removals.are_behind(self.options.clock.monotonic());
        if is_urgent { Duration::ZERO } else { REST }
    }

    /// Of the disk that is worst.
    fn shortage(&self) -> Shortage {
        let rooms = self.directories.iter().map(|directory| directory.home.room());
        let short = rooms.map(|room| match room.view() {
            RoomView { is_full: true, .. } => Shortage::Full,
            RoomView { is_low: true, .. } => Shortage::Low,
            RoomView { .. } => Shortage::None,
        });
        short.max().unwrap_or(Shortage::None)
    }

    /// Measures the disks, and has done what there was no room for.
    fn watch_space(&self) {
        for home in self.directories.iter().map(|directory| &directory.home) {
            let room = home.room();
            room.measure();
            if room.is_full() {
                let kept = usize::from(!room.has_run_out());
                if let Err(error) = home.ahead().give_back(kept) {
                    home.fail(&error);
                }
            }
            home.take_up();
        }
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
        self.remove_later(gone, log.topic(), Some(log.id().index), delay_ms);
        self.keep_up();
    }

    /// Done between the steps of what takes long.
    fn keep_up(&self) {
        self.finish_deletions();
        self.make_room();
    }

    /// Has deleted logs give up their names, some at a time.
    pub(super) fn finish_deletions(&self) {
        let _renaming = self.housekeeping.renaming.lock();
        loop {
            let some: Vec<_> = self.housekeeping.retired.try_iter().take(DELETIONS_AT_ONCE).collect();
            for home in self.directories.iter().map(|directory| &directory.home) {
                let here: Vec<_> = some.iter().filter(|log| Arc::ptr_eq(log.home(), home)).cloned().collect();
                for left in home.see_off(&here) {
                    self.remove_later(vec![left.directory], &left.topic, None, left.delay_ms);
                }
            }
            if some.is_empty() {
                return;
            }
            self.make_room();
        }
    }

    /// What appends may come to wait for: room in the write-ahead logs, and segments written behind them.
    fn make_room(&self) {
        for directory in &self.directories {
            prepare(&directory.home);
            directory.home.write_behind();
        }
        if !self.housekeeping.is_stopping() && self.housekeeping.nudged.try_recv().is_ok() {
            self.checkpoint_wals();
        }
    }

    /// Has files or directories removed after a while: of a partition, or of a deleted topic.
    pub(super) fn remove_later(
        &self,
        doomed: Vec<Doomed>,
        topic: &str,
        partition: Option<PartitionIndex>,
        delay_ms: i64,
    ) {
        let clock = &self.options.clock;
        let at = clock.monotonic() + millis(delay_ms);
        self.removals.add(&*self.options.disk, doomed, topic, partition, at, clock.now());
    }

    /// A full disk needs the room at once.
    fn remove(&self, mut entry: Entry, is_full: bool) {
        let disk = &*self.options.disk;
        let removed = if is_full {
            entry.doomed.remove(disk).map(|()| true)
        } else {
            entry.doomed.remove_in_steps(disk, &mut |bytes| {
                self.removals.stepped(&mut entry.share, bytes);
                self.housekeeping.rest(self.pause())
            })
        };
        // The store closes; the next start removes it.
        if matches!(removed, Ok(false)) {
            return self.removals.put_back(entry);
        }
        // What cannot be removed now is found and removed at the next start.
        self.removal_failures.fetch_add(u64::from(removed.is_err()), Ordering::Relaxed);
        self.removals.end(&entry, removed.is_ok(), self.options.clock.now());
    }

    /// Removals: those under way, the oldest first and a bounded number of them, then those that ended last, the newest
    /// first.
    pub fn removals(&self) -> Vec<Removal> {
        self.removals.list()
    }
}

/// Set once; says whether it was this call that set it.
pub(super) fn first(flag: &AtomicBool) -> bool {
    !flag.swap(true, Ordering::AcqRel)
}

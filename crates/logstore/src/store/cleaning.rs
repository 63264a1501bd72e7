//! The threads that compact, each one log at a time: the one with the largest share of new data first.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use parking_lot::Mutex;

use super::rounds::{Round, RoundOutcome, Rounds};
use super::{CleanerOptions, Shared, Store, StoreStats};
use crate::base::clock::Clock;
use crate::base::types::{Offset, PartitionId};
use crate::compact::{Budget, CleanError, Cleaned, Dirty, Progress, Throttle, assess, clean};
use crate::io;
use crate::log::{Log, RecoveryReport};

/// The threads, what they share, and their stop.
pub(super) struct Cleaning {
    options: Mutex<CleanerOptions>,
    throttle: Throttle,
    /// What keys are hashed under.
    secret: [u8; 16],
    /// Numbered from 0; one whose number is not below the configured count ends.
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// Logs that a thread is at work on.
    busy: Mutex<HashSet<PartitionId>>,
    /// Logs whose round failed: left alone until restart, as in Kafka.
    given_up: Mutex<HashSet<PartitionId>>,
    rounds: Rounds,
    rounds_done: AtomicU64,
    bytes: AtomicU64,
}

impl Cleaning {
    pub(super) fn new(options: CleanerOptions, clock: &Arc<dyn Clock>) -> std::io::Result<Self> {
        Ok(Self {
            options: Mutex::new(options),
            throttle: Throttle::new(Arc::clone(clock), options.bytes_per_second),
            secret: io::random_bytes()?,
            threads: Mutex::default(),
            busy: Mutex::default(),
            given_up: Mutex::default(),
            rounds: Rounds::default(),
            rounds_done: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        })
    }

    /// Starts the threads that are missing.
    pub(super) fn start(&self, store: &Arc<Shared>) -> std::io::Result<()> {
        let wanted = self.options.lock().threads;
        let mut threads = self.threads.lock();
        for number in 0..wanted {
            if threads.get(number).is_some_and(|thread| !thread.is_finished()) {
                continue;
            }
            let store = Arc::clone(store);
            let work = move || store.keep_compacting(number);
            let thread = Builder::new().name(format!("cleaner {number}")).spawn(work)?;
            match threads.get_mut(number) {
                Some(ended) => *ended = thread,
                None => threads.push(thread),
            }
        }
        Ok(())
    }

    /// Ends the threads, in the middle of a round too, and waits for them.
    pub(super) fn stop(&self) {
        self.throttle.stop();
        let threads = std::mem::take(&mut *self.threads.lock());
        for thread in threads {
            let _ = thread.join();
        }
    }

    /// A log is gone.
    pub(super) fn forget(&self, id: &PartitionId) {
        self.given_up.lock().remove(id);
    }

    pub(super) fn count_into(&self, stats: &mut StoreStats) {
        stats.compactions = self.rounds_done.load(Ordering::Relaxed);
        stats.compaction_bytes = self.bytes.load(Ordering::Relaxed);
        stats.compactions_given_up = self.given_up.lock().len() as u64;
    }
}

impl Store {
    /// Changes how compaction runs. A thread that is too many ends when it has nothing to do.
    pub fn configure_cleaner(&self, options: CleanerOptions) -> std::io::Result<()> {
        if std::mem::replace(&mut *self.cleaning.options.lock(), options) == options {
            return Ok(());
        }
        self.cleaning.throttle.set_pace(options.bytes_per_second);
        self.cleaning.start(&self.shared)
    }
}

impl Shared {
    /// What the thread of this number does, until it is told to end.
    fn keep_compacting(&self, number: usize) {
        loop {
            loop {
                let go_on = self.compact();
                if number == 0 {
                    self.retain_compacted();
                }
                if !go_on {
                    break;
                }
            }
            let options = *self.cleaning.options.lock();
            let backoff = Duration::from_millis(u64::try_from(options.backoff_ms).unwrap_or(0));
            if number >= options.threads || !self.cleaning.throttle.wait(backoff) {
                return;
            }
        }
    }

    /// Compacts the log that needs it most, if one does; answers whether there may be more to do. The threads call it;
    /// tests do, with a clock of their own.
    pub fn compact(&self) -> bool {
        let Some(dirty) = self.dirtiest() else {
            return false;
        };
        let go_on = self.compact_one(&dirty);
        self.cleaning.busy.lock().remove(&dirty.log.id());
        go_on
    }

    /// Applies retention to logs that are compacted: as in Kafka after each round, and when there was none.
    pub fn retain_compacted(&self) {
        for log in self.all_logs() {
            if self.cleaning.throttle.is_stopped() {
                return;
            }
            if log.config().cleanup_compact && log.has_files() {
                self.retain_one(&log);
            }
        }
    }

    /// Rounds of compaction: those under way, then those that ended last, the newest first.
    pub fn compactions(&self) -> Vec<Round> {
        self.cleaning.rounds.list()
    }

    /// The log with the largest share of new data; busy from now on.
    fn dirtiest(&self) -> Option<Dirty> {
        let now = self.options.clock.now();
        let logs = self
            .all_logs()
            .into_iter()
            // To look at thousands of logs takes a while: a stop does not wait for it.
            .take_while(|_| !self.cleaning.throttle.is_stopped())
            .filter(|log| !self.cleaning.given_up.lock().contains(&log.id()));
        let mut dirty: Vec<Dirty> = logs
            // A log out of service has said why.
            .filter_map(|log| assess(&log, now).ok().flatten())
            .collect();
        dirty.sort_by(|one, other| other.ratio.total_cmp(&one.ratio));
        let mut busy = self.cleaning.busy.lock();
        dirty.into_iter().find(|dirty| busy.insert(dirty.log.id()))
    }

    fn compact_one(&self, dirty: &Dirty) -> bool {
        let (number, progress) = {
            let (rounds, log) = (&self.cleaning.rounds, &dirty.log);
            rounds.begin(log.id(), log.topic(), self.options.clock.now())
        };
        let outcome = self.round(dirty, &progress);
        self.cleaning.bytes.fetch_add(progress.bytes_read() + progress.bytes_written(), Ordering::Relaxed);
        let go_on = !matches!(outcome, Err(CleanError::Stopped));
        let outcome = match outcome {
            Ok(Some(to)) => RoundOutcome::Done(to),
            Ok(None) | Err(CleanError::Stopped) => RoundOutcome::Interrupted,
            Err(error) => {
                self.give_up_compacting(&dirty.log, &error);
                RoundOutcome::Failed(error.to_string())
            }
        };
        self.cleaning.rounds.end(number, self.options.clock.now(), outcome);
        go_on
    }

    /// Answers up to where the log is compacted; none where others took away what it was about to read.
    fn round(&self, dirty: &Dirty, progress: &Progress) -> Result<Option<Offset>, CleanError> {
        let log = &dirty.log;
        // Compaction leaves gaps, and a recovery takes those above the recovery point for losses.
        if let Err(error) = self.write_down(log) {
            log.home().met(&error);
            return Err(CleanError::Stopped);
        }
        let options = *self.cleaning.options.lock();
        let budget = Budget {
            map_bytes: options.map_bytes / options.threads.max(1),
            throttle: &self.cleaning.throttle,
            progress,
            secret: self.cleaning.secret,
        };
        let mut cleaned = Cleaned::default();
        let outcome = clean(dirty, &budget, self.options.clock.now(), &mut cleaned);
        let is_disturbed = dirty.is_disturbed(cleaned.swaps);
        let delay_ms = log.config().file_delete_delay_ms;
        self.remove_later(cleaned.replaced, log.topic(), Some(log.id().index), delay_ms);
        if let Some(to) = cleaned.to {
            log.note_cleaned(to);
            self.note(log);
            self.cleaning.rounds_done.fetch_add(1, Ordering::Relaxed);
        }
        // That of the directory of a log that was deleted meanwhile is none.
        if let Err(CleanError::Storage(error)) = &outcome
            && error.is_of_a_sync()
            && !error.is_not_found()
        {
            log.home().fail(error);
        }
        match outcome {
            Err(CleanError::Stopped) => Err(CleanError::Stopped),
            // What it had written is gone again; after a while there may be room.
            Err(CleanError::Storage(error)) if error.is_no_space() => Err(CleanError::Stopped),
            // Nothing is wrong with the log.
            Err(_) if is_disturbed => Ok(None),
            other => other.map(|()| cleaned.to),
        }
    }

    fn give_up_compacting(&self, log: &Log, error: &CleanError) {
        self.cleaning.given_up.lock().insert(log.id());
        // A log out of service has said why.
        if let CleanError::Storage(error) = error {
            log.home().report(RecoveryReport {
                path: log.home().path().join(log.topic()),
                bytes_cut: 0,
                why: format!("compaction leaves it alone until restart: {error}"),
            });
        }
    }
}

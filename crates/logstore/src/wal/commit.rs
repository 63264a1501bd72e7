//! Group commit: the batches of all logs that wait become one group, written and synced once.

use std::sync::Arc;

use super::ahead::WriteAhead;
use super::frame::Group;
use super::thread::Turn;
use super::ticket::Wakeups;
use crate::base::error::StorageError;
use crate::io::run_promptly;

/// A log whose batches are acknowledged once they are in the write-ahead log.
pub trait Committed: Send + Sync {
    /// Puts what waits into the group, in order.
    fn collect(&self, group: &mut Group, wakeups: &mut Wakeups);

    /// What was collected is durable: releases who waited for it.
    fn committed(&self, wakeups: &mut Wakeups);

    /// There was no room for what was collected: it waits, and comes again once there is.
    fn put_off(&self, wakeups: &mut Wakeups);

    /// What was collected may be lost: the log goes out of service, and its directory with it.
    fn refused(&self, error: &StorageError, wakeups: &mut Wakeups);
}

/// The turn of the thread that commits.
pub struct Commit {
    ahead: Arc<WriteAhead>,
    group: Group,
}

impl Commit {
    /// Over the write-ahead log of a directory.
    pub fn new(ahead: Arc<WriteAhead>) -> Self {
        Self { ahead, group: Group::default() }
    }
}

impl Turn<dyn Committed> for Commit {
    fn begin(&mut self) {
        run_promptly();
    }

    fn take(&mut self, logs: &[Arc<dyn Committed>], wakeups: &mut Wakeups) {
        self.group.clear();
        for log in logs {
            log.collect(&mut self.group, wakeups);
        }
        if self.group.is_empty() {
            return;
        }
        match self.ahead.append(&self.group) {
            Ok(number) => {
                for log in logs {
                    log.committed(wakeups);
                }
                self.ahead.settle(number);
            }
            Err(error) if error.is_no_space() => {
                self.ahead.room().run_out();
                for log in logs {
                    log.put_off(wakeups);
                }
            }
            Err(error) => {
                for log in logs {
                    log.refused(&error, wakeups);
                }
            }
        }
        // The buffers are those of the logs now.
        self.group.clear();
    }

    fn give_up(&mut self, logs: &[Arc<dyn Committed>], wakeups: &mut Wakeups) {
        let error = StorageError::corrupt(self.ahead.directory(), 0, "committing it panicked");
        for log in logs {
            log.refused(&error, wakeups);
        }
    }
}

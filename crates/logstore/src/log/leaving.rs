//! Deleted logs and the names of their directories.
//!
//! A log is out of service where its deletion is decided; its directory gives up its name later. Whoever wants the name
//! before that has it given up.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use super::{Home, Log};
use crate::base::error::StorageError;
use crate::base::types::PartitionIndex;
use crate::io::Doomed;

/// Logs that were deleted and whose directory may still have the name that the next of their name wants.
#[derive(Default)]
pub(super) struct Leaving {
    logs: HashMap<(Arc<str>, PartitionIndex), Vec<Weak<Log>>>,
    /// Directories that lost it and are to be removed once that is durable.
    renamed: Vec<Left>,
}

/// The directory of a deleted log, under a name that nobody wants.
pub struct Left {
    /// Where it lies.
    pub directory: Doomed,
    /// Its topic's name.
    pub topic: Arc<str>,
    /// How long it stays, in milliseconds.
    pub delay_ms: i64,
}

impl Home {
    /// A log was deleted; its directory has its name until [`Self::see_off`].
    pub fn let_go(&self, log: &Log) {
        let key = (Arc::clone(&log.topic), log.id.index);
        self.leaving.lock().logs.entry(key).or_default().push(Weak::clone(&log.me));
    }

    /// Renames the directories of logs that were deleted; answers the directories to remove.
    pub fn see_off(&self, logs: &[Arc<Log>]) -> Vec<Left> {
        for log in logs {
            self.rename_away(log);
        }
        let renamed = std::mem::take(&mut self.leaving.lock().renamed);
        // Who comes after these need not wait for who renames them at this moment: what that one did is synced here, too.
        if !(logs.is_empty() && renamed.is_empty())
            && let Err(error) = self.sync()
        {
            self.fail(&error);
        }
        let mut leaving = self.leaving.lock();
        for log in logs {
            let key = (Arc::clone(&log.topic), log.id.index);
            if let Some(left) = leaving.logs.get_mut(&key) {
                left.retain(|other| !Weak::ptr_eq(other, &log.me));
                if left.is_empty() {
                    leaving.logs.remove(&key);
                }
            }
        }
        renamed
    }

    /// Has the logs leave that had the name of `log` before it, durably, and the checkpoints that speak of them.
    pub(super) fn make_way(&self, log: &Log) -> Result<(), StorageError> {
        let earlier = self.leaving.lock().logs.get(&(Arc::clone(&log.topic), log.id.index)).cloned();
        if let Some(earlier) = earlier {
            for log in earlier.iter().filter_map(Weak::upgrade) {
                self.rename_away(&log);
            }
            if self.failure().is_some() {
                return Err(StorageError::Poisoned { path: self.path().to_owned() });
            }
            self.sync()?;
        }
        self.clear_checkpoints_of(&log.topic, log.id.index)
    }

    /// A directory that cannot be renamed is out of service with that; its logs say so.
    fn rename_away(&self, log: &Log) {
        if let Ok(Some(directory)) = log.delete() {
            let (topic, delay_ms) = (Arc::clone(&log.topic), log.config().file_delete_delay_ms);
            self.leaving.lock().renamed.push(Left { directory, topic, delay_ms });
        }
    }
}

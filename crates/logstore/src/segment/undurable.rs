//! What of an index file may not be durable.

use std::sync::Arc;

use crate::base::error::StorageError;
use crate::io::{Changes, File};

/// Of its content and of its name, which the one who syncs the directory makes durable.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Undurable {
    pub(super) content: Changes,
    pub(super) name: Changes,
}

impl Undurable {
    /// The file was made.
    pub(super) fn make(&mut self) {
        self.content.add();
        self.name.add();
    }

    /// Syncs the content, where it may not be durable.
    pub(super) fn sync(
        self,
        file: impl FnOnce() -> Result<Arc<File>, StorageError>,
    ) -> Result<Self, StorageError> {
        if !self.content.are_durable() {
            file()?.sync()?;
        }
        Ok(self)
    }

    pub(super) fn mark_durable(&mut self, synced: &Self) {
        self.content.mark_durable(&synced.content);
        self.name.mark_durable(&synced.name);
    }
}

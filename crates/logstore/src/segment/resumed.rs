//! Where readers stopped: who reads on from there needs no index.

use std::collections::VecDeque;

use parking_lot::Mutex;

use crate::base::limits::READERS_REMEMBERED_MAX;
use crate::base::types::{Offset, Position};

/// Where the last readers of a segment stopped: offsets, and where the batches begin that hold them or follow.
#[derive(Debug, Default)]
pub(super) struct Resumed {
    places: Mutex<VecDeque<(Offset, Position)>>,
}

impl Resumed {
    /// Where the first batch at or behind `offset` begins, if a reader stopped there.
    pub(super) fn at(&self, offset: Offset) -> Option<Position> {
        let places = self.places.lock();
        places.iter().find(|(known, _)| *known == offset).map(|(_, position)| *position)
    }

    /// A reader stopped before `offset`; the one who did so longest ago is forgotten.
    pub(super) fn note(&self, offset: Offset, position: Position) {
        let mut places = self.places.lock();
        if places.iter().any(|(known, _)| *known == offset) {
            return;
        }
        if places.len() == READERS_REMEMBERED_MAX {
            places.pop_front();
        }
        places.push_back((offset, position));
    }

    /// Batches were cut off.
    pub(super) fn forget(&self) {
        self.places.lock().clear();
    }
}

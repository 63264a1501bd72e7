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

    /// A reader stopped before `offset`; the place where nobody did for longest is forgotten.
    pub(super) fn note(&self, offset: Offset, position: Position) {
        let mut places = self.places.lock();
        places.retain(|(known, _)| *known != offset);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_where_readers_stop_again_outlives_those_where_they_do_not() {
        let resumed = Resumed::default();
        let last = READERS_REMEMBERED_MAX as i64;
        for offset in (0..last).chain([0, last]) {
            resumed.note(Offset(offset), Position(10 * offset as u64));
        }
        let known = |offset| resumed.at(Offset(offset)).map(|at| at.0);
        assert_eq!((known(0), known(1), known(2)), (Some(0), None, Some(20)));
        assert_eq!(known(last), Some(10 * last as u64));
    }
}

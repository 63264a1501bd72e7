//! What was changed and may not be durable.

/// Counts changes of a file, or of names. Who syncs copies it before, and has that copy marked durable afterwards, never
/// the other way round: whoever comes in between syncs as well, and what changes meanwhile stays to be synced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    made: u64,
    durable: u64,
}

impl Changes {
    /// One more.
    pub fn add(&mut self) {
        self.made += 1;
    }

    /// Number of the newest, which counts from 1; 0 where there was none.
    pub fn newest(&self) -> u64 {
        self.made
    }

    /// Whether nothing is to be synced.
    pub fn are_durable(&self) -> bool {
        self.durable == self.made
    }

    /// What `before` counts was synced.
    pub fn mark_durable(&mut self, before: &Self) {
        self.durable = self.durable.max(before.made);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_during_a_sync_is_to_be_synced_again() {
        let mut changes = Changes::default();
        assert!(changes.are_durable());
        changes.add();
        let (first, second) = (changes, changes);
        assert!(!second.are_durable(), "nobody has synced it yet");
        changes.add();
        changes.mark_durable(&first);
        assert!(!changes.are_durable());
        let third = changes;
        changes.mark_durable(&third);
        changes.mark_durable(&second);
        assert!(changes.are_durable());
    }
}

//! A timer wheel: deadlines hashed by millisecond, so that setting one costs nothing however many there are.
//!
//! Nothing is ever taken out before its time. A connection keeps at most one deadline that matters in the wheel
//! and looks at what it really waits for when that one fires, so that what is left over stays bounded.

use std::time::Duration;

const SLOTS: usize = 4096;
const WORD_BITS: usize = u64::BITS as usize;

/// Deadlines of one worker's connections.
#[derive(Debug)]
pub(crate) struct Wheel {
    slots: Vec<Vec<Entry>>,
    /// One bit per slot that holds an entry.
    occupied: [u64; SLOTS / WORD_BITS],
    /// The first millisecond that was not yet looked at.
    next_tick: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    tick: u64,
    key: u64,
}

impl Wheel {
    pub(crate) fn new(now: Duration) -> Self {
        Self { slots: vec![Vec::new(); SLOTS], occupied: [0; SLOTS / WORD_BITS], next_tick: floor(now) }
    }

    /// Has `key` fire once `deadline` has passed.
    pub(crate) fn set(&mut self, deadline: Duration, key: u64) {
        let tick = ceil(deadline).max(self.next_tick);
        let slot = tick as usize % SLOTS;
        self.slots[slot].push(Entry { tick, key });
        self.occupied[slot / WORD_BITS] |= 1 << (slot % WORD_BITS);
    }

    /// How long to sleep: until the next slot that holds anything. It may turn out to be for a later round.
    pub(crate) fn until_next(&self, now: Duration) -> Option<Duration> {
        let start = self.next_tick as usize % SLOTS;
        let ahead = (0..=SLOTS / WORD_BITS).find_map(|step| {
            let word = (start / WORD_BITS + step) % (SLOTS / WORD_BITS);
            let skipped = if step == 0 { start % WORD_BITS } else { 0 };
            let bits = self.occupied[word] >> skipped;
            (bits != 0).then(|| {
                (word * WORD_BITS + skipped + bits.trailing_zeros() as usize + SLOTS - start) % SLOTS
            })
        })?;
        Some(Duration::from_millis(self.next_tick + ahead as u64).saturating_sub(now))
    }

    /// Calls `fire` with every key whose deadline has passed.
    pub(crate) fn advance(&mut self, now: Duration, mut fire: impl FnMut(u64)) {
        let last = floor(now);
        if last < self.next_tick {
            return;
        }
        // After a long sleep one round visits every slot.
        let first = self.next_tick.max(last.saturating_sub(SLOTS as u64 - 1));
        self.next_tick = last + 1;
        for tick in first..=last {
            let slot = tick as usize % SLOTS;
            if self.occupied[slot / WORD_BITS] & (1 << (slot % WORD_BITS)) == 0 {
                continue;
            }
            self.slots[slot].retain(|entry| {
                if entry.tick <= last {
                    fire(entry.key);
                }
                entry.tick > last
            });
            if self.slots[slot].is_empty() {
                self.occupied[slot / WORD_BITS] &= !(1 << (slot % WORD_BITS));
                // One busy moment does not leave its room behind for good.
                self.slots[slot].shrink_to(16);
            }
        }
    }
}

fn floor(time: Duration) -> u64 {
    time.as_millis() as u64
}

fn ceil(time: Duration) -> u64 {
    time.as_micros().div_ceil(1000) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn each_fires_once_and_never_early(
            deadlines in proptest::collection::vec(0_u64..20_000, 1..60),
            steps in proptest::collection::vec(1_u64..6_000, 1..40),
        ) {
            let start = Duration::from_millis(123_456);
            let mut wheel = Wheel::new(start);
            for (key, deadline) in deadlines.iter().enumerate() {
                wheel.set(start + Duration::from_millis(*deadline), key as u64);
            }
            let mut fired = vec![false; deadlines.len()];
            let mut now = start;
            for step in steps {
                let next = wheel.until_next(now);
                let due = deadlines.iter().zip(&fired).filter(|(_, fired)| !**fired)
                    .map(|(deadline, _)| start + Duration::from_millis(*deadline)).min();
                prop_assert_eq!(next.is_some(), due.is_some());
                if let (Some(next), Some(due)) = (next, due) {
                    prop_assert!(now + next <= due.max(now + Duration::from_millis(1)));
                }
                now += Duration::from_millis(step);
                wheel.advance(now, |key| {
                    assert!(!fired[key as usize]);
                    fired[key as usize] = true;
                });
                for (key, deadline) in deadlines.iter().enumerate() {
                    prop_assert_eq!(fired[key], start + Duration::from_millis(*deadline) <= now);
                }
            }
        }
    }
}

//! From a key to the newest offset that has it, in memory of a fixed size.
//!
//! A key is kept as its 128-bit `SipHash` under a secret of this process: keys that collide, so that one would be taken
//! for the other and lost, cannot be made without the secret, and do not occur by chance. (Kafka keeps MD5, for which
//! they can be made.) An entry takes 24 bytes; the table is open-addressed and at most nine tenths full.

use std::hash::Hasher as _;

use siphasher::sip128::{Hasher128 as _, SipHasher13};

use crate::base::types::Offset;

/// Two words of hash, then the offset plus one: all zero for a free slot, so that memory is touched as it fills.
type Slot = [u64; 3];

/// Bytes of one key.
pub(super) const SLOT_BYTES: usize = size_of::<Slot>();
/// Slots in use of each ten.
const LOAD_OF_TEN: usize = 9;

/// Newest offsets by key.
pub(super) struct OffsetMap {
    slots: Vec<Slot>,
    used: usize,
    secret: [u8; 16],
}

impl OffsetMap {
    /// A map for `keys` keys, or for as many as fit into `bytes_max`, and for one at least.
    pub(super) fn new(keys: usize, bytes_max: usize, secret: [u8; 16]) -> Self {
        let wanted = keys.saturating_mul(10) / LOAD_OF_TEN + 2;
        let slots = wanted.min(bytes_max / SLOT_BYTES).max(2);
        Self { slots: vec![[0; 3]; slots], used: 0, secret }
    }

    /// Whether no further key fits.
    pub(super) fn is_full(&self) -> bool {
        (self.used + 1) * 10 > self.slots.len() * LOAD_OF_TEN && self.used > 0
    }

    /// The newest offset of `key`.
    pub(super) fn get(&self, key: &[u8]) -> Option<Offset> {
        let hash = self.hash(key);
        self.slots.get(self.find(hash)).and_then(offset_in)
    }

    /// Notes that `key` is at `offset`, which is behind every one noted before. The map must not be full.
    pub(super) fn put(&mut self, key: &[u8], offset: Offset) {
        let hash = self.hash(key);
        let at = self.find(hash);
        if let Some(slot) = self.slots.get_mut(at) {
            self.used += usize::from(offset_in(slot).is_none());
            *slot = [hash.0, hash.1, offset.0 as u64 + 1];
        }
    }

    fn hash(&self, key: &[u8]) -> (u64, u64) {
        let mut hasher = SipHasher13::new_with_key(&self.secret);
        hasher.write(key);
        hasher.finish128().as_u64()
    }

    /// The slot that has the hash, or the free one where it belongs. One is always free.
    fn find(&self, hash: (u64, u64)) -> usize {
        let mut at = (hash.0 % self.slots.len() as u64) as usize;
        while let Some(slot) = self.slots.get(at) {
            if offset_in(slot).is_none() || (slot[0], slot[1]) == hash {
                break;
            }
            at = (at + 1) % self.slots.len();
        }
        at
    }
}

fn offset_in(slot: &Slot) -> Option<Offset> {
    slot[2].checked_sub(1).map(|offset| Offset(offset as i64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    #[test]
    fn it_takes_as_many_keys_as_it_has_room_for() {
        let mut map = OffsetMap::new(1000, 100 * SLOT_BYTES, [3; 16]);
        let mut keys = 0_u32;
        while !map.is_full() {
            map.put(&keys.to_be_bytes(), Offset(i64::from(keys)));
            keys += 1;
        }
        assert_eq!(keys, 90);
        assert!((0..keys).all(|key| map.get(&key.to_be_bytes()) == Some(Offset(i64::from(key)))));
        assert_eq!(map.get(b"another"), None);
    }

    #[test]
    fn it_is_as_small_as_its_keys_allow() {
        let mut map = OffsetMap::new(9, usize::MAX, [0; 16]);
        assert!(map.slots.len() < 16);
        for key in 0..9_u8 {
            assert!(!map.is_full());
            map.put(&[key], Offset(0));
        }
        let mut least = OffsetMap::new(0, 0, [0; 16]);
        assert!(!least.is_full(), "a round that takes nothing would never end");
        least.put(b"", Offset(7));
        assert_eq!((least.get(b""), least.is_full()), (Some(Offset(7)), true));
    }

    proptest! {
        #[test]
        fn it_knows_the_newest_offset_of_each_key(keys: Vec<u8>) {
            let mut map = OffsetMap::new(256, usize::MAX, [9; 16]);
            let mut expected = HashMap::new();
            for (offset, key) in (0..).map(Offset).zip(keys) {
                map.put(&[key], offset);
                expected.insert(key, offset);
            }
            for key in 0..=u8::MAX {
                prop_assert_eq!(map.get(&[key]), expected.get(&key).copied());
            }
        }
    }
}

//! Reference-counted receive buffers (D8): a request is received into one block, and what it carries is then
//! written, kept in the tail and sent to consumers from that same block.
//!
//! A block is one allocation. [`BufMut`] is a window on it that nobody else can see; [`BufMut::split_to`] cuts a
//! window in two that stay disjoint; [`BufMut::freeze`] gives up writing and makes it shareable as [`Buf`]. When
//! the last window goes, the block returns to the [`Arena`], which keeps a bounded number of bytes for reuse:
//! fresh memory costs a page fault per 4 KiB, reused memory nothing.

use std::fmt;
use std::ops::{Deref, DerefMut, Range};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

/// Blocks below this size come from the allocator, which is as fast as a pool for them.
const POOLED_BYTES_MIN: usize = 4096;
/// Sizes per doubling; more waste less memory and hit less often.
const CLASSES_PER_DOUBLING: usize = 4;

/// A source of receive buffers with bounded reuse.
#[derive(Clone)]
pub struct Arena {
    pool: Arc<Pool>,
}

struct Pool {
    retained_bytes_max: usize,
    in_use: AtomicUsize,
    free: Mutex<Free>,
}

#[derive(Default)]
struct Free {
    bytes: usize,
    /// Blocks by size class, the smallest first.
    classes: Vec<Vec<Box<[u8]>>>,
}

impl Arena {
    /// An arena that keeps at most `retained_bytes_max` bytes of blocks that nobody uses.
    pub fn new(retained_bytes_max: usize) -> Self {
        let pool = Pool { retained_bytes_max, in_use: AtomicUsize::new(0), free: Mutex::default() };
        Self { pool: Arc::new(pool) }
    }

    /// A window of `len` bytes whose content is unspecified: zeros, or what an earlier request left.
    pub fn take(&self, len: usize) -> BufMut {
        let bytes = self.pool.take(len);
        self.pool.in_use.fetch_add(bytes.len(), Ordering::Relaxed);
        BufMut::whole(Block::new(bytes, Arc::downgrade(&self.pool)), len)
    }

    /// Bytes of blocks that some window still keeps alive.
    pub fn bytes_in_use(&self) -> usize {
        self.pool.in_use.load(Ordering::Relaxed)
    }

    /// Bytes kept for reuse.
    pub fn bytes_retained(&self) -> usize {
        self.pool.free.lock().bytes
    }
}

impl fmt::Debug for Arena {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arena").field("bytes_in_use", &self.bytes_in_use()).finish_non_exhaustive()
    }
}

impl Pool {
    fn take(&self, len: usize) -> Box<[u8]> {
        if len < POOLED_BYTES_MIN {
            return vec![0; len].into_boxed_slice();
        }
        let (class, size) = size_class(len);
        let mut free = self.free.lock();
        if let Some(block) = free.classes.get_mut(class).and_then(Vec::pop) {
            free.bytes -= block.len();
            return block;
        }
        drop(free);
        vec![0; size].into_boxed_slice()
    }

    fn give_back(&self, block: Box<[u8]>) {
        self.in_use.fetch_sub(block.len(), Ordering::Relaxed);
        if block.len() < POOLED_BYTES_MIN {
            return;
        }
        let (class, size) = size_class(block.len());
        debug_assert_eq!(size, block.len());
        let mut free = self.free.lock();
        if free.bytes + size > self.retained_bytes_max {
            return;
        }
        free.bytes += size;
        if free.classes.len() <= class {
            free.classes.resize_with(class + 1, Vec::new);
        }
        free.classes[class].push(block);
    }
}

/// The class that holds `len` bytes and the size of its blocks.
fn size_class(len: usize) -> (usize, usize) {
    let len = len.max(POOLED_BYTES_MIN);
    let doubling = (len / POOLED_BYTES_MIN).ilog2() as usize;
    let base = POOLED_BYTES_MIN << doubling;
    let step = base / CLASSES_PER_DOUBLING;
    let steps = (len - base).div_ceil(step);
    (doubling * CLASSES_PER_DOUBLING + steps, base + steps * step)
}

/// One allocation, handed back to its pool when the last window on it goes.
struct Block {
    data: NonNull<u8>,
    len: usize,
    pool: Weak<Pool>,
}

// SAFETY: a block is plain bytes; windows that write are unique and disjoint (see `BufMut`), and windows that
// read exist only on ranges that no `BufMut` covers any more.
unsafe impl Send for Block {}
// SAFETY: as above.
unsafe impl Sync for Block {}

impl Block {
    fn new(bytes: Box<[u8]>, pool: Weak<Pool>) -> Arc<Self> {
        let len = bytes.len();
        let data = NonNull::from(Box::leak(bytes)).cast();
        Arc::new(Self { data, len, pool })
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        let slice = NonNull::slice_from_raw_parts(self.data, self.len);
        // SAFETY: the pointer and the length are those of the box leaked in `new`, and no window is left.
        let bytes = unsafe { Box::from_raw(slice.as_ptr()) };
        if let Some(pool) = self.pool.upgrade() {
            pool.give_back(bytes);
        }
    }
}

/// A window on a block that only its owner can see.
pub struct BufMut {
    block: Arc<Block>,
    range: Range<usize>,
}

impl BufMut {
    fn whole(block: Arc<Block>, len: usize) -> Self {
        debug_assert!(len <= block.len);
        Self { block, range: 0..len }
    }

    /// Cuts off the first `len` bytes, which become a window of their own.
    ///
    /// # Panics
    /// When the window is shorter.
    #[must_use]
    pub fn split_to(&mut self, len: usize) -> Self {
        assert!(len <= self.range.len(), "split beyond the end of a buffer");
        let middle = self.range.start + len;
        let front = Self { block: Arc::clone(&self.block), range: self.range.start..middle };
        self.range.start = middle;
        front
    }

    /// Forgets what follows the first `len` bytes.
    pub fn truncate(&mut self, len: usize) {
        self.range.end = self.range.end.min(self.range.start + len);
    }

    /// Gives up writing; what comes out can be shared.
    pub fn freeze(self) -> Buf {
        Buf { block: self.block, range: self.range }
    }

    /// Size of the whole block that this window keeps alive.
    pub fn pinned_bytes(&self) -> usize {
        self.block.len
    }
}

impl Deref for BufMut {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: the range lies within the block (checked where it is cut), its bytes are initialised, and no
        // other window overlaps it.
        unsafe {
            std::slice::from_raw_parts(self.block.data.as_ptr().add(self.range.start), self.range.len())
        }
    }
}

impl DerefMut for BufMut {
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `deref`; `&mut self` makes this the only access through this window.
        unsafe {
            std::slice::from_raw_parts_mut(self.block.data.as_ptr().add(self.range.start), self.range.len())
        }
    }
}

impl From<Vec<u8>> for BufMut {
    fn from(bytes: Vec<u8>) -> Self {
        let len = bytes.len();
        Self::whole(Block::new(bytes.into_boxed_slice(), Weak::new()), len)
    }
}

impl fmt::Debug for BufMut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BufMut({} of {} bytes)", self.range.len(), self.block.len)
    }
}

/// A shared, read-only window on a block.
#[derive(Clone)]
pub struct Buf {
    block: Arc<Block>,
    range: Range<usize>,
}

impl Buf {
    /// A block of its own with a copy of `bytes`.
    pub fn copy_from_slice(bytes: &[u8]) -> Self {
        Self::from(bytes.to_vec())
    }

    /// A narrower window on the same block.
    ///
    /// # Panics
    /// When `range` does not lie within this window.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        assert!(range.start <= range.end, "a range runs forward");
        assert!(range.end <= self.range.len(), "slice beyond the end of a buffer");
        let start = self.range.start;
        Self { block: Arc::clone(&self.block), range: start + range.start..start + range.end }
    }

    /// Size of the whole block that this window keeps alive.
    pub fn pinned_bytes(&self) -> usize {
        self.block.len
    }
}

impl Deref for Buf {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: the range lies within the block, its bytes are initialised, and the window that could write
        // to them was consumed by `freeze`.
        unsafe {
            std::slice::from_raw_parts(self.block.data.as_ptr().add(self.range.start), self.range.len())
        }
    }
}

impl AsRef<[u8]> for Buf {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl From<Vec<u8>> for Buf {
    fn from(bytes: Vec<u8>) -> Self {
        BufMut::from(bytes).freeze()
    }
}

impl fmt::Debug for Buf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Buf({} of {} bytes)", self.range.len(), self.block.len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn windows_are_disjoint_and_share_one_block() {
        let arena = Arena::new(1 << 20);
        let mut whole = arena.take(10_000);
        whole.fill(7);
        let mut front = whole.split_to(4000);
        front.fill(1);
        whole.fill(2);
        let (front, back) = (front.freeze(), whole.freeze());
        assert!(front.iter().all(|byte| *byte == 1) && back.iter().all(|byte| *byte == 2));
        assert_eq!((front.len(), back.len()), (4000, 6000));
        assert_eq!(front.slice(10..20).pinned_bytes(), arena.bytes_in_use());
    }

    #[test]
    fn blocks_come_back_within_the_bound() {
        let arena = Arena::new(64 * 1024);
        let buffers: Vec<_> = (0..4).map(|_| arena.take(30_000)).collect();
        assert!(arena.bytes_in_use() >= 120_000);
        drop(buffers);
        assert_eq!(arena.bytes_in_use(), 0);
        assert!(arena.bytes_retained() > 0 && arena.bytes_retained() <= 64 * 1024);
        let retained = arena.bytes_retained();
        let again = arena.take(29_000);
        assert!(arena.bytes_retained() < retained);
        drop(again);
        assert_eq!(arena.bytes_retained(), retained);
    }

    #[test]
    fn a_window_outlives_its_arena() {
        let arena = Arena::new(0);
        let buffer = arena.take(5000).freeze();
        drop(arena);
        assert_eq!(buffer.len(), 5000);
    }

    proptest! {
        #[test]
        fn classes_hold_their_size(len in 1_usize..200_000_000) {
            let (class, size) = size_class(len);
            prop_assert!(size >= len);
            prop_assert!(size <= len.max(POOLED_BYTES_MIN) + len / CLASSES_PER_DOUBLING + 1);
            prop_assert_eq!(size_class(size), (class, size));
        }
    }
}

//! Counts what threads of the engine do: allocations, copies in memory, calls of the C library on sockets.
//!
//! The library's functions are replaced for this binary by ones that count and pass on. Threads of the test are left
//! out, since a client allocates and copies, too.
#![allow(unsafe_code, reason = "allocator and C functions are replaced")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};

thread_local! {
    static IS_CLIENT: Cell<bool> = const { Cell::new(false) };
}

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static COPIED: AtomicU64 = AtomicU64::new(0);
static SOCKET_CALLS: AtomicU64 = AtomicU64::new(0);
/// How many threads wait for sockets.
static WAITING: AtomicU64 = AtomicU64::new(0);

/// The worker and the thread that accepts.
const POLLERS: u64 = 2;
/// A thread that is due comes to run before this thread has made room for it so often.
const TURNS: u32 = 100_000_000;

/// What this thread does is not counted from now on.
pub(crate) fn leave_this_thread_out() {
    IS_CLIENT.set(true);
}

/// Allocations, bytes copied, calls on sockets since the start.
pub(crate) fn so_far() -> [u64; 3] {
    [&ALLOCATIONS, &COPIED, &SOCKET_CALLS].map(|count| count.load(Ordering::Relaxed))
}

/// Comes back when nobody has anything to do: what comes next finds a broker that waits.
pub(crate) fn wait_until_idle() {
    for _ in 0..TURNS {
        if WAITING.load(Ordering::Acquire) == POLLERS {
            return;
        }
        std::thread::yield_now();
    }
    panic!("the broker does not come to rest");
}

fn count(counter: &AtomicU64, amount: usize) {
    // A thread that ends has no such variable any more.
    if !IS_CLIENT.try_with(Cell::get).unwrap_or(true) {
        counter.fetch_add(amount as u64, Ordering::Relaxed);
    }
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call is the system allocator's.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(&ALLOCATIONS, 1);
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(&ALLOCATIONS, 1);
        // SAFETY: as the caller promised.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        count(&ALLOCATIONS, 1);
        // SAFETY: as the caller promised.
        unsafe { System.realloc(at, layout, bytes) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(at, layout) }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn memcpy(to: *mut c_void, from: *const c_void, bytes: usize) -> *mut c_void {
    count(&COPIED, bytes);
    // SAFETY: as the caller promised. This is `memmove`.
    unsafe { ptr::copy(from.cast::<u8>(), to.cast::<u8>(), bytes) };
    to
}

#[unsafe(no_mangle)]
unsafe extern "C" fn recv(socket: c_int, into: *mut c_void, bytes: usize, flags: c_int) -> isize {
    count(&SOCKET_CALLS, 1);
    let nobody = ptr::null_mut::<c_void>();
    // SAFETY: as the caller promised.
    unsafe { libc::syscall(libc::SYS_recvfrom, socket, into, bytes, flags, nobody, nobody) as isize }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn writev(file: c_int, buffers: *const libc::iovec, length: c_int) -> isize {
    count(&SOCKET_CALLS, 1);
    // SAFETY: as the caller promised.
    unsafe { libc::syscall(libc::SYS_writev, file, buffers, length) as isize }
}

/// The one that wakes a poller is to an `eventfd`.
#[unsafe(no_mangle)]
unsafe extern "C" fn write(file: c_int, from: *const c_void, bytes: usize) -> isize {
    count(&SOCKET_CALLS, 1);
    // SAFETY: as the caller promised.
    unsafe { libc::syscall(libc::SYS_write, file, from, bytes) as isize }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn epoll_wait(
    poller: c_int,
    events: *mut libc::epoll_event,
    length: c_int,
    timeout: c_int,
) -> c_int {
    count(&SOCKET_CALLS, 1);
    let no_mask = ptr::null_mut::<c_void>();
    WAITING.fetch_add(1, Ordering::Release);
    // SAFETY: as the caller promised.
    let ready =
        unsafe { libc::syscall(libc::SYS_epoll_pwait, poller, events, length, timeout, no_mask, 0) as c_int };
    WAITING.fetch_sub(1, Ordering::Release);
    ready
}

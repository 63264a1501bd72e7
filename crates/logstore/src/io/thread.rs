//! Threads that somebody waits for.

use std::mem::{size_of, zeroed};

use libc::{SCHED_OTHER, SYS_sched_getattr, SYS_sched_setattr, c_long, sched_attr, syscall};

const THIS_THREAD: c_long = 0;
const ATTRIBUTES_BYTES: u32 = size_of::<sched_attr>() as u32;
/// The shortest that Linux knows. It says how soon a thread is due, not how much of a processor it gets.
const SLICE_NANOS: u64 = 100_000;

/// Has this thread run as soon as there is work for it, and for a moment at a time: for those that clients wait for (D71).
///
/// Since Linux 6.6 a thread that runs is let alone for its slice of some milliseconds, and up to the next tick, whoever
/// wakes up meanwhile. Since 6.12 one with a shorter slice is not kept waiting (`sched_runtime` of `sched_setattr(2)`). On
/// others, and where an operator chose another scheduler for the broker, the thread stays as it is.
pub fn run_promptly() {
    if let Some(mut attributes) = attributes().filter(|known| known.sched_policy == SCHED_OTHER as u32) {
        attributes.sched_runtime = SLICE_NANOS;
        // SAFETY: the system reads what it has just written. Who may not ask for it goes without.
        unsafe { syscall(SYS_sched_setattr, THIS_THREAD, &raw const attributes, 0) };
    }
}

fn attributes() -> Option<sched_attr> {
    // SAFETY: numbers alone, for which zero is a value.
    let mut attributes: sched_attr = unsafe { zeroed() };
    // SAFETY: the system writes at most as many bytes there as it is told.
    let done =
        unsafe { syscall(SYS_sched_getattr, THIS_THREAD, &raw mut attributes, ATTRIBUTES_BYTES, 0) } == 0;
    done.then_some(attributes)
}

#[cfg(test)]
mod tests {
    use std::thread::scope;

    use super::*;

    #[test]
    fn the_slice_is_shorter_and_nothing_else_changes() {
        let (before, after) = scope(|scope| {
            let changed = || {
                let before = attributes();
                run_promptly();
                (before, attributes())
            };
            scope.spawn(changed).join().unwrap()
        });
        // A system that knows no slices tells of none.
        let expected = before.map(|was| sched_attr {
            sched_runtime: if was.sched_runtime > 0 { SLICE_NANOS } else { 0 },
            ..was
        });
        assert_eq!(format!("{after:?}"), format!("{expected:?}"));
    }
}

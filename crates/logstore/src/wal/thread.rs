//! The two threads of a data directory, each with a queue of logs: one commits, one writes segments. While a turn
//! runs, the next one collects; there are no timers. Workers never sync, and write no more than D46 says.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{Builder, JoinHandle};

use parking_lot::{Condvar, Mutex};

use super::ticket::Wakeups;

/// Handle to a thread; it ends when it is told to and its queue is empty.
pub struct LogThread<T: ?Sized> {
    queue: Arc<Queue<T>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// Where logs announce themselves.
pub struct Queue<T: ?Sized> {
    waiting: Mutex<Waiting<T>>,
    arrived: Condvar,
    turns: AtomicU64,
}

struct Waiting<T: ?Sized> {
    /// Those of which the last turn left something.
    first: Vec<Arc<T>>,
    logs: Vec<Arc<T>>,
    stopping: bool,
}

/// What a thread does with the logs of a turn.
pub trait Turn<T: ?Sized>: Send + 'static {
    /// Once, on the thread, before the first turn.
    fn begin(&mut self) {}

    /// One turn; tokens that it releases are delivered at its end.
    fn take(&mut self, logs: &[Arc<T>], wakeups: &mut Wakeups);

    /// The turn panicked, which was reported: nobody knows what was done.
    fn give_up(&mut self, logs: &[Arc<T>], wakeups: &mut Wakeups);
}

impl<T: ?Sized> Queue<T> {
    /// Gives `log` to the next turn. The caller sees to it that a log is in the queue once.
    pub fn submit(&self, log: Arc<T>) {
        let mut waiting = self.waiting.lock();
        let idle = waiting.logs.is_empty();
        waiting.logs.push(log);
        drop(waiting);
        if idle {
            self.arrived.notify_one();
        }
    }

    /// The same from within a turn that left some of what a log has: the next one begins with that, and nobody has to be woken.
    pub fn submit_first(&self, log: Arc<T>) {
        self.waiting.lock().first.push(log);
    }

    /// Turns so far.
    pub fn turns(&self) -> u64 {
        self.turns.load(Ordering::Relaxed)
    }

    fn run(&self, turn: &mut impl Turn<T>) {
        turn.begin();
        let mut wakeups = Wakeups::default();
        let mut logs = Vec::new();
        loop {
            let mut waiting = self.waiting.lock();
            while waiting.first.is_empty() && waiting.logs.is_empty() {
                if waiting.stopping {
                    return;
                }
                self.arrived.wait(&mut waiting);
            }
            std::mem::swap(&mut logs, &mut waiting.first);
            logs.append(&mut waiting.logs);
            drop(waiting);
            // Without this thread every log of the directory would wait for ever.
            if catch_unwind(AssertUnwindSafe(|| turn.take(&logs, &mut wakeups))).is_err() {
                turn.give_up(&logs, &mut wakeups);
            }
            logs.clear();
            self.turns.fetch_add(1, Ordering::Relaxed);
            wakeups.deliver();
        }
    }
}

impl<T: ?Sized + Send + Sync + 'static> LogThread<T> {
    /// Starts a thread.
    pub fn start(name: &str, mut turn: impl Turn<T>) -> io::Result<Self> {
        let waiting = Mutex::new(Waiting { first: Vec::new(), logs: Vec::new(), stopping: false });
        let queue = Arc::new(Queue { waiting, arrived: Condvar::new(), turns: AtomicU64::new(0) });
        let of_thread = Arc::clone(&queue);
        let thread = Builder::new().name(name.to_owned()).spawn(move || of_thread.run(&mut turn))?;
        Ok(Self { queue, thread: Mutex::new(Some(thread)) })
    }

    /// Where logs announce themselves.
    pub fn queue(&self) -> &Arc<Queue<T>> {
        &self.queue
    }
}

impl<T: ?Sized> LogThread<T> {
    /// Lets the thread do what is queued and waits for its end. A second call does nothing.
    pub fn stop(&self) {
        self.queue.waiting.lock().stopping = true;
        self.queue.arrived.notify_all();
        if let Some(thread) = self.thread.lock().take() {
            // A panic was reported when it happened.
            let _ = thread.join();
        }
    }
}

impl<T: ?Sized> Drop for LogThread<T> {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds up what it is given; panics at zero.
    #[derive(Clone, Default)]
    struct Sum(Arc<AtomicU64>, Arc<AtomicU64>);

    impl Turn<u64> for Sum {
        fn take(&mut self, logs: &[Arc<u64>], _: &mut Wakeups) {
            for log in logs {
                assert!(**log > 0, "a defect, as the test wants it");
                self.0.fetch_add(**log, Ordering::Relaxed);
            }
        }
        fn give_up(&mut self, logs: &[Arc<u64>], _: &mut Wakeups) {
            self.1.fetch_add(logs.len() as u64, Ordering::Relaxed);
        }
    }

    #[test]
    fn a_turn_that_panics_is_not_the_last() {
        let sum = Sum::default();
        let thread = LogThread::start("log-test", sum.clone()).unwrap();
        thread.queue().submit(Arc::new(0));
        while thread.queue().turns() == 0 {
            std::thread::yield_now();
        }
        thread.queue().submit(Arc::new(1));
        thread.stop();
        assert_eq!((sum.0.load(Ordering::Relaxed), sum.1.load(Ordering::Relaxed)), (1, 1));
    }

    #[test]
    fn what_was_submitted_is_done_before_the_thread_ends() {
        let sum = Sum::default();
        let thread = LogThread::start("log-test", sum.clone()).unwrap();
        for _ in 0..100 {
            thread.queue().submit(Arc::new(1));
        }
        thread.stop();
        thread.stop();
        assert_eq!(sum.0.load(Ordering::Relaxed), 100);
        assert!(thread.queue().turns() >= 1);
    }
}

//! The log thread of a data directory: takes the logs that have something to write, lets each write, then wakes
//! every mailbox once. While it writes, the next turn collects; there are no timers.
//!
//! Workers never write and never sync (D6). In the storage issue the turn starts with one write and one sync of the
//! write-ahead log and the segments follow behind.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{Builder, JoinHandle};

use parking_lot::{Condvar, Mutex};

use super::ticket::Wakeups;

/// Something with bytes to write: a log.
pub trait Pending: Send + Sync {
    /// Writes everything that waits and releases who waited for it. Failures are the log's to keep.
    fn write_pending(&self, wakeups: &mut Wakeups);

    /// Writing it panicked, which was reported: nobody knows what it wrote, so it goes out of service.
    fn give_up(&self, wakeups: &mut Wakeups);
}

/// Handle to a log thread; the thread ends when it is told to and has written everything.
pub struct LogThread {
    queue: Arc<Queue>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// Where logs announce themselves.
#[derive(Default)]
pub struct Queue {
    dirty: Mutex<Dirty>,
    arrived: Condvar,
    turns: AtomicU64,
}

#[derive(Default)]
struct Dirty {
    logs: Vec<Arc<dyn Pending>>,
    stopping: bool,
}

impl Queue {
    /// Has `log` written in the next turn. The caller sees to it that a log is in the queue once.
    pub fn submit(&self, log: Arc<dyn Pending>) {
        let mut dirty = self.dirty.lock();
        let idle = dirty.logs.is_empty();
        dirty.logs.push(log);
        drop(dirty);
        if idle {
            self.arrived.notify_one();
        }
    }

    /// Turns so far.
    pub fn turns(&self) -> u64 {
        self.turns.load(Ordering::Relaxed)
    }

    fn run(&self) {
        let mut wakeups = Wakeups::default();
        let mut logs = Vec::new();
        loop {
            let mut dirty = self.dirty.lock();
            while dirty.logs.is_empty() {
                if dirty.stopping {
                    return;
                }
                self.arrived.wait(&mut dirty);
            }
            std::mem::swap(&mut logs, &mut dirty.logs);
            drop(dirty);
            for log in logs.drain(..) {
                // Without this thread every log of the directory would wait for ever.
                if catch_unwind(AssertUnwindSafe(|| log.write_pending(&mut wakeups))).is_err() {
                    log.give_up(&mut wakeups);
                }
            }
            self.turns.fetch_add(1, Ordering::Relaxed);
            wakeups.deliver();
        }
    }
}

impl LogThread {
    /// Starts the thread of a directory.
    pub fn start(name: &str) -> io::Result<Self> {
        let queue = Arc::new(Queue::default());
        let of_thread = Arc::clone(&queue);
        let thread = Builder::new().name(name.to_owned()).spawn(move || of_thread.run())?;
        Ok(Self { queue, thread: Mutex::new(Some(thread)) })
    }

    /// Where logs announce themselves.
    pub fn queue(&self) -> &Arc<Queue> {
        &self.queue
    }

    /// Lets the thread write what is queued and waits for its end. A second call does nothing.
    pub fn stop(&self) {
        self.queue.dirty.lock().stopping = true;
        self.queue.arrived.notify_all();
        if let Some(thread) = self.thread.lock().take() {
            // A panic was reported when it happened.
            let _ = thread.join();
        }
    }
}

impl Drop for LogThread {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[derive(Default)]
    struct Counter(AtomicUsize);

    impl Pending for Counter {
        fn write_pending(&self, _: &mut Wakeups) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
        fn give_up(&self, _: &mut Wakeups) {}
    }

    #[derive(Default)]
    struct Broken(AtomicUsize);

    impl Pending for Broken {
        fn write_pending(&self, _: &mut Wakeups) {
            panic!("a defect, as the test wants it");
        }
        fn give_up(&self, _: &mut Wakeups) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn one_that_panics_does_not_stop_the_others() {
        let thread = LogThread::start("log-test").unwrap();
        let (broken, counter) = (Arc::new(Broken::default()), Arc::new(Counter::default()));
        thread.queue().submit(broken.clone());
        thread.queue().submit(counter.clone());
        thread.stop();
        assert_eq!(broken.0.load(Ordering::Relaxed), 1);
        assert_eq!(counter.0.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn what_was_submitted_is_written_before_the_thread_ends() {
        let thread = LogThread::start("log-test").unwrap();
        let counter = Arc::new(Counter::default());
        for _ in 0..100 {
            thread.queue().submit(counter.clone());
        }
        thread.stop();
        thread.stop();
        assert_eq!(counter.0.load(Ordering::Relaxed), 100);
        assert!(thread.queue().turns() >= 1);
    }
}

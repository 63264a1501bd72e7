//! Cold readers: threads that wait for the disk, so that no worker has to (D34).
//!
//! A worker reads what is in memory. What is not it hands in as a job, goes on with its other connections, and is told
//! through its mailbox when that is there. A connection waits for one job at a time and its next one goes to the
//! end of the queue: that is what makes it fair, and what bounds the queue by the connections that are open.

use std::collections::VecDeque;
use std::iter;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crossbeam_channel::{Receiver, TryRecvError, bounded};
use parking_lot::{Condvar, Mutex};

use crate::base::error::StorageError;
use crate::base::limits::{
    COLD_BYTES_KEPT, COLD_BYTES_MAX, COLD_READ_BYTES, DIRECT_READ_BYTES_MIN, FILE_STEP_BYTES,
};
use crate::io::Access;
use crate::io::arena::{Arena, Buf};
use crate::log::{FileSlice, Mailbox};

/// The queue that all workers and cold readers share.
pub(crate) struct ColdReaders {
    queue: Mutex<Queue>,
    arrived: Condvar,
    reads: AtomicU64,
    bytes: AtomicU64,
    memory: Arena,
}

/// What was read of each range that was asked for: its first bytes, where they are memory of our own. Of the others the
/// system has in memory what was to be read.
pub(crate) type Loaded = Vec<Option<Buf>>;

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    /// Numbers jobs.
    next: u64,
    stopping: bool,
}

struct Job {
    number: u64,
    read: Box<dyn FnOnce(&mut Pages<'_>) + Send>,
    mailbox: Arc<dyn Mailbox>,
    token: u64,
}

/// A job that was handed in. Dropped, it is not begun any more.
pub(crate) struct ColdRead<T> {
    readers: Arc<ColdReaders>,
    number: u64,
    result: Receiver<T>,
}

/// What became of a job so far.
pub(crate) enum Progress<T> {
    Waiting,
    Done(T),
    /// It ended without a result: a defect.
    Lost,
}

/// Reads past the page cache, where that is possible; else brings pages into it, through a buffer of the reader that is
/// thrown away.
pub(crate) struct Pages<'a> {
    buffer: &'a mut [u8],
    bytes: &'a AtomicU64,
    memory: &'a Arena,
}

impl Default for ColdReaders {
    fn default() -> Self {
        Self {
            queue: Mutex::default(),
            arrived: Condvar::new(),
            reads: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            memory: Arena::new(COLD_BYTES_KEPT),
        }
    }
}

impl ColdReaders {
    /// Has `read` run by a cold reader, then `token` delivered to `mailbox`.
    pub(crate) fn submit<T: Send + 'static>(
        self: &Arc<Self>,
        mailbox: &Arc<dyn Mailbox>,
        token: u64,
        read: impl FnOnce(&mut Pages<'_>) -> T + Send + 'static,
    ) -> ColdRead<T> {
        let (done, result) = bounded(1);
        let run = move |pages: &mut Pages<'_>| {
            // Who is gone wants it no more.
            let _ = done.send(read(pages));
        };
        let mut queue = self.queue.lock();
        let number = queue.next;
        queue.next += 1;
        queue.jobs.push_back(Job { number, read: Box::new(run), mailbox: Arc::clone(mailbox), token });
        drop(queue);
        self.arrived.notify_one();
        ColdRead { readers: Arc::clone(self), number, result }
    }

    /// One reader: works until told to stop.
    pub(crate) fn run(&self) {
        let mut buffer = vec![0; FILE_STEP_BYTES];
        while let Some(job) = self.next() {
            self.reads.fetch_add(1, Ordering::Relaxed);
            let mut pages = Pages { buffer: &mut buffer, bytes: &self.bytes, memory: &self.memory };
            // A panic is the job's alone: its connection finds no result and closes.
            let _ = catch_unwind(AssertUnwindSafe(|| (job.read)(&mut pages)));
            job.mailbox.deliver(&mut iter::once(job.token));
        }
    }

    fn next(&self) -> Option<Job> {
        let mut queue = self.queue.lock();
        loop {
            if queue.stopping {
                return None;
            }
            if let Some(job) = queue.jobs.pop_front() {
                return Some(job);
            }
            self.arrived.wait(&mut queue);
        }
    }

    /// Begins nothing more.
    pub(crate) fn stop(&self) {
        let mut queue = self.queue.lock();
        queue.stopping = true;
        let dropped = std::mem::take(&mut queue.jobs);
        drop(queue);
        drop(dropped);
        self.arrived.notify_all();
    }

    /// Jobs that wait for a reader.
    pub(crate) fn waiting(&self) -> usize {
        self.queue.lock().jobs.len()
    }

    /// Bytes of their own memory that are in use.
    pub(crate) fn bytes_in_use(&self) -> usize {
        self.memory.bytes_in_use()
    }

    /// Jobs begun, and bytes read ahead by them, since the start.
    pub(crate) fn done(&self) -> (u64, u64) {
        (self.reads.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed))
    }
}

impl<T> ColdRead<T> {
    pub(crate) fn progress(&self) -> Progress<T> {
        match self.result.try_recv() {
            Ok(result) => Progress::Done(result),
            Err(TryRecvError::Empty) => Progress::Waiting,
            Err(TryRecvError::Disconnected) => Progress::Lost,
        }
    }
}

impl<T> Drop for ColdRead<T> {
    fn drop(&mut self) {
        let mut queue = self.readers.queue.lock();
        // In the order of their numbers.
        let at = queue.jobs.binary_search_by_key(&self.number, |job| job.number);
        let job = at.ok().and_then(|at| queue.jobs.remove(at));
        drop(queue);
        drop(job);
    }
}

impl Pages<'_> {
    /// Reads what lies at the front of `slices`, as much as one job may.
    pub(crate) fn read_ahead(&mut self, slices: &[FileSlice]) -> Result<Loaded, StorageError> {
        let mut room = COLD_READ_BYTES;
        let mut read = |slice: &FileSlice| {
            let front = slice.part(0, room);
            room -= front.len();
            self.read(&front)
        };
        slices.iter().map(&mut read).collect()
    }

    fn read(&mut self, slice: &FileSlice) -> Result<Option<Buf>, StorageError> {
        let has_room = self.memory.bytes_in_use() + slice.len() <= COLD_BYTES_MAX;
        if has_room
            && slice.len() >= DIRECT_READ_BYTES_MIN
            && let Some(loaded) = slice.load(self.memory)?
        {
            self.bytes.fetch_add(loaded.len() as u64, Ordering::Relaxed);
            return Ok(Some(loaded));
        }
        let mut done = 0;
        while done < slice.len() {
            let step = self.buffer.len().min(slice.len() - done);
            let into = self.buffer.get_mut(..step).unwrap_or_default();
            match slice.read_as(into, done, Access::Exactly)? {
                // Cut under the reader, who finds out himself.
                0 => break,
                read => done += read,
            }
        }
        self.bytes.fetch_add(done as u64, Ordering::Relaxed);
        Ok(None)
    }
}

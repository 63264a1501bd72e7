//! Waits for sockets and for other threads: one poller per thread, edge-triggered.

use std::io;
use std::sync::{Arc, Weak};
use std::time::Duration;

use mio::event::Source;
use mio::{Events, Interest, Poll, Token};

/// Events taken per turn; more wait in the kernel for the next.
const EVENTS_PER_TURN: usize = 1024;
/// The key that the wake handle uses.
const WAKE_KEY: u64 = u64::MAX;

/// What became possible on a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// The key under which the source was added.
    pub key: u64,
    /// There may be something to read, the end of the stream included.
    pub readable: bool,
    /// The end of the stream, or an error, lies behind what there is to read.
    pub ended: bool,
    /// There may be room to write.
    pub writable: bool,
}

/// A poller and the events of its current turn.
#[derive(Debug)]
pub struct Poller {
    poll: Poll,
    events: Events,
    waker: Arc<mio::Waker>,
}

/// Ends another thread's wait; keeps no descriptor once the poller is gone.
#[derive(Clone, Debug)]
pub struct Waker(Weak<mio::Waker>);

impl Poller {
    /// A poller without sources.
    pub fn new() -> io::Result<Self> {
        let poll = Poll::new()?;
        let waker = mio::Waker::new(poll.registry(), Token(WAKE_KEY as usize))?;
        Ok(Self { poll, events: Events::with_capacity(EVENTS_PER_TURN), waker: Arc::new(waker) })
    }

    /// The handle that ends a wait.
    pub fn waker(&self) -> Waker {
        Waker(Arc::downgrade(&self.waker))
    }

    /// Watches a source for reading, and for writing where it is a connection.
    pub fn add(&self, source: &mut impl Source, key: u64, writes: bool) -> io::Result<()> {
        assert_ne!(key, WAKE_KEY, "the wake handle's key");
        let interest = if writes { Interest::READABLE | Interest::WRITABLE } else { Interest::READABLE };
        self.poll.registry().register(source, Token(key as usize), interest)
    }

    /// Forgets a source.
    pub fn remove(&self, source: &mut impl Source) -> io::Result<()> {
        self.poll.registry().deregister(source)
    }

    /// Waits until something happened, the timeout passed or the wake handle was used.
    pub fn wait(&mut self, timeout: Option<Duration>) -> io::Result<impl Iterator<Item = Readiness>> {
        match self.poll.poll(&mut self.events, timeout) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => other?,
        }
        Ok(self.events.iter().filter(|event| event.token().0 as u64 != WAKE_KEY).map(|event| Readiness {
            key: event.token().0 as u64,
            readable: event.is_readable() || event.is_read_closed() || event.is_error(),
            ended: event.is_read_closed() || event.is_error(),
            writable: event.is_writable() || event.is_write_closed() || event.is_error(),
        }))
    }
}

impl Waker {
    /// Ends the current wait, or the next one when there is none.
    pub fn wake(&self) {
        // Whoever would have to wake up is gone with the poller.
        if let Some(waker) = self.0.upgrade() {
            let _ = waker.wake();
        }
    }
}

//! Accepts connections within the limits and hands each to the worker that has the fewest.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::io::poller::{Poller, Waker};
use crate::io::socket::{Listener, Socket};

use super::shared::Shared;
use super::stats::{CloseReason, add};
use super::worker::WorkerHandle;

/// After a failed accept (no descriptors left, as a rule) the next try waits for so long.
const BACK_OFF: Duration = Duration::from_millis(100);

/// A connection on its way to a worker.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) socket: Socket,
    pub(crate) peer: SocketAddr,
    pub(crate) listener: u16,
}

/// The acceptor thread's state.
pub(crate) struct Acceptor {
    listeners: Vec<Listener>,
    poller: Poller,
    shared: Arc<Shared>,
    workers: Vec<Arc<WorkerHandle>>,
    stopped: Arc<AtomicBool>,
}

/// The other threads' side of it.
#[derive(Clone)]
pub(crate) struct AcceptorHandle {
    stopped: Arc<AtomicBool>,
    waker: Waker,
}

impl AcceptorHandle {
    /// Closes the listeners.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.waker.wake();
    }
}

impl Acceptor {
    pub(crate) fn new(
        mut listeners: Vec<Listener>,
        shared: Arc<Shared>,
        workers: Vec<Arc<WorkerHandle>>,
    ) -> std::io::Result<(Self, AcceptorHandle)> {
        let poller = Poller::new()?;
        for (index, listener) in listeners.iter_mut().enumerate() {
            poller.add(listener, index as u64, false)?;
        }
        let stopped = Arc::new(AtomicBool::new(false));
        let handle = AcceptorHandle { stopped: Arc::clone(&stopped), waker: poller.waker() };
        Ok((Self { listeners, poller, shared, workers, stopped }, handle))
    }

    /// Accepts until told to stop.
    pub(crate) fn run(mut self) {
        while !self.stopped.load(Ordering::Acquire) {
            let failed = (0..self.listeners.len()).any(|index| self.accept_all(index).is_err());
            if self.poller.wait(failed.then_some(BACK_OFF)).is_err() {
                return;
            }
        }
    }

    /// Takes everything that waits on a listener: the poller announces it once.
    fn accept_all(&self, index: usize) -> std::io::Result<()> {
        let Some(listener) = self.listeners.get(index) else {
            return Ok(());
        };
        while let Some((socket, peer)) = listener.accept()? {
            add(&self.shared.counters.accepted, 1);
            if !self.shared.admission.admit(peer.ip()) {
                self.shared.report(peer, CloseReason::TooMany);
                continue;
            }
            self.shared.share_files();
            if let Some(worker) = self.workers.iter().min_by_key(|worker| worker.connections()) {
                worker.accept(Accepted { socket, peer, listener: index as u16 });
            }
        }
        Ok(())
    }
}

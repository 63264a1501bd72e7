//! The data plane: connections, Produce, Fetch, `ApiVersions`, Metadata.
//!
//! One acceptor thread hands each connection to one of N worker threads, which reads, handles and answers its
//! requests (D6). What the engine does not answer goes to the [`ControlPlane`] and comes back through
//! [`Server::reply`]. What it knows of the cluster was published as one [`ClusterView`].
//!
//! Lock order: the table of fetch sessions, one session, a log's own locks, the cold readers' queue, a worker's mail.
#![forbid(unsafe_code)]

mod admission;
mod ahead;
mod api_versions;
mod cold;
mod connection;
mod context;
mod control;
mod delayed;
mod fetch;
mod fetch_session;
mod frame;
mod header;
mod latency;
mod listener;
mod metadata;
mod nodes;
mod options;
mod produce;
mod reply;
mod route;
mod send;
mod shared;
mod stats;
mod view;
mod worker;

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use parking_lot::Mutex;

use crate::base::clock::Clock;
use crate::base::limits::COLD_READERS;
use crate::io::run_promptly;
use crate::io::socket::Listener;
use crate::store::Store;

pub use admission::ConnectionLimits;
pub use control::{ClientSoftware, ConnectionId, ControlPlane, ForwardedRequest, Reply};
pub use latency::LatencyStats;
pub use options::{BindError, FileSender, ListenerOptions, ServerOptions};
pub use stats::{CloseReason, ServerStats};
pub use view::{ApiRange, BrokerView, ClusterView, Endpoint, FeatureView, Limits, PartitionView, TopicView};

use listener::{Acceptor, AcceptorHandle};
use shared::Shared;
use worker::{Worker, WorkerHandle};

/// How often a drain looks whether all connections are gone.
const DRAIN_STEP: Duration = Duration::from_millis(5);

/// The listening broker.
pub struct Server {
    shared: Arc<Shared>,
    addresses: Vec<(String, SocketAddr)>,
    workers: Vec<Arc<WorkerHandle>>,
    acceptor: AcceptorHandle,
    threads: Mutex<Threads>,
}

/// Threads before they start, while they run, and once they are joined.
enum Threads {
    Bound { acceptor: Acceptor, workers: Vec<Worker> },
    Running(Vec<JoinHandle<()>>),
    Stopped,
}

impl Server {
    /// Binds every listener. Clients may connect from here on and are served after [`Self::start`].
    pub fn bind(
        options: ServerOptions,
        store: Arc<Store>,
        clock: Arc<dyn Clock>,
        control: Arc<dyn ControlPlane>,
    ) -> Result<Self, BindError> {
        let mut listeners = Vec::new();
        let mut addresses = Vec::new();
        for listener in &options.listeners {
            let failed = |source| BindError::Listen { address: listener.address, source };
            let bound = Listener::bind(listener.address).map_err(failed)?;
            addresses.push((listener.name.clone(), bound.address().map_err(failed)?));
            listeners.push(bound);
        }
        let count = options.workers.max(1);
        let shared = Arc::new(Shared::new(options, store, clock, control));
        let mut workers = Vec::new();
        let mut handles = Vec::new();
        for index in 0..count {
            let (worker, handle) = Worker::new(index, Arc::clone(&shared)).map_err(BindError::Poller)?;
            workers.push(worker);
            handles.push(handle);
        }
        let (acceptor, acceptor_handle) =
            Acceptor::new(listeners, Arc::clone(&shared), handles.clone()).map_err(BindError::Poller)?;
        Ok(Self {
            shared,
            addresses,
            workers: handles,
            acceptor: acceptor_handle,
            threads: Mutex::new(Threads::Bound { acceptor, workers }),
        })
    }

    /// The addresses really bound, by listener name.
    pub fn addresses(&self) -> Vec<(String, SocketAddr)> {
        self.addresses.clone()
    }

    /// Starts to serve; a second call does nothing.
    pub fn start(&self) -> Result<(), BindError> {
        let mut threads = self.threads.lock();
        let Threads::Bound { .. } = *threads else {
            return Ok(());
        };
        let Threads::Bound { acceptor, workers } = std::mem::replace(&mut *threads, Threads::Stopped) else {
            return Ok(());
        };
        let mut running = Vec::new();
        for (index, worker) in workers.into_iter().enumerate() {
            let thread = Builder::new().name(format!("net-{index}")).spawn(move || {
                run_promptly();
                worker.run();
            });
            running.push(thread.map_err(BindError::Thread)?);
        }
        for index in 0..COLD_READERS {
            let readers = Arc::clone(&self.shared.cold);
            let thread = Builder::new().name(format!("cold-{index}")).spawn(move || readers.run());
            running.push(thread.map_err(BindError::Thread)?);
        }
        let thread = Builder::new().name("accept".into()).spawn(move || acceptor.run());
        running.push(thread.map_err(BindError::Thread)?);
        *threads = Threads::Running(running);
        Ok(())
    }

    /// Serves this view from now on, and lets parked fetches look at it.
    pub fn publish(&self, view: Arc<ClusterView>) {
        self.shared.view.store(view);
        self.workers.iter().for_each(|worker| worker.view_changed());
    }

    /// Admits new connections by these limits from now on.
    pub fn limit_connections(&self, limits: ConnectionLimits) {
        self.shared.admission.limit(limits);
    }

    /// The view that is served.
    pub fn view(&self) -> Arc<ClusterView> {
        self.shared.view.load_full()
    }

    /// Hands the control plane's answers to their connections; those that are gone get nothing.
    pub fn reply(&self, replies: Vec<Reply>) {
        let mut by_worker: Vec<Vec<Reply>> = self.workers.iter().map(|_| Vec::new()).collect();
        for reply in replies {
            if let Some(batch) = by_worker.get_mut(worker::worker_of(reply.connection)) {
                batch.push(reply);
            }
        }
        for (worker, batch) in self.workers.iter().zip(by_worker) {
            if !batch.is_empty() {
                worker.reply(batch);
            }
        }
    }

    /// Accepts nothing more, answers what was begun, closes every connection; true when none was left in time.
    #[allow(clippy::disallowed_methods, reason = "the caller waits here; no thread of the server does")]
    pub fn drain(&self, timeout: Duration) -> bool {
        self.acceptor.stop();
        self.workers.iter().for_each(|worker| worker.drain());
        let deadline = self.shared.clock.monotonic() + timeout;
        while self.shared.admission.open() > 0 {
            if self.shared.clock.monotonic() >= deadline {
                return false;
            }
            std::thread::sleep(DRAIN_STEP);
        }
        true
    }

    /// Closes everything at once and joins the threads; idempotent.
    pub fn stop(&self) {
        self.acceptor.stop();
        self.workers.iter().for_each(|worker| worker.stop());
        self.shared.cold.stop();
        let threads = std::mem::replace(&mut *self.threads.lock(), Threads::Stopped);
        if let Threads::Running(threads) = threads {
            for thread in threads {
                // A worker that panicked has nothing left to close.
                let _ = thread.join();
            }
        }
    }

    /// Counters since the start.
    pub fn stats(&self) -> ServerStats {
        let (cold_reads, cold_bytes) = self.shared.cold.done();
        ServerStats {
            connections: self.shared.admission.open() as u64,
            fetch_sessions: self.shared.sessions.len() as u64,
            arena_bytes_in_use: (self.shared.arena.bytes_in_use() + self.shared.cold.bytes_in_use()) as u64,
            cold_reads,
            cold_bytes,
            cold_reads_waiting: self.shared.cold.waiting() as u64,
            ..self.shared.counters.snapshot()
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

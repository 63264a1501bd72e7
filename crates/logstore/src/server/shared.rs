//! What all threads of a server share.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arc_swap::ArcSwap;
use parking_lot::Mutex;

use crate::base::clock::Clock;
use crate::io::arena::Arena;
use crate::store::Store;

use super::ServerOptions;
use super::control::ControlPlane;
use super::fetch_session::Sessions;
use super::stats::{CloseReason, Counters};
use super::view::ClusterView;

pub(crate) struct Shared {
    pub(crate) options: ServerOptions,
    pub(crate) store: Arc<Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) control: Arc<dyn ControlPlane>,
    pub(crate) view: ArcSwap<ClusterView>,
    pub(crate) arena: Arena,
    pub(crate) sessions: Sessions,
    pub(crate) counters: Counters,
    open: AtomicUsize,
    open_by_address: Mutex<HashMap<IpAddr, usize>>,
}

impl Shared {
    pub(crate) fn new(
        options: ServerOptions,
        store: Arc<Store>,
        clock: Arc<dyn Clock>,
        control: Arc<dyn ControlPlane>,
    ) -> Self {
        Self {
            arena: Arena::new(options.arena_bytes_max),
            options,
            store,
            clock,
            control,
            view: ArcSwap::from_pointee(ClusterView::empty()),
            sessions: Sessions::default(),
            counters: Counters::default(),
            open: AtomicUsize::new(0),
            open_by_address: Mutex::default(),
        }
    }

    pub(crate) fn listener_name(&self, index: u16) -> &str {
        self.options.listeners.get(usize::from(index)).map_or("", |listener| &listener.name)
    }

    pub(crate) fn connections(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// Counts a new connection, unless there are too many already.
    pub(crate) fn admit(&self, address: IpAddr) -> bool {
        let mut by_address = self.open_by_address.lock();
        let from_here = by_address.get(&address).copied().unwrap_or(0);
        let admitted = self.connections() < self.options.connections_max
            && from_here < self.options.connections_per_ip_max;
        if admitted {
            self.open.fetch_add(1, Ordering::Relaxed);
            by_address.insert(address, from_here + 1);
        }
        admitted
    }

    /// An admitted connection is gone.
    pub(crate) fn closed(&self, peer: SocketAddr, reason: CloseReason) {
        self.open.fetch_sub(1, Ordering::Relaxed);
        let mut by_address = self.open_by_address.lock();
        match by_address.get_mut(&peer.ip()) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(by_address.remove(&peer.ip())),
        }
        drop(by_address);
        self.report(peer, reason);
    }

    /// Counts why a connection ended, and says so where it is worth a line.
    pub(crate) fn report(&self, peer: SocketAddr, reason: CloseReason) {
        self.counters.closed(reason);
        if !matches!(reason, CloseReason::Peer | CloseReason::Stopping | CloseReason::ControlPlane) {
            self.control.connection_refused(peer, reason);
        }
    }
}

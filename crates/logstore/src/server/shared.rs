//! What all threads of a server share.

use std::net::SocketAddr;
use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::base::clock::Clock;
use crate::io::arena::Arena;
use crate::store::Store;

use super::ServerOptions;
use super::admission::Admission;
use super::cold::ColdReaders;
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
    pub(crate) cold: Arc<ColdReaders>,
    pub(crate) admission: Admission,
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
            admission: Admission::new(options.connections.clone()),
            options,
            store,
            clock,
            control,
            view: ArcSwap::from_pointee(ClusterView::empty()),
            sessions: Sessions::default(),
            counters: Counters::default(),
            cold: Arc::default(),
        }
    }

    pub(crate) fn listener_name(&self, index: u16) -> &str {
        self.options.listeners.get(usize::from(index)).map_or("", |listener| &listener.name)
    }

    /// An admitted connection is gone.
    pub(crate) fn closed(&self, peer: SocketAddr, reason: CloseReason) {
        self.admission.release(peer.ip());
        self.share_files();
        self.report(peer, reason);
    }

    /// A connection came or went.
    pub(crate) fn share_files(&self) {
        self.store.share_files(self.admission.open());
    }

    /// Counts why a connection ended, and says so where it is worth a line.
    pub(crate) fn report(&self, peer: SocketAddr, reason: CloseReason) {
        self.counters.closed(reason);
        if !matches!(reason, CloseReason::Peer | CloseReason::Stopping | CloseReason::ControlPlane) {
            self.control.connection_refused(peer, reason);
        }
    }
}

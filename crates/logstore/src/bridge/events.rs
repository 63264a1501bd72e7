//! What the engine's threads tell: requests that it does not answer itself, connections that went or were turned away.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock, Weak};

use super::requests;
use super::ring::Ring;
use crate::server::{CloseReason, ConnectionId, ControlPlane, ForwardedRequest, Reply, Server};

/// The server's view of JavaScript: everything goes into the ring.
pub(super) struct Upward {
    ring: Arc<Ring>,
    server: OnceLock<Weak<Server>>,
}

impl Upward {
    pub(super) fn new(ring: Arc<Ring>) -> Self {
        Self { ring, server: OnceLock::new() }
    }

    /// Set once the server is bound, which is before it can call.
    pub(super) fn connect(&self, server: &Arc<Server>) {
        let _ = self.server.set(Arc::downgrade(server));
    }
}

impl ControlPlane for Upward {
    fn request(&self, request: ForwardedRequest) {
        let connection = request.connection;
        if self.ring.push_request(request) {
            return;
        }
        if let Some(server) = self.server.get().and_then(Weak::upgrade) {
            server.reply(vec![Reply { connection, bytes: None, close: true, mute_ms: 0 }]);
        }
    }

    fn connection_refused(&self, peer: SocketAddr, reason: CloseReason) {
        self.ring.push_event(|into| requests::encode_refused(into, peer, reason));
    }

    fn connection_closed(&self, connection: ConnectionId) {
        self.ring.push_event(|into| requests::encode_closed(into, connection));
    }
}

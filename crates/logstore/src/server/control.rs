//! The border to the control plane: what goes up, what comes down.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::base::types::Timestamp;

use super::stats::CloseReason;

/// Names a connection for its life; below 2^53, so that it crosses to JavaScript as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(pub u64);

/// What a client says that it is (KIP-511): letters, digits, `-` and `.`, no more than `CLIENT_SOFTWARE_BYTES_MAX` of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSoftware {
    /// Such as `apache-kafka-java`.
    pub name: Box<str>,
    /// Such as `4.3.1`.
    pub version: Box<str>,
}

/// A request that the engine does not answer itself. Its connection takes nothing else until it is replied to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForwardedRequest {
    /// Who asks.
    pub connection: ConnectionId,
    /// Index of the listener it came through.
    pub listener: u16,
    /// The client's address.
    pub peer: SocketAddr,
    /// What the connection's client last said that it is; with `JoinGroup` alone, which keeps it with the member.
    pub software: Option<Arc<ClientSoftware>>,
    /// When its last byte was there, by the wall clock.
    pub arrived: Timestamp,
    /// The same by the monotonic clock.
    pub arrived_monotonic: Duration,
    /// Which API.
    pub api_key: i16,
    /// Which version of it, one of those advertised.
    pub api_version: i16,
    /// What the answer has to repeat.
    pub correlation_id: i32,
    /// Header and body, without the length in front.
    pub frame: Vec<u8>,
}

/// The control plane's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// To whom.
    pub connection: ConnectionId,
    /// Header and body, without the length in front; `None` where nothing is sent.
    pub bytes: Option<Vec<u8>>,
    /// Closes the connection once this is sent.
    pub close: bool,
    /// Takes no further request for so long.
    pub mute_ms: u32,
}

/// What the server needs of whoever decides.
pub trait ControlPlane: Send + Sync + 'static {
    /// Takes a request; called by worker threads, must not block. The answer comes through [`super::Server::reply`].
    fn request(&self, request: ForwardedRequest);

    /// A connection is gone; replies to it are dropped from now on.
    fn connection_closed(&self, id: ConnectionId);

    /// A connection was closed for a reason that whoever runs the broker should read about.
    fn connection_refused(&self, _peer: SocketAddr, _reason: CloseReason) {}
}

//! What a server is started with.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use crate::base::limits::{ARENA_BYTES_MAX, FRAME_BYTES_MAX};

use super::ConnectionLimits;

/// One port to listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenerOptions {
    /// The listener's name, by which clients are given addresses.
    pub name: String,
    /// Where to bind; port 0 picks a free one.
    pub address: SocketAddr,
}

/// How ranges of files reach a socket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileSender {
    /// Copied for clients on this machine, by `sendfile` for all others.
    #[default]
    ByPeer,
    /// Through a buffer of the worker.
    Copy,
    /// By `sendfile`.
    SendFile,
}

/// Bounds and sizes of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerOptions {
    /// `listeners`.
    pub listeners: Vec<ListenerOptions>,
    /// Worker threads; at least one.
    pub workers: usize,
    /// `socket.request.max.bytes`.
    pub frame_bytes_max: usize,
    /// `max.connections` and its relatives.
    pub connections: ConnectionLimits,
    /// `connections.max.idle.ms`: no complete request for so long closes.
    pub idle: Duration,
    /// A peer that takes nothing of what waits for it is closed after so long.
    pub stalled: Duration,
    /// Bytes of receive buffers kept for reuse.
    pub arena_bytes_max: usize,
    /// How ranges of files reach a socket.
    pub file_sender: FileSender,
}

impl ServerOptions {
    /// Kafka's defaults, with as many workers as there are cores.
    pub fn new(listeners: Vec<ListenerOptions>) -> Self {
        Self {
            listeners,
            workers: std::thread::available_parallelism().map_or(1, usize::from),
            frame_bytes_max: FRAME_BYTES_MAX,
            connections: ConnectionLimits::default(),
            idle: Duration::from_mins(10),
            stalled: Duration::from_mins(1),
            arena_bytes_max: ARENA_BYTES_MAX,
            file_sender: FileSender::default(),
        }
    }
}

/// A server that cannot begin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// A port is taken or may not be bound.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// The system's answer.
        source: io::Error,
    },
    /// The system gives no poller.
    #[error("cannot create a poller: {0}")]
    Poller(io::Error),
    /// The system gives no thread.
    #[error("cannot start a thread: {0}")]
    Thread(io::Error),
}

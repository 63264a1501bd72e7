//! Counters of the data plane: written without locks, read as one snapshot.

use std::sync::atomic::{AtomicU64, Ordering};

use super::latency::{Latency, LatencyStats};

macro_rules! close_reasons {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// Why a connection was closed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum CloseReason { $($(#[$doc])* $name,)* }

        impl CloseReason {
            /// Every reason, in the order of the counters.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// For logs and metrics.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

close_reasons! {
    /// The client closed it.
    Peer = "closed by the client",
    /// The length in front of a frame is none.
    InvalidFrame = "invalid frame length",
    /// A browser or a health check.
    HttpOnKafkaPort = "HTTP on a Kafka port",
    /// The listener speaks plain text.
    TlsOnPlainPort = "TLS on a plain text port",
    /// A request that cannot be decoded.
    Malformed = "malformed request",
    /// An API or a version that is not served.
    Unsupported = "API or version not served",
    /// A produce without answer failed: closing is the only way to say so.
    ProduceWithoutAcks = "failed produce with acks=0",
    /// No request for too long, or an unfinished one.
    Idle = "idle",
    /// Answers were not read for too long.
    Stalled = "answers not read",
    /// More connections than allowed.
    TooMany = "too many connections",
    /// The control plane said so.
    ControlPlane = "closed by the control plane",
    /// The broker stops.
    Stopping = "broker stopping",
    /// A defect of the broker.
    Internal = "internal error",
}

/// Counters that threads add to.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) accepted: AtomicU64,
    pub(crate) requests: [AtomicU64; Native::COUNT],
    pub(crate) bytes_in: AtomicU64,
    pub(crate) bytes_out: AtomicU64,
    pub(crate) records_bytes_in: AtomicU64,
    pub(crate) records_bytes_out: AtomicU64,
    pub(crate) fetches_parked: AtomicU64,
    pub(crate) partition_errors: AtomicU64,
    pub(super) produces: Latency,
    pub(super) fetches: Latency,
    closed: [AtomicU64; CloseReason::ALL.len()],
}

/// Which counter a request adds to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Native {
    Produce,
    Fetch,
    Metadata,
    ApiVersions,
    Forwarded,
}

impl Native {
    const COUNT: usize = 5;
}

/// Counters at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerStats {
    /// Connections open.
    pub connections: u64,
    /// Connections accepted since the start.
    pub accepted: u64,
    /// Connections closed, by reason.
    pub closed: Vec<(&'static str, u64)>,
    /// Produce requests.
    pub produce_requests: u64,
    /// Fetch requests.
    pub fetch_requests: u64,
    /// Metadata requests answered by the engine.
    pub metadata_requests: u64,
    /// `ApiVersions` requests.
    pub api_versions_requests: u64,
    /// Requests handed to the control plane.
    pub forwarded_requests: u64,
    /// Bytes received.
    pub bytes_in: u64,
    /// Bytes sent.
    pub bytes_out: u64,
    /// Bytes of record batches appended.
    pub records_bytes_in: u64,
    /// Bytes of record batches sent.
    pub records_bytes_out: u64,
    /// Fetches parked since the start.
    pub fetches_parked: u64,
    /// Partitions of Produce and Fetch requests that were answered with an error.
    pub partition_errors: u64,
    /// How long Produce requests took.
    pub produces: LatencyStats,
    /// How long Fetch requests took.
    pub fetches: LatencyStats,
    /// Fetch sessions kept.
    pub fetch_sessions: u64,
    /// Bytes in use of buffers for requests and for what cold readers read.
    pub arena_bytes_in_use: u64,
    /// Times a cold reader was needed.
    pub cold_reads: u64,
    /// Bytes of records that cold readers brought into memory.
    pub cold_bytes: u64,
    /// Requests and answers that wait for a cold reader to begin.
    pub cold_reads_waiting: u64,
}

pub(crate) fn add(counter: &AtomicU64, amount: usize) {
    counter.fetch_add(amount as u64, Ordering::Relaxed);
}

impl Counters {
    pub(crate) fn request(&self, kind: Native) {
        add(&self.requests[kind as usize], 1);
    }

    pub(crate) fn closed(&self, reason: CloseReason) {
        add(&self.closed[reason as usize], 1);
    }

    pub(crate) fn snapshot(&self) -> ServerStats {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let requests = |kind: Native| get(&self.requests[kind as usize]);
        let closed = CloseReason::ALL.iter().zip(&self.closed);
        ServerStats {
            accepted: get(&self.accepted),
            closed: closed.map(|(reason, count)| (reason.as_str(), get(count))).collect(),
            produce_requests: requests(Native::Produce),
            fetch_requests: requests(Native::Fetch),
            metadata_requests: requests(Native::Metadata),
            api_versions_requests: requests(Native::ApiVersions),
            forwarded_requests: requests(Native::Forwarded),
            bytes_in: get(&self.bytes_in),
            bytes_out: get(&self.bytes_out),
            records_bytes_in: get(&self.records_bytes_in),
            records_bytes_out: get(&self.records_bytes_out),
            fetches_parked: get(&self.fetches_parked),
            partition_errors: get(&self.partition_errors),
            produces: self.produces.snapshot(),
            fetches: self.fetches.snapshot(),
            ..ServerStats::default()
        }
    }
}

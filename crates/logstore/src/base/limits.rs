//! Every constant bound of the engine, with the relations between them asserted at compile time.

/// `socket.request.max.bytes`: the largest frame, length prefix excluded (Kafka's default, 100 MiB).
pub const FRAME_BYTES_MAX: usize = 100 * 1024 * 1024;
/// Bytes of receive buffers the arena keeps for reuse; more is returned to the system when freed.
pub const ARENA_BYTES_MAX: usize = 96 * 1024 * 1024;
/// Requests of one connection that may be appended and not yet answered.
pub const CONNECTION_IN_FLIGHT_MAX: usize = 64;
/// Fetch sessions kept (KIP-227; Kafka's `max.incremental.fetch.session.cache.slots`).
pub const FETCH_SESSIONS_MAX: usize = 1000;
/// `fetch.max.bytes` of the broker: 55 MiB.
pub const FETCH_BYTES_MAX: usize = 55 * 1024 * 1024;
/// Batches remembered per idempotent producer and partition.
pub const PRODUCER_BATCHES_MAX: usize = 5;

const _: () = assert!(FETCH_BYTES_MAX < FRAME_BYTES_MAX);

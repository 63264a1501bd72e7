//! Every constant bound of the engine, with the relations between them asserted at compile time.

/// `socket.request.max.bytes`: the largest frame, length prefix excluded (Kafka's default, 100 MiB).
pub const FRAME_BYTES_MAX: usize = 100 * 1024 * 1024;
/// Bytes of receive buffers the arena keeps for reuse; more is returned to the system when freed.
pub const ARENA_BYTES_MAX: usize = 96 * 1024 * 1024;
/// Requests of one connection that may be appended and not yet answered.
pub const CONNECTION_IN_FLIGHT_MAX: usize = 64;
/// Fetch sessions kept (KIP-227; Kafka's `max.incremental.fetch.session.cache.slots`).
pub const FETCH_SESSIONS_MAX: usize = 1000;
/// Partitions remembered by all fetch sessions together; a session beyond that is not begun.
pub const FETCH_SESSION_PARTITIONS_MAX: usize = 500_000;
/// Elements of all arrays of one request together; a frame of 100 MiB could name fifty million topics.
pub const REQUEST_ELEMENTS_MAX: usize = 1_000_000;
/// Bytes that one connection may have waiting to be sent before its next request is taken.
pub const CONNECTION_OUTPUT_BYTES_MAX: usize = 1024 * 1024;
/// `fetch.max.bytes` of the broker: 55 MiB.
pub const FETCH_BYTES_MAX: usize = 55 * 1024 * 1024;
/// Batches remembered per idempotent producer and partition.
pub const PRODUCER_BATCHES_MAX: usize = 5;
/// What one commit of the metadata catalogue may hold.
pub const CATALOGUE_COMMIT_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Bytes encoded for JavaScript and not yet collected; requests beyond it wait outside.
pub const RING_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Bytes of requests that wait for room in the ring; a connection that would add more is closed.
pub const RING_WAITING_BYTES_MAX: usize = 256 * 1024 * 1024;

const _: () = assert!(RING_WAITING_BYTES_MAX > FRAME_BYTES_MAX);
const _: () = assert!(FETCH_BYTES_MAX < FRAME_BYTES_MAX);

//! The log engine of Millrace, in layer order: a module imports only modules listed above it.
//!
//! | layer | what it is |
//! |---|---|
//! | [`base`] | words everything else uses: offsets, errors, bounds, bytes, CRC, clock |
//! | [`io`] | the only home of system calls: files, sockets, poller, receive buffers |
//! | [`batch`] | record batch v2, as bytes on disk and on the wire |
//! | [`segment`] | one base offset and its files |
//! | [`wal`] | the log thread of a directory and the tickets a worker waits on |
//! | [`log`] | one partition |
//! | [`compact`] | the newest record of each key |
//! | [`store`] | all logs of this node |
//! | [`server`] | the data plane: connections, Produce, Fetch, ApiVersions, Metadata |
//! | `bridge` | the only module that names Node-API |

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub mod base;
pub mod batch;
#[cfg(feature = "napi")]
pub mod bridge;
pub mod compact;
pub mod io;
pub mod log;
pub mod segment;
pub mod server;
pub mod store;
pub mod wal;

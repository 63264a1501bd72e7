//! The write-ahead log of a data directory, the threads that commit and write, and the tickets a worker waits on.
#![forbid(unsafe_code)]

pub mod ahead;
pub mod behind;
pub mod commit;
pub mod frame;
pub mod pressure;
pub mod replay;
pub mod room;
mod summary;
pub mod thread;
pub mod ticket;

pub use ahead::{OpenedWal, WalSize, WalStats, WriteAhead};
pub use behind::{Pending, WriteBehind};
pub use commit::{Commit, Committed};
pub use frame::{DirectoryId, Group, frame_bytes};
pub use pressure::Pressure;
pub use replay::Replay;
pub use room::{Room, RoomView, SpaceLimits};
pub use thread::{LogThread, Queue};
pub use ticket::{Mailbox, Wakeups};

//! The log thread of a directory and the tickets a worker waits on.
#![forbid(unsafe_code)]

pub mod pressure;
pub mod thread;
pub mod ticket;

pub use pressure::Pressure;
pub use thread::{LogThread, Pending, Queue};
pub use ticket::{Mailbox, Wakeups};

//! The log thread of a directory and the tickets a worker waits on.
#![forbid(unsafe_code)]

pub mod ticket;

pub use ticket::{Mailbox, Wakeups};

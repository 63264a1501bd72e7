//! The data plane over real sockets: what clients do, and what they should not do.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod cold;
mod control;
mod fetch;
mod harness;
#[path = "../support/hooked.rs"]
mod hooked;
mod hostile;
mod limits;
mod load;
mod produce;
mod sessions;
mod wire;

//! The only home of system calls.
#![allow(unsafe_code, reason = "system calls and buffers without a safe wrapper; each block says why it holds")]

pub mod arena;

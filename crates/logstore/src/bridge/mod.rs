//! The only module that names Node-API: the five crossings between the engine and the control plane (D1).
//!
//! Up come *requests* and what else the engine has to say, encoded into one ring and collected as one buffer a turn.
//! Down go *replies*, likewise one buffer a turn, and the *image*, as typed deltas. *Records* of internal topics are
//! appended with a completion up the ring; *queries* answer promises from the thread pool of Node. *Scans* read a log on
//! whatever thread of JavaScript they are. A panic in any of them is an error that is thrown, never the end of the
//! process.
#![allow(unsafe_code, reason = "the registration code that napi derives")]
#![allow(clippy::needless_pass_by_value, reason = "values from JavaScript arrive owned")]

mod compactions;
pub mod dump;
mod engine;
mod errors;
mod events;
mod found;
mod image;
pub mod inspect;
mod job;
mod open_files;
mod queries;
mod records;
mod recovery;
mod removals;
mod requests;
mod ring;
pub mod scans;
mod settings;
mod stats;
pub mod supervisor;

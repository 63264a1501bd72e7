//! Requests that wait: for the high watermark, or for something to read. The log tells the worker's mailbox that
//! it moved; the timer wheel tells that the client's patience is over.

pub(crate) mod fetch;
pub(crate) mod produce;
pub(crate) mod wheel;

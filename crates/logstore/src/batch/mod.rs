//! Record batch v2, as bytes on disk and on the wire.
//!
//! Everything here is pure over slices: no log, no disk, no clock.
#![forbid(unsafe_code)]
#![warn(clippy::indexing_slicing)]

pub mod build;
pub mod codec;
pub mod iter;
pub mod layout;
pub mod peek;
mod recompress;
pub mod records;
pub mod stamp;
pub mod validate;
pub mod view;

pub use codec::{Codec, Compressor};
pub use iter::iter;
pub use layout::HEADER_BYTES;
pub use records::{Record, Records, RecordsError};
pub use validate::{Rejection, ValidatedBatch};
pub use view::{Attributes, BatchError, BatchHeader, BatchView, TimestampType};

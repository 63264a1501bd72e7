//! Words everything else uses.

pub mod bytes;
pub mod clock;
pub mod codes;
pub mod crc32c;
pub mod error;
pub mod limits;
pub mod types;

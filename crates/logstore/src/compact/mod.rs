//! Compaction: of all records with one key the newest stays (`protocol.md` section 3, row 46).
//!
//! A round over one log reads its *dirty* part, what came since the last round, into a map from key to newest offset;
//! then it copies every segment up to where the map ends, but for the records whose key has a newer one, and puts the
//! copies in place. Offsets never change. The active segment, what a transaction may still abort, and what is not yet
//! durable are left alone.
//!
//! Tombstones and transaction markers live on for `delete.retention.ms` after the round that could first drop them, so
//! that a reader who is behind sees them: that round writes the time of their end, the *delete horizon*, into their
//! batch.
#![forbid(unsafe_code)]

mod cleaner;
mod offset_map;
mod plan;
mod progress;
mod survivors;
mod throttle;
mod transactions;

pub use cleaner::{Budget, CleanError, Cleaned, clean};
pub use plan::{Dirty, assess};
pub use progress::Progress;
pub use throttle::Throttle;

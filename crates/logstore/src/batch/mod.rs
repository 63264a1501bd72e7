//! Record batch v2, as bytes on disk and on the wire.

//! One base offset and its files.

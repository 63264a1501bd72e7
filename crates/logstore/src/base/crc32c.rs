//! Castagnoli CRC-32C.

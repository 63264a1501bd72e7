//! Checked big-endian reads and writes, and Kafka's variable-length integers.

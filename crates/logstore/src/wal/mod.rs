//! The log thread of a directory and the tickets a worker waits on.

//! The only home of system calls.

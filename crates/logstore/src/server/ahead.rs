//! Reading ahead of an answer that is not in memory (D34): the system does none, since it would not let others in between.

use std::collections::VecDeque;

use crate::base::error::StorageError;
use crate::base::limits::{COLD_READ_BYTES, COLD_READS_AHEAD};

use super::cold::{ColdRead, Loaded, Progress};

/// The reads for the output of one connection. They begin when something was not in memory, and end with the output.
#[derive(Default)]
pub(crate) struct ReadAhead {
    /// Under way, in the order of what they read.
    reads: VecDeque<ColdRead<Result<Loaded, StorageError>>>,
    /// Bytes at the front of the output that were read.
    read: usize,
}

/// A read failed, or ended without a result.
#[derive(Debug)]
pub(crate) struct Failed;

impl ReadAhead {
    /// Takes in what was read since, giving each piece to `put` with its place in the output; whether it was waited for.
    pub(crate) fn advance(&mut self, mut put: impl FnMut(usize, Loaded)) -> Result<bool, Failed> {
        let waited = self.is_waited_for();
        while let Some(first) = self.reads.front() {
            match first.progress() {
                Progress::Waiting => break,
                Progress::Done(Ok(loaded)) => put(self.read, loaded),
                Progress::Done(Err(_)) | Progress::Lost => return Err(Failed),
            }
            self.reads.pop_front();
            self.read += COLD_READ_BYTES;
        }
        Ok(waited && !self.is_waited_for())
    }

    /// Whether nothing can be sent until the next read is done.
    pub(crate) fn is_waited_for(&self) -> bool {
        self.read == 0 && !self.reads.is_empty()
    }

    /// Bytes that may be sent before more is read.
    pub(crate) fn sendable(&self) -> usize {
        if self.reads.is_empty() { usize::MAX } else { self.read }
    }

    /// So much was sent.
    pub(crate) fn sent(&mut self, bytes: usize) {
        self.read = self.read.saturating_sub(bytes);
    }

    /// What comes next is not in memory. What was read went again, so that everything begins anew.
    pub(crate) fn missed(&mut self) {
        if self.read > 0 {
            self.end();
        }
    }

    /// There is nothing to send.
    pub(crate) fn end(&mut self) {
        *self = Self::default();
    }

    /// Whether anything was not in memory.
    pub(crate) fn is_active(&self) -> bool {
        self.read > 0 || !self.reads.is_empty()
    }

    /// Where in an output of `len` bytes the next read begins, when there is to be one.
    pub(crate) fn next(&self, len: usize) -> Option<usize> {
        let asked = self.read + self.reads.len() * COLD_READ_BYTES;
        let has_room = self.reads.len() < COLD_READS_AHEAD && asked < COLD_READS_AHEAD * COLD_READ_BYTES;
        (has_room && asked < len).then_some(asked)
    }

    /// The next read is under way.
    pub(crate) fn begun(&mut self, read: ColdRead<Result<Loaded, StorageError>>) {
        self.reads.push_back(read);
    }
}

//! Answers on their way to a socket: memory by `writev`, files by `sendfile`, resumed after every short write.

use std::collections::VecDeque;
use std::io::IoSlice;

use crate::io::socket::{Socket, Transfer};
use crate::log::FileSlice;

use super::reply::{Answer, Part};

/// Pieces handed to the kernel at once.
const PIECES_PER_WRITE: usize = 64;
/// Bytes of a file handed to the kernel at once, so that one connection does not hold its worker for long.
const FILE_BYTES_PER_SEND: usize = 1 << 20;

/// What one connection still has to send.
#[derive(Debug, Default)]
pub(crate) struct SendQueue {
    parts: VecDeque<Part>,
    /// Bytes of the first part that are sent.
    sent: usize,
    bytes: usize,
}

impl SendQueue {
    /// Bytes not yet sent.
    pub(crate) fn len(&self) -> usize {
        self.bytes
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// Adds an answer behind those that wait.
    pub(crate) fn push(&mut self, answer: Answer) {
        for part in answer.parts.into_iter().filter(|part| part.len() > 0) {
            self.bytes += part.len();
            self.parts.push_back(part);
        }
    }

    /// Sends until nothing is left or the socket takes no more; says how many bytes went.
    pub(crate) fn send(&mut self, socket: &mut Socket) -> (usize, Transfer) {
        let mut total = 0;
        loop {
            let transfer = match self.parts.front() {
                None => return (total, Transfer::Bytes(total)),
                Some(Part::File(slice)) => self.send_file(slice, socket),
                Some(_) => self.send_memory(socket),
            };
            match transfer {
                Transfer::Bytes(bytes) => {
                    total += bytes;
                    self.consume(bytes);
                }
                ended => return (total, ended),
            }
        }
    }

    fn send_memory(&self, socket: &mut Socket) -> Transfer {
        let mut skip = self.sent;
        let memory = self.parts.iter().map_while(|part| match part {
            Part::Bytes(bytes) => Some(bytes.as_slice()),
            Part::Shared(buf) => Some(&buf[..]),
            Part::File(_) => None,
        });
        let pieces: Vec<_> = memory
            .take(PIECES_PER_WRITE)
            .map(|piece| IoSlice::new(&piece[std::mem::take(&mut skip)..]))
            .collect();
        socket.write(&pieces)
    }

    fn send_file(&self, slice: &FileSlice, socket: &mut Socket) -> Transfer {
        let len = (slice.len() - self.sent).min(FILE_BYTES_PER_SEND);
        match slice.descriptor() {
            // A file that ends early was truncated under the reader: the length already sent cannot be taken back.
            Some(file) => socket.send_file(file, slice.position().0 + self.sent as u64, len),
            None => self.copy_file(slice, len, socket),
        }
    }

    /// For disks without descriptors.
    fn copy_file(&self, slice: &FileSlice, len: usize, socket: &mut Socket) -> Transfer {
        let mut buffer = vec![0; len];
        match slice.read_at(&mut buffer, self.sent) {
            Ok(read) if read > 0 => socket.write(&[IoSlice::new(&buffer[..read])]),
            _ => Transfer::Closed,
        }
    }

    fn consume(&mut self, bytes: usize) {
        self.bytes -= bytes;
        self.sent += bytes;
        while let Some(len) = self.parts.front().map(Part::len).filter(|len| *len <= self.sent) {
            self.sent -= len;
            self.parts.pop_front();
        }
    }
}

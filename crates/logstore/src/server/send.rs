//! Answers on their way to a socket, resumed after every short write: memory by `writev`, files from what of them is
//! in memory, by `sendfile` or through a buffer of the worker. What is not in memory is for a cold reader to fetch.

use std::collections::VecDeque;
use std::io::IoSlice;
use std::mem;
use std::net::IpAddr;

use crate::base::limits::FILE_STEP_BYTES;
use crate::io::Access;
use crate::io::socket::{Socket, Transfer};
use crate::log::FileSlice;

use super::cold::Loaded;
use super::options::FileSender;
use super::reply::{Answer, Part};

/// Pieces handed to the kernel at once.
const PIECES_PER_WRITE: usize = 64;

/// What one connection still has to send.
#[derive(Debug)]
pub(crate) struct SendQueue {
    parts: VecDeque<Part>,
    /// Bytes of the first part that are sent.
    sent: usize,
    bytes: usize,
    copies: bool,
    /// The next bytes of the first part were just brought into memory. They are read even where that waits, so that
    /// a system short of memory does not take them away again for ever.
    fetched: bool,
}

/// Why no more was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// There is no more.
    Empty,
    /// The socket takes no more.
    Blocked,
    /// The other side is gone, or the file cannot be read: the length already sent cannot be taken back.
    Closed,
    /// What comes next is not in memory, or not said to be.
    Cold,
}

impl SendQueue {
    pub(crate) fn new(sender: FileSender, peer: IpAddr) -> Self {
        let copies = match sender {
            // Measured: through the loopback a copy is cheaper than what the receiver pays for colder pages.
            FileSender::ByPeer => peer.to_canonical().is_loopback(),
            FileSender::Copy => true,
            FileSender::SendFile => false,
        };
        Self { parts: VecDeque::new(), sent: 0, bytes: 0, copies, fetched: false }
    }

    /// Bytes not yet sent.
    pub(crate) fn len(&self) -> usize {
        self.bytes
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// Adds an answer behind those that wait.
    pub(crate) fn push(&mut self, answer: Answer) {
        self.bytes += answer.head.len();
        match self.parts.back_mut() {
            Some(Part::Bytes(last)) if last.capacity() - last.len() >= answer.head.len() => {
                last.extend_from_slice(&answer.head);
            }
            _ => self.parts.push_back(Part::Bytes(answer.head)),
        }
        for part in answer.parts.into_iter().filter(|part| part.len() > 0) {
            self.bytes += part.len();
            self.parts.push_back(part);
        }
    }

    /// Sends what can be sent without waiting, of files at most `files_max` bytes behind what is sent, through
    /// `buffer` where that is the way; says how many bytes went.
    pub(crate) fn send(
        &mut self,
        socket: &mut Socket,
        buffer: &mut [u8],
        files_max: usize,
    ) -> (usize, Ended) {
        let mut total = 0;
        let mut access = if mem::take(&mut self.fetched) { Access::Exactly } else { Access::Resident };
        while !self.is_empty() {
            let sent = match self.parts.front() {
                Some(Part::File(slice)) if self.leaves_to_system(slice) => {
                    self.send_file(slice, files_max.saturating_sub(total), access, socket)
                }
                _ => self.send_pieces(files_max.saturating_sub(total), access, socket, buffer),
            };
            match sent {
                Ok(bytes) => {
                    total += bytes;
                    self.consume(bytes);
                    access = Access::Resident;
                }
                Err(ended) => return (total, ended),
            }
        }
        (total, Ended::Empty)
    }

    /// The ranges of files in the `len` bytes that are `from` bytes behind what is sent.
    pub(crate) fn files(&self, from: usize, len: usize) -> Vec<FileSlice> {
        let (from, to) = (self.sent + from, self.sent + from + len);
        let mut at = 0;
        let mut files = Vec::new();
        for part in &self.parts {
            if at >= to {
                break;
            }
            if let Part::File(slice) = part {
                files.push(slice.part(from.saturating_sub(at), to - at));
            }
            at += part.len();
        }
        files.retain(|slice| !slice.is_empty());
        files
    }

    /// Puts what was read of the ranges that [`files`](Self::files) names for this place into their place.
    pub(crate) fn put(&mut self, from: usize, len: usize, loaded: Loaded) {
        let (from, to) = (self.sent + from, self.sent + from + len);
        let mut loaded = loaded.into_iter();
        let mut end = 0;
        for part in mem::take(&mut self.parts) {
            let begin = end;
            end += part.len();
            let is_meant = matches!(part, Part::File(_)) && begin < to && end > from;
            match (part, is_meant.then(|| loaded.next().flatten()).flatten()) {
                (Part::File(slice), Some(bytes)) => {
                    let first = from.saturating_sub(begin);
                    let last = first + bytes.len();
                    let parts = [
                        Part::File(slice.part(0, first)),
                        Part::Shared(bytes),
                        Part::File(slice.part(last, slice.len())),
                    ];
                    self.parts.extend(parts.into_iter().filter(|part| part.len() > 0));
                }
                (part, _) => self.parts.push_back(part),
            }
        }
        // What is sent of a part may be all of it now.
        self.consume(0);
    }

    /// A cold reader was there.
    pub(crate) fn fetched(&mut self) {
        self.fetched = true;
    }

    fn leaves_to_system(&self, slice: &FileSlice) -> bool {
        !self.copies && slice.descriptor().is_some()
    }

    /// Memory, and what files have there of the next `files_max` bytes, in one call.
    fn send_pieces(
        &self,
        files_max: usize,
        mut access: Access,
        socket: &mut Socket,
        buffer: &mut [u8],
    ) -> Result<usize, Ended> {
        let mut pieces = [IoSlice::new(&[]); PIECES_PER_WRITE];
        let (mut count, mut bytes, mut skip, mut room) = (0, 0, self.sent, buffer);
        let mut stopped = None;
        for (part, piece) in self.parts.iter().zip(&mut pieces) {
            let from = mem::take(&mut skip);
            *piece = IoSlice::new(match part {
                Part::Bytes(bytes) => &bytes[from..],
                Part::Shared(buf) => &buf[from..],
                Part::File(slice) if self.leaves_to_system(slice) => break,
                Part::File(slice) => {
                    let len = (slice.len() - from).min(room.len()).min(files_max.saturating_sub(bytes));
                    let (into, rest) = mem::take(&mut room).split_at_mut(len);
                    room = rest;
                    match read(slice, into, from, mem::replace(&mut access, Access::Resident)) {
                        // What follows it has to wait for its rest.
                        Ok(filled) if filled < slice.len() - from => {
                            stopped = Some(Ended::Cold);
                            into.get(..filled).unwrap_or_default()
                        }
                        Ok(_) => into,
                        Err(ended) => {
                            stopped = Some(ended);
                            break;
                        }
                    }
                }
            });
            bytes += piece.len();
            count += 1;
            if stopped.is_some() {
                break;
            }
        }
        // Where there is something to send first it is met again after that.
        if let Some(ended) = stopped.filter(|_| count == 0) {
            return Err(ended);
        }
        ended(socket.write(pieces.get(..count).unwrap_or_default()))
    }

    /// One step, so that one connection does not hold its worker for long.
    fn send_file(
        &self,
        slice: &FileSlice,
        bytes_max: usize,
        access: Access,
        socket: &mut Socket,
    ) -> Result<usize, Ended> {
        let len = (slice.len() - self.sent).min(bytes_max).min(FILE_STEP_BYTES);
        let Some(last) = len.checked_sub(1) else { return Err(Ended::Cold) };
        // What is read ahead is read to its end: the last byte tells of all of them.
        read(slice, &mut [0], self.sent + last, access)?;
        let file = slice.descriptor().ok_or(Ended::Closed)?;
        ended(socket.send_file(file, slice.position().0 + self.sent as u64, len))
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

fn read(slice: &FileSlice, into: &mut [u8], skip: usize, access: Access) -> Result<usize, Ended> {
    if into.is_empty() {
        return Err(Ended::Cold);
    }
    match slice.read_as(into, skip, access) {
        Err(error) if error.is_cold() => Err(Ended::Cold),
        Ok(0) | Err(_) => Err(Ended::Closed),
        Ok(read) => Ok(read),
    }
}

fn ended(transfer: Transfer) -> Result<usize, Ended> {
    match transfer {
        Transfer::Bytes(bytes) => Ok(bytes),
        Transfer::Blocked => Err(Ended::Blocked),
        Transfer::Closed => Err(Ended::Closed),
    }
}

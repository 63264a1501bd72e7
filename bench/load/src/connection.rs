//! One connection that never blocks: frames wait in order to be written, answers are taken off by their size.

use std::collections::VecDeque;
use std::io::{ErrorKind, IoSlice, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::rc::Rc;

use anyhow::{Context, Result, bail, ensure};
use rustix::net::{RecvFlags, recv};

use crate::frame::{Frame, HEAD_BYTES};

/// Pieces in one system call; the kernel takes up to 1,024.
const PIECES_MAX: usize = 64;
const SKIP_BYTES: usize = 1 << 20;

/// A frame on its way out.
struct Outgoing {
    head: [u8; HEAD_BYTES],
    body: Rc<[u8]>,
}

/// A connection and what it has in flight.
pub(crate) struct Connection {
    pub(crate) stream: TcpStream,
    outbox: VecDeque<Outgoing>,
    /// Bytes of the first frame in `outbox` that are written.
    written: usize,
    /// When each request without an answer was meant to leave, in nanoseconds.
    in_flight: VecDeque<u64>,
    sent: i32,
    answered: i32,
    inbox: Vec<u8>,
    filled: usize,
    /// Bytes of the present answer that nobody looks at.
    skip: usize,
}

impl Connection {
    /// Connects. Of each answer the first `looked_at` bytes are looked at, the rest is thrown away in the kernel.
    pub(crate) fn open(address: SocketAddr, looked_at: usize) -> Result<Self> {
        let stream = TcpStream::connect(address).with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            outbox: VecDeque::new(),
            written: 0,
            in_flight: VecDeque::new(),
            sent: 0,
            answered: 0,
            inbox: vec![0; looked_at],
            filled: 0,
            skip: 0,
        })
    }

    /// A request and its whole answer, before the connection is made not to block.
    pub(crate) fn call(&mut self, frame: &Frame) -> Result<Vec<u8>> {
        self.say(frame)?;
        self.hear()
    }

    /// A request, while the connection blocks.
    pub(crate) fn say(&mut self, frame: &Frame) -> Result<()> {
        self.stream.write_all(&frame.head)?;
        self.stream.write_all(&frame.body)?;
        Ok(())
    }

    /// The next answer, while the connection blocks.
    pub(crate) fn hear(&mut self) -> Result<Vec<u8>> {
        let mut size = [0; 4];
        self.stream.read_exact(&mut size)?;
        let len = usize::try_from(i32::from_be_bytes(size))?;
        let mut answer = size.to_vec();
        answer.resize(size.len() + len, 0);
        self.stream.read_exact(answer.get_mut(size.len()..).unwrap_or_default())?;
        Ok(answer)
    }

    /// Requests without an answer.
    pub(crate) fn depth(&self) -> usize {
        self.in_flight.len()
    }

    /// Puts a request behind those that wait to be written.
    pub(crate) fn send(&mut self, mut head: [u8; HEAD_BYTES], body: Rc<[u8]>, intended: u64) {
        if let Some(correlation) = head.get_mut(HEAD_BYTES - 4..) {
            correlation.copy_from_slice(&self.sent.to_be_bytes());
        }
        self.sent = self.sent.wrapping_add(1);
        self.in_flight.push_back(intended);
        self.outbox.push_back(Outgoing { head, body });
    }

    /// Writes as much as the kernel takes.
    pub(crate) fn flush(&mut self) -> Result<()> {
        while !self.outbox.is_empty() {
            let mut slices = Vec::with_capacity(PIECES_MAX);
            let mut offset = self.written;
            for frame in self.outbox.iter().take(PIECES_MAX / 2) {
                for piece in [&frame.head[..], &frame.body] {
                    slices.push(IoSlice::new(piece.get(offset..).unwrap_or_default()));
                    offset = offset.saturating_sub(piece.len());
                }
            }
            match (&self.stream).write_vectored(&slices) {
                Ok(bytes) => self.wrote(bytes),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error).context("the broker closed the connection"),
            }
        }
        Ok(())
    }

    fn wrote(&mut self, bytes: usize) {
        self.written += bytes;
        while let Some(frame) = self.outbox.front() {
            let len = HEAD_BYTES + frame.body.len();
            if self.written < len {
                return;
            }
            self.written -= len;
            self.outbox.pop_front();
        }
    }

    /// Takes every answer that is there: the bytes to be looked at, and when its request was meant to leave.
    pub(crate) fn receive(&mut self, mut each: impl FnMut(&[u8], u64) -> Result<()>) -> Result<()> {
        let mut scratch = Vec::new();
        loop {
            let read = if self.skip > 0 {
                scratch.resize(self.skip.min(SKIP_BYTES), 0);
                // TCP drops the bytes in the kernel instead of copying them.
                recv(&self.stream, &mut scratch[..], RecvFlags::TRUNC).map(|(_, len)| len)
            } else {
                let free = self.inbox.get_mut(self.filled..).unwrap_or_default();
                recv(&self.stream, free, RecvFlags::empty()).map(|(_, len)| len)
            };
            let read = match read {
                Ok(0) => bail!("the broker closed the connection"),
                Ok(read) => read,
                Err(rustix::io::Errno::AGAIN) => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            if self.skip > 0 {
                self.skip -= read;
                continue;
            }
            self.filled += read;
            self.take(&mut each)?;
        }
    }

    fn take(&mut self, each: &mut impl FnMut(&[u8], u64) -> Result<()>) -> Result<()> {
        let mut at = 0;
        while let Some(answer) = self.inbox.get(at..self.filled).filter(|bytes| bytes.len() >= 8) {
            let word = |from: usize| {
                answer.get(from..from + 4).and_then(|bytes| bytes.try_into().ok()).map(i32::from_be_bytes)
            };
            let size =
                4 + usize::try_from(word(0).unwrap_or_default()).context("an answer has a negative size")?;
            if answer.len() < size.min(self.inbox.len()) {
                break;
            }
            ensure!(word(4) == Some(self.answered), "answers are out of order");
            self.answered = self.answered.wrapping_add(1);
            let intended = self.in_flight.pop_front().context("an answer to nothing")?;
            let whole = size.min(answer.len());
            self.skip = size - whole;
            each(answer.get(..whole).unwrap_or_default(), intended)?;
            at += whole;
        }
        self.inbox.copy_within(at..self.filled, 0);
        self.filled -= at;
        Ok(())
    }
}

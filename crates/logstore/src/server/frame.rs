//! Frames: an `int32` length, then that many bytes.
//!
//! The length is checked before anything is allocated for it, and a frame's buffer grows with what has arrived:
//! whoever announces 100 MiB and sends one byte holds a few KiB.

use std::collections::VecDeque;
use std::time::Duration;

use crate::base::types::Timestamp;
use crate::io::arena::{Arena, BufMut};

use super::stats::CloseReason;

const LENGTH_BYTES: usize = 4;
/// API key, version and correlation id; nothing shorter is a request.
const FRAME_BYTES_MIN: usize = 8;
/// A frame up to this size is given its buffer at once; a larger one starts with it.
const FIRST_BYTES: usize = 64 * 1024;
/// A full buffer grows by this factor: what a peer pins is at most that much more than what it sent.
const GROWTH: usize = 4;

/// A request as it arrived.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) body: BufMut,
    /// When its last byte was there.
    pub(crate) arrived: Timestamp,
    pub(crate) arrived_monotonic: Duration,
}

/// Cuts one connection's bytes into frames.
#[derive(Debug)]
pub(crate) struct FrameReader {
    frame_bytes_max: usize,
    prefix: [u8; LENGTH_BYTES],
    prefix_filled: usize,
    partial: Option<Partial>,
    complete: VecDeque<Frame>,
}

#[derive(Debug)]
struct Partial {
    buffer: BufMut,
    filled: usize,
    len: usize,
}

impl FrameReader {
    pub(crate) fn new(frame_bytes_max: usize) -> Self {
        Self {
            frame_bytes_max,
            prefix: [0; LENGTH_BYTES],
            prefix_filled: 0,
            partial: None,
            complete: VecDeque::new(),
        }
    }

    /// The oldest frame that is complete.
    pub(crate) fn pop(&mut self) -> Option<Frame> {
        self.complete.pop_front()
    }

    /// The next frame, left where it is.
    pub(crate) fn peek(&self) -> Option<&Frame> {
        self.complete.front()
    }

    /// Takes bytes that were read elsewhere.
    pub(crate) fn feed(
        &mut self,
        mut bytes: &[u8],
        arena: &Arena,
        now: (Timestamp, Duration),
    ) -> Result<(), CloseReason> {
        while !bytes.is_empty() {
            if self.partial.is_none() && !self.feed_prefix(&mut bytes, arena)? {
                return Ok(());
            }
            if let Some(partial) = &mut self.partial {
                partial.feed(&mut bytes, arena);
            }
            self.complete_partial(now);
        }
        Ok(())
    }

    /// Where the rest of a large frame may be read to directly.
    pub(crate) fn window(&mut self, arena: &Arena) -> Option<&mut [u8]> {
        let partial = self.partial.as_mut()?;
        partial.grow(arena);
        let filled = partial.filled;
        partial.buffer.get_mut(filled..).filter(|window| !window.is_empty())
    }

    /// So many bytes were read into the window.
    pub(crate) fn filled(&mut self, bytes: usize, now: (Timestamp, Duration)) {
        if let Some(partial) = &mut self.partial {
            partial.filled += bytes;
        }
        self.complete_partial(now);
    }

    /// Collects the length; true once a frame has begun.
    fn feed_prefix(&mut self, bytes: &mut &[u8], arena: &Arena) -> Result<bool, CloseReason> {
        let (taken, rest) = bytes.split_at(bytes.len().min(LENGTH_BYTES - self.prefix_filled));
        self.prefix[self.prefix_filled..self.prefix_filled + taken.len()].copy_from_slice(taken);
        self.prefix_filled += taken.len();
        *bytes = rest;
        if self.prefix_filled < LENGTH_BYTES {
            return Ok(false);
        }
        let len = checked_len(self.prefix, self.frame_bytes_max)?;
        self.prefix_filled = 0;
        self.partial = Some(Partial { buffer: arena.take(len.min(FIRST_BYTES)), filled: 0, len });
        Ok(true)
    }

    fn complete_partial(&mut self, (arrived, arrived_monotonic): (Timestamp, Duration)) {
        if let Some(partial) = self.partial.take_if(|partial| partial.filled == partial.len) {
            self.complete.push_back(Frame { body: partial.buffer, arrived, arrived_monotonic });
        }
    }
}

impl Partial {
    fn feed(&mut self, bytes: &mut &[u8], arena: &Arena) {
        while !bytes.is_empty() && self.filled < self.len {
            self.grow(arena);
            let room = &mut self.buffer[self.filled..];
            let (taken, rest) = bytes.split_at(bytes.len().min(room.len()));
            room[..taken.len()].copy_from_slice(taken);
            self.filled += taken.len();
            *bytes = rest;
        }
    }

    fn grow(&mut self, arena: &Arena) {
        if self.filled < self.buffer.len() || self.filled == self.len {
            return;
        }
        let mut larger = arena.take(self.len.min(self.buffer.len() * GROWTH));
        larger[..self.filled].copy_from_slice(&self.buffer);
        self.buffer = larger;
    }
}

/// The length that a prefix announces, or what the peer seems to speak instead of Kafka's protocol.
fn checked_len(prefix: [u8; LENGTH_BYTES], frame_bytes_max: usize) -> Result<usize, CloseReason> {
    match &prefix {
        b"GET " | b"POST" | b"HEAD" | b"PUT " | b"DELE" | b"OPTI" | b"PRI " | b"CONN" => {
            return Err(CloseReason::HttpOnKafkaPort);
        }
        // A TLS record: handshake, then version 3.x.
        [0x16, 0x03, ..] => return Err(CloseReason::TlsOnPlainPort),
        _ => {}
    }
    match usize::try_from(i32::from_be_bytes(prefix)) {
        Ok(len) if (FRAME_BYTES_MIN..=frame_bytes_max).contains(&len) => Ok(len),
        _ => Err(CloseReason::InvalidFrame),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: (Timestamp, Duration) = (Timestamp(1), Duration::ZERO);

    fn reader() -> FrameReader {
        FrameReader::new(1 << 20)
    }

    #[test]
    fn what_is_no_length_closes() {
        let refused = |prefix: &[u8]| reader().feed(prefix, &Arena::new(0), NOW).unwrap_err();
        assert_eq!(refused(&(-1_i32).to_be_bytes()), CloseReason::InvalidFrame);
        assert_eq!(refused(&i32::MIN.to_be_bytes()), CloseReason::InvalidFrame);
        assert_eq!(refused(&i32::MAX.to_be_bytes()), CloseReason::InvalidFrame);
        assert_eq!(refused(&3_i32.to_be_bytes()), CloseReason::InvalidFrame);
        assert_eq!(refused(b"GET / HTTP/1.1\r\n"), CloseReason::HttpOnKafkaPort);
        assert_eq!(refused(&[0x16, 3, 1, 2, 0, 1]), CloseReason::TlsOnPlainPort);
    }

    #[test]
    fn a_frame_announced_and_not_sent_pins_little() {
        let arena = Arena::new(0);
        let mut reader = FrameReader::new(100 << 20);
        reader.feed(&(100_i32 << 20).to_be_bytes(), &arena, NOW).unwrap();
        for _ in 0..100 {
            reader.feed(&[1], &arena, NOW).unwrap();
        }
        assert!(arena.bytes_in_use() <= 2 * FIRST_BYTES);
        assert!(reader.pop().is_none());
    }

    proptest! {
        #[test]
        fn frames_come_out_as_they_went_in(
            sizes in proptest::collection::vec(8_usize..300_000, 1..6),
            cuts in proptest::collection::vec(1_usize..100_000, 1..20),
            direct: bool,
        ) {
            let arena = Arena::new(1 << 20);
            let frames: Vec<Vec<u8>> = sizes.iter().map(|size| {
                (0..*size).map(|index| (index % 251) as u8).collect()
            }).collect();
            let stream: Vec<u8> =
                frames.iter().flat_map(|frame| [&(frame.len() as u32).to_be_bytes()[..], frame].concat()).collect();
            let mut reader = reader();
            let mut rest = &stream[..];
            for cut in cuts.iter().cycle() {
                if rest.is_empty() { break; }
                let mut taken = rest.len().min(*cut);
                match reader.window(&arena).filter(|_| direct) {
                    Some(window) => {
                        taken = taken.min(window.len());
                        window[..taken].copy_from_slice(&rest[..taken]);
                        reader.filled(taken, NOW);
                    }
                    None => reader.feed(&rest[..taken], &arena, NOW).unwrap(),
                }
                rest = &rest[taken..];
            }
            for frame in &frames {
                prop_assert_eq!(&reader.pop().unwrap().body[..], &frame[..]);
            }
            prop_assert!(reader.pop().is_none() && reader.partial.is_none());
        }
    }
}

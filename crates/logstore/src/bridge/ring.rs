//! What the engine has to tell JavaScript, until JavaScript collects it.
//!
//! Any engine thread pushes; only the push that finds the ring silent rings the bell. Bytes are bounded: requests
//! beyond the bound wait outside as they came, and since a connection has one request in the hands of JavaScript at a
//! time, a frozen event loop holds up those connections and nothing else (D2).

use std::collections::VecDeque;

use parking_lot::Mutex;

use super::requests;
use crate::base::bytes::Writer;
use crate::base::limits::{RING_BYTES_MAX, RING_WAITING_BYTES_MAX};
use crate::server::ForwardedRequest;

/// Called without a lock held, from any thread; it must not block.
pub(super) type Bell = Box<dyn Fn() + Send + Sync>;

pub(super) struct Ring {
    state: Mutex<State>,
    bell: Bell,
}

#[derive(Default)]
struct State {
    encoded: Writer,
    waiting: VecDeque<ForwardedRequest>,
    waiting_bytes: usize,
    /// Tokens of appends whose log moved; what became of them is asked when JavaScript collects.
    settled: Vec<u64>,
    /// The bell was rung and nobody came yet.
    rung: bool,
}

/// One collection.
pub(super) struct Drained {
    pub(super) encoded: Writer,
    pub(super) settled: Vec<u64>,
}

impl Ring {
    pub(super) fn new(bell: Bell) -> Self {
        Self { state: Mutex::default(), bell }
    }

    /// Takes a request; `false` when so many bytes wait already that this one is refused.
    pub(super) fn push_request(&self, request: ForwardedRequest) -> bool {
        self.push(|state| {
            let bytes = requests::request_bytes(&request);
            if state.waiting.is_empty() && state.has_room(bytes) {
                requests::encode_request(&mut state.encoded, &request);
                return true;
            }
            if !state.waiting.is_empty() && state.waiting_bytes + bytes > RING_WAITING_BYTES_MAX {
                return false;
            }
            state.waiting_bytes += bytes;
            state.waiting.push_back(request);
            true
        })
    }

    /// Something that happened to a connection; left out when nobody has come for so long that the ring is full.
    pub(super) fn push_event(&self, encode: impl FnOnce(&mut Writer)) {
        self.push(|state| {
            if state.has_room(0) {
                encode(&mut state.encoded);
            }
        });
    }

    /// An append that was refused at once.
    pub(super) fn push_refused(&self, token: u64, error_code: i16) {
        self.push(|state| requests::encode_settled(&mut state.encoded, token, error_code, -1));
    }

    /// Appends whose log moved.
    pub(super) fn push_settled(&self, tokens: &mut dyn Iterator<Item = u64>) {
        self.push(|state| state.settled.extend(tokens));
    }

    /// Everything there is room for; called again until it is empty, it empties the ring.
    pub(super) fn drain(&self) -> Drained {
        let mut state = self.state.lock();
        state.rung = false;
        while let Some(next) = state.waiting.front() {
            let bytes = requests::request_bytes(next);
            if !state.has_room(bytes) {
                break;
            }
            if let Some(next) = state.waiting.pop_front() {
                state.waiting_bytes -= bytes;
                requests::encode_request(&mut state.encoded, &next);
            }
        }
        Drained { encoded: std::mem::take(&mut state.encoded), settled: std::mem::take(&mut state.settled) }
    }

    fn push<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.lock();
        let outcome = act(&mut state);
        let ring = !std::mem::replace(&mut state.rung, true);
        drop(state);
        if ring {
            (self.bell)();
        }
        outcome
    }
}

impl State {
    /// One entry may always be there, however large.
    fn has_room(&self, bytes: usize) -> bool {
        self.encoded.is_empty() || self.encoded.len() + bytes <= RING_BYTES_MAX
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;
    use crate::base::types::Timestamp;
    use crate::server::{ClientSoftware, ConnectionId};

    fn ring() -> (Ring, Arc<AtomicUsize>) {
        let calls = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&calls);
        let bell = move || {
            count.fetch_add(1, Ordering::Relaxed);
        };
        (Ring::new(Box::new(bell)), calls)
    }

    fn request(connection: u64, frame_bytes: usize) -> ForwardedRequest {
        ForwardedRequest {
            connection: ConnectionId(connection),
            listener: 1,
            peer: ([127, 0, 0, 1], 4000).into(),
            software: None,
            arrived: Timestamp(1_700_000_000_000),
            arrived_monotonic: Duration::ZERO,
            api_key: 3,
            api_version: 12,
            correlation_id: 7,
            frame: vec![0xab; frame_bytes],
        }
    }

    #[test]
    fn the_bell_rings_once_until_somebody_comes() {
        let (ring, calls) = ring();
        ring.push_event(|into| requests::encode_closed(into, ConnectionId(1)));
        ring.push_refused(5, 3);
        assert_eq!(calls.load(Ordering::Relaxed), 1);
        assert!(!ring.drain().encoded.is_empty());
        assert!(ring.drain().encoded.is_empty());
        ring.push_settled(&mut [9].into_iter());
        assert_eq!(calls.load(Ordering::Relaxed), 2);
        assert_eq!(ring.drain().settled, [9]);
    }

    #[test]
    fn a_request_is_encoded_as_drawn() {
        let (ring, _) = ring();
        assert!(ring.push_request(request(7, 2)));
        let drawn = |bytes: u8, texts: &[u8]| {
            let mut expected = vec![0, 0, 0, bytes, 1];
            expected.extend(7f64.to_be_bytes());
            expected.extend([0, 1]);
            expected.extend(1_700_000_000_000f64.to_be_bytes());
            expected.extend(texts);
            expected.extend(b"\xab\xab");
            expected
        };
        assert_eq!(ring.drain().encoded.as_slice(), drawn(33, b"\x09127.0.0.1\0\0"));
        let software = ClientSoftware { name: "librdkafka".into(), version: "2.0.2".into() };
        assert!(ring.push_request(ForwardedRequest { software: Some(Arc::new(software)), ..request(7, 2) }));
        assert_eq!(ring.drain().encoded.as_slice(), drawn(48, b"\x09127.0.0.1\x0alibrdkafka\x052.0.2"));
    }

    #[test]
    fn requests_beyond_the_bound_wait_in_order_and_then_are_refused() {
        let (ring, _) = ring();
        let large = RING_BYTES_MAX - 1000;
        let mut taken = 0;
        while ring.push_request(request(taken, large)) {
            taken += 1;
        }
        assert_eq!(taken as usize, 1 + RING_WAITING_BYTES_MAX / requests::request_bytes(&request(0, large)));
        for connection in 0..taken {
            let drained = ring.drain().encoded;
            assert_eq!(drained.as_slice()[5..13], (connection as f64).to_be_bytes());
        }
        assert!(ring.drain().encoded.is_empty());
        assert!(ring.push_request(request(99, large)));
    }
}

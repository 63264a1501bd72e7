//! One connection: bytes in, requests in order, answers in order, bytes out.
//!
//! ```text
//!  socket -> frames -> [ slot | slot | slot ] -> output -> socket
//!                        one per request; the front one's answer leaves first
//! ```
//!
//! Produces may overtake each other's syncs: up to `CONNECTION_IN_FLIGHT_MAX` of them are appended before the first
//! is answered. Every other request waits until those ahead are answered, and holds back those behind. Nothing more
//! is read while answers pile up, while the control plane has muted the connection, or once it is closing.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::base::limits::{COLD_READ_BYTES, CONNECTION_IN_FLIGHT_MAX, CONNECTION_OUTPUT_BYTES_MAX};
use crate::io::socket::{Socket, Transfer};

use super::ahead::{Failed, ReadAhead};
use super::cold::Pages;
use super::context::Context;
use super::control::{ClientSoftware, ConnectionId, ForwardedRequest, Reply};
use super::delayed::fetch::ParkedFetch;
use super::delayed::produce::PendingProduce;
use super::fetch::Fetched;
use super::frame::{Frame, FrameReader};
use super::header::RequestHeader;
use super::latency::Latency;
use super::produce::Produced;
use super::reply::Answer;
use super::route::{self, Route};
use super::send::{Ended, SendQueue};
use super::stats::{CloseReason, Counters, Native, add};
use super::worker::Core;
use super::{api_versions, fetch, metadata, produce};

/// Bytes taken from one connection before the others of its worker have their turn.
const READ_BYTES_PER_TURN: usize = 1 << 20;
/// Low bits of a token count a connection's requests; the next one is set where its output is meant and none of them.
/// The others name the connection.
const SEQUENCE_BITS: u32 = 23;
const OUTPUT_TOKEN: u64 = 1 << SEQUENCE_BITS;
const KEY_SHIFT: u32 = SEQUENCE_BITS + 1;
const SEQUENCE_MASK: u64 = (1 << SEQUENCE_BITS) - 1;

const _: () = assert!((CONNECTION_IN_FLIGHT_MAX as u64) < SEQUENCE_MASK);

/// A client.
pub(crate) struct Connection {
    id: ConnectionId,
    /// Names it within its worker.
    key: u64,
    pub(crate) socket: Socket,
    pub(crate) peer: SocketAddr,
    listener: u16,
    software: Option<Arc<ClientSoftware>>,
    frames: FrameReader,
    requests: VecDeque<Request>,
    /// Sequence number of the front request.
    first_sequence: u64,
    output: SendQueue,
    /// What of the output cold readers bring into memory.
    ahead: ReadAhead,
    readable: bool,
    /// The end of the stream was announced, which is announced once.
    ended: bool,
    /// It is in the worker's list of those that are to be driven.
    runnable: bool,
    muted_until: Duration,
    /// Closes once everything is answered and sent.
    closing: Option<CloseReason>,
    /// Last complete request or answer.
    active: Duration,
    /// Since when the peer takes nothing of what waits for it.
    stalled: Option<Duration>,
    /// The deadline that is in the wheel.
    pub(crate) armed: Option<Duration>,
}

/// A request in order of arrival.
struct Request {
    slot: Slot,
    arrived: Duration,
    /// Where its time counts.
    latency: Option<fn(&Counters) -> &Latency>,
}

/// How far it is.
enum Slot {
    /// Its answer waits for those ahead; `None` where none is sent.
    Ready(Option<Answer>),
    Produce(PendingProduce),
    Fetch(ParkedFetch),
    /// In the hands of the control plane.
    Forwarded,
}

impl Connection {
    pub(crate) fn new(key: u64, accepted: super::listener::Accepted, core: &Core) -> Self {
        Self {
            id: core.connection_id(key),
            key,
            socket: accepted.socket,
            peer: accepted.peer,
            listener: accepted.listener,
            software: None,
            frames: FrameReader::new(core.shared.options.frame_bytes_max),
            requests: VecDeque::new(),
            first_sequence: 0,
            output: SendQueue::new(core.shared.options.file_sender, accepted.peer.ip()),
            ahead: ReadAhead::default(),
            readable: true,
            ended: false,
            runnable: false,
            muted_until: Duration::ZERO,
            closing: None,
            active: core.now,
            stalled: None,
            armed: None,
        }
    }

    pub(crate) fn id(&self) -> ConnectionId {
        self.id
    }

    pub(crate) fn set_readable(&mut self, ended: bool) {
        self.readable = true;
        self.ended |= ended;
    }

    /// Has the worker drive it, once however often this is asked for.
    fn run_later(&mut self, core: &mut Core) {
        if !std::mem::replace(&mut self.runnable, true) {
            core.runnable.push(self.key);
        }
    }

    /// Does everything that can be done now.
    pub(crate) fn drive(&mut self, core: &mut Core) -> Result<(), CloseReason> {
        let mut budget = READ_BYTES_PER_TURN;
        self.runnable = false;
        loop {
            self.collect(core);
            if self.output.len() >= CONNECTION_OUTPUT_BYTES_MAX {
                self.send(core)?;
            }
            if !self.takes_requests(core) {
                break;
            }
            if let Some(frame) = self.next_startable(core) {
                // What came before is still answered.
                if let Err(reason) = self.start(frame, core) {
                    self.closing = Some(reason);
                }
            } else if self.frames.peek().is_some() || !self.readable {
                break;
            } else if budget == 0 {
                self.run_later(core);
                break;
            } else {
                self.send(core)?;
                budget = budget.saturating_sub(self.receive(core)?);
            }
        }
        self.collect(core);
        self.send(core)?;
        match self.closing {
            Some(reason) if self.requests.is_empty() && self.output.is_empty() => Err(reason),
            _ => Ok(()),
        }
    }

    /// A log or a cold reader called for what is behind a token. Answers leave together, once everybody was heard.
    pub(crate) fn called(&mut self, token: u64, core: &mut Core) -> Result<(), CloseReason> {
        if token & OUTPUT_TOKEN != 0 {
            self.run_later(core);
            return Ok(());
        }
        let sequence = (token.wrapping_sub(self.first_sequence)) & SEQUENCE_MASK;
        let Ok(index) = usize::try_from(sequence) else {
            return Ok(());
        };
        let context = self.context(core, self.first_sequence + sequence);
        match self.requests.get_mut(index).map(|request| &mut request.slot) {
            Some(Slot::Produce(pending)) => {
                pending.called();
                if pending.is_complete() {
                    self.settle_produce(index, &context);
                }
            }
            Some(Slot::Fetch(parked)) => {
                if let Some(answer) = parked.wake(&context)? {
                    self.settle(index, Some(answer));
                }
            }
            _ => return Ok(()),
        }
        drop(context);
        self.run_later(core);
        Ok(())
    }

    /// The view changed under a parked fetch.
    pub(crate) fn view_changed(&mut self, core: &mut Core) -> Result<(), CloseReason> {
        let token = self.token(self.first_sequence);
        if matches!(self.front(), Some(Slot::Fetch(_))) { self.called(token, core) } else { Ok(()) }
    }

    /// The control plane answered.
    pub(crate) fn reply(&mut self, reply: Reply, core: &mut Core) -> Result<(), CloseReason> {
        if matches!(self.front(), Some(Slot::Forwarded)) {
            self.settle(0, reply.bytes.map(Answer::from_control_plane));
        } else if !reply.close {
            return Ok(());
        }
        if reply.mute_ms > 0 {
            self.muted_until = core.now + Duration::from_millis(u64::from(reply.mute_ms));
        }
        if reply.close {
            self.closing = Some(CloseReason::ControlPlane);
        }
        self.drive(core)
    }

    /// A deadline may have passed.
    pub(crate) fn timer(&mut self, core: &mut Core) -> Result<(), CloseReason> {
        let context = self.context(core, self.first_sequence);
        match self.front_mut() {
            Some(Slot::Fetch(parked)) if parked.deadline().is_some_and(|deadline| deadline <= core.now) => {
                if let Some(answer) = parked.expire(&context) {
                    self.settle(0, Some(answer));
                }
            }
            Some(Slot::Produce(pending)) if pending.deadline() <= core.now => {
                pending.unwatch(context.mailbox, context.token);
                self.settle_produce(0, &context);
            }
            _ => {}
        }
        drop(context);
        self.drive(core)
    }

    /// When [`Self::timer`] has something to do.
    pub(crate) fn deadline(&self, now: Duration) -> Option<Duration> {
        let front = match self.front() {
            Some(Slot::Fetch(parked)) => parked.deadline(),
            Some(Slot::Produce(pending)) => Some(pending.deadline()),
            _ => None,
        };
        let muted = (self.muted_until > now).then_some(self.muted_until);
        front.into_iter().chain(muted).min()
    }

    /// Why the connection has to go, seen from time to time.
    pub(crate) fn overdue(&self, core: &Core) -> Option<CloseReason> {
        let options = &core.shared.options;
        let passed = |since: Duration, limit: Duration| core.now.saturating_sub(since) > limit;
        if self.stalled.is_some_and(|since| passed(since, options.stalled)) {
            return Some(CloseReason::Stalled);
        }
        let idle = self.requests.is_empty() && self.output.is_empty();
        (idle && passed(self.active, options.idle)).then_some(CloseReason::Idle)
    }

    /// Starts nothing more; parked fetches are answered, and it closes once all is.
    pub(crate) fn drain(&mut self, core: &mut Core) -> Result<(), CloseReason> {
        self.closing.get_or_insert(CloseReason::Stopping);
        let context = self.context(core, self.first_sequence);
        if let Some(Slot::Fetch(parked)) = self.front_mut()
            && let Some(answer) = parked.expire(&context)
        {
            self.settle(0, Some(answer));
        }
        drop(context);
        self.drive(core)
    }

    /// It is gone: nobody has to call any more.
    pub(crate) fn abandon(&mut self, core: &Core) {
        for (index, request) in self.requests.iter().enumerate() {
            let token = self.token(self.first_sequence + index as u64);
            match &request.slot {
                Slot::Produce(pending) => pending.unwatch(&core.mailbox, token),
                Slot::Fetch(parked) => parked.unwatch(&core.mailbox, token),
                Slot::Ready(_) | Slot::Forwarded => {}
            }
        }
    }

    fn front(&self) -> Option<&Slot> {
        self.requests.front().map(|request| &request.slot)
    }

    fn front_mut(&mut self) -> Option<&mut Slot> {
        self.requests.front_mut().map(|request| &mut request.slot)
    }

    fn token(&self, sequence: u64) -> u64 {
        (self.key << KEY_SHIFT) | (sequence & SEQUENCE_MASK)
    }

    fn context<'a>(&self, core: &'a Core, sequence: u64) -> Context<'a> {
        Context {
            view: core.shared.view.load_full(),
            listener: core.shared.listener_name(self.listener),
            now: core.now,
            sessions: &core.shared.sessions,
            counters: &core.shared.counters,
            cold: &core.shared.cold,
            to_write: &core.to_write,
            mailbox: &core.mailbox,
            token: self.token(sequence),
        }
    }

    fn takes_requests(&self, core: &Core) -> bool {
        self.closing.is_none()
            && self.muted_until <= core.now
            && self.output.len() < CONNECTION_OUTPUT_BYTES_MAX
    }

    /// The next request, when the order of answers and the store let it start.
    fn next_startable(&mut self, core: &mut Core) -> Option<Frame> {
        let next = self.frames.peek()?;
        let is_produce = RequestHeader::peek_api_key(&next.body) == Some(route::PRODUCE);
        let may_wait = |request: &Request| matches!(request.slot, Slot::Produce(_) | Slot::Ready(_));
        let pipelined = self.requests.iter().all(may_wait) && self.requests.len() < CONNECTION_IN_FLIGHT_MAX;
        let starts = self.requests.is_empty() || (pipelined && is_produce);
        if !starts || (is_produce && core.holds_back(self.key)) {
            return None;
        }
        self.frames.pop()
    }

    fn start(&mut self, frame: Frame, core: &mut Core) -> Result<(), CloseReason> {
        self.active = core.now;
        let header = RequestHeader::parse(&frame.body).map_err(|_| CloseReason::Malformed)?;
        let context = self.context(core, self.first_sequence + self.requests.len() as u64);
        let malformed = |_| CloseReason::Malformed;
        let arrived = frame.arrived_monotonic;
        let mut latency: Option<fn(&Counters) -> &Latency> = None;
        let slot = match route::route(header, &context.view) {
            Route::Close => return Err(CloseReason::Unsupported),
            Route::Produce => {
                latency = Some(|counters| &counters.produces);
                match produce::handle(header, frame, &context).map_err(malformed)? {
                    Produced::Answer(answer) => Slot::Ready(Some(answer)),
                    Produced::Silent => Slot::Ready(None),
                    Produced::Wait(pending) => Slot::Produce(pending),
                    Produced::Failed => {
                        // What was appended before is still answered.
                        self.closing = Some(CloseReason::ProduceWithoutAcks);
                        Slot::Ready(None)
                    }
                }
            }
            Route::Fetch => {
                latency = Some(|counters| &counters.fetches);
                match fetch::handle(header, &frame.body, &context).map_err(malformed)? {
                    Fetched::Answer(answer) => Slot::Ready(Some(answer)),
                    Fetched::Park(parked) => {
                        core.parked.borrow_mut().insert(self.key);
                        Slot::Fetch(parked)
                    }
                }
            }
            Route::ApiVersions => {
                context.counters.request(Native::ApiVersions);
                let answered = api_versions::answer(header, &frame.body, &context.view).map_err(malformed)?;
                // Versions before 3 do not say it, and take nothing back.
                if let Some(software) = answered.software {
                    self.software = Some(Arc::new(software));
                }
                Slot::Ready(Some(answered.answer))
            }
            Route::Metadata => {
                let answer = metadata::answer(header, &frame.body, &context.view, context.listener);
                match answer.map_err(malformed)? {
                    Some(answer) => {
                        context.counters.request(Native::Metadata);
                        Slot::Ready(Some(answer))
                    }
                    None => self.forward(header, &frame, core),
                }
            }
            Route::Forward => self.forward(header, &frame, core),
        };
        drop(context);
        self.requests.push_back(Request { slot, arrived, latency });
        Ok(())
    }

    fn forward(&self, header: RequestHeader, frame: &Frame, core: &Core) -> Slot {
        core.shared.counters.request(Native::Forwarded);
        core.shared.control.request(ForwardedRequest {
            connection: self.id,
            listener: self.listener,
            peer: self.peer,
            software: self.software.as_ref().filter(|_| header.api_key == route::JOIN_GROUP).cloned(),
            arrived: frame.arrived,
            arrived_monotonic: frame.arrived_monotonic,
            api_key: header.api_key,
            api_version: header.api_version,
            correlation_id: header.correlation_id,
            frame: frame.body.to_vec(),
        });
        Slot::Forwarded
    }

    fn settle_produce(&mut self, index: usize, context: &Context<'_>) {
        if let Some(request) = self.requests.get_mut(index)
            && let Slot::Produce(pending) = std::mem::replace(&mut request.slot, Slot::Ready(None))
        {
            request.slot = Slot::Ready(Some(pending.answer(context)));
        }
    }

    fn settle(&mut self, index: usize, answer: Option<Answer>) {
        if let Some(request) = self.requests.get_mut(index) {
            request.slot = Slot::Ready(answer);
        }
    }

    /// Moves answers whose turn has come to the output.
    fn collect(&mut self, core: &Core) {
        let mut now = None;
        let is_ready = |request: &mut Request| matches!(request.slot, Slot::Ready(_));
        while let Some(Request { slot: Slot::Ready(answer), arrived, latency }) =
            self.requests.pop_front_if(is_ready)
        {
            self.first_sequence += 1;
            self.active = core.now;
            if let Some(latency) = latency {
                let now = *now.get_or_insert_with(|| core.shared.clock.monotonic());
                latency(&core.shared.counters).note(now.saturating_sub(arrived));
            }
            if let Some(answer) = answer {
                self.output.push(answer);
            }
        }
        if !matches!(self.front(), Some(Slot::Fetch(_))) {
            core.parked.borrow_mut().remove(&self.key);
        }
    }

    fn send(&mut self, core: &mut Core) -> Result<(), CloseReason> {
        if self.output.is_empty() {
            return Ok(());
        }
        let output = &mut self.output;
        match self.ahead.advance(|from, loaded| output.put(from, COLD_READ_BYTES, loaded)) {
            Ok(true) => self.output.fetched(),
            Ok(false) => {}
            Err(Failed) => return Err(CloseReason::Internal),
        }
        if self.ahead.is_waited_for() {
            return Ok(());
        }
        let (bytes, ended) = self.output.send(&mut self.socket, &mut core.file_buffer, self.ahead.sendable());
        self.ahead.sent(bytes);
        add(&core.shared.counters.bytes_out, bytes);
        if bytes > 0 {
            self.stalled = None;
        }
        match ended {
            Ended::Empty => self.ahead.end(),
            Ended::Blocked => {
                self.stalled.get_or_insert(core.now);
            }
            Ended::Closed => return Err(CloseReason::Peer),
            Ended::Cold => {
                self.stalled = None;
                self.ahead.missed();
                self.read_ahead(core);
            }
        }
        if self.ahead.is_active() {
            self.read_ahead(core);
        }
        Ok(())
    }

    /// Has cold readers read what is sent next.
    fn read_ahead(&mut self, core: &Core) {
        while let Some(from) = self.ahead.next(self.output.len()) {
            let files = self.output.files(from, COLD_READ_BYTES);
            let token = self.token(0) | OUTPUT_TOKEN;
            let read = move |pages: &mut Pages<'_>| pages.read_ahead(&files);
            self.ahead.begun(core.shared.cold.submit(&core.mailbox, token, read));
        }
    }

    /// Reads once, into the rest of a large frame or through the worker's own buffer.
    fn receive(&mut self, core: &mut Core) -> Result<usize, CloseReason> {
        let mut through_scratch = false;
        let (room, transfer) = if let Some(window) = self.frames.window(&core.shared.arena) {
            (window.len(), self.socket.read(window))
        } else {
            through_scratch = true;
            (core.scratch.len(), self.socket.read(&mut core.scratch))
        };
        let bytes = match transfer {
            Transfer::Bytes(bytes) => bytes,
            Transfer::Blocked => {
                self.readable = false;
                return Ok(0);
            }
            Transfer::Closed => return Err(CloseReason::Peer),
        };
        // Less than there was room for is all there is: what comes now is announced, but for an end that was already.
        self.readable = bytes == room || self.ended;
        add(&core.shared.counters.bytes_in, bytes);
        let arrived = (core.shared.clock.now(), core.now);
        if through_scratch {
            self.frames.feed(core.scratch.get(..bytes).unwrap_or_default(), &core.shared.arena, arrived)?;
        } else {
            self.frames.filled(bytes, arrived);
        }
        Ok(bytes)
    }
}

/// The connection that a token belongs to.
pub(crate) fn key_of(token: u64) -> u64 {
    token >> KEY_SHIFT
}

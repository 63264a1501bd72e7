//! A worker: one thread, its poller, its connections, its timers (D6).
//!
//! Requests are read, handled and answered here. What comes from other threads lies in the worker's mailbox: new
//! connections, replies of the control plane, calls of the logs. Whoever puts something there wakes the worker once.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use crate::base::limits::FILE_STEP_BYTES;
use crate::io::poller::{Poller, Waker};
use crate::log::{Log, Mailbox, Wakeups};
use crate::wal::Pending;

use super::connection::{self, Connection};
use super::control::{ConnectionId, Reply};
use super::delayed::wheel::Wheel;
use super::listener::Accepted;
use super::shared::Shared;
use super::stats::CloseReason;

/// Small requests are read through a buffer of this size; large ones go to their own.
const SCRATCH_BYTES: usize = 64 * 1024;
/// Idle and stalled connections are looked for this many times per limit.
const SWEEPS_PER_LIMIT: u32 = 4;
const SWEEP_MAX: Duration = Duration::from_secs(5);
const SWEEP_MIN: Duration = Duration::from_millis(20);
/// What was appended is written once the first of it has waited so long for more.
const WRITE_DELAY_MAX: Duration = Duration::from_micros(200);
/// A connection id is the worker's index above this many bits of the connection's key.
const KEY_BITS: u32 = 40;

/// The store calls under this token; no connection has the key 0.
const STORE_TOKEN: u64 = 0;

/// What other threads want of a worker.
#[derive(Default)]
struct Mail {
    accepted: Vec<Accepted>,
    replies: Vec<Reply>,
    tokens: Vec<u64>,
    view_changed: bool,
    drain: bool,
    stop: bool,
}

#[derive(Default)]
struct Inbox {
    mail: Mail,
    /// The worker waits for sockets: whoever leaves mail wakes it.
    asleep: bool,
}

/// The other threads' side of a worker.
pub(crate) struct WorkerHandle {
    inbox: Mutex<Inbox>,
    waker: Waker,
    connections: AtomicUsize,
}

impl WorkerHandle {
    fn put(&self, change: impl FnOnce(&mut Mail)) {
        let mut inbox = self.inbox.lock();
        change(&mut inbox.mail);
        let wake = !inbox.mail.is_empty() && std::mem::take(&mut inbox.asleep);
        drop(inbox);
        if wake {
            self.waker.wake();
        }
    }

    /// Has the worker woken from now on, unless there is mail already; says whether there is.
    fn has_mail_before_sleep(&self) -> bool {
        let mut inbox = self.inbox.lock();
        inbox.asleep = inbox.mail.is_empty();
        !inbox.asleep
    }

    fn awake(&self) {
        self.inbox.lock().asleep = false;
    }

    pub(crate) fn accept(&self, accepted: Accepted) {
        self.connections.fetch_add(1, Ordering::Relaxed);
        self.put(|mail| mail.accepted.push(accepted));
    }

    pub(crate) fn reply(&self, replies: Vec<Reply>) {
        self.put(|mail| mail.replies.extend(replies));
    }

    pub(crate) fn view_changed(&self) {
        self.put(|mail| mail.view_changed = true);
    }

    pub(crate) fn drain(&self) {
        self.put(|mail| mail.drain = true);
    }

    pub(crate) fn stop(&self) {
        self.put(|mail| mail.stop = true);
    }

    /// Connections given to it and not yet closed.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

impl Mail {
    fn is_empty(&self) -> bool {
        self.accepted.is_empty()
            && self.replies.is_empty()
            && self.tokens.is_empty()
            && !(self.view_changed || self.drain || self.stop)
    }
}

impl Mailbox for WorkerHandle {
    fn deliver(&self, tokens: &mut dyn Iterator<Item = u64>) {
        self.put(|mail| mail.tokens.extend(tokens));
    }
}

/// Which worker a connection belongs to.
pub(crate) fn worker_of(id: ConnectionId) -> usize {
    (id.0 >> KEY_BITS) as usize
}

/// What a connection may use of its worker.
pub(crate) struct Core {
    pub(crate) shared: Arc<Shared>,
    pub(crate) mailbox: Arc<dyn Mailbox>,
    /// Monotonic time, read once per turn.
    pub(crate) now: Duration,
    pub(crate) scratch: Vec<u8>,
    /// What is copied from files to sockets goes through this.
    pub(crate) file_buffer: Vec<u8>,
    /// Connections that are to be driven once before the turn ends, or in the next one.
    pub(crate) runnable: Vec<u64>,
    /// Logs with batches of this turn that need no more than a write.
    pub(crate) to_write: RefCell<Vec<Arc<Log>>>,
    /// Connections with a parked fetch.
    pub(crate) parked: RefCell<HashSet<u64>>,
    /// Connections whose next produce waits until the store has written what it holds.
    held_back: Vec<u64>,
    index: usize,
}

impl Core {
    pub(crate) fn connection_id(&self, key: u64) -> ConnectionId {
        ConnectionId(((self.index as u64) << KEY_BITS) | key)
    }

    /// Whether a produce has to wait for the store; its connection is then driven again when it need not.
    pub(crate) fn holds_back(&mut self, key: u64) -> bool {
        let pressure = self.shared.store.pressure();
        if pressure && !self.held_back.contains(&key) {
            if self.held_back.is_empty() {
                self.shared.store.watch_pressure(&self.mailbox, STORE_TOKEN);
            }
            self.held_back.push(key);
        }
        pressure
    }
}

/// One worker thread's state.
pub(crate) struct Worker {
    core: Core,
    handle: Arc<WorkerHandle>,
    /// Mail that was read: its room is used again.
    read: Mail,
    poller: Poller,
    connections: HashMap<u64, Connection>,
    wheel: Wheel,
    wakeups: Wakeups,
    /// Since when the first of what was appended waits to be written.
    unwritten: Option<Duration>,
    next_key: u64,
    sweep_every: Duration,
    next_sweep: Duration,
    draining: bool,
}

impl Worker {
    pub(crate) fn new(index: usize, shared: Arc<Shared>) -> std::io::Result<(Self, Arc<WorkerHandle>)> {
        let poller = Poller::new()?;
        let handle = Arc::new(WorkerHandle {
            inbox: Mutex::default(),
            waker: poller.waker(),
            connections: AtomicUsize::new(0),
        });
        let now = shared.clock.monotonic();
        let limit = shared.options.idle.min(shared.options.stalled);
        let sweep_every = (limit / SWEEPS_PER_LIMIT).clamp(SWEEP_MIN, SWEEP_MAX);
        let core = Core {
            shared,
            mailbox: handle.clone(),
            now,
            scratch: vec![0; SCRATCH_BYTES],
            file_buffer: vec![0; FILE_STEP_BYTES],
            runnable: Vec::new(),
            to_write: RefCell::default(),
            parked: RefCell::default(),
            held_back: Vec::new(),
            index,
        };
        let worker = Self {
            core,
            handle: Arc::clone(&handle),
            read: Mail::default(),
            poller,
            connections: HashMap::new(),
            wheel: Wheel::new(now),
            wakeups: Wakeups::default(),
            unwritten: None,
            next_key: 1,
            sweep_every,
            next_sweep: now + sweep_every,
            draining: false,
        };
        Ok((worker, handle))
    }

    /// Serves until told to stop.
    pub(crate) fn run(mut self) {
        let (mut ready, mut runnable) = (Vec::new(), Vec::new());
        loop {
            let timeout = self.timeout();
            // Collected, because serving a connection needs the poller too.
            match self.poller.wait(timeout) {
                Ok(events) => ready.extend(events),
                Err(_) => break,
            }
            self.handle.awake();
            self.core.now = self.core.shared.clock.monotonic();
            for readiness in ready.drain(..) {
                self.with(readiness.key, |connection, core| {
                    if readiness.readable {
                        connection.set_readable(readiness.ended);
                    }
                    connection.drive(core)
                });
            }
            self.write();
            if self.take_mail() {
                break;
            }
            self.fire_timers();
            self.sweep();
            std::mem::swap(&mut runnable, &mut self.core.runnable);
            for key in runnable.drain(..) {
                self.with(key, Connection::drive);
            }
            self.write();
        }
        self.write();
        let keys: Vec<_> = self.connections.keys().copied().collect();
        for key in keys {
            self.close(key, CloseReason::Stopping);
        }
    }

    fn timeout(&self) -> Option<Duration> {
        if !self.core.runnable.is_empty() || self.handle.has_mail_before_sleep() {
            return Some(Duration::ZERO);
        }
        let now = self.core.shared.clock.monotonic();
        let sweep = (!self.connections.is_empty()).then(|| self.next_sweep.saturating_sub(now));
        self.wheel.until_next(now).into_iter().chain(sweep).min()
    }

    /// Writes what was appended, if it has waited long enough for more.
    fn write_in_time(&mut self) {
        if self.core.to_write.get_mut().is_empty() {
            return;
        }
        let now = self.core.shared.clock.monotonic();
        if now.saturating_sub(*self.unwritten.get_or_insert(now)) > WRITE_DELAY_MAX {
            self.write();
        }
    }

    /// Writes what was appended to topics that ask for no more than a write. What is answered then lies in the mail.
    fn write(&mut self) {
        self.unwritten = None;
        let logs = self.core.to_write.get_mut();
        for log in logs.drain(..) {
            let written = catch_unwind(AssertUnwindSafe(|| log.write_here(&mut self.wakeups)));
            if written.is_err() {
                log.give_up(&mut self.wakeups);
            }
        }
        self.wakeups.deliver();
    }

    /// Handles what other threads want; true when it is the end.
    fn take_mail(&mut self) -> bool {
        let mut mail = std::mem::take(&mut self.read);
        std::mem::swap(&mut mail, &mut self.handle.inbox.lock().mail);
        for accepted in mail.accepted.drain(..) {
            self.open(accepted);
        }
        for reply in mail.replies.drain(..) {
            let key = reply.connection.0 & ((1 << KEY_BITS) - 1);
            self.with(key, |connection, core| connection.reply(reply, core));
        }
        for token in mail.tokens.drain(..) {
            if token == STORE_TOKEN {
                for key in std::mem::take(&mut self.core.held_back) {
                    self.with(key, Connection::drive);
                }
                continue;
            }
            self.with(connection::key_of(token), |connection, core| connection.called(token, core));
        }
        if mail.view_changed {
            let parked: Vec<_> = self.core.parked.borrow().iter().copied().collect();
            for key in parked {
                self.with(key, Connection::view_changed);
            }
        }
        if mail.drain {
            self.draining = true;
            let keys: Vec<_> = self.connections.keys().copied().collect();
            for key in keys {
                self.with(key, Connection::drain);
            }
        }
        let stops = mail.stop;
        self.read =
            Mail { accepted: mail.accepted, replies: mail.replies, tokens: mail.tokens, ..Mail::default() };
        stops
    }

    fn open(&mut self, accepted: Accepted) {
        let key = self.next_key;
        self.next_key += 1;
        let mut connection = Connection::new(key, accepted, &self.core);
        let added = self.poller.add(&mut connection.socket, key, true);
        self.connections.insert(key, connection);
        match added {
            Err(_) => self.close(key, CloseReason::Internal),
            Ok(()) if self.draining => self.close(key, CloseReason::Stopping),
            // What arrived before the poller watched is not announced.
            Ok(()) => self.with(key, Connection::drive),
        }
    }

    /// Lets a connection act, and closes it where that ends it. A panic ends it too, and nothing else.
    fn with(&mut self, key: u64, act: impl FnOnce(&mut Connection, &mut Core) -> Result<(), CloseReason>) {
        let Some(connection) = self.connections.get_mut(&key) else {
            return;
        };
        let core = &mut self.core;
        let acted = catch_unwind(AssertUnwindSafe(|| act(connection, core)));
        match acted.unwrap_or(Err(CloseReason::Internal)) {
            Err(reason) => self.close(key, reason),
            Ok(()) => self.arm(key),
        }
        self.write_in_time();
    }

    /// Keeps the connection's next deadline in the wheel.
    fn arm(&mut self, key: u64) {
        let Some(connection) = self.connections.get_mut(&key) else {
            return;
        };
        let Some(deadline) = connection.deadline(self.core.now) else {
            return;
        };
        if connection.armed.is_none_or(|armed| deadline < armed) {
            connection.armed = Some(deadline);
            self.wheel.set(deadline, key);
        }
    }

    fn fire_timers(&mut self) {
        let mut due = Vec::new();
        self.wheel.advance(self.core.now, |key| due.push(key));
        for key in due {
            self.with(key, |connection, core| {
                connection.armed = connection.armed.filter(|armed| *armed > core.now);
                connection.timer(core)
            });
        }
    }

    fn sweep(&mut self) {
        if self.core.now < self.next_sweep {
            return;
        }
        self.next_sweep = self.core.now + self.sweep_every;
        let overdue = |(key, connection): (&u64, &Connection)| Some((*key, connection.overdue(&self.core)?));
        let overdue: Vec<_> = self.connections.iter().filter_map(overdue).collect();
        for (key, reason) in overdue {
            self.close(key, reason);
        }
    }

    fn close(&mut self, key: u64, reason: CloseReason) {
        let Some(mut connection) = self.connections.remove(&key) else {
            return;
        };
        connection.abandon(&self.core);
        self.core.parked.borrow_mut().remove(&key);
        // The socket closes when it is dropped, whether or not the poller knew it.
        let _ = self.poller.remove(&mut connection.socket);
        self.handle.connections.fetch_sub(1, Ordering::Relaxed);
        self.core.shared.closed(connection.peer, reason);
        self.core.shared.control.connection_closed(connection.id());
    }
}

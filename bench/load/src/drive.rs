//! The loop that every load shares: what is due is sent, what is answered is counted, until the time is over and nothing is in
//! flight any more.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::rc::Rc;
use std::sync::Barrier;
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, ensure};
use logstore::io::run_promptly;
use rustix::event::{Timespec, epoll};
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, timerfd_create, timerfd_settime,
};

use crate::Pressure;
use crate::connection::Connection;
use crate::frame::HEAD_BYTES;
use crate::report::{Recorder, Report};
use crate::usage::Usage;

const SECOND_NS: u64 = 1_000_000_000;
/// What is in flight at the end gets this long to be answered.
const DRAIN_NS: u64 = 60 * SECOND_NS;
const EVENTS_MAX: usize = 256;
/// What the timer says; connections say their numbers.
const TIMER: u64 = u64::MAX;
const NOTHING: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };

/// What a load sends and makes of the answers. Connections are numbered from 0 in each thread.
pub(crate) trait Load {
    /// Bytes of each answer that are looked at.
    const LOOKED_AT: usize;

    /// Before anything is sent; the connection still blocks.
    fn prepare(&mut self, _connection: &mut Connection) -> Result<()> {
        Ok(())
    }

    /// Whether the rate decides when this connection sends; if not, its answers do.
    fn paced(&self, _connection: usize) -> bool {
        true
    }

    /// The next request of a connection, which is meant to leave at `intended`.
    fn request(&mut self, connection: usize, intended: u64) -> ([u8; HEAD_BYTES], Rc<[u8]>);

    /// An answer to the request that was meant to leave at `intended`.
    fn answer(&mut self, connection: usize, answer: &Answer<'_>, recorder: &mut Recorder) -> Result<()>;
}

/// An answer and its times, in nanoseconds of the run.
pub(crate) struct Answer<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) intended: u64,
    pub(crate) now: u64,
}

/// When requests are due: one after the other over the connections that are paced.
struct Schedule {
    interval: f64,
    due: u64,
    /// Requests that found their connection full, by connection.
    late: Vec<VecDeque<u64>>,
}

/// Runs one load in each thread, `connections` in all, and adds up what they measured.
pub(crate) fn run<L: Load>(
    address: SocketAddr,
    pressure: &Pressure,
    connections: usize,
    load: impl Fn(usize) -> L + Sync,
) -> Result<Report> {
    ensure!(pressure.depth > 0 && connections > 0 && pressure.threads > 0, "nothing to be sent");
    ensure!(pressure.rate.is_none_or(|rate| rate > 0.0 && rate.is_finite()), "--rate is a number above 0");
    ensure!(pressure.seconds > 0.0 && pressure.warm_up >= 0.0, "nothing to be measured");
    let threads = pressure.threads.min(connections);
    let from = (pressure.warm_up * 1e9) as u64;
    let to = from + (pressure.seconds * 1e9) as u64;
    let ready = Barrier::new(threads);
    let work = |thread: usize| -> Result<(Recorder, Usage)> {
        // What it measures is the broker, and not how long it waits for a processor itself.
        run_promptly();
        let own = connections / threads + usize::from(thread < connections % threads);
        let interval = pressure.rate.map(|rate| threads as f64 / rate * 1e9);
        let worker =
            Worker::open(address, own, pressure.depth, interval, load(thread), Recorder::new(from, to)?);
        // A thread that failed must not leave the others waiting.
        ready.wait();
        worker?.run(from, to, pressure)
    };
    let results: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|thread| scope.spawn(move || work(thread))).collect();
        running
            .into_iter()
            .map(|thread| thread.join().map_err(|_| anyhow!("a thread panicked")).flatten())
            .collect()
    });
    let mut total = Recorder::new(from, to)?;
    let mut usage = Usage::default();
    for result in results {
        let (recorder, used) = result?;
        total.merge(&recorder)?;
        // Each saw the processor time of the whole process.
        usage = used;
    }
    Ok(total.report(&usage))
}

struct Worker<L> {
    poller: OwnedFd,
    /// Wakes the thread in time: `epoll_wait` counts in milliseconds, and what is due would leave half of one late.
    timer: OwnedFd,
    /// When it does.
    armed: u64,
    connections: Vec<Connection>,
    depth: usize,
    schedule: Option<Schedule>,
    load: L,
    recorder: Recorder,
    began: Instant,
}

impl<L: Load> Worker<L> {
    fn open(
        address: SocketAddr,
        count: usize,
        depth: usize,
        interval: Option<f64>,
        mut load: L,
        recorder: Recorder,
    ) -> Result<Self> {
        let poller = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let timer =
            timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK)?;
        let interest = epoll::EventFlags::IN | epoll::EventFlags::ET;
        epoll::add(&poller, &timer, epoll::EventData::new_u64(TIMER), interest)?;
        let mut connections = Vec::with_capacity(count);
        for number in 0..count {
            let mut connection = Connection::open(address, L::LOOKED_AT)?;
            load.prepare(&mut connection)?;
            connection.stream.set_nonblocking(true)?;
            let interest = epoll::EventFlags::IN | epoll::EventFlags::OUT | epoll::EventFlags::ET;
            epoll::add(&poller, &connection.stream, epoll::EventData::new_u64(number as u64), interest)?;
            connections.push(connection);
        }
        let late = vec![VecDeque::new(); count];
        let schedule = interval.map(|interval| Schedule { interval, due: 0, late });
        Ok(Self {
            poller,
            timer,
            armed: 0,
            connections,
            depth,
            schedule,
            load,
            recorder,
            began: Instant::now(),
        })
    }

    fn now(&self) -> u64 {
        self.began.elapsed().as_nanos() as u64
    }

    fn run(mut self, from: u64, to: u64, pressure: &Pressure) -> Result<(Recorder, Usage)> {
        self.began = Instant::now();
        for number in 0..self.connections.len() {
            if self.schedule.is_none() || !self.load.paced(number) {
                self.fill(number, 0)?;
            }
        }
        let mut events = Vec::with_capacity(EVENTS_MAX);
        let (mut before, mut after) = (None, None);
        loop {
            let now = self.now();
            if now >= from && before.is_none() {
                before = Some(Usage::now(pressure.pid)?);
            }
            if now >= to && after.is_none() {
                after = Some(Usage::now(pressure.pid)?);
            }
            if now >= to && self.connections.iter().all(|connection| connection.depth() == 0) {
                break;
            }
            ensure!(now < to + DRAIN_NS, "requests were not answered within {} s", DRAIN_NS / SECOND_NS);
            let next = self.send_due(now, to)?;
            let wake_at = next.min(if now < from {
                from
            } else if now < to {
                to
            } else {
                to + DRAIN_NS
            });
            events.clear();
            self.wait_until(wake_at, &mut events)?;
            for event in events.iter().filter(|event| event.data.u64() != TIMER) {
                match self.serve(event.data.u64() as usize, to) {
                    Err(_) if pressure.until_gone => return Ok((self.recorder, Usage::default())),
                    served => served?,
                }
            }
        }
        // What was due and never left took this long at the least.
        for intended in self.schedule.iter().flat_map(|schedule| schedule.late.iter().flatten()) {
            self.recorder.took(*intended, to);
        }
        let used = after.zip(before).map(|(after, before)| after.since(&before)).unwrap_or_default();
        Ok((self.recorder, used))
    }

    /// Waits for events, at most until then.
    fn wait_until(&mut self, then: u64, events: &mut Vec<epoll::Event>) -> Result<()> {
        let wait = then.saturating_sub(self.now());
        // A timer of zero is none.
        let at_once = (wait == 0).then_some(&NOTHING);
        if wait > 0 && self.armed != then {
            let it_value = Timespec { tv_sec: (wait / SECOND_NS) as i64, tv_nsec: (wait % SECOND_NS) as i64 };
            let once = Itimerspec { it_interval: NOTHING, it_value };
            timerfd_settime(&self.timer, TimerfdTimerFlags::empty(), &once)?;
            self.armed = then;
        }
        epoll::wait(&self.poller, rustix::buffer::spare_capacity(events), at_once)?;
        Ok(())
    }

    /// Sends what is due, and says when the next is.
    fn send_due(&mut self, now: u64, to: u64) -> Result<u64> {
        let Some(mut schedule) = self.schedule.take() else { return Ok(u64::MAX) };
        let paced: Vec<usize> =
            (0..self.connections.len()).filter(|number| self.load.paced(*number)).collect();
        let mut next = (schedule.due as f64 * schedule.interval) as u64;
        let mut touched = vec![false; self.connections.len()];
        while next <= now && next < to {
            let number =
                paced.get(schedule.due as usize % paced.len()).copied().context("nothing is paced")?;
            if self.connections.get(number).is_some_and(|connection| connection.depth() < self.depth) {
                self.send(number, next);
                if let Some(touched) = touched.get_mut(number) {
                    *touched = true;
                }
            } else if let Some(late) = schedule.late.get_mut(number) {
                late.push_back(next);
            }
            schedule.due += 1;
            next = (schedule.due as f64 * schedule.interval) as u64;
        }
        self.schedule = Some(schedule);
        for (connection, _) in self.connections.iter_mut().zip(touched).filter(|(_, touched)| *touched) {
            connection.flush()?;
        }
        Ok(if next < to { next } else { u64::MAX })
    }

    fn send(&mut self, number: usize, intended: u64) {
        let (head, body) = self.load.request(number, intended);
        if let Some(connection) = self.connections.get_mut(number) {
            connection.send(head, body, intended);
        }
    }

    fn fill(&mut self, number: usize, now: u64) -> Result<()> {
        while self.connections.get(number).is_some_and(|connection| connection.depth() < self.depth) {
            self.send(number, now);
        }
        self.connections.get_mut(number).map_or(Ok(()), Connection::flush)
    }

    fn serve(&mut self, number: usize, to: u64) -> Result<()> {
        let began = self.began;
        let (load, recorder) = (&mut self.load, &mut self.recorder);
        let Some(connection) = self.connections.get_mut(number) else { return Ok(()) };
        connection.receive(|bytes, intended| {
            let now = began.elapsed().as_nanos() as u64;
            load.answer(number, &Answer { bytes, intended, now }, recorder)
        })?;
        let now = self.now();
        match &mut self.schedule {
            Some(schedule) if self.load.paced(number) => {
                let mut late = schedule.late.get_mut(number).map(std::mem::take).unwrap_or_default();
                while self.connections.get(number).is_some_and(|connection| connection.depth() < self.depth) {
                    // What could not be sent in time is no longer sent once the time is over.
                    let Some(intended) = late.pop_front_if(|_| now < to) else { break };
                    self.send(number, intended);
                }
                if let Some(own) = self.schedule.as_mut().and_then(|schedule| schedule.late.get_mut(number)) {
                    *own = late;
                }
                self.connections.get_mut(number).map_or(Ok(()), Connection::flush)
            }
            _ if now < to => self.fill(number, now),
            _ => self.connections.get_mut(number).map_or(Ok(()), Connection::flush),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use clap::Parser;

    use crate::report::Report;
    use crate::{Cli, Command, null_broker, produce};

    fn produced(options: &str) -> Report {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        std::thread::Builder::new().spawn(move || null_broker::accept(&listener)).unwrap();
        let command = ["load", "produce", "--bootstrap", &address, "--topic", "t"];
        let Command::Produce(options) =
            Cli::parse_from(command.into_iter().chain(options.split(' '))).command
        else {
            panic!("another command")
        };
        produce::run(&options).unwrap()
    }

    #[test]
    fn each_answer_brings_the_next_request() {
        let report = produced("--connections 3 --depth 4 --threads 2 --records 7 --warm-up 0 --seconds 0.2");
        assert!(report.requests > 12, "{} requests", report.requests);
        assert_eq!(report.records, 7 * report.requests);
        // What was in flight at the end is acknowledged, and not measured.
        assert!((0..=12).contains(&((report.acknowledged - report.records) / 7)));
        assert!(report.errors.is_empty());
    }

    #[test]
    fn a_rate_decides_how_many_requests_there_are() {
        let report = produced("--connections 2 --rate 500 --warm-up 0.1 --seconds 0.4");
        // As many are due before the end; what is late by then is not sent any more, and had to wait at least.
        assert!((1..=250).contains(&report.acknowledged), "{} acknowledged", report.acknowledged);
    }

    #[test]
    fn what_is_due_leaves_in_less_than_the_millisecond_that_epoll_counts_in() {
        let p50 = || produced("--rate 1000 --warm-up 0 --seconds 0.2").latency.p50;
        // One of five, since others may be at work. By milliseconds half of them would be later than that each time.
        assert!((0..5).any(|_| (1..400).contains(&p50())));
    }

    #[test]
    fn what_could_not_be_sent_in_time_waited() {
        // One request in flight: far more are due than can leave.
        let report = produced("--rate 1000000 --warm-up 0 --seconds 1");
        assert!(report.latency.count > 2 * report.acknowledged, "{} latencies", report.latency.count);
        assert!(report.latency.max > 400_000, "{} us", report.latency.max);
    }

    #[test]
    fn with_keys_a_request_has_a_batch_for_each_partition() {
        let report = produced("--partitions 4 --keyed --records 12 --warm-up 0 --seconds 0.1");
        assert_eq!(report.records, 12 * report.requests);
    }
}

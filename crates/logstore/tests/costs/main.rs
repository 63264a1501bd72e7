//! What a request costs in things that can be counted, since clocks are noisy: a change that raises one of them fails.
//! What each may cost stands in `bounds`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bounds;
mod counting;
#[path = "../connection/harness.rs"]
#[allow(dead_code, reason = "what this binary needs of it")]
mod harness;
#[path = "../support/hooked.rs"]
mod hooked;
#[path = "../connection/wire.rs"]
#[allow(dead_code, reason = "what this binary needs of it")]
mod wire;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use logstore::base::types::{PartitionId, PartitionIndex};
use logstore::batch::build::BatchBuilder;
use logstore::log::LogConfig;

use bounds::{Bounds, FETCHES, PRODUCES};
use harness::{Broker, Client, Topic, topic_id};
use hooked::HookedDisk;
use wire::{Fetch, Produce, Wanted};

/// So many bytes on the wire are one measurement, but no more requests than this and no fewer than that.
const BYTES: usize = 10_000_000;
const ROUNDS: std::ops::RangeInclusive<usize> = 10..=100;
/// What other threads are late with only adds: it is measured again until a request is within its bounds, but so often.
const MEASUREMENTS: usize = 20;
/// What this thread does comes by the clock, or ahead, and not with a request.
const HOUSEKEEPING: &str = "housekeeping";

/// What was counted for each request.
#[derive(Clone, Copy, Debug)]
struct Costs {
    allocations: f64,
    socket_calls: f64,
    disk_calls: f64,
    copied: f64,
    written: f64,
}

impl Costs {
    fn least(self, other: Self) -> Self {
        Self {
            allocations: self.allocations.min(other.allocations),
            socket_calls: self.socket_calls.min(other.socket_calls),
            disk_calls: self.disk_calls.min(other.disk_calls),
            copied: self.copied.min(other.copied),
            written: self.written.min(other.written),
        }
    }

    /// What of it is over its bound.
    fn over(&self, bounds: &Bounds) -> Vec<String> {
        let each = [
            ("allocations", self.allocations, bounds.allocations),
            ("calls on sockets", self.socket_calls, bounds.socket_calls),
            ("calls of the disk", self.disk_calls, bounds.disk_calls),
            ("bytes copied", self.copied, bounds.copied),
            ("bytes written", self.written, bounds.written),
        ];
        let over = each.into_iter().filter(|(_, cost, bound)| cost > bound);
        over.map(|(what, cost, bound)| format!("{}: {cost:.2} {what}, at most {bound}", bounds.what))
            .collect()
    }
}

/// A broker whose housekeeping stands still, and one client that asks when it has an answer.
struct Scene {
    /// Dropped first: then the broker can stop.
    _standstill: Sender<()>,
    broker: Broker,
    client: Client,
    disk: HookedDisk,
    disk_calls: Arc<AtomicU64>,
}

impl Scene {
    fn new() -> Self {
        counting::leave_this_thread_out();
        let disk = HookedDisk::default();
        let disk_calls = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&disk_calls);
        let (standstill, end) = channel();
        let end = Mutex::new(end);
        let (stands, is_standing) = channel();
        disk.hook(move |_, _| {
            if thread::current().name() == Some(HOUSEKEEPING) {
                let _ = stands.send(());
                let _ = end.lock().unwrap().recv();
            }
            counter.fetch_add(1, Ordering::Relaxed);
            Ok(())
        });
        let broker = Broker::on(Arc::new(disk.clone()), |options| options.workers = 1);
        // The first thing it does is to make a file of the write-ahead log ready.
        is_standing.recv_timeout(harness::PATIENCE).unwrap();
        let relaxed = LogConfig { flush_messages: i64::MAX, ..LogConfig::default() };
        broker.publish(&[Topic::new("durable"), Topic { config: relaxed, ..Topic::new("relaxed") }]);
        Self { _standstill: standstill, client: broker.connect(), broker, disk, disk_calls }
    }

    fn counts(&self) -> [u64; 5] {
        let [allocations, copied, socket_calls] = counting::so_far();
        [allocations, socket_calls, self.disk_calls.load(Ordering::Relaxed), copied, self.disk.written()]
    }

    /// What of the costs of a request that moves so many bytes is over its bounds.
    fn measure(
        &mut self,
        bytes: usize,
        bounds: &Bounds,
        mut request: impl FnMut(&mut Client),
    ) -> Vec<String> {
        let rounds = (BYTES / bytes).clamp(*ROUNDS.start(), *ROUNDS.end());
        // What is allocated once is there afterwards.
        (0..*ROUNDS.start()).for_each(|_| request(&mut self.client));
        let mut least = self.measure_once(rounds, &mut request);
        for _ in 1..MEASUREMENTS {
            if least.over(bounds).is_empty() {
                break;
            }
            least = least.least(self.measure_once(rounds, &mut request));
        }
        eprintln!("{}: {least:?}", bounds.what);
        least.over(bounds)
    }

    fn measure_once(&mut self, rounds: usize, request: &mut impl FnMut(&mut Client)) -> Costs {
        let before = self.counts();
        for _ in 0..rounds {
            counting::wait_until_idle();
            request(&mut self.client);
        }
        counting::wait_until_idle();
        self.write_behind();
        let after = self.counts();
        let [allocations, socket_calls, disk_calls, copied, written] =
            std::array::from_fn(|at| (after[at] - before[at]) as f64 / rounds as f64);
        Costs { allocations, socket_calls, disk_calls, copied, written }
    }

    /// What the write-ahead log has goes to segments; otherwise housekeeping sees to that.
    fn write_behind(&self) {
        let id = PartitionId { topic: topic_id("durable"), index: PartitionIndex(0) };
        let log = self.broker.store.log(&id).unwrap();
        thread::scope(|scope| scope.spawn(|| log.write_behind()).join().unwrap());
    }

    fn produce(&mut self, (topic, record_bytes, bounds): &(&str, usize, Bounds)) -> Vec<String> {
        let records = BatchBuilder::new().value(&vec![7; *record_bytes]).build();
        let request = Produce { topic, ..Produce::of(&records) };
        self.measure(*record_bytes, bounds, |client| assert_eq!(request.send(client).error, 0))
    }

    /// Fetches one batch: the last, or the first, which lies in a file.
    fn fetch(&mut self, (record_bytes, is_last, bounds): &(usize, bool, Bounds)) -> Vec<String> {
        let topic = "relaxed";
        let records = BatchBuilder::new().value(&vec![7; *record_bytes]).build();
        let produced = Produce { topic, ..Produce::of(&records) }.send(&mut self.client);
        let offset = if *is_last { produced.base_offset } else { 0 };
        let request = Fetch { topic, ..Fetch::of(&[Wanted { bytes_max: 1, ..Wanted::at(0, offset) }]) };
        self.measure(*record_bytes, bounds, |client| {
            let fetched = request.send(client);
            assert_eq!(fetched.partitions[0].records.len(), records.len());
        })
    }
}

#[test]
fn no_request_costs_more_than_it_did() {
    let mut scene = Scene::new();
    let mut over: Vec<_> = PRODUCES.iter().flat_map(|produce| scene.produce(produce)).collect();
    over.extend(FETCHES.iter().flat_map(|fetch| scene.fetch(fetch)));
    assert!(over.is_empty(), "{over:#?}");
    // The control plane is JavaScript: nothing of this reached it.
    assert_eq!(scene.broker.server.stats().forwarded_requests, 0);
    assert!(scene.broker.forwarded.try_recv().is_err());
}
